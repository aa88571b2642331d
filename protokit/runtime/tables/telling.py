"""What every wording of a result is made with: the rows, their names, what was not counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from protokit.runtime.tables.cell_wording import (
    cell,
    joined,
    named,
    say,
)
from protokit.runtime.tables.query import (
    Aggregate,
    Condition,
    LookUp,
    Query,
    Superlative,
)
from protokit.runtime.tables.query_sql import rows_sql
from protokit.runtime.tables.table_database import run
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable

MOST_LISTED = 12
"""Names in a list; of more, the first are named and the rest counted."""
MOST_ROWS_EACH = 5
"""Rows that are cited one by one; more are cited together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the answer and the rows of the table that it rests on."""

    text: str
    rows: tuple[int, ...] = ()


class NoResult(Exception):
    """Nothing to say: no row meets the conditions. `reason` says why where that helps."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Telling:
    """Says results over one table in one language."""

    table: TypedTable
    language: str

    def say(self, name: str, **values: object) -> str:
        return say(name, self.language, **values)

    def rows(self, query: Query) -> tuple[int, ...]:
        return tuple(int(str(row[0])) for row in run(rows_sql(query), self.table))

    def over(self, count: int) -> str:
        name = "one_row" if count == 1 else "rows"
        return self.say("over", rows=self.say(name, count=f"{count:,}", table=named(self.table)))

    def name_of(self, row: int, entity: TypedColumn | None = None) -> str:
        key = self.table.key
        column = entity or key
        text = column.texts[row]
        if (
            column.index != key.index
            and _is_id(key.texts[row])
            and column.distinct >= 0.9 * len(self.table.rows)
        ):
            return f"{key.texts[row]} {text}"  # what a requirement says, behind its number
        return f"{column.name} {text}" if column.type == "number" else text

    def listed(self, items: Sequence[str], rows: tuple[int, ...]) -> list[Part]:
        """Each name with its row, or all with all where they are many."""
        if len(items) == len(rows) <= MOST_ROWS_EACH:
            return [Part(item, (row,)) for item, row in zip(items, rows, strict=True)]
        if len(items) > MOST_LISTED:
            text = self.say("more", list=", ".join(items[:MOST_LISTED]), count=len(items) - MOST_LISTED)
            return [Part(text, rows)]
        return [Part(joined(list(items), self.language), rows)]

    def item(self, entity: TypedColumn, columns: Sequence[TypedColumn], row: int) -> str:
        shown = [cell(c, row) for c in dict.fromkeys(columns) if c.texts[row] and c.index != entity.index]
        return f"{self.name_of(row, entity)} ({', '.join(shown)})" if shown else self.name_of(row, entity)

    def gaps(self, query: Superlative | Aggregate) -> list[Part]:
        """What was not counted because its cell holds no value."""
        column = query.column
        if column is None or column.index in [
            c.column.index for c in query.where if c.relation in ("missing", "given")
        ]:
            return []
        rows = self.rows(LookUp((), (*query.where, Condition(column, "missing"))))
        said = [f"{self.name_of(row)} ({column.texts[row]})" for row in rows if column.texts[row]]
        if not rows:
            return []
        if said and len(rows) <= 4 and len(said) == len(rows):
            return [Part(self.say("gaps_said", list=joined(said, self.language)))]
        return [Part(self.say("gaps", count=f"{len(rows):,}"))]

    def outside(self, where: tuple[Condition, ...]) -> str:
        """That the rows end before or begin after the days that are asked for."""
        for condition in where:
            days = sorted(value for value in condition.column.values if isinstance(value, date))
            asked = [value for value in condition.values if isinstance(value, date)]
            if days and asked and (asked[-1] < days[0] or asked[0] > days[-1]):
                texts = [
                    condition.column.texts[condition.column.values.index(each)]
                    for each in (days[0], days[-1])
                ]
                return self.say("outside", table=named(self.table), first=texts[0], last=texts[1])
        return ""


def _is_id(text: str) -> bool:
    return (
        len(text) <= 16
        and " " not in text
        and any(c.isdigit() for c in text)
        and any(c.isalpha() for c in text)
    )
