"""Says where two models differ beyond noise: paired exact tests over the same questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import comb, ldexp

from protokit.evaluation.scorecard import Graded, Scorecard

NOISE = 0.05
"""A difference that chance alone brings at least this often is no difference."""


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """`model` against `other` by one measure, over the questions on which both were measured."""

    measure: str
    model: str
    other: str
    better: int
    """Questions on which `model` did better."""
    worse: int
    p: float
    """How likely chance alone brings so uneven a split or a more uneven one."""

    @property
    def verdict(self) -> str:
        """ "better", "worse", or "" where the difference is within noise."""
        if self.p >= NOISE:
            return ""
        return "better" if self.better > self.worse else "worse"

    def __str__(self) -> str:
        split = f"better on {self.better}, worse on {self.worse} questions, p = {self.p:.2g}"
        if not self.verdict:
            return (
                f"{self.measure}: no difference between {self.model} and {self.other} beyond noise ({split})"
            )
        return f"{self.measure}: {self.model} is {self.verdict} than {self.other} ({split})"


def compare(cards: Sequence[Scorecard]) -> list[ModelComparison]:
    """Hold every later model against the first, measure by measure.

    The exact sign test on the questions that set two models apart, which for right and wrong is McNemar's;
    corrected (Holm 1979) for the number of models that are held against the first.
    """
    comparisons = []
    for measure, worth in _MEASURES.items():
        against = [_compared(measure, worth, card, cards[0]) for card in cards[1:]]
        comparisons += _corrected(against)
    return comparisons


def sign_test(better: int, worse: int) -> float:
    """The two-sided exact probability of a split at least as uneven when both sides are equally likely."""
    n = better + worse
    tail = sum(comb(n, count) for count in range(min(better, worse) + 1))
    return min(1.0, ldexp(tail, 1 - n))


def _dollars(graded: Graded) -> float | None:
    return -graded.answer.dollars if graded.answer and graded.answer.dollars is not None else None


_MEASURES: dict[str, Callable[[Graded], float | None]] = {
    "right": lambda graded: graded.right,
    "citations": lambda graded: graded.cited,
    "refusals": lambda graded: graded.refusal_right,
    "grounded": lambda graded: graded.grounded,
    "seconds": lambda graded: -graded.answer.seconds if graded.answer else None,
    "dollars": _dollars,
}
"""What an answer is worth by each measure, more being better; None where it was not measured."""


def _compared(
    measure: str, worth: Callable[[Graded], float | None], card: Scorecard, first: Scorecard
) -> ModelComparison:
    pairs = [(worth(mine), worth(theirs)) for mine, theirs in zip(card.graded, first.graded, strict=True)]
    complete = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
    better, worse = sum(a > b for a, b in complete), sum(a < b for a, b in complete)
    return ModelComparison(measure, card.model, first.model, better, worse, sign_test(better, worse))


def _corrected(against: list[ModelComparison]) -> list[ModelComparison]:
    """The same with Holm's p: the smallest times their number, the next times one less, never falling."""
    highest, corrected = 0.0, {}
    for rank, each in enumerate(sorted(against, key=lambda each: each.p)):
        highest = max(highest, min(1.0, each.p * (len(against) - rank)))
        corrected[each.model] = replace(each, p=highest)
    return [corrected[each.model] for each in against]
