"""Finds the words of a vocabulary that a misspelt word may have meant."""

from collections.abc import Iterable

_SHORTEST = 4


def spelt_like(word: str, vocabulary: Iterable[str], *, limit: int = 3) -> list[str]:
    """The words nearest to `word`, at most `limit`, with its first letter and within its allowance of slips.

    A slip is a letter added, dropped, changed, or swapped with the next.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not (most := _allowance(word)):
        return []
    near = sorted(
        other for other in vocabulary if other[0] == word[0] and abs(len(other) - len(word)) <= most
    )
    rated = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=limit)
    return [other for other, _, _ in rated]


def _allowance(word: str) -> int:
    """How many slips of the pen a word of its length may hold: none below four letters, two from eight on."""
    if len(word) < _SHORTEST or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2
