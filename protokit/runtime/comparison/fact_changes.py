"""Amounts, dates, periods and shares that a change replaces: compared exactly, however they are written."""

from typing import NamedTuple

from protokit.runtime.grounding.facts import Fact, facts, same


class FactChange(NamedTuple):
    """What is stated now in place of what was; one of the two is empty where something is stated anew or no more."""

    old: str
    new: str


def fact_changes(old: str, new: str) -> list[FactChange]:
    """The facts of `old` that `new` does not state, each with the one of its kind that stands in its place."""
    before, after = facts(old), facts(new)
    gone = _without(before, after)
    come = _without(after, before)
    changes: list[FactChange] = []
    for fact in gone:
        other = next((each for each in come if _of_a_kind(fact, each)), None)
        if other:
            come.remove(other)
        changes.append(FactChange(_words(old, fact), _words(new, other) if other else ""))
    return changes + [FactChange("", _words(new, each)) for each in come]


def _without(mine: list[Fact], others: list[Fact]) -> list[Fact]:
    """Those of `mine` that none of the `others` says, each used once."""
    rest, left = list(others), []
    for fact in mine:
        twin = next((each for each in rest if _equal(fact, each)), None)
        if twin:
            rest.remove(twin)
        else:
            left.append(fact)
    return left


def _equal(fact: Fact, other: Fact) -> bool:
    return fact.loose == other.loose and same(fact, other) and same(other, fact)


def _of_a_kind(fact: Fact, other: Fact) -> bool:
    return fact.kind == other.kind and (fact.unit == other.unit or not fact.unit or not other.unit)


def _words(text: str, fact: Fact) -> str:
    """The fact as written, with the noun that it counts."""
    shown = text[fact.start : fact.end]
    if fact.kind == "number" and fact.unit and fact.unit not in shown.lower():
        follows = text[fact.end :].split()
        shown = (
            f"{shown} {follows[0].strip('.,;:()')}"
            if follows and follows[0].lower().startswith(fact.unit)
            else shown
        )
    before = f"{fact.loose} " if fact.loose else ""
    return " ".join(f"{before}{shown}".split())
