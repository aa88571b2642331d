"""Small fitted forests of decision trees, read from JSON and asked in plain Python."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

Node = float | list[Any]
"""A leaf's share of supported claims, or [feature's index, threshold, node where <=, node where >]."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees, and the mean of their leaves at which supported and unsupported are as likely as each other."""

    features: tuple[str, ...]
    trees: tuple[Node, ...]
    even_at: float

    def score(self, features: Mapping[str, float]) -> float:
        """How likely the claim is to be supported, 0 to 1, where half of all claims are; 0.5 is even."""
        values = [features[name] for name in self.features]
        return calibrated(sum(_leaf(tree, values) for tree in self.trees) / len(self.trees), self.even_at)


def calibrated(share: float, even_at: float) -> float:
    """`share` with its odds divided by those of `even_at`, so that 0.5 is where the two are equal."""
    supported, unsupported = share * (1 - even_at), (1 - share) * even_at
    return supported / (supported + unsupported)


@dataclass(frozen=True, slots=True)
class GroundingModel:
    """A forest for a sentence, one for an answer of several, and the scores that part the verdicts of both."""

    sentence: Forest
    answer: Forest
    supported_from: float
    unsupported_below: float = 0.5


@lru_cache(maxsize=1)
def fitted() -> GroundingModel:
    """The model that `benchmarks/fit_grounding.py` wrote."""
    data = json.loads((Path(__file__).parent / "forest.json").read_text(encoding="utf-8"))
    return GroundingModel(_forest(data["sentence"]), _forest(data["answer"]), data["supported_from"])


def _forest(data: Mapping[str, Any]) -> Forest:
    return Forest(tuple(data["features"]), tuple(data["trees"]), data["even_at"])


def _leaf(node: Node, values: list[float]) -> float:
    while isinstance(node, list):
        feature, threshold, low, high = node
        node = low if values[feature] <= threshold else high
    return node
