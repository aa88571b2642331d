"""The highest and the lowest, in a sentence: ties, what is free, what was not counted."""

from dataclasses import dataclass

from protokit.runtime.tables.cell_wording import (
    cell,
    joined,
    label,
    say_in,
)
from protokit.runtime.tables.query import (
    Condition,
    Superlative,
)
from protokit.runtime.tables.query_sql import to_sql
from protokit.runtime.tables.table_database import run
from protokit.runtime.tables.telling import MOST_LISTED, NoResult, Part, Telling
from protokit.runtime.tables.typed_table import TypedColumn


@dataclass(frozen=True, slots=True)
class ExtremeTelling(Telling):
    """Superlatives."""

    def superlative(self, query: Superlative) -> list[Part]:
        found = run(to_sql(query), self.table)
        rows = tuple(int(str(row[0])) for row in found)
        if not rows:
            raise NoResult(self.outside(query.where))
        if len(rows) > MOST_LISTED:
            raise NoResult
        meeting = len(self.rows(query))
        tail = f" ({self.over(meeting)})"
        if query.limit > 1:
            parts = self.listed([self.item(query.entity, (query.column,), row) for row in rows], rows)
            return [*parts[:-1], Part(parts[-1].text + tail, parts[-1].rows), *self.gaps(query)]
        names = list(dict.fromkeys(self.name_of(row, query.entity) for row in rows))
        value = self.value(query.column, rows[0])
        if len(names) > 1:
            end = say_in("ends", query.direction, self.language)
            text = self.say(
                "tie",
                a=joined(names, self.language),
                end=end,
                column=label(query.column, self.language),
                value=value,
            )
        else:
            text = self.say(
                _end(query.column, query.direction),
                a=names[0],
                column=label(query.column, self.language),
                value=value,
                what=self.what(query),
            )
        return [Part(text + tail, rows), *self.not_free(query, rows), *self.gaps(query)]

    def what(self, query: Superlative) -> str:
        name = query.entity.name
        return (
            f" {label(query.entity, self.language)}"
            if self.language == "en" and len(name.split()) <= 2 and not name.startswith("column")
            else ""
        )

    def value(self, column: TypedColumn, row: int) -> str:
        return cell(column, row)

    def not_free(self, query: Superlative, rows: tuple[int, ...]) -> list[Part]:
        """The cheapest that costs something, where the cheapest is free."""
        if not (query.column.money and query.direction == "lowest" and query.column.values[rows[0]] == 0):
            return []
        more = Superlative(
            query.entity, query.column, "lowest", 1, (*query.where, Condition(query.column, "more", (0.0,)))
        )
        found = tuple(int(str(row[0])) for row in run(to_sql(more), self.table))
        if not found or len(found) > 3:
            return []
        names = joined([self.name_of(row, query.entity) for row in found], self.language)
        return [Part(self.say("not_free", a=names, value=cell(query.column, found[0])), found)]


def _end(column: TypedColumn, direction: str) -> str:
    high = direction == "highest"
    if column.money and any(
        word in label(column, "en")
        for word in (
            "price",
            "cost",
            "fee",
            "per ",
            "preis",
            "prix",
            "precio",
            "prezzo",
            "preço",
            "prijs",
            "kosten",
            "tarif",
            "coût",
            "coste",
        )
    ):
        return "dearest" if high else "cheapest"
    if column.type == "date":
        return "latest" if high else "earliest"
    if column.unit in ("min", "h", "d", "week", "month", "year", "s"):
        return "longest" if high else "shortest"
    return direction
