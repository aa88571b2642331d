"""The fitted numbers that extraction and the answerable-or-not judgement are made of.

`data/weights.json` is written by `benchmarks/answering/fit.py` from questions written for the purpose.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "weights.json"


@dataclass(frozen=True, slots=True)
class Linear:
    """A constant and one weight per named feature."""

    constant: float
    weights: Mapping[str, float]

    def __call__(self, features: Mapping[str, float]) -> float:
        return self.constant + sum(weight * features[name] for name, weight in self.weights.items())


@cache
def calibrated_model(name: str) -> Linear:
    """The weights of one model by name: KeyError where there is none."""
    model = json.loads(FILE.read_text(encoding="utf-8"))[name]
    return Linear(model["constant"], model["weights"])


def logistic(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
