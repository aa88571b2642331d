"""Finds the words of a vocabulary that a misspelt word may have meant, fast enough for half a million words."""

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHORTEST = 4
_SLOTS = 32


def allowance(word: str) -> int:
    """How many slips of the pen a word of its length may hold: none below four letters, two from eight on."""
    if len(word) < _SHORTEST or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap with the next to turn one word into the other; `most` + 1 if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]


class Speller:
    """Words near a word in spelling. Threads may share one; what it needs is made at its first use."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._making = Lock()
        self._letters: NDArray[np.int8] | None = None
        self._lengths: NDArray[np.int64] | None = None

    def near(self, word: str, *, limit: int = 3) -> list[str]:
        """The words of the vocabulary nearest to `word`, with its first letter and within its `allowance`."""
        import numpy as np

        most = allowance(word)
        if not most or not self._vocabulary:
            return []
        letters, lengths = self._counted()
        close = np.flatnonzero(np.abs(lengths - len(word)) <= most)
        # An edit changes the counts of at most two letters by one each.
        differing = np.abs(letters[close] - _counts([word])[0]).sum(axis=1, dtype=np.int16)
        likely = (self._vocabulary[at] for at in close[differing <= 2 * most])
        rated = [(distance(word, other, most), other) for other in likely if other[0] == word[0]]
        return [other for apart, other in sorted(rated) if 0 < apart <= most][:limit]

    def _counted(self) -> "tuple[NDArray[np.int8], NDArray[np.int64]]":
        import numpy as np

        with self._making:
            if self._letters is None or self._lengths is None:
                self._letters = _counts(self._vocabulary)
                self._lengths = np.array([len(word) for word in self._vocabulary], dtype=np.int64)
            return self._letters, self._lengths


def _counts(words: Sequence[str]) -> "NDArray[np.int8]":
    """How often each letter (modulo 32) stands in each word, shape (words, 32)."""
    import numpy as np

    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32) % _SLOTS
    owner = np.repeat(np.arange(len(words)), [len(word) for word in words])
    counts = np.bincount(owner * _SLOTS + codes, minlength=len(words) * _SLOTS)
    return np.minimum(counts, 100).reshape(len(words), _SLOTS).astype(np.int8)
