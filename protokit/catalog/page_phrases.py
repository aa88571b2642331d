"""Reads the phrases a prototype greets people with: data by language, so that code holds no wording."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.lookup import home
from protokit.errors import SpecProblem
from protokit.spec.yaml_cache import load_data
from protokit.spec.yaml_io import read_text

WORDING_FILE = "wording.yaml"
FALLBACK = "en"
_TOKENS = {"topic": "", "subject": "", "audience": ""}
PagePhrases = Mapping[str, Any]


def read_page_phrases(blueprint: Blueprint, language: str) -> PagePhrases:
    """Return the phrases for `language`: the blueprint's own, those of what it extends, the common ones, then English.

    The blueprint's English lines never replace a common line that speaks the language.
    """
    sources = (_read(home()), own_wording(blueprint))
    codes = (FALLBACK, language)
    return {
        name: line for code in codes for phrases in sources for name, line in phrases.get(code, {}).items()
    }


def own_wording(blueprint: Blueprint) -> dict[str, dict[str, Any]]:
    """Return the phrases of a blueprint over those of what it extends, by language."""
    wording: dict[str, dict[str, Any]] = {}
    for folder in blueprint.folders:
        for language, phrases in _read(folder).items():
            wording[language] = {**wording.get(language, {}), **_checked(phrases, language, folder)}
    return wording


def _checked(phrases: Any, language: str, folder: Path) -> dict[str, Any]:
    """The phrases, whose tokens are those that a line can hold."""
    where = f"{folder.name}/{WORDING_FILE}: {language}"
    if not isinstance(phrases, dict):
        raise SpecProblem("expected phrases by name", where=where, fix="Write for example {tone: formal}")
    for name, line in phrases.items():
        try:
            str(line).format(**_TOKENS)
        except (KeyError, IndexError, ValueError, AttributeError):
            tokens = ", ".join(f"{{{token}}}" for token in _TOKENS)
            raise SpecProblem(
                f"{name}: {line!r:.60} holds another token than {tokens}", where=where
            ) from None
    return phrases


def _read(folder: Path) -> dict[str, Any]:
    path = folder / WORDING_FILE
    return _parsed(read_text(path)) if path.is_file() else {}


@lru_cache(maxsize=64)
def _parsed(text: str) -> dict[str, Any]:
    """What the `text` of a file of phrases holds; each is read for the draft and again for the welcome."""
    content = load_data(text, where=WORDING_FILE)
    return content if isinstance(content, dict) else {}
