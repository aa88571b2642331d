"""What the offline engine says in its own words, by language."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vectorstore.text.languages import FUNCTION_WORDS, guess

_ENGLISH = FUNCTION_WORDS["en"]


@cache
def _phrases() -> dict[str, dict[str, Any]]:
    text = Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]


def phrase(name: str, language: str) -> Any:
    """What the offline engine says for `name` in `language` (ISO 639), in English where it does not speak it."""
    return _phrases().get(language, _phrases()["en"])[name]


def spoken_language(text: str, default: str) -> str:
    """The language of `text` where it tells and the engine speaks it, else `default` (the prototype's own)."""
    code = guess(text)
    if code == "en" and default != "en" and not _ENGLISH & set(re.findall(r"[a-z]+", text.lower())):
        return default
    if code == "zh" and default == "zh-TW":
        return default
    return code if code in _phrases() else default
