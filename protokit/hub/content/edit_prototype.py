"""Changes of a prototype's own files from a page: comments and order stay, nothing wrong is ever written."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.errors import FolderProblem
from protokit.files.atomic import write_text
from protokit.files.layout import INSTRUCTIONS_FILE, SPEC_FILE
from protokit.spec.edit_yaml import edited
from protokit.spec.prototype_spec import Spec, parse_spec
from protokit.spec.yaml_io import read_text

MOST_INSTRUCTIONS = 40_000
"""Characters: far more than any window has room for beside the passages."""


def edition(folder: Path) -> str:
    """A mark of what the folder's texts say now, to notice that somebody changed them meanwhile."""
    texts = [read_text(folder / name) for name in (SPEC_FILE, INSTRUCTIONS_FILE) if (folder / name).is_file()]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def change(folder: Path, fields: Mapping[str, Any], instructions: str | None = None) -> Spec:
    """Set `fields` of prototype.yaml (None removes one) and the instructions; return the Spec that results.

    Both files are written, or, with SpecProblem or FolderProblem, neither. Mappings are changed field by field.
    """
    path = folder / SPEC_FILE
    text = edited(read_text(path), fields)
    spec = parse_spec(text)
    if instructions is not None:
        if len(instructions) > MOST_INSTRUCTIONS:
            raise FolderProblem(
                f"the instructions are longer than {MOST_INSTRUCTIONS:,} characters",
                where=INSTRUCTIONS_FILE,
                fix="Keep what the assistant must know before every answer.",
            )
        plain = "\n".join(instructions.splitlines()).strip() + "\n"
        if plain != _text_if_any(folder / INSTRUCTIONS_FILE):
            write_text(folder / INSTRUCTIONS_FILE, plain)
    write_text(path, text)
    return spec


def _text_if_any(path: Path) -> str:
    return read_text(path) if path.is_file() else ""
