"""How rare a word is in English at large: "acupuncture" must be answered for, "offer" hardly.

The passages found are too few to tell. The vocabulary of BERT lists its 30,000 words by how common they are.
"""

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_MIDDLE = 0.55
"""The mean over the words of questions, for languages of which nothing is known."""
_UNKNOWN = 30_000


def rarity(forms: Iterable[str], language: str) -> float:
    """Of the commonest of a word's forms: about 0 for one of the commonest thousand, 1.1 for one that is not listed."""
    if language != "en":
        return _MIDDLE
    ranks = _ranks()
    return math.log(min((ranks.get(form, _UNKNOWN) for form in forms), default=_UNKNOWN) / 1000) / 3


@cache
def listed_words() -> tuple[str, ...]:
    """The English words that are listed, the commonest first."""
    return tuple(word for word in _ranks() if word.isalpha() and len(word) > 1)


@cache
def _ranks() -> dict[str, int]:
    file = Path(__file__).parents[1] / "data" / "bert_uncased_vocab.txt"
    return {word: rank for rank, word in enumerate(file.read_text(encoding="utf-8").split("\n"), 1)}
