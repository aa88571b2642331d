"""The patterns by which a question is seen to lean on the conversation, out of data/follow_up.txt."""

import re
from functools import cache
from pathlib import Path


@cache
def whole(kind: str) -> re.Pattern[str]:
    """Matches what is of this kind from beginning to end, but for marks."""
    return re.compile(rf"\W*(?:{_alternatives(kind)})\W*", re.IGNORECASE)


@cache
def beginning(kind: str) -> re.Pattern[str]:
    """Matches the beginning that is of this kind."""
    return re.compile(rf"[\s¿¡]*(?:{_alternatives(kind)})[\s,:-]*", re.IGNORECASE)


@cache
def anywhere(kind: str, language: str) -> re.Pattern[str]:
    """Matches a word of this kind in a language (two letters); nothing where none is known."""
    lines = [line.split(": ", 1) for line in _patterns()[kind]]
    return re.compile(
        "|".join(f"(?:{form})" for code, form in lines if code == language) or r"(?!)", re.IGNORECASE
    )


def _alternatives(kind: str) -> str:
    return "|".join(f"(?:{line})" for line in _patterns()[kind])


@cache
def _patterns() -> dict[str, list[str]]:
    file = Path(__file__).parents[1] / "data" / "follow_up.txt"
    patterns: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = patterns.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return patterns
