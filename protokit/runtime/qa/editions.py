"""Two editions of one document: the newer value is said first, and the older one named with its document."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from protokit.runtime.qa.extract import Evidence
from vectorstore.passage import Passage

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SAME = 0.75
"""Share of common words from which two sentences are about the same thing."""
_EDITION_WORDS = (
    "draft|version|edition|issue|revision|release|rev|stand|fassung|ausgabe|entwurf|versión|versão|versione|édition|wersj\\w+"
    "|wydani\\w+|v"
)
_COMPARES = re.compile(
    r"\b(?:compare[ds]?|comparison|differs?|differences?|different|changed?|changes|versus|vs|against"
    r"|compared (?:to|with)|between|how|what|do|does|did|and|from|of the|the one|one"
    r"|unterscheide\w*|unterschied\w*|geändert|vergleich\w*|zwischen|différence\w*|diffèrent?|changé|entre"
    r"|diferencia\w*|cambi\w+|diferença|mudou|czym|różni\w*|się|zmienił\w*|porównaj|od)\b",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def other_edition(best: Evidence, others: Sequence[Evidence], passages: Sequence[Passage]) -> Evidence | None:
    """The sentence of another edition's document that says the same as `best` with other figures."""
    return next((each for each in others if _differs(best, each, passages)), None)


def is_newer(one: Passage, other: Passage) -> bool:
    """Whether the file of `one` is a later edition than the other's, as far as their names tell."""
    return _edition(one.file) > _edition(other.file)


def names_edition(question: str, file: str) -> bool:
    """Whether the question names this edition: "draft 3", "2025"."""
    return any(
        re.search(rf"(?<!\w){_spaced(each)}(?!\w)", question, re.IGNORECASE) for each in _editions(file)
    )


def _editions(file: str) -> list[str]:
    """How the edition of a file may be called: "draft 3" and "3" after any word for an edition, "2025"."""
    stem = PurePosixPath(file).stem.lower()
    return [*re.findall(r"(?<![^\W_])\d{4}(?!\d)", stem), *re.findall(r"[^\W\d_]+[\s_-]*\d+", stem)]


def _spaced(edition: str) -> str:
    """The pattern of an edition's name, its words apart or together; any word for an edition stands for another."""
    word, number = re.fullmatch(r"(\D*?)[\s_-]*(\d+)", edition).groups()  # type: ignore[union-attr]
    if not word:
        return number
    return rf"(?:{_EDITION_WORDS}|{re.escape(word)})[\s_.-]*{number}"


def compared_editions(question: str, passages: Sequence[Passage]) -> str:
    """What is asked of two editions of one document ("how do issue 3 and 4 differ in the notice period?"), without the
    words that compare and name them; empty where no two are compared."""
    files = dict.fromkeys(passage.file for passage in passages)
    named = [file for file in files if names_edition(question, file)]
    if len(named) < 2 or len({_title(file) for file in named}) > 1:
        return ""
    bare = question
    for file in named:
        for edition in _editions(file):
            bare = re.sub(rf"(?<!\w){_spaced(edition)}(?!\w)", " ", bare, flags=re.IGNORECASE)
    bare = _COMPARES.sub(" ", bare)
    return " ".join(bare.split()).strip(" ,:;?!.") if bare != question else ""


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
