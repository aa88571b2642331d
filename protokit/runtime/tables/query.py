"""What is asked of one table, as plain typed data: printed in words, written as SQL, computed, told as a sentence."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.vocabulary import Direction

Relation = Literal["is", "is not", "more", "less", "at least", "at most", "between", "missing", "given"]
Function = Literal["count", "sum", "average", "median", "deviation", "lowest", "highest", "correlation"]
Scalar = str | float | bool | date


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must meet: one of `values` for "is", both bounds for "between", none for "missing"."""

    column: TypedColumn
    relation: Relation
    values: tuple[Scalar, ...] = ()

    def __str__(self) -> str:
        values = [_plain(value) for value in self.values]
        if self.relation in ("missing", "given"):
            return f"{self.column.name} is {self.relation}"
        if self.relation == "between":
            return f"{self.column.name} is from {values[0]} to {values[1]}"
        words = {"is": "is", "is not": "is not", "more": "is over", "less": "is under"}
        return f"{self.column.name} {words.get(self.relation, 'is ' + self.relation)} {' or '.join(values)}"


@dataclass(frozen=True, slots=True)
class LookUp:
    """Cells of the rows that meet the conditions, usually of one row; no columns asks for the whole row."""

    columns: tuple[TypedColumn, ...] = ()
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class ListAll:
    """The rows that meet the conditions, by the column that is asked for, with others beside it."""

    entity: TypedColumn
    where: tuple[Condition, ...] = ()
    columns: tuple[TypedColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Superlative:
    """The rows with the highest or lowest values of a column, and those that tie with them."""

    entity: TypedColumn
    column: TypedColumn
    direction: Direction
    limit: int = 1
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Functions over a column of the rows that meet the conditions, once or for each value of `by`."""

    functions: tuple[Function, ...]
    column: TypedColumn | None = None
    where: tuple[Condition, ...] = ()
    by: TypedColumn | None = None
    direction: Direction | None = None
    """Of the groups, only the `limit` with the highest or lowest value."""
    limit: int = 0
    distinct: bool = False
    """Count different values of `column`."""
    second: TypedColumn | None = None
    """The other column of a correlation."""


@dataclass(frozen=True, slots=True)
class ShareOf:
    """How many of the rows that meet `where` also meet `part`, in per cent."""

    part: tuple[Condition, ...]
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Compare:
    """Rows beside each other: all columns that differ, or the named ones."""

    entity: TypedColumn
    values: tuple[str, ...]
    columns: tuple[TypedColumn, ...] = ()
    where: tuple[Condition, ...] = ()
    direction: Direction | None = None
    """Which of them is asked for: the one with the lowest, "cheaper", or the highest value."""


Query = LookUp | ListAll | Superlative | Aggregate | ShareOf | Compare


def columns_of(query: Query) -> list[TypedColumn]:
    """Every column that the query reads."""
    found = [condition.column for condition in query.where]
    match query:
        case LookUp(columns=columns):
            found += columns
        case ListAll(entity=entity, columns=columns) | Compare(entity=entity, columns=columns):
            found += [entity, *columns]
        case Superlative(entity=entity, column=column):
            found += [entity, column]
        case ShareOf(part=part):
            found += [condition.column for condition in part]
        case Aggregate(column=column, by=by, second=second):
            found += [each for each in (column, by, second) if each]
    return found


def in_words(query: Query, table: TypedTable) -> str:
    """The query for a person: "average of duration_min where service is Broadband"."""
    tail = f" where {' and '.join(map(str, query.where))}" if query.where else ""
    return f"{_what(query)}{tail}, in {table_name(table)}"


def _what(query: Query) -> str:
    match query:
        case LookUp(columns=columns):
            return " and ".join(column.name for column in columns) or "the row"
        case ListAll(entity=entity):
            return f"every {entity.name}"
        case Superlative(entity=entity, column=column, direction=direction, limit=limit):
            return f"{entity.name} with the {direction} {column.name}" + (
                f", {limit} of them" if limit > 1 else ""
            )
        case ShareOf(part=part):
            return f"share of rows where {' and '.join(map(str, part))}"
        case Compare(entity=entity, values=values, columns=columns):
            names = ", ".join(column.name for column in columns) or "the columns that differ"
            return f"{names} of {entity.name} {' and '.join(values)}"
        case Aggregate(functions=functions, column=column, by=by, direction=direction, limit=limit):
            of = f"{' and '.join(functions)} of {column.name if column else 'rows'}"
            groups = f" for each {by.name}" if by else ""
            return of + groups + (f", the {direction}{f' {limit}' if limit > 1 else ''}" if direction else "")


def table_name(table: TypedTable) -> str:
    """The table for a person: "pricing.xlsx, sheet Plans"."""
    return ", ".join(part for part in (table.table.file, table.table.place) if part)


def _plain(value: Scalar) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float)
        else ("yes" if value else "no")
        if isinstance(value, bool)
        else str(value)
    )
