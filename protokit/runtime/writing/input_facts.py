"""Which facts of a text the input does not hold: numbers, dates, names, links; and which of its figures are lost."""

import re
from typing import NamedTuple

from protokit.runtime.grounding.facts import facts, same

_NAME = re.compile(
    r"(?<![\w.])[A-ZÀ-Þ][\w’'&-]*(?:[ ](?:[A-ZÀ-Þ][\w’'&-]*|(?:of|de|von|van|the|&)(?= [A-ZÀ-Þ])))*"
)
_LINK = re.compile(r"https?://[^\s)\]>]+|\b[\w.+-]+@[\w-]+\.\w[\w.]*|\bwww\.[^\s)\]>]+")
_FIGURE = re.compile(r"[$€£]?\d+(?:[.,:/]\d+)*%?")
_NUMBERING = re.compile(r"^[ \t>]*(?:[-*•][ \t]+)?\d{1,3}[.)](?=[ \t])", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\[[^\]\n]*\]|^#{1,6} .*$|^\*\*[^*\n]+\*\*:?", re.MULTILINE)


class NewFact(NamedTuple):
    """Something that a text says and its input does not, at `text[start:end]`."""

    start: int
    end: int
    text: str


def new_facts(text: str, source: str) -> tuple[NewFact, ...]:
    """The numbers, dates, times, names and links of `text` that `source` does not hold, in order."""
    results: list[NewFact] = [
        NewFact(*m.span(), m[0]) for m in _LINK.finditer(text) if m[0].rstrip(".,") not in source
    ]
    known, numbering = facts(source), [match.span() for match in _NUMBERING.finditer(text)]
    figures = set(_FIGURE.findall(source))
    for fact in facts(text):
        if fact.kind == "ordinal" and not any(map(str.isdigit, fact.text)):
            continue
        if any(start <= fact.start < end for start, end in numbering):
            continue
        spelt = not any(map(str.isdigit, fact.text))
        if spelt and fact.value <= 2:
            continue
        if _FIGURE.findall(fact.text) and set(_FIGURE.findall(fact.text)) <= figures and fact.text in source:
            continue
        if not any(same(fact, other) for other in known) and fact.text.casefold() not in source.casefold():
            results.append(NewFact(fact.start, fact.end, fact.text))
    results += _new_names(text, source)
    return _apart(sorted(results))


def _new_names(text: str, source: str) -> list[NewFact]:
    """Names in the midst of a sentence, and of several words anywhere, none of whose words the source has."""
    words = {word.casefold() for word in re.findall(r"\w+", source)}
    hidden = [match.span() for match in _PLACEHOLDER.finditer(text)]
    names = []
    for match in _NAME.finditer(text):
        if any(start <= match.start() < end for start, end in hidden):
            continue
        parts = [part for part in re.findall(r"\w+", match[0]) if part[0].isupper()]
        opening = _opens(text, match.start())
        if opening:
            parts = parts[1:]
        unknown = [part for part in parts if not _known(part, words)]
        if unknown and not (len(parts) == 1 and (len(parts[0]) < 2 or parts[0] in ("I", "I’m", "I'm"))):
            start = match.start() + match[0].index(unknown[0])
            names.append(NewFact(start, match.end(), text[start : match.end()]))
    return names


def _known(part: str, words: set[str]) -> bool:
    plain = part.casefold()
    several = len(plain) > 3 and (plain.removesuffix("s") in words or f"{plain}s" in words)
    return plain in words or several or part == "I"


def _opens(text: str, at: int) -> bool:
    """Whether a sentence, a line or a quotation begins at `at`."""
    before = text[:at].rstrip(" \t\"“„«'‘(*_#>-•–☐[]")
    return not before or before[-1] in ".!?:\n…。|" or text[max(0, at - 1) : at] in '“„«"‘'


def _apart(found: list[NewFact]) -> tuple[NewFact, ...]:
    kept: list[NewFact] = []
    for fact in found:
        if not kept or fact.start >= kept[-1].end:
            kept.append(fact)
    return tuple(kept)


def missing_figures(text: str, source: str) -> list[str]:
    """The figures of `source` that `text` does not say, as they are written there."""
    said = {figure.rstrip(".,:/") for figure in _FIGURE.findall(text)}
    return list(
        dict.fromkeys(f for figure in _FIGURE.findall(source) if (f := figure.rstrip(".,:/")) not in said)
    )
