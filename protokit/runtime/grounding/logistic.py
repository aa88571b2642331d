"""Fitted weights of what speaks for a claim and against it, read from JSON and summed in plain Python."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

TIMES = " * "
_MOST = 30.0


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A weight for each feature, or product of two ("best * contrary"), and for none of them."""

    weights: Mapping[str, float]
    bias: float

    def score(self, features: Mapping[str, float]) -> float:
        """How likely the claim is to be supported, 0 to 1, where half of all claims are; 0.5 is even."""
        total = self.bias + sum(
            weight * math.prod(features[name] for name in names.split(TIMES))
            for names, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-max(-_MOST, min(_MOST, total))))


@dataclass(frozen=True, slots=True)
class GroundingModel:
    """Weights for a sentence, those for an answer of several, and the scores that part the verdicts of both."""

    sentence: LogisticModel
    answer: LogisticModel
    supported_from: float
    unsupported_below: float = 0.5


@lru_cache(maxsize=1)
def fitted() -> GroundingModel:
    """The model that `benchmarks/fit_grounding.py` wrote."""
    data = json.loads((Path(__file__).parent / "weights.json").read_text(encoding="utf-8"))
    return GroundingModel(_model(data["sentence"]), _model(data["answer"]), data["supported_from"])


def _model(data: Mapping[str, Any]) -> LogisticModel:
    return LogisticModel(data["weights"], data["bias"])
