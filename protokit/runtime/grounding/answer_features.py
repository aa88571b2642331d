"""Sums an answer of several sentences up: what is weighed where the answer as a whole is judged.

The weakest of ten sentences is weak by chance more often than the weakest of two, so that no rule for a sentence
serves for an answer.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SUREST = 0.97


@dataclass(frozen=True, slots=True)
class WeighedSentence:
    """What the sentence's features and its calibrated score (0 to 1) are."""

    features: Mapping[str, float]
    score: float


def answer_features(sentences: Sequence[WeighedSentence], overlap: Mapping[str, float]) -> dict[str, float]:
    """The features of an answer with at least one sentence; `overlap` is that of its whole text with the sources."""
    odds = [_log_odds(each.score) for each in sentences]
    return {
        "mean": sum(odds) / len(odds),
        "weakest": min(odds),
        "word_overlap": overlap["word_overlap"],
        "pair_overlap": overlap["pair_overlap"],
        "triple_overlap": overlap["triple_overlap"],
        "unknown_words": overlap["unknown_words"],
        "longest_run": _most(sentences, "run"),
        "mean_run": _mean(sentences, "run"),
        "most_missing": _most(sentences, "missing"),
        "most_missing_facts": _most(sentences, "missing_facts"),
        "mean_near": _mean(sentences, "near"),
        "mean_pair_overlap": _mean(sentences, "pair_overlap"),
    }


def _log_odds(score: float) -> float:
    score = min(_SUREST, max(1 - _SUREST, score))
    return math.log(score / (1 - score))


def _most(sentences: Sequence[WeighedSentence], name: str) -> float:
    return max(each.features[name] for each in sentences)


def _mean(sentences: Sequence[WeighedSentence], name: str) -> float:
    return sum(each.features[name] for each in sentences) / len(sentences)
