"""What changed from one document to another: each change with its kind, places and words, and how much it matters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from protokit.runtime.comparison.align_clauses import Pair, align_clauses
from protokit.runtime.comparison.clauses import Clause, ClauseToken, clauses_of
from protokit.runtime.comparison.fact_changes import FactChange, fact_changes
from protokit.runtime.comparison.importance import ChangeWords, importance, states_number
from protokit.runtime.comparison.word_changes import WordChange, word_changes
from vectorstore.loaders.document import Document

Kind = Literal["added", "removed", "changed", "reworded", "moved", "numbering"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed", "reworded", "moved", "numbering")
IMPORTANT = 0.5


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a document that changed: `text` is `document.text[start:end]`."""

    text: str
    start: int
    end: int
    number: str = ""
    heading: str = ""
    page: int | None = None
    place: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    """Offsets into `text` of the words that changed."""

    @property
    def where(self) -> str:
        """Its place for a person: "4.2 Liability, page 3"."""
        named = " ".join(filter(None, (self.number.rstrip(".") if self.number else "", self.heading)))
        return ", ".join(filter(None, (named, self.place)))


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One change; `old` is None for what was added, `new` for what was removed."""

    kind: Kind
    old: Excerpt | None
    new: Excerpt | None
    importance: float = 0.0
    """0 to 1: the chance that a reader must know it."""
    reasons: tuple[str, ...] = ()
    """Why it matters, each a key such as "money", or "facts"."""
    facts: tuple[FactChange, ...] = ()
    words: tuple[WordChange, ...] = ()
    moved: bool = False
    """Whether it stands elsewhere, too."""
    count: int = 1
    """How many neighbouring clauses it covers: what moved or was numbered anew is told once."""

    @property
    def important(self) -> bool:
        """Whether it belongs among those that are shown first."""
        return self.importance >= IMPORTANT


@dataclass(frozen=True, slots=True)
class Alignment:
    """Both documents in the order of the newer one: a row holds what stands side by side."""

    old: Excerpt | None
    new: Excerpt | None
    change: int | None
    """The index of its change, None for what is the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that changed, in the order of the newer document, and both documents side by side."""

    changes: tuple[ClauseChange, ...]
    rows: tuple[Alignment, ...]
    clauses: int
    """How many clauses both documents have together at most."""


def compare_documents(old: Document, new: Document) -> Comparison:
    """Hold `new` against `old`. Never raises; two documents of which one is empty give only additions or removals."""
    pairs = align_clauses(clauses_of(old), clauses_of(new))
    differing = [pair for pair in pairs if pair.old_words != pair.new_words]
    words = {id(pair): word_changes(_tokens(pair.old), _tokens(pair.new)) for pair in differing}
    renames = renames_of([words[id(pair)] for pair in differing if pair.old and pair.new])
    changes: list[ClauseChange] = []
    rows: list[Alignment] = []
    for pair in pairs:
        marks = words.get(id(pair), [])
        kind = _layout_kind(pair) if pair.old_words == pair.new_words else None
        before = _excerpt(old, pair.old, [token for mark in marks for token in mark.old] if pair.new else [])
        after = _excerpt(new, pair.new, [token for mark in marks for token in mark.new] if pair.old else [])
        if pair.old_words != pair.new_words:
            changes.append(_content_change(pair, before, after, marks, renames))
            rows.append(Alignment(before, after, len(changes) - 1))
        elif kind and (told := _told_already(changes, rows, kind)) is not None:
            changes[told] = replace(changes[told], count=changes[told].count + 1)
            rows.append(Alignment(before, after, told))
        elif kind:
            changes.append(ClauseChange(kind, before, after))
            rows.append(Alignment(before, after, len(changes) - 1))
        else:
            rows.append(Alignment(before, after, None))
    return Comparison(tuple(changes), tuple(rows), len(pairs))


def _content_change(
    pair: Pair,
    before: Excerpt | None,
    after: Excerpt | None,
    marks: Sequence[WordChange],
    renames: frozenset[tuple[str, str]],
) -> ClauseChange:
    old, new = (" ".join(clause.content for clause in part) for part in (pair.old, pair.new))
    found = tuple(fact_changes(old, new))
    weighed = importance(ChangeWords(old, new, tuple(marks), found, renames, _is_heading(pair)))
    kind: Kind = "changed" if old and new else "added" if new else "removed"
    if kind == "changed" and weighed.same_meaning:
        kind = "reworded"
    return ClauseChange(kind, before, after, weighed.value, weighed.reasons, found, tuple(marks), pair.moved)


def _layout_kind(pair: Pair) -> Kind | None:
    """How a clause of the same words differs, None where it does not."""
    if pair.moved:
        return "moved"
    numbers = [[clause.number.strip(" .()") for clause in part] for part in (pair.old, pair.new)]
    return "numbering" if len(pair.old) == len(pair.new) and numbers[0] != numbers[1] else None


def _told_already(changes: Sequence[ClauseChange], rows: Sequence[Alignment], kind: Kind) -> int | None:
    """The change that a clause belongs to: the move of the clause before it, the new numbering of any."""
    if kind == "numbering":
        return next((at for at, each in enumerate(changes) if each.kind == kind), None)
    last = rows[-1].change if rows else None
    return last if last is not None and changes[last].kind == kind else None


def renames_of(changes: Sequence[Sequence[WordChange]]) -> frozenset[tuple[str, str]]:
    """What is called otherwise throughout: the same replacement in at least two clauses."""
    counts = Counter(
        pair
        for each in changes
        for pair in {(one.old_text, one.new_text) for one in each if one.old and one.new}
    )
    return frozenset(
        pair for pair, count in counts.items() if count >= 2 and not states_number(" ".join(pair))
    )


def _is_heading(pair: Pair) -> bool:
    return all(clause.is_heading for clause in (*pair.old, *pair.new))


def _tokens(clauses: Sequence[Clause]) -> list[ClauseToken]:
    return [token for clause in clauses for token in clause.tokens]


def _excerpt(document: Document, clauses: Sequence[Clause], marks: Sequence[ClauseToken]) -> Excerpt | None:
    if not clauses:
        return None
    first, start, end = clauses[0], clauses[0].start, clauses[-1].end
    places = _merged([(token.start - start, token.end - start) for token in marks], document.text[start:end])
    heading = first.heading
    return Excerpt(
        document.text[start:end], start, end, first.number, heading, first.page, first.place, tuple(places)
    )


def _merged(places: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Neighbouring words as one mark."""
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
