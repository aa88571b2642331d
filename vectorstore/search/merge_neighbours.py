"""Makes a ranked list fit to be read: nothing said twice, and neighbours in a file as one passage."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from vectorstore.passage import Passage

_SAME = 0.9
"""Share of common words from which two passages with the same figures say the same."""
_PIECES = 3
"""Passages that are joined into one at most, so that a result stays a passage and does not become a chapter."""

_GAP = 100
"""Characters of white space between neighbours at most: the source is not asked for about those further apart."""

Source = Callable[[str], str]
"""The text of a file, to which a passage's offsets refer."""


def deduplicate(ranked: Iterable[Passage], limit: int, source: Source | None = None) -> list[Passage]:
    """The first `limit` results in order, each with its neighbours among them joined to it.

    A passage that nearly repeats one before it is left out, unless its figures differ. Two passages are joined when
    they stand in one section of one file with nothing but white space between; `source` gives that white space.
    """
    results: list[list[Passage]] = []
    seen: list[tuple[frozenset[str], frozenset[str]]] = []
    for passage in ranked:
        words = _said(passage.text)
        if any(_repeats(words, before) for before in seen):
            continue
        neighbour = next((result for result in results if _adjoins(result, passage, source)), None)
        if neighbour is None and len(results) == limit:
            break
        seen.append(words)
        if neighbour is None:
            results.append([passage])
        else:
            neighbour.append(passage)
    return [_joined(result, source) for result in results]


def _said(text: str) -> tuple[frozenset[str], frozenset[str]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(words), frozenset(word for word in words if any(map(str.isdigit, word)))


def _repeats(
    one: tuple[frozenset[str], frozenset[str]], other: tuple[frozenset[str], frozenset[str]]
) -> bool:
    (words, figures), (others, other_figures) = one, other
    return figures == other_figures and len(words & others) >= _SAME * len(words | others)


def _adjoins(result: list[Passage], passage: Passage, source: Source | None) -> bool:
    first = result[0]
    same = (first.file, first.page, first.place, first.heading) == (
        passage.file,
        passage.page,
        passage.place,
        passage.heading,
    )
    if not same or len(result) == _PIECES:
        return False
    return any(_touch(piece, passage, source) for piece in result)


def _touch(one: Passage, other: Passage, source: Source | None) -> bool:
    earlier, later = (one, other) if one.start < other.start else (other, one)
    if earlier.end == later.start:
        return True
    if not 0 < later.start - earlier.end <= _GAP or source is None:
        return False
    return not source(later.file)[earlier.end : later.start].strip()


def _joined(pieces: list[Passage], source: Source | None) -> Passage:
    """One passage over all pieces, with the scores of the best (the first)."""
    best = pieces[0]
    if len(pieces) == 1:
        return best
    ordered = sorted(pieces, key=lambda piece: piece.start)
    start, end = ordered[0].start, ordered[-1].end
    text = source(best.file)[start:end] if source else "".join(piece.text for piece in ordered)
    return replace(best, text=text, start=start, end=end)
