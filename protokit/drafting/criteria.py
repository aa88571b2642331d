"""Finds what texts are to be scored by: criteria that a line names, or what a document asks for."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import Criterion

_FILE = PatternFile(Path(__file__).with_name("criteria.yaml"))
_MOST_WORDS, _MOST_NAME, _MOST = 5, 80, 20
_FEWEST = 2
_PREFERRED = 0.5
"""How much what is only wished for counts beside what is asked for."""


def find_criteria(prompt: str) -> tuple[Criterion, ...]:
    """The criteria that the cleaned `prompt` names, else the usual ones of what it scores; none where it scores
    nothing."""
    if not _FILE.pattern("scores", flags=re.IGNORECASE).search(prompt):
        return ()
    for pattern in _FILE.get("lists"):
        for match in re.finditer(pattern, prompt, re.IGNORECASE):
            if len(names := _names(match["list"])) >= _FEWEST:
                return tuple(Criterion(name=name) for name in names[:_MOST])
    if not measures_against(prompt):
        return ()
    usual: dict[str, list[dict[str, str]]] = _FILE.get("usual")
    rows = next((rows for words, rows in usual.items() if re.search(words, prompt, re.IGNORECASE)), [])
    return tuple(Criterion(name=row["name"], description=row["description"]) for row in rows)


def measures_against(prompt: str) -> bool:
    """Whether the line measures texts against a document, such as a job ad."""
    return bool(_FILE.pattern("against", flags=re.IGNORECASE).search(prompt))


def criteria_of(documents: Iterable[str]) -> tuple[Criterion, ...]:
    """What the one of `documents` asks for that asks for most: the points of its lists below "Requirements" and the
    like. What is only wished for counts half. None where no document asks for anything."""
    lists = [tuple(_asked(text)) for text in documents]
    best = max(lists, key=len, default=())
    return best[:_MOST] if len(best) >= _FEWEST else ()


def _names(listed: str) -> list[str]:
    parts = [part.strip(" .\"'“”«»()") for part in re.split(_FILE.get("and"), listed, flags=re.IGNORECASE)]
    names = [re.sub(_FILE.get("leading"), "", part, flags=re.IGNORECASE) for part in parts if part]
    return list(dict.fromkeys(names)) if all(len(each.split()) <= _MOST_WORDS for each in names) else []


def _asked(text: str) -> Iterator[Criterion]:
    weight = 0.0
    for line in text.splitlines():
        point = re.match(r"\s*(?:[-*•·–]|\d{1,2}[.)])\s+(?P<point>\S.*)$", line)
        if point and weight:
            preferred = bool(_FILE.pattern("preferred", flags=re.IGNORECASE).search(point["point"]))
            yield _criterion(point["point"], _PREFERRED if preferred else weight)
        elif line.strip() and not point and len(line.split()) <= _MOST_WORDS + 3:
            asks, wishes = (
                _FILE.pattern(name, flags=re.IGNORECASE).search(line) for name in ("asks", "preferred")
            )
            weight = _PREFERRED if wishes else 1.0 if asks else 0.0


def _criterion(point: str, weight: float) -> Criterion:
    told = " ".join(re.sub(r"[*_`]", "", point).split()).strip(" .;")
    name = told if len(told) <= _MOST_NAME else told[:_MOST_NAME].rsplit(" ", 1)[0]
    return Criterion(name=name, description=told[:300] if name != told else "", weight=weight)
