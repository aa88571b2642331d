"""Criteria: what the prototype has to show, whether it did, and what follows from that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from protokit.analytics.metrics import MetricValue, in_words, measure, metrics
from protokit.errors import SpecProblem
from protokit.files.layout import SPEC_FILE
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase
from protokit.spec.prototype_spec import SuccessCriterion

Outcome = Literal["met", "not met", "too few to say"]
Recommendation = Literal["go", "no-go", "not yet"]
USUAL = (
    SuccessCriterion(metric="answered", at_least=0.8),
    SuccessCriterion(metric="accepted", at_least=0.6),
    SuccessCriterion(metric="would_use", at_least=0.5),
    SuccessCriterion(metric="hallucination_rate", at_most=0.05),
    SuccessCriterion(metric="wait_p95", at_most=10),
)
"""What is asked of a prototype whose owner set no criteria."""
RULE = (
    "Go: every criterion is met with the fewest cases that count. No-go: one of them is missed with these cases, and of"
    " a share the whole 95% interval lies on the wrong side. Not yet: everything else, and where nobody set criteria."
)


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion and what the numbers say of it."""

    criterion: SuccessCriterion
    measure: MetricValue
    outcome: Outcome
    certain: bool
    """Whether, of a share, the whole interval lies on the side of the outcome."""

    @property
    def wanted(self) -> str:
        """What was asked for: "at least 80%"."""
        bound, words = _bound(self.criterion)
        return f"{words} {in_words(bound, self.measure.metric.unit)}"

    @property
    def bound(self) -> float:
        """The number that was asked for; shares are 0 to 1."""
        return _bound(self.criterion)[0]

    @property
    def least(self) -> int:
        """The fewest cases that count."""
        return self.criterion.cases or self.measure.metric.least


def judge_criteria(database: ReadOnlyDatabase, criteria: Sequence[SuccessCriterion]) -> list[CriterionResult]:
    """What the numbers say of each of the `criteria` (USUAL where there are none). Raises SpecProblem."""
    return [_judge(database, criterion) for criterion in criteria or USUAL]


def recommend(results: Sequence[CriterionResult], *, stated: bool) -> Recommendation:
    """What follows from the results by RULE; `stated` tells whether the owner set the criteria."""
    if not stated:
        return "not yet"
    if any(each.outcome == "not met" and each.certain for each in results):
        return "no-go"
    return "go" if results and all(each.outcome == "met" for each in results) else "not yet"


def _judge(database: ReadOnlyDatabase, criterion: SuccessCriterion) -> CriterionResult:
    if criterion.metric not in metrics():
        raise SpecProblem(
            f'there is no metric "{criterion.metric}"',
            where=f"{SPEC_FILE}: success",
            fix=f"One of: {', '.join(metrics())}.",
        )
    (found,) = measure(database, [criterion.metric])
    least = criterion.cases or found.metric.least
    if found.value is None or found.cases < least:
        return CriterionResult(criterion, found, "too few to say", certain=False)
    bound, words = _bound(criterion)
    sign = 1 if words == "at least" else -1
    met = sign * (found.value - bound) >= 0
    edges = [edge for edge in (found.low, found.high) if edge is not None] or [found.value]
    certain = all((sign * (edge - bound) >= 0) == met for edge in edges)
    return CriterionResult(criterion, found, "met" if met else "not met", certain)


def _bound(criterion: SuccessCriterion) -> tuple[float, str]:
    if criterion.at_least is not None:
        return criterion.at_least, "at least"
    if criterion.at_most is not None:
        return criterion.at_most, "at most"
    raise SpecProblem(
        f'the criterion for "{criterion.metric}" has no bound',
        where=f"{SPEC_FILE}: success",
        fix="Write at_least or at_most.",
    )
