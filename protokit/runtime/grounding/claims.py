"""What a sentence is made of for comparing it with a source: content words, names, negations, synonyms."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from protokit.runtime.grounding.facts import PATTERNS, Fact, facts
from vectorstore.text import terms

_NEGATORS = PATTERNS.pattern("negators", flags=re.IGNORECASE)
_NEGATION_REACH = 32
# A row of more numbers is a table, not a sentence; all pairs of facts are compared.
_MOST_FACTS = 60
_CLAUSE_END = PATTERNS.pattern("clause_end")
_RELATIONS: dict[str, set[str]] = {}
for _pair in PATTERNS.get("relations"):
    _first, _second = _pair.split()
    _RELATIONS.setdefault(_first, set()).add(_second)
    _RELATIONS.setdefault(_second, set()).add(_first)
_SELF, _YOU, _OPINION = (PATTERNS.words("words", whose) for whose in ("self", "you", "opinion"))


@dataclass(frozen=True, slots=True)
class Word:
    """A content word at `text[start:end]`, in its stem."""

    stem: str
    text: str
    start: int
    end: int
    name: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence taken apart. `words` leaves out what is part of a fact."""

    text: str
    words: tuple[Word, ...]
    facts: tuple[Fact, ...]
    negations: int


def read(text: str, code: str) -> Wording:
    """Take `text` (one sentence in the language `code`) apart; offsets refer to `text`."""
    numbers = tuple(facts(text)[:_MOST_FACTS])
    negated = _negated_ranges(text)
    in_fact = _mask(len(text), [(fact.start, fact.end) for fact in numbers])
    in_negation = _mask(len(text), negated)
    content = tuple(
        Word(stem, text[start:end], start, end, _is_name(text, start, end), bool(in_negation[start]))
        for stem, start, end in terms.content_words(text, code)
        if not stem[0].isdigit() and not in_fact[start]
    )
    return Wording(text, content, numbers, len(negated))


def _mask(length: int, ranges: list[tuple[int, int]]) -> bytearray:
    """A byte for each character: 1 within any of `ranges`."""
    mask = bytearray(length)
    for start, end in ranges:
        mask[start:end] = b"\1" * (min(end, length) - start)
    return mask


def untokenised(text: str) -> str:
    """`text` with the spaces taken out that some models put around marks: "do n't", "25 - year", "£ 1"."""
    text = re.sub(r"(?<=\w) (n't|'(?:s|re|ve|ll|d|m))\b", r"\1", text)
    text = re.sub(r"(?<=\d) - (?=\w)|(?<=-) (?=\w)(?<=\w- )", "-", text)
    text = re.sub(r"(?<=\w) - (?=\w)", "-", text)
    text = re.sub(r"([€$£]) (?=\d)", r"\1", text)
    return re.sub(r" (?=[,.;:!?%)](?:\s|$))", "", text)


def related(first: str, second: str) -> bool:
    """Whether two stems are one family ("announc", "announcement") or stand as synonyms in the lexicon."""
    shorter = min(len(first), len(second))
    if shorter >= 5 and first[: shorter - 1] == second[: shorter - 1]:
        return True
    return second in _lexicon()[0].get(first, ())


def synonyms(stem: str) -> frozenset[str]:
    """The stems that can stand for `stem`."""
    return _lexicon()[0].get(stem, frozenset())


def contradict(first: str, second: str) -> bool:
    """Whether two stems stand as opposites in the lexicon, or one is the other with "un" or "non" before it."""
    if second in _lexicon()[1].get(first, ()):
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) > 3 and longer in (f"un{shorter}", f"non{shorter}")


def turned(first: str, second: str) -> tuple[str, str] | None:
    """A word of relation in `first` where `second` has only the contrary one, such as "before" and "after"."""
    mine, theirs = (spoken(text) & _RELATIONS.keys() for text in (first, second))
    only_mine, only_theirs = mine - theirs, theirs - mine
    pairs = ((word, other) for word in only_mine for other in _RELATIONS[word] & only_theirs)
    return next(((a, b) for a, b in pairs if a not in theirs and b not in mine), None)


def spoken(text: str) -> set[str]:
    """Every word of `text` as it stands, in lower case."""
    return {token.strip('.,!?;:"()') for token in text.lower().replace("\u2019", "'").split()}


def manner(text: str, vocabulary: set[str]) -> dict[str, float]:
    """Signs that somebody speaks of himself, to somebody, or judges, where the sources (`vocabulary`) do not."""
    own = spoken(text) - vocabulary
    return {
        "self": float(bool(own & _SELF)),
        "you": float(bool(own & _YOU)),
        "opinion": math.log1p(len(own & _OPINION)),
        "exclaims": float("!" in text),
    }


def _is_name(text: str, start: int, end: int) -> bool:
    if not text[start].isupper():
        return False
    before = text[max(0, start - 8) : start].rstrip(" \"'“‘(")
    opening = not before or before[-1] in ".!?:•"
    acronym = text[start:end].isupper() and end - start > 1
    return not opening or acronym or re.match(r"[ .]+[A-Z]\w", text[end : end + 8]) is not None


def _negated_ranges(text: str) -> list[tuple[int, int]]:
    """Stretches that a negation rules: from it to the end of its clause, a few words at most."""
    ranges = []
    for match in _NEGATORS.finditer(text):
        stop = _CLAUSE_END.search(text, match.end(), match.end() + _NEGATION_REACH)
        ranges.append((match.start(), stop.start() if stop else match.end() + _NEGATION_REACH))
    return ranges


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    same: dict[str, set[str]] = {}
    opposite: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "lexicon.txt").read_text(encoding="utf-8").splitlines():
        table = {"=": same, "!": opposite}.get(line[:1])
        if table is not None:
            code, _, listed = line[1:].partition(" ")
            stems = set(terms.tokenize(listed, code or "en"))
            for stem in stems:
                table.setdefault(stem, set()).update(stems - {stem})
    return _frozen(same), _frozen(opposite)


def _frozen(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {stem: frozenset(others) for stem, others in table.items()}
