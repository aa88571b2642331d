"""Scorecard: what one model scored on the questions of a prototype, and whether that is enough."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from protokit.evaluation.dataset import Row, misses, uncited
from protokit.evaluation.judge import Judgement
from protokit.runtime.assistant_types import Answer, Measures
from protokit.runtime.grounding import Rate, wilson
from protokit.spec.prototype_spec import Thresholds


@dataclass(frozen=True, slots=True)
class Graded:
    """One question put to one model. A model that did not answer is wrong on all counts."""

    row: Row
    answer: Answer | None
    """None where the model itself did not answer, even if the offline engine then did."""
    problem: str = ""
    """Why it did not."""
    judgement: Judgement | None = None
    """What a judge said of the answer, None where none was asked or nothing is claimed."""
    broken: tuple[str, ...] | None = None
    """Which assertions on every answer it does not meet, and why; None where there are none."""

    score: str | None = None
    """Why it is wrong by the scoring of its own kind, empty where it is right; None where the kind has none."""

    @property
    def fault(self) -> str:
        """Why the answer is not right, empty when it is; citations are graded apart."""
        if self.answer and self.score is not None:
            return self.score
        return misses(self.row, self.answer) if self.answer else f"no answer: {self.problem}"

    @property
    def right(self) -> bool:
        """Whether it says what the row asks for, or says that the documents do not tell."""
        return not self.fault

    @property
    def cited(self) -> bool | None:
        """Whether every file the row names is cited; None where it names none."""
        if not self.row.cites or self.row.unanswerable:
            return None
        return self.answer is not None and not uncited(self.row, self.answer)

    @property
    def refusal_right(self) -> bool:
        """Whether it refused exactly where the documents do not tell."""
        return self.answer is not None and self.answer.found is not self.row.unanswerable

    @property
    def grounded(self) -> bool | None:
        """Whether no sentence is unsupported; None where nothing is claimed."""
        if self.answer is None or all(check.verdict == "no claim" for check in self.answer.checks):
            return None
        return not self.answer.unsupported

    @property
    def assertions_met(self) -> bool | None:
        """Whether it meets what questions.yaml asserts of every answer; None where that is nothing."""
        return None if self.broken is None else not self.broken

    @property
    def grounded_by_judge(self) -> bool | None:
        """The same by the verdicts of the judge; None where it gave none."""
        return self.judgement.grounded if self.judgement else None


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its 95% interval (Wilson)."""

    hits: int
    of: int

    @classmethod
    def among(cls, marks: Iterable[bool | None]) -> "Share":
        """The share of True among what is not None."""
        marked = [mark for mark in marks if mark is not None]
        return cls(sum(marked), len(marked))

    @property
    def share(self) -> float | None:
        """0 to 1, None where there was nothing to count."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.of)

    def __str__(self) -> str:
        """For a person: "10 of 12, 83% (55–95%)"."""
        if not self.of:
            return "–"
        low, high = self.interval
        return f"{self.hits} of {self.of}, {self.hits / self.of:.0%} ({low:.0%}–{high:.0%})"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything that is measured of one model; times in seconds over the questions that it answered."""

    model: str
    graded: tuple[Graded, ...]
    judge: str = ""
    """The model that judged the answers, empty where none did."""
    measures: Measures | None = None
    """What the kind itself measures over all answers."""

    @property
    def answers(self) -> list[Answer]:
        return [each.answer for each in self.graded if each.answer is not None]

    @property
    def right(self) -> Share:
        return Share.among(each.right for each in self.graded)

    @property
    def citations(self) -> Share:
        return Share.among(each.cited for each in self.graded)

    @property
    def refusals(self) -> Share:
        return Share.among(each.refusal_right for each in self.graded)

    @property
    def refused(self) -> Share:
        """Answerable questions that were refused."""
        return Share.among(not e.answer.found for e in self.graded if e.answer and not e.row.unanswerable)

    @property
    def invented(self) -> Share:
        """Unanswerable questions that were answered."""
        return Share.among(e.answer.found for e in self.graded if e.answer and e.row.unanswerable)

    @property
    def grounded(self) -> Share:
        return Share.among(each.grounded for each in self.graded)

    @property
    def assertions(self) -> Share:
        """Answers that meet all that questions.yaml asserts of every answer."""
        return Share.among(each.assertions_met for each in self.graded)

    @property
    def judgements(self) -> list[Judgement]:
        return [each.judgement for each in self.graded if each.judgement is not None]

    @property
    def grounded_by_judge(self) -> Share:
        return Share.among(each.grounded_by_judge for each in self.graded)

    @property
    def agreement(self) -> Share:
        """Answers of which the judge and the offline check say the same, among those that both judged."""
        both = [(each.grounded_by_judge, each.grounded) for each in self.graded]
        return Share.among(judge is check for judge, check in both if None not in (judge, check))

    @property
    def not_judged(self) -> Share:
        """Answers that the judge was asked about and gave no usable verdict on."""
        return Share.among(judgement.grounded is None for judgement in self.judgements)

    @property
    def judge_dollars(self) -> float | None:
        """What the judge cost in all; None where its price is not known."""
        prices = [judgement.dollars for judgement in self.judgements if judgement.dollars is not None]
        return sum(prices) if len(prices) == len(self.judgements) else None

    @property
    def hallucinations(self) -> Rate:
        """The share of answers that the offline check doubts among those that claim something."""
        return Rate(self.grounded.of - self.grounded.hits, self.grounded.of)

    @property
    def seconds_to_first(self) -> list[float]:
        return [answer.seconds_to_first for answer in self.answers]

    @property
    def seconds(self) -> list[float]:
        return [answer.seconds for answer in self.answers]

    @property
    def search_seconds(self) -> list[float]:
        """Of `seconds`, what went by before the model was asked."""
        return [answer.search_seconds for answer in self.answers if answer.search_seconds is not None]

    @property
    def model_seconds(self) -> list[float]:
        """The rest: what the model took, or the engine without one."""
        return [a.seconds - a.search_seconds for a in self.answers if a.search_seconds is not None]

    @property
    def dollars_per_answer(self) -> float | None:
        """The mean; None where nothing was answered or the price of an answer is unknown."""
        prices = [answer.dollars for answer in self.answers if answer.dollars is not None]
        return sum(prices) / len(prices) if prices and len(prices) == len(self.answers) else None

    def shortfalls(self, thresholds: Thresholds) -> list[str]:
        """A line for each threshold that is not met. What could not be measured does not meet its threshold."""
        shares = {name: getattr(self, name).share for name in ("right", "citations", "refusals", "grounded")}
        amounts = {
            "p95_seconds": percentile(self.seconds, 95),
            "dollars_per_answer": self.dollars_per_answer,
        }
        lines = []
        for name, value in {**shares, **amounts}.items():
            threshold = getattr(thresholds, name)
            if threshold is None:
                continue
            if value is None:
                lines.append(f"{name}: could not be measured, {threshold:g} is wanted")
            elif name in shares and value < threshold:
                lines.append(f"{name}: {value:.3g} is below {threshold:g}")
            elif name in amounts and value > threshold:
                lines.append(f"{name}: {value:.3g} is above {threshold:g}")
        return lines


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The value that `percent` of 100 values do not exceed (nearest rank), None of none."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1] if values else None
