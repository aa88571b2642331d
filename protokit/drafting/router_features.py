"""Turns a prompt into the features that routing weighs: words, pairs of words and parts of words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.out_of_scope import OutOfScope
from vectorstore.text.plain_words import words

Kind = Blueprint | OutOfScope


MOST_HITS = 2
"""More strong or weak words than this say nothing more."""

_PART = 4
"""Letters in a part of a word: enough to recognise a misspelt one."""


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


@dataclass(frozen=True, slots=True)
class RouterEvidence:
    """What speaks for one kind, apart from learnt weights: so a kind the weights have never seen can win."""

    strong: float
    """Strong words of the kind found in the prompt, 0 to 2."""
    weak: float
    """Weak words found, 0 to 2."""
    alike: float
    """Likeness to the nearest of the kind's examples, 0 to 1; the prompt itself among them does not count."""
    found: tuple[str, ...]
    """The words found, as the kind spells them."""


def match_features(prompt: str, kinds: Mapping[str, Kind]) -> dict[str, RouterEvidence]:
    """Return the evidence for each of `kinds`, by name."""
    asked = features(prompt)
    spoken = f" {' '.join(words(prompt))} "
    return {name: _evidence(asked, spoken, kind) for name, kind in kinds.items()}


def _evidence(asked: set[str], spoken: str, kind: Kind) -> RouterEvidence:
    strong = [word for word, plain in _plain(kind.words.strong) if f" {plain} " in spoken]
    weak = [word for word, plain in _plain(kind.words.weak) if f" {plain} " in spoken]
    return RouterEvidence(
        strong=min(len(strong), MOST_HITS),
        weak=min(len(weak), MOST_HITS),
        alike=_likeness(asked, (_features(example) for example in kind.examples)),
        found=(*strong, *weak),
    )


def _likeness(asked: set[str], examples: Iterable[frozenset[str]]) -> float:
    near = 0.0
    for example in examples:
        shared = len(asked & example)
        if (shared and len(asked) != shared) or len(example) != shared:
            near = max(near, shared / (len(asked) * len(example)) ** 0.5)
    return near


@lru_cache(maxsize=4096)
def _features(example: str) -> frozenset[str]:
    return frozenset(features(example))


@lru_cache(maxsize=256)
def _plain(vocabulary: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((word, " ".join(words(word))) for word in vocabulary)
