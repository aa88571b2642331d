"""A question as it was meant: what was typed for speed written out, and slips of the pen mended by the passages."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from vectorstore.index.spelling import spelt_like
from vectorstore.passage import Passage
from vectorstore.text.languages import FUNCTION_WORDS, guess
from vectorstore.text.rarity import listed_words, rarity
from vectorstore.text.terms import tokenize

_WORD = re.compile(r"[^\W\d_]+(?:/o?|\.)?")
_LONG = 8
_KNOWN = 0.9
"""The rarity of a word that is listed, and so no slip of the pen."""


def respelt(question: str, passages: Sequence[Passage]) -> str:
    """`question` with words that neither the passages nor the language have exchanged for those they seem to mean."""
    if not passages:
        return question
    code = guess(" ".join(passage.text[:200] for passage in passages[:3]))
    texts = [f"{passage.file} {passage.heading} {passage.text}" for passage in passages]
    vocabulary = {word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower())}
    asked = guess(question)
    stems = {stem for word in vocabulary for stem in tokenize(word, code)}

    def meant(found: re.Match[str]) -> str:
        word = found.group().lower()
        if word in vocabulary or word in FUNCTION_WORDS.get(asked, ()) or set(tokenize(word, code)) & stems:
            return found.group()
        if asked == "en" and (written := _abbreviations().get(word)):
            return written
        if asked != code or (asked == "en" and rarity([word], "en") < _KNOWN):
            return found.group()
        near = spelt_like(word, vocabulary, limit=1) or (_listed_like(word) if asked == "en" else [])
        return near[0] if near else found.group()

    return _WORD.sub(meant, question)


def _listed_like(word: str) -> list[str]:
    """The English word that a long one is a slip away from: shorter ones may be names."""
    from rapidfuzz.distance import OSA

    if len(word) < _LONG:
        return []
    return [near for near in spelt_like(word, listed_words(), limit=1) if OSA.distance(word, near) == 1]


@cache
def _abbreviations() -> dict[str, str]:
    file = Path(__file__).with_name("data") / "abbreviations.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))
