"""Changes of a prototype's own files from a page: comments and order stay, nothing wrong is ever written."""

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from protokit.errors import FolderProblem
from protokit.files.layout import INSTRUCTIONS_FILE, SPEC_FILE
from protokit.spec.prototype_spec import Spec, parse_spec, spec_fields
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
    text = changed(read_text(path), fields)
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


def changed(text: str, fields: Mapping[str, Any]) -> str:
    """Return the YAML `text` of a Spec with `fields` set; what does not change keeps every character.

    Raises SpecProblem where `text` is no Spec as it stands.
    """
    from ruamel.yaml import YAML

    now = spec_fields(parse_spec(text))
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 4096
    document = yaml.load(text)
    for name, value in fields.items():
        _set(document, name, value, now.get(name))
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def write_text(path: Path, text: str) -> None:
    """Put `text` in the place of a file in one step, so that a running prototype never reads half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise FolderProblem(f"cannot be written ({error.strerror})", where=path.name) from None


def _set(there: Any, name: str, value: Any, now: Any) -> None:
    """Change one field of a mapping, leaving alone what says the same already."""
    if isinstance(value, Mapping):
        inner = there.setdefault(name, {})
        for key, each in value.items():
            _set(inner, key, each, (now or {}).get(key))
        if not inner:
            del there[name]
    elif value is None:
        there.pop(name, None)
    elif value != now:
        if isinstance(value, list | tuple) and there.get(name):
            _refill(there, name, value)
        else:
            there[name] = list(value) if isinstance(value, list | tuple) else value


def _refill(there: Any, name: str, values: Sequence[str]) -> None:
    """Give a list new items; comments stay with the item they follow, those after the list stay after it."""
    items = there[name]
    comments = {items[at]: mark for at, mark in items.ca.items.items() if at < len(items) - 1}
    after = items.ca.items.get(len(items) - 1)
    items.ca.items.clear()
    items[:] = list(values)
    for at, value in enumerate(values[:-1]):
        if value in comments:
            items.ca.items[at] = comments[value]
    if after and values:
        items.ca.items[len(values) - 1] = after
    elif after:
        items.fa.set_flow_style()
        there.ca.items[name] = [None, None, after[0], None]


def _text_if_any(path: Path) -> str:
    return read_text(path) if path.is_file() else ""
