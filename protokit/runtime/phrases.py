"""What the offline engine says in its own words, by language."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _phrases() -> dict[str, dict[str, Any]]:
    text = Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]


def phrase(name: str, language: str) -> Any:
    """What the offline engine says for `name` in `language` (ISO 639), in English where it does not speak it."""
    return _phrases().get(language, _phrases()["en"])[name]
