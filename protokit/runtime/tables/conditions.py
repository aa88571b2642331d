"""The conditions that a question sets: values, numbers with bounds, dates, yes and no, what is missing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from protokit.runtime.tables.links import ValueLink
from protokit.runtime.tables.query import Condition, Scalar
from protokit.runtime.tables.question_reading import QuestionReading, as_year
from protokit.runtime.tables.signals import Bound, Signal, month_span, year_span
from protokit.runtime.tables.table_words import ValueWords
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.units import MINUTES


class Unclear(Exception):
    """A question that several columns fit equally well: they are the choices."""

    def __init__(self, columns: tuple[TypedColumn, ...]) -> None:
        super().__init__(", ".join(column.name for column in columns))
        self.columns = columns


class NoQuery(Exception):
    """A question that is not, or not surely, one for this table."""


@dataclass(slots=True)
class Conditions:
    """What rows must meet, by column."""

    values: dict[int, list[str]]
    """The values that the question names, by the index of their column."""
    links: dict[int, list[ValueLink]]
    rest: list[Condition]
    negated: set[int]
    """Columns whose values the rows must not have."""


def conditions_of(reading: QuestionReading) -> Conditions:
    """All conditions of the question. Raises Unclear or NoQuery where one of them cannot be told."""
    values: dict[int, list[str]] = defaultdict(list)
    links: dict[int, list[ValueLink]] = defaultdict(list)
    for link in reading.values:
        value = _column_of(link, reading)
        values[value.column.index].append(value.text)
        links[value.column.index].append(link)
        reading.use(link, reading.link(value.column))
    for index, said in links.items():
        if asked := [link for link in said if not reading.tokens[link.start].aside]:
            kept = [value for link, value in zip(said, values[index], strict=True) if link in asked]
            values[index], links[index] = kept, asked
    rest = [condition for bound in reading.bounds if (condition := _bound(bound, reading))]
    rest += _flags(reading)
    made = Conditions(dict(values), dict(links), rest, set())
    _negate(made, reading)
    return made


def _column_of(link: ValueLink, reading: QuestionReading) -> ValueWords:
    """The value that is meant where columns share it: of the column that is named, or that names the rows."""
    if len(link.values) == 1:
        return link.values[0]
    named = [
        v
        for v in link.values
        if (c := reading.link(v.column)) and min(abs(c.start - link.end), abs(c.end - link.start)) <= 1
    ]
    key = [v for v in link.values if v.column.index == reading.table.table.key.index]
    for chosen in (named, key):
        if len(chosen) == 1:
            return chosen[0]
    raise Unclear(tuple(value.column for value in link.values))


def _bound(bound: Bound, reading: QuestionReading) -> Condition | None:
    if bound.dated:
        return _dated(bound, reading)
    year = as_year(bound, reading)
    if year and (column := _year_column(reading)):
        reading.use(bound, reading.link(column))
        return _year_condition(bound, year, column)
    if (
        all(i in reading.context for i in range(bound.start, bound.end) if reading.tokens[i].is_number)
        and not bound.explicit
    ):
        reading.used.update(range(bound.start, bound.end))
        return None
    if column := _number_column(bound, reading):
        reading.use(bound, reading.link(column))
        values = tuple(_in_unit(float(v), bound.unit, column) for v in bound.values)  # type: ignore[arg-type]
        return Condition(column, bound.relation, values)
    if bound.explicit:
        raise NoQuery
    return None


def _in_unit(value: float, unit: str, column: TypedColumn) -> float:
    if unit in MINUTES and column.unit in MINUTES and unit != column.unit:
        return value * MINUTES[unit] / MINUTES[column.unit]
    return value


def _number_column(bound: Bound, reading: QuestionReading) -> TypedColumn | None:
    """The column of numbers that a bound is about: named close by, or the only one of its unit."""
    numbers = [link for link in reading.columns if link.column.type == "number" and not link.column.flag]
    reach = 6 if bound.explicit else 1
    near = sorted(
        (min(abs(link.start - bound.end), abs(bound.start - link.end)), link.start) for link in numbers
    )
    if near and near[0][0] <= reach:
        link = next(link for link in numbers if link.start == near[0][1])
        return _only((link.column, *link.rivals))
    if not bound.explicit:
        return None
    if bound.unit and (
        same := [c for c in reading.table.table.columns if c.type == "number" and _fits(bound.unit, c.unit)]
    ):
        return _only(tuple(same))
    said = [name for names in reading.about.values() for name in names]
    for name in said:
        if columns := [c for c in reading.concept(name) if c.type == "number"]:
            reading.used |= {i for i, names in reading.about.items() if name in names}
            return _only(tuple(columns))
    every = tuple(c for c in reading.table.table.columns if c.type == "number" and not c.flag)
    return every[0] if len(every) == 1 and not bound.unit else None


def _fits(said: str, unit: str) -> bool:
    return said == unit or (said in MINUTES and unit in MINUTES)


def _only(columns: tuple[TypedColumn, ...]) -> TypedColumn:
    if len(columns) > 1:
        raise Unclear(columns)
    return columns[0]


def _dated(bound: Bound, reading: QuestionReading) -> Condition | None:
    column = _date_column(bound, reading)
    reading.use(bound, reading.link(column))
    first, last = _of_its_year(bound, column)
    assert isinstance(first, date)
    assert isinstance(last, date)
    if bound.relation == "between":
        return (
            Condition(column, "between", (first, last))
            if first != last
            else Condition(column, "is", (first,))
        )
    return Condition(column, bound.relation, (first,))


def _of_its_year(bound: Bound, column: TypedColumn) -> tuple[object, ...]:
    """The bounds; those of a month alone in the year that all rows are of."""
    if not bound.month:
        return bound.values
    years = {value.year for value in column.values if isinstance(value, date)}
    if len(years) != 1:
        raise NoQuery
    return month_span(years.pop(), bound.month)


def _date_column(bound: Bound, reading: QuestionReading) -> TypedColumn:
    dates = tuple(c for c in reading.table.table.columns if c.type == "date")
    named = [link for link in reading.columns if link.column.type == "date"]
    named.sort(key=lambda link: min(abs(link.start - bound.end), abs(bound.start - link.end)))
    if named:
        return named[0].column
    if not dates:
        raise NoQuery
    return _only(dates)


def _year_column(reading: QuestionReading) -> TypedColumn | None:
    """The column that says when: of dates, or of years."""
    columns = reading.table.table.columns
    years = [c for c in columns if c.type == "number" and _are_years(c)]
    dates = [c for c in columns if c.type == "date"]
    named = [link.column for link in reading.columns if link.column in (*years, *dates)]
    choices = named or dates or years
    return _only(tuple(choices)) if choices else None


def _are_years(column: TypedColumn) -> bool:
    values = [v for v in column.values if isinstance(v, float)]
    return bool(values) and all(v == int(v) and 1700 <= v <= 2200 for v in values)


def _year_condition(bound: Bound, year: int, column: TypedColumn) -> Condition:
    if column.type == "number":
        return Condition(column, bound.relation, tuple(float(v) for v in bound.values))  # type: ignore[arg-type]
    first, last = year_span(year)
    if bound.relation == "between" and isinstance(bound.values[0], float):
        first = year_span(int(bound.values[0]))[0]
    match bound.relation:
        case "more":
            return Condition(column, "more", (last,))
        case "less":
            return Condition(column, "less", (first,))
        case "at least":
            return Condition(column, "at least", (first,))
        case "at most":
            return Condition(column, "at most", (last,))
        case _:
            return Condition(column, "between", (first, last))


def _flags(reading: QuestionReading) -> list[Condition]:
    """Columns of yes and no that are named: "which support SSO?" wants those that say yes."""
    made: list[Condition] = []
    key = reading.table.table.key.index
    if not reading.signal("which") and any(
        v.column.index == key for link in reading.values for v in link.values
    ):
        return made  # "does Team support SSO?" asks for the cell
    for link in reading.columns:
        if link.column.flag and not link.rivals:
            made.append(Condition(link.column, "is", (True if link.column.type == "yes/no" else 1.0,)))
            reading.use(link)
    return made


def _negate(made: Conditions, reading: QuestionReading) -> None:
    """Turn around what a "not" or "without" stands before; where it stands before nothing, there is no query."""
    for signal in (s for s in reading.signals if s.kind == "negation"):
        target = _negated(signal, made, reading)
        if target is None:
            raise NoQuery
        reading.use(signal)
        if isinstance(target, Condition):
            made.rest[made.rest.index(target)] = _opposite(target)
        else:
            made.negated.add(target)


def _negated(signal: Signal, made: Conditions, reading: QuestionReading) -> Condition | int | None:
    flags: list[tuple[int, Condition | int]] = []
    for condition in made.rest:
        link = reading.link(condition.column)
        if link and condition.column.flag:
            flags.append((link.start, condition))
    flags += [(link.start, index) for index, links in made.links.items() for link in links]
    behind = sorted((pair for pair in flags if pair[0] >= signal.end), key=lambda pair: pair[0])
    if behind:
        return behind[0][1]
    return flags[0][1] if len(flags) == 1 else None


def _opposite(condition: Condition) -> Condition:
    value = condition.values[0]
    other: Scalar = (not value) if isinstance(value, bool) else 0.0
    return Condition(condition.column, "is", (other,))


def where(made: Conditions, reading: QuestionReading, *, without: int = -1) -> tuple[Condition, ...]:
    """The conditions together, except those on the values of one column."""
    columns = reading.table.table.columns
    by_value = [
        Condition(columns[index], "is not" if index in made.negated else "is", tuple(dict.fromkeys(values)))
        for index, values in made.values.items()
        if index != without
    ]
    return (*by_value, *made.rest)
