"""Counts how many words of a claim, alone and in the order they have there, stand in its sources."""

import itertools
import math
import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")


class SourceWords:
    """The words of the sources, function words too, and their runs of two and of three."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._pairs: set[tuple[str, ...]] = set()
        self._triples: set[tuple[str, ...]] = set()
        for text in texts:
            words = _WORD.findall(text.lower())
            self._words.update(words)
            self._pairs.update(itertools.pairwise(words))
            self._triples.update(zip(words, words[1:], words[2:], strict=False))

    def features(self, claim: str) -> dict[str, float]:
        """Shares (0 to 1) of the claim's words, pairs and triples that the sources have, and counts as log(1 + n)."""
        words = _WORD.findall(claim.lower())
        known = sum(word in self._words for word in words)
        pairs = [pair in self._pairs for pair in itertools.pairwise(words)]
        triples = [triple in self._triples for triple in zip(words, words[1:], words[2:], strict=False)]
        return {
            "word_overlap": _share(known, words),
            "pair_overlap": _share(sum(pairs), pairs),
            "triple_overlap": _share(sum(triples), triples),
            "copied": _share(_longest(pairs), words),
            "words": math.log1p(len(words)),
            "unknown_words": math.log1p(len(words) - known),
        }


def _share(count: int, among: Sequence[object]) -> float:
    return count / max(1, len(among))


def _longest(pairs: Sequence[bool]) -> int:
    """Words of the longest stretch of the claim that the sources have pair by pair."""
    longest = run = 0
    for known in pairs:
        run = run + 1 if known else 0
        longest = max(longest, run)
    return longest + 1 if longest else 0
