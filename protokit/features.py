"""Turns a prompt into the features that routing weighs: words, pairs of words and parts of words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

_WORD = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_PART = 4
"""Letters in a part of a word: enough to recognise a misspelt one."""


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case without accents; scripts without spaces give pairs of characters."""
    found: list[str] = []
    for run in _WORD.findall(fold(text)):
        if _SPACELESS.match(run):
            found += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
        else:
            found.append(run)
    return found


def fold(text: str) -> str:
    """Return `text` in lower case without accents."""
    lower = text.lower().replace("ß", "ss")
    if lower.isascii():
        return lower
    kept = (
        character
        for character in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(character)
    )
    return unicodedata.normalize("NFC", "".join(kept))


def features(text: str) -> set[str]:
    """Return what routing weighs: "word", "two words", and "~part", four letters of a word ("^" and "$" its ends)."""
    found = words(text)
    return {*found, *(f"{one} {two}" for one, two in pairwise(found)), *_parts(found)}


def _parts(found: Iterable[str]) -> set[str]:
    return {
        f"~{bounded[at : at + _PART]}"
        for word in set(found)
        if len(word) > _PART
        for bounded in [f"^{word}$"]
        for at in range(len(bounded) - _PART + 1)
    }


def document_counts(texts: Iterable[str]) -> Counter[str]:
    """Return in how many of `texts` each feature occurs."""
    return Counter(feature for text in texts for feature in features(text))
