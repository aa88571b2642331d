"""Reads the phrases a prototype greets people with: data by language, so that code holds no wording."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.validation import load_yaml, read_text

WORDING_FILE = "wording.yaml"
FALLBACK = "en"
Wording = Mapping[str, Any]


def read_wording(blueprint: Path, language: str) -> Wording:
    """Return the phrases for `language`: the blueprint folder's own, then those beside it, then English.

    The blueprint's English lines never replace a common line that speaks the language.
    """
    common, own = _read(blueprint.parent), _read(blueprint)
    spoken = {**common.get(language, {}), **own.get(language, {})}
    return {**common.get(FALLBACK, {}), **own.get(FALLBACK, {}), **spoken}


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / WORDING_FILE
    found = load_yaml(read_text(path), where=WORDING_FILE) if path.is_file() else None
    return found if isinstance(found, dict) else {}
