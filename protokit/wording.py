"""Reads the phrases a prototype greets people with: data by language, so that code holds no wording."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.blueprint import Blueprint
from protokit.catalog import home
from protokit.validation import load_yaml, read_text

WORDING_FILE = "wording.yaml"
FALLBACK = "en"
Wording = Mapping[str, Any]


def read_wording(blueprint: Blueprint, language: str) -> Wording:
    """Return the phrases for `language`: the blueprint's own, those of what it extends, the common ones, then English.

    The blueprint's English lines never replace a common line that speaks the language.
    """
    known = (_read(home()), own_wording(blueprint))
    codes = (FALLBACK, language)
    return {name: line for code in codes for phrases in known for name, line in phrases.get(code, {}).items()}


def own_wording(blueprint: Blueprint) -> dict[str, dict[str, Any]]:
    """Return the phrases of a blueprint over those of what it extends, by language."""
    known: dict[str, dict[str, Any]] = {}
    for folder in blueprint.folders:
        for language, phrases in _read(folder).items():
            known[language] = {**known.get(language, {}), **phrases}
    return known


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / WORDING_FILE
    found = load_yaml(read_text(path), where=WORDING_FILE) if path.is_file() else None
    return found if isinstance(found, dict) else {}
