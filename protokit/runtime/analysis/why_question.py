"""Questions for why a number changed: which number, which two periods, and what of the table took part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from protokit.runtime.analysis.breakdown import PATTERNS, aggregate_of, number_text
from protokit.runtime.analysis.change_drivers import (
    DatedValue,
    Drivers,
    Period,
    SegmentChange,
    explain_change,
)
from protokit.runtime.assistant_types import Citation
from protokit.runtime.tables.query import Aggregate, Condition
from protokit.runtime.tables.query_sql import name_sql, quoted, where_sql
from protokit.runtime.tables.table_answer import TableSource
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable

_MOST_SEGMENTS = 40
_MOST_NAMES = 5
_MOST_STEPS = 6
"""Dimensions that the walk goes through."""
_PLAIN = ("is", "is not", "missing", "given")
"""What a row may be asked for beside its day."""


@dataclass(frozen=True, slots=True)
class WhyQuestion:
    """What is asked, and the change taken apart."""

    table: TypedTable
    query: Aggregate
    day: TypedColumn
    first: Period
    second: Period
    drivers: Drivers
    citations: tuple[Citation, ...] = ()

    @property
    def what(self) -> str:
        """ "sum of amount"."""
        return f"sum of {self.query.column.name}" if self.query.column else "number of rows"


def why_question(question: str, sources: Sequence[TableSource], language: str) -> WhyQuestion | None:
    """The question taken apart; None where it asks for no cause, or not surely of what."""
    why = PATTERNS.pattern("why", flags=re.IGNORECASE).match(question)
    moved = PATTERNS.pattern("moved", flags=re.IGNORECASE).search(question)
    if not why or not moved:
        return None
    rest = PATTERNS.pattern("moved", flags=re.IGNORECASE).sub(" ", question[why.end() :])
    two = PATTERNS.pattern("periods", flags=re.IGNORECASE).search(rest)
    bare = rest[: two.start()] if two else rest
    asked = [f"{bare.rstrip(' ?？')} in {two[side]}" for side in ("first", "second")] if two else [bare]
    made = [aggregate_of(" ".join(text.split()), sources, language) for text in asked]
    queries = [each for each in made if each]
    if len(queries) != len(asked):
        return None
    table, query, citations = queries[-1]
    days = [column for column in table.columns if column.type == "date"]
    if len(days) != 1 or query.by or query.distinct or query.functions[0] not in ("sum", "count"):
        return None
    if any(each.relation not in _PLAIN for each in query.where if each.column is not days[0]):
        return None
    limits = [_period(each[1], days[0]) for each in queries]
    second = limits[-1] or _last_month(days[0])
    first = limits[0] if two else _before(second) if second else None
    if first is None or second is None or (two and None in limits):
        return None
    plain = replace(query, where=tuple(each for each in query.where if each.column is not days[0]))
    facts = _rows(table, plain, days[0])
    if not all(any(fact.day in period for fact in facts) for period in (first, second)):
        return None
    drivers = explain_change(facts, first, second)
    return WhyQuestion(table, plain, days[0], first, second, drivers, citations)


def _period(query: Aggregate, day: TypedColumn) -> Period | None:
    """The days that the conditions name."""
    limits = [each for each in query.where if each.column is day and each.relation == "between"]
    if len(limits) != 1:
        return None
    start, end = limits[0].values[0], limits[0].values[-1]
    return Period(start, end) if isinstance(start, date) and isinstance(end, date) and start <= end else None


def _last_month(day: TypedColumn) -> Period | None:
    """The last month that the rows cover to its end."""
    known = [value for value in day.values if isinstance(value, date)]
    if not known:
        return None
    after = max(known) + timedelta(1)
    end = after.replace(day=1) - timedelta(1)
    return Period(end.replace(day=1), end) if end.replace(day=1) >= min(known) else None


def _before(period: Period) -> Period:
    """The period before: of whole months as many months, else as many days."""
    end = period.start - timedelta(1)
    after = period.end + timedelta(1)
    if period.start.day == 1 and after.day == 1:
        months = (after.year - period.start.year) * 12 + after.month - period.start.month
        place = period.start.year * 12 + period.start.month - 1 - months
        return Period(date(place // 12, place % 12 + 1, 1), end)
    return Period(end - (period.end - period.start), end)


def _rows(table: TypedTable, query: Aggregate, day: TypedColumn) -> list[DatedValue]:
    """The rows that count, with what they say in each column of few texts."""
    dimensions = [
        column
        for column in table.columns
        if column.type in ("text", "yes/no") and 1 < column.distinct <= _MOST_SEGMENTS and column is not day
    ]
    facts = []
    for at, when in enumerate(day.values):
        value = query.column.values[at] if query.column else 1.0
        if (
            isinstance(when, date)
            and isinstance(value, float)
            and all(_meets(each, at) for each in query.where)
        ):
            facts.append(DatedValue(when, value, {each.name: each.texts[at] for each in dimensions}))
    return facts


def _meets(condition: Condition, at: int) -> bool:
    """Whether a row meets a condition of one of the plain kinds."""
    value = condition.column.values[at]
    if condition.relation in ("is", "is not"):
        return (value in condition.values) == (condition.relation == "is")
    return (value is None) == (condition.relation == "missing")


def why_sql(why: WhyQuestion, name: str) -> str:
    """The walk as one statement: the whole, then each dimension, the one that stands out first, then rows and values.

    The changes of each step add up to the whole change.
    """
    named = [each.dimension for each in (*why.drivers.causes, *why.drivers.segments)]
    dimensions = list(dict.fromkeys(named))[:_MOST_STEPS]
    value = f"sum({name_sql(why.query.column)})" if why.query.column else "count(*)"
    before, after = (f"coalesce({_of(value, why, side)}, 0)" for side in (why.first, why.second))
    where = f"\n{where_sql(why.query.where).strip()}" if why.query.where else ""
    source = f"FROM {quoted(name)}{where}"
    steps = [_step("1 all", "'all'", f"{after} - {before}", before, after, source)]
    for number, dimension in enumerate(dimensions, start=2):
        part = f"coalesce({quoted(dimension)}::VARCHAR, '–')"
        label = f"{number} {dimension}"
        group = f"{source}\nGROUP BY 2\nHAVING {before} <> 0 OR {after} <> 0"
        steps.append(_step(label, part, f"{after} - {before}", before, after, group))
    if why.query.column:
        label = f"{len(steps) + 1} rows and values"
        old, new = (_of("count(*)", why, side) for side in (why.first, why.second))
        old_mean, new_mean = (
            f"{total} / greatest({count}, 1)" for total, count in ((before, old), (after, new))
        )
        volume = f"({new} - {old}) * ({old_mean} + {new_mean}) / 2"
        rate = f"({new_mean} - {old_mean}) * ({old} + {new}) / 2"
        steps.append(_step(label, "'number of rows'", volume, f"{old}::DOUBLE", f"{new}::DOUBLE", source))
        steps.append(_step(label, "'value of a row'", rate, old_mean, new_mean, source))
    return "\nUNION ALL\n".join(steps) + '\nORDER BY "step", abs("change") DESC, "part"'


def _of(value: str, why: WhyQuestion, side: Period) -> str:
    """A function over the rows of one period."""
    return f"{value} FILTER ({name_sql(why.day)} BETWEEN DATE '{side.start}' AND DATE '{side.end}')"


def _step(label: str, part: str, change: str, before: str, after: str, source: str) -> str:
    name = label.replace("'", "''")
    cells = f'round({change}, 6) AS "change", round({before}, 6) AS "before", round({after}, 6) AS "after"'
    return f'SELECT \'{name}\' AS "step", {part} AS "part", {cells}\n{source}'


def tell_why(why: WhyQuestion, wording: Mapping[str, str]) -> str:
    """The walk: data first, the change, what stands out, new and gone, rows against values."""
    drivers = why.drivers
    first, second = (_span(each) for each in (why.first, why.second))
    names = {"first": first, "second": second}
    lines = []
    if any(drivers.missing_days):
        one, two = drivers.missing_days
        lines.append(wording["why_gaps"].format(**names, first_days=one, second_days=two))
    lines.append(wording["why_change"].format(what=_capital(why.what), **names, **_numbers(drivers)))
    if drivers.causes:
        cause = drivers.causes[0]
        lines.append(
            wording["why_segment"].format(
                column=cause.dimension, segment=cause.segment or "–", **_numbers(cause)
            )
        )
        if others := [
            f"{each.dimension} {each.segment} {_signed(each.change)}" for each in drivers.causes[1:4]
        ]:
            lines.append(wording["why_others"].format(others=", ".join(others)))
    else:
        lines.append(wording["why_nothing"])
    for name, gone in (("why_new", False), ("why_lost", True)):
        parts = [
            each.segment
            for each in drivers.segments
            if each.segment and (each.after if gone else each.before) == 0
        ]
        if parts:
            lines.append(wording[name].format(names=", ".join(parts[:_MOST_NAMES])))
    if why.query.column:
        lines.append(wording["why_parts"].format(volume=_signed(drivers.volume), rate=_signed(drivers.rate)))
    return " ".join(lines)


def _numbers(change: Drivers | SegmentChange) -> dict[str, str]:
    share = f" ({change.change / change.before:+.1%})" if change.before else ""
    return {
        "before": number_text(change.before),
        "after": number_text(change.after),
        "change": f"{_signed(change.change)}{share if isinstance(change, Drivers) else ''}",
    }


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number_text(round(value, 2))}"


def _span(period: Period) -> str:
    """A month as "2025-03", else both days."""
    whole = period.start.day == 1 and (period.end + timedelta(1)).day == 1
    if whole and period.start.month == period.end.month and period.start.year == period.end.year:
        return f"{period.start:%Y-%m}"
    return f"{period.start} – {period.end}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
