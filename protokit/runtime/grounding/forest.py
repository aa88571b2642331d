"""A small fitted forest of decision trees, read from JSON and asked in plain Python."""

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
    """Trees, and the two scores that part unsupported from partly and partly from supported."""

    features: tuple[str, ...]
    trees: tuple[Node, ...]
    unsupported_below: float
    supported_from: float

    def score(self, features: Mapping[str, float]) -> float:
        """How likely the claim is to be supported, 0 to 1: the mean of the trees."""
        values = [features[name] for name in self.features]
        return sum(_leaf(tree, values) for tree in self.trees) / len(self.trees)


@lru_cache(maxsize=1)
def fitted() -> Forest:
    """The forest that `benchmarks/fit_grounding.py` wrote."""
    data = json.loads((Path(__file__).parent / "forest.json").read_text(encoding="utf-8"))
    return Forest(
        tuple(data["features"]), tuple(data["trees"]), data["unsupported_below"], data["supported_from"]
    )


def _leaf(node: Node, values: list[float]) -> float:
    while isinstance(node, list):
        feature, threshold, low, high = node
        node = low if values[feature] <= threshold else high
    return node
