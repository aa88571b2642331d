"""Greetings, thanks, and questions about oneself, in sixteen languages: they are answered and nothing is searched."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

from protokit.runtime.pattern_file import PatternFile
from vectorstore.text.terms import SPACELESS

_TALK = PatternFile(Path(__file__).with_name("data") / "small_talk.yaml")
_LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "ru",
    "tr",
    "zh",
    "zh-TW",
    "ja",
    "ko",
    "th",
    "ar",
)
_LONGEST = 12
"""Words of a line that may be small talk."""
Talk = Literal["greeting", "thanks", "about"]


def small_talk(text: str) -> tuple[Talk, str] | None:
    """What kind of small talk `text` is, with its language; None where something is asked."""
    said = _plain(text)
    if not said or len(said.split()) > _LONGEST:
        return None
    for code in _LANGUAGES:
        rest, found = _without(said, code)
        if found and not rest and not (found == "thanks" and text.rstrip().endswith(("?", "？"))):
            return found, code
        if _about(code).fullmatch(rest or said):
            return "about", code
    return None


def without_greeting(text: str) -> str:
    """`text` without the greeting that it begins with: "Hi there, what does it cost?"."""
    for code in _LANGUAGES:
        greeting = _opening(code).match(text)
        if greeting and greeting.end() < len(text):
            return text[greeting.end() :]
    return text


def _without(said: str, code: str) -> tuple[str, Talk | None]:
    """What is left of `said` without words of small talk, and which kind they are; all of it where none is."""
    words = {kind: _words(code, kind) for kind in ("greeting", "thanks", "filler")}
    found: Talk | None = "greeting" if words["greeting"].search(said) else None
    found = "thanks" if words["thanks"].search(said) else found
    if found is None:
        return said, None
    rest = words["thanks"].sub(" ", words["greeting"].sub(" ", said))
    bare = words["filler"].sub(" ", rest).strip()
    return (" ".join(rest.split()) if bare else ""), found


@cache
def _words(code: str, kind: str) -> re.Pattern[str]:
    """The words of a kind, the longest first; in scripts with spaces only whole ones."""
    words = sorted((_plain(word) for word in _TALK.get(code, kind)), key=len, reverse=True)
    either = "|".join(map(re.escape, words))
    if re.search(f"[{SPACELESS}]", words[0]) and code != "ko":
        return re.compile(either)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


@cache
def _about(code: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in _TALK.get(code, "about")), re.IGNORECASE)


@cache
def _opening(code: str) -> re.Pattern[str]:
    words = sorted(_TALK.get(code, "greeting"), key=len, reverse=True)
    return re.compile(
        rf"\s*(?:{'|'.join(map(re.escape, words))})(?:\s+(?:there|all|everyone|team|zusammen|à tous|a todos))?"
        r"\s*[,!.;，！。、-]+\s*",
        re.IGNORECASE,
    )


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s'’-]", " ", text.casefold().replace("’", "'")).split())
