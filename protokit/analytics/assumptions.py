"""What a business case rests on: numbers that were measured, and assumptions, each marked as what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, yaml

from protokit.analytics.metrics import Unit, in_words
from protokit.errors import ChoiceProblem
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase

Origin = Literal["measured", "assumption", "yours"]


class Assumption(Struct, frozen=True, forbid_unknown_fields=True):
    """One number as assumptions.yaml defines it. Shares are 0 to 1, money is US dollars."""

    name: str
    label: str
    unit: Unit
    low: float
    high: float
    step: float
    """Of its slider, which goes from `low` to `high`."""
    default: float
    meaning: str
    least: int = 0
    """Cases from which on it is measured."""
    measured: str = ""


@dataclass(frozen=True, slots=True)
class AssumptionValue:
    """What a number is taken to be, and why."""

    assumption: Assumption
    value: float
    origin: Origin
    cases: int = 0
    """How many it was measured on."""

    def __str__(self) -> str:
        """The value with its unit: "$9.00", "30%"."""
        unit = self.assumption.unit
        if unit == "dollars" and self.value >= 100:
            return f"${self.value:,.0f}"
        if unit in ("questions", "minutes"):
            return f"{self.value:,.1f}".removesuffix(".0") + f" {unit}"
        return in_words(self.value, unit)

    @property
    def source(self) -> str:
        """Why it is this value: "measured, of 1,554", "assumption"."""
        return f"measured, of {self.cases:,}" if self.origin == "measured" else self.origin


@cache
def assumptions() -> dict[str, Assumption]:
    """Every number by name, in the order of assumptions.yaml."""
    text = Path(__file__).with_name("assumptions.yaml").read_bytes()
    return {each.name: each for each in yaml.decode(text, type=list[Assumption])}


def assume(database: ReadOnlyDatabase, own: Mapping[str, float]) -> dict[str, AssumptionValue]:
    """Every number by name: the owner's `own` first, then what is measured, then what is assumed.

    Raises ChoiceProblem for a name that is none, and for a value that cannot be.
    """
    for name, value in own.items():
        if name not in assumptions():
            raise ChoiceProblem.of("assumption", name, list(assumptions()))
        share = assumptions()[name].unit == "share"
        if not 0 <= value <= (1 if share else 1e9):
            what = f"{name} cannot be {value:g}"
            raise ChoiceProblem(what, fix="A share is 0 to 1." if share else "Write a number from 0 on.")
    return {each.name: _value(database, each, own.get(each.name)) for each in assumptions().values()}


def _value(database: ReadOnlyDatabase, assumption: Assumption, own: float | None) -> AssumptionValue:
    if own is not None:
        return AssumptionValue(assumption, own, "yours")
    if assumption.measured:
        value, cases = database.run(assumption.measured).table.rows[0]
        if value is not None and int(float(cases or 0)) >= assumption.least:
            return AssumptionValue(assumption, float(value), "measured", int(float(cases or 0)))
    return AssumptionValue(assumption, assumption.default, "assumption")
