"""The business case as words and tables, which the terminal, the memo and a workbook each show in their own way."""

from collections.abc import Sequence
from dataclasses import dataclass

from protokit.analytics.business_case import PLANS, SIZES, BusinessCase, ModelPrice, dollars

_MOST_SENSITIVITIES = 6


@dataclass(frozen=True, slots=True)
class CaseTable:
    """One table: cells are texts, the first of a row names it."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def case_in_words(case: BusinessCase) -> list[str]:
    """The case in sentences for somebody who reads no tables."""
    lines = [_best_in_words(case), _break_even_in_words(case), _saving_in_words(case)]
    if case.sensitivities:
        first = case.sensitivities[0]
        lines.append(
            f"What decides is “{first.assumption.label}” ({first.origin}): at half of it {dollars(first.low)} a month"
            f" are left, at half as much again {dollars(first.high)}."
        )
    if case.segments:
        heavy = case.segments[-1]
        left = heavy.margins["subscription"]
        end = f"leaves {dollars(left)}" if left >= 0 else f"loses {dollars(-left)}"
        lines.append(
            f"The tenth of visitors that asks most asks {heavy.questions:.0%} of all questions; each of them"
            f" {end} a month with a subscription, before running costs."
        )
    return lines


def case_tables(case: BusinessCase) -> list[CaseTable]:
    """Plans side by side, segments, sensitivity, assumptions."""
    tables = [_plans(case)]
    if case.segments:
        tables.append(_segments(case))
    tables += [_sensitivity(case), _assumptions(case)]
    return [table for table in tables if table.rows]


def model_table(prices: Sequence[ModelPrice]) -> CaseTable:
    """What an answer costs on each model, and what the best plan leaves."""
    head = ("Model", "An answer", *(f"Left at {users:,} users" for users in SIZES))
    rows = [(each.model, dollars(each.answer), *map(dollars, each.margins)) for each in prices]
    return CaseTable("On each model of the price table", head, rows)


def _named(plan: str) -> str:
    return {"subscription": "a subscription", "usage": "pay per answer", "licence": "an API licence"}[plan]


def _best_in_words(case: BusinessCase) -> str:
    best = case.best
    does = "leaves most" if best.margin >= 0 else "loses least"
    return (
        f"With {best.users:,} users a month, {_named(best.plan)} {does}: {dollars(best.margin)} a month."
        f" {dollars(best.revenue)} come in, the model costs {dollars(best.model_cost)}, everything else"
        f" {dollars(best.fixed_costs)}."
    )


def _saving_in_words(case: BusinessCase) -> str:
    minutes, hour = case.values["minutes_saved"], case.values["hourly_cost"]
    does = "saves" if case.saved >= 0 else "costs"
    return (
        f"An accepted answer {does} {dollars(abs(case.saved))}: {minutes} of a person"
        f" at {hour} an hour, less {dollars(case.accepted_cost)} for the model. For all of them that is"
        f" {dollars(case.saved_a_month)} a month."
    )


def _break_even_in_words(case: BusinessCase) -> str:
    users = case.break_even[case.best.plan]
    if users is None:
        return "It never breaks even: each user more costs more than they bring."
    paid = (
        f"the {case.values['build_cost']} of building it are paid after {case.payback:.0f} months"
        if case.payback
        else ""
    )
    paid = paid or f"at {case.best.users:,} users the cost of building it is never paid"
    return f"It breaks even at {users:,} users; {paid}."


def _plans(case: BusinessCase) -> CaseTable:
    head = ("A month", *(f"{users:,} users" for users in SIZES), "Breaks even at")
    rows = []
    for plan, results in case.results.items():
        even = case.break_even[plan]
        rows.append(
            (PLANS[plan], *(dollars(each.margin) for each in results), f"{even:,} users" if even else "never")
        )
    some = next(iter(case.results.values()))
    rows.append(("of which the model costs", *(dollars(each.model_cost) for each in some), ""))
    return CaseTable(f"What is left, with {case.model}", head, rows)


def _segments(case: BusinessCase) -> CaseTable:
    head = ("Left of one visitor a month", "Visitors", "Their questions", "Model costs", *PLANS.values())
    rows = []
    for each in case.segments:
        shares = (f"{each.visitors:.0%}", f"{each.questions:.0%}")
        left = [dollars(each.margins[plan]) for plan in PLANS]
        rows.append((each.name, *shares, dollars(each.model_cost), *left))
    return CaseTable("By how much people ask, before running costs", head, rows)


def _sensitivity(case: BusinessCase) -> CaseTable:
    head = ("Assumption", "Now", "Left at half of it", "Left at half as much again")
    rows = [
        (each.assumption.label, str(case.values[each.assumption.name]), dollars(each.low), dollars(each.high))
        for each in case.sensitivities[:_MOST_SENSITIVITIES]
    ]
    return CaseTable(
        f"Which assumption decides ({PLANS[case.best.plan]}, {case.best.users:,} users)", head, rows
    )


def _assumptions(case: BusinessCase) -> CaseTable:
    rows = [(each.assumption.label, str(each), each.source) for each in case.values.values()]
    return CaseTable("What it rests on", ("Number", "Value", "Where it is from"), rows)
