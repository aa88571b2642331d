"""Two editions of one document: the newer value is said first, and the older one named with its document."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from protokit.runtime.qa.extract import Evidence
from vectorstore.passage import Passage

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SAME = 0.75
"""Share of common words from which two sentences are about the same thing."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def other_edition(best: Evidence, others: Sequence[Evidence], passages: Sequence[Passage]) -> Evidence | None:
    """The sentence of another edition's document that says the same as `best` with other figures."""
    return next((each for each in others if _differs(best, each, passages)), None)


def is_newer(one: Passage, other: Passage) -> bool:
    """Whether the file of `one` is a later edition than the other's, as far as their names tell."""
    return _edition(one.file) > _edition(other.file)


def names_edition(question: str, file: str) -> bool:
    """Whether the question names this edition: "draft 3", "2025"."""
    stem = PurePosixPath(file).stem.lower()
    editions = re.findall(r"[^\W\d_]+[\s_-]*\d+|\d{4}", stem)
    asked = re.sub(r"[\s_-]+", " ", question.lower())
    return any(
        re.search(rf"(?<!\w){re.escape(re.sub(r'[ _-]+', ' ', each))}(?!\w)", asked) for each in editions
    )


def _differs(one: Evidence, other: Evidence, passages: Sequence[Passage]) -> bool:
    first, second = passages[one.passage].file, passages[other.passage].file
    if first == second or _title(first) != _title(second):
        return False
    words, figures = _said(one.text)
    other_words, other_figures = _said(other.text)
    common = len(words & other_words) >= _SAME * len(words | other_words)
    return common and figures != other_figures


def _said(text: str) -> tuple[frozenset[str], frozenset[str]]:
    figures = frozenset(_NUMBER.findall(text))
    words = frozenset(re.findall(r"[^\W\d_]+", text.lower()))
    months = {word for word in words if word[:3] in _MONTHS}
    return words - months, figures | months


def _title(file: str) -> str:
    """The name of a file without what tells its edition."""
    stem = PurePosixPath(file).stem.lower()
    plain = re.sub(
        r"[\W_]+|(?:copy|final|old|new|alt|neu|draft|version|edition|issue|rev|stand|v)(?=[\W\d_]|$)",
        " ",
        stem,
    )
    return " ".join(word for word in _NUMBER.sub(" ", plain).split() if word[:3] not in _MONTHS)


def _edition(file: str) -> tuple[float, ...]:
    """The numbers of a file's name; an old copy comes before all."""
    stem = PurePosixPath(file).stem.lower()
    old = -1.0 if re.search(r"(?<![a-z])(?:old|alt|archive|obsolete|superseded)(?![a-z])", stem) else 0.0
    return (old, *(float(number) for number in re.findall(r"\d+", stem)))
