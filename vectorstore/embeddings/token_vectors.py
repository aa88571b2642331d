"""A text as a model reads it: a word's vector in its context tells whether another text speaks of the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vectorstore.text.terms import QueryWord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The vector of a text and those of its tokens, all of unit length."""

    whole: "NDArray[np.float32]"
    """Shape (dimension,)."""
    tokens: "NDArray[np.float32]"
    """Shape (tokens, dimension); what the model adds at both ends is left out."""
    offsets: tuple[tuple[int, int], ...]
    """Where each token stands in the text, in characters."""


def nearness(words: Sequence[QueryWord], question: TokenVectors, text: TokenVectors) -> tuple[float, ...]:
    """How near, up to 1, the text comes to each word of the question: the mean of its tokens' best cosines.

    "When is the *shop* closed?" is near to "The store shuts at six" though they share no word. A word beyond what the
    model reads, and every word beside an empty text, counts 0. (Late interaction, as in ColBERT.)
    """
    if not len(question.tokens) or not len(text.tokens):
        return (0.0,) * len(words)
    best = (question.tokens @ text.tokens.T).max(axis=1)
    return tuple(_mean([best[at] for at in _covering(word, question)]) for word in words)


def _covering(word: QueryWord, question: TokenVectors) -> list[int]:
    return [at for at, (start, end) in enumerate(question.offsets) if start < word.end and word.start < end]


def _mean(values: Sequence[float]) -> float:
    return float(sum(values) / len(values)) if values else 0.0
