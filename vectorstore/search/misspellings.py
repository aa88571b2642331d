"""A question as it was meant: what was typed for speed written out, and slips of the pen mended by the documents."""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path

from vectorstore.index.spelling import spelt_like
from vectorstore.text.languages import FUNCTION_WORDS, guess
from vectorstore.text.rarity import listed_words, rarity

_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?:/o?|\.(?=\s))?(?![\w-])")
_LONG = 8
_KNOWN = 0.9
"""The rarity of a word that is listed, and so no slip of the pen."""
_COMMON = 2500
"""Words that a short one may be a slip of, the commonest."""


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts as they are written there, in small letters."""
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower()))


def respelt(
    question: str, vocabulary: Collection[str], language: str, *, is_known: Callable[[str], bool]
) -> str:
    """`question` with words that nobody knows exchanged for those they seem to mean.

    `vocabulary` are the words of the documents, which are in `language`; `is_known` tells of a small word whether they
    have it, in any form. Numbers and codes are left as they are.
    """
    asked = guess(question)

    def meant(match: re.Match[str]) -> str:
        written = match.group()
        word = written.lower()
        if word in vocabulary or word in FUNCTION_WORDS.get(asked, ()) or is_known(word):
            return written
        if asked == "en" and (in_full := _abbreviations().get(word)):
            return in_full
        if asked != language or (asked == "en" and rarity([word], "en") < _KNOWN):
            return written
        near = spelt_like(word, vocabulary, limit=1)
        if not near and asked == "en" and written.islower():
            near = _listed_like(word)
        return near[0] if near else written

    return _WORD.sub(meant, question)


def _listed_like(word: str) -> list[str]:
    """The English word that `word` is a slip away from, a common one where it is short."""
    from rapidfuzz.distance import OSA

    listed = listed_words() if len(word) >= _LONG else listed_words()[:_COMMON]
    return [near for near in spelt_like(word, listed, limit=1) if OSA.distance(word, near) == 1]


@cache
def _abbreviations() -> dict[str, str]:
    file = Path(__file__).parents[1] / "data" / "abbreviations.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))
