"""What a memo adds to its numbers: the risks that they show, and what to try next; each line says what it rests on."""

from collections.abc import Mapping, Sequence

from protokit.analytics.business_case import BusinessCase, dollars
from protokit.analytics.metrics import MetricValue, in_words
from protokit.analytics.success import CriterionResult, Recommendation

_NEXT: dict[Recommendation, str] = {
    "go": "Hand it over: `protokit export` makes a bundle that runs anywhere, `protokit eject` plain code of its own.",
    "no-go": "Stop here, or change the idea: the criteria that are missed say where it fails.",
    "not yet": "Try what follows, then make this memo again.",
}
_REMEDIES: Mapping[str, str] = {
    "answered": "add the documents that the unanswered questions need",
    "right": "correct the answers that you judged wrong, and ask them again with `protokit eval`",
    "answered_wrongly": "correct the answers that you judged wrong, and ask them again with `protokit eval`",
    "accepted": "read the answers after which people asked the same again",
    "hallucination_rate": "use a stronger model, or let it answer only in the documents' words",
    "thumbs_up": "read the answers with thumbs down, and what was written beside them",
    "would_use": "ask those who gave less than 8 what they miss",
    "wait_p95": "try a faster model, or fewer passages for each answer",
    "cost_per_answer": "try a cheaper model: `protokit case --models` prices each",
    "cost_per_accepted_answer": "try a cheaper model: `protokit case --models` prices each",
}
_MOST = 4


def next_step(verdict: Recommendation) -> str:
    """What follows from the recommendation, in a sentence; commands stand in backticks."""
    return _NEXT[verdict]


def steps_to_try(
    results: Sequence[CriterionResult], gaps: Sequence[tuple[str, int]], *, stated: bool
) -> list[str]:
    """What would turn a "not yet" into an answer, the criteria first; none where every criterion is met."""
    steps = [] if stated else ["Set criteria of your own: nothing follows from the usual ones."]
    for each in results:
        label, found = each.measure.metric.label, each.measure
        remedy = _REMEDIES.get(found.metric.name, "read the answers that count against it")
        if each.outcome == "too few to say":
            steps.append(
                f"{label}: {each.least - found.cases} more cases are needed ({found.cases} of {each.least})."
            )
        elif each.outcome == "not met":
            near = "missed" if each.certain else "missed, but too near to be sure"
            steps.append(f"{label} is {near}: {remedy}.")
    if gaps and any(each.outcome != "met" for each in results):
        text, times = gaps[0]
        steps.append(f"Add a document that answers “{text}” (asked {_times(times)}).")
    return steps[:_MOST]


def risks(
    results: Sequence[CriterionResult], measures: Sequence[MetricValue], case: BusinessCase
) -> list[str]:
    """What may go wrong, as far as the numbers show it, the gravest first; nothing of what has too few cases."""
    known = {each.metric.name: each for each in measures if each.enough}
    lines = []
    wrong = known.get("answered_wrongly")
    if wrong and wrong.value:
        lines.append(f"It answers wrongly: {wrong} of the answers that were judged.")
    elif not wrong:
        lines.append("Too few answers were judged right or wrong, so how often it misleads is not known.")
    carried = known.get("hallucination_rate")
    if carried and carried.value:
        lines.append(f"Sentences that no document carries: in {carried} of the answers.")
    unsure = [each.measure.metric.label for each in results if each.outcome == "met" and not each.certain]
    if unsure:
        lines.append(f"Met, but the interval reaches below the line: {', '.join(unsure)}.")
    if case.sensitivities and case.sensitivities[0].origin == "assumption":
        first = case.sensitivities[0]
        lines.append(
            f"The case rests on an assumption, “{first.assumption.label}”: at half as much again,"
            f" {dollars(first.high)} a month are left; at half, {dollars(first.low)}."
        )
    heavy = case.segments[-1] if case.segments else None
    if heavy and heavy.questions > 0.3:
        people, asked = (in_words(share, "share") for share in (heavy.visitors, heavy.questions))
        lines.append(f"A few people ask most: {people} of visitors ask {asked} of all questions.")
    return lines[:_MOST]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
