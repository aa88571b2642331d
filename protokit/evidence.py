"""Measures what in a prompt speaks for a kind of prototype, the same for the router and for its training."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from protokit.beyond import Beyond
from protokit.blueprint import Blueprint
from protokit.features import features, words

Kind = Blueprint | Beyond
MOST_HITS = 2
"""More strong or weak words than this say nothing more."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one kind, apart from learnt weights: so a kind the weights have never seen can win."""

    strong: float
    """Strong words of the kind found in the prompt, 0 to 2."""
    weak: float
    """Weak words found, 0 to 2."""
    alike: float
    """Likeness to the nearest of the kind's examples, 0 to 1; the prompt itself among them does not count."""
    found: tuple[str, ...]
    """The words found, as the kind spells them."""


def gather(prompt: str, kinds: Mapping[str, Kind]) -> dict[str, Evidence]:
    """Return the evidence for each of `kinds`, by name."""
    asked = features(prompt)
    spoken = f" {' '.join(words(prompt))} "
    return {name: _evidence(asked, spoken, kind) for name, kind in kinds.items()}


def _evidence(asked: set[str], spoken: str, kind: Kind) -> Evidence:
    strong = [word for word, plain in _plain(kind.words.strong) if f" {plain} " in spoken]
    weak = [word for word, plain in _plain(kind.words.weak) if f" {plain} " in spoken]
    return Evidence(
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
