"""Rows and cells as they stand, in a sentence."""

from dataclasses import dataclass

from protokit.runtime.tables.cell_wording import (
    cell,
    conditions,
    joined,
    label,
    named,
    short,
)
from protokit.runtime.tables.query import (
    ListAll,
    LookUp,
)
from protokit.runtime.tables.telling import MOST_LISTED, NoResult, Part, Telling
from protokit.runtime.tables.typed_table import TypedColumn


@dataclass(frozen=True, slots=True)
class RowTelling(Telling):
    """Look-ups and lists."""

    def look_up(self, query: LookUp) -> list[Part]:
        rows = self.rows(query)
        if not rows:
            raise NoResult(self.outside(query.where))
        if not query.columns:
            return [Part(self.whole_row(rows[0]), rows[:1])] if len(rows) == 1 else self.several(query, rows)
        if len(query.columns) > 1 and len(rows) == 1:
            shown = [
                f"{label(c, self.language)} {cell(c, rows[0], per=False)}"
                for c in query.columns
                if c.texts[rows[0]]
            ]
            if not shown:
                raise NoResult
            return [Part(f"{self.name_of(rows[0])}: {joined(shown, self.language)}", rows)]
        if len(rows) > 1:
            return self.several(query, rows)
        return [Part(self.one_cell(query.columns[0], rows[0]), rows)]

    def one_cell(self, column: TypedColumn, row: int) -> str:
        value = cell(column, row)
        if not value:
            raise NoResult
        if column.type == "yes/no":
            value = value[:1].upper() + value[1:]
        name = self.name_of(row)
        if column.index == self.table.key.index:
            return value
        beside = (
            name
            if (column.money and _names_money(column)) or label(column, "en") == column.unit_text.lower()
            else f"{short(column, self.language) if column.money else label(column, self.language)}, {name}"
        )
        return f"{value} ({beside})"

    def whole_row(self, row: int) -> str:
        key = self.table.key
        shown = [
            f"{label(c, self.language)} {cell(c, row, per=False)}"
            for c in self.table.columns
            if c.index != key.index and c.texts[row]
        ]
        return f"{self.name_of(row)}: {joined(shown, self.language)}"

    def labelled(self, column: TypedColumn, row: int) -> str:
        return f"{label(column, self.language)} {cell(column, row, per=False)}"

    def several(self, query: LookUp, rows: tuple[int, ...]) -> list[Part]:
        if len(rows) > MOST_LISTED or not query.columns:
            raise NoResult
        column = query.columns[0]
        if len({column.texts[row] for row in rows}) == 1:
            return [
                Part(
                    f"{cell(column, rows[0])} ({label(column, self.language)}{conditions(query.where, self.language)})",
                    rows,
                )
            ]
        return self.listed(
            [f"{cell(column, row)} ({self.name_of(row)})" for row in rows if column.texts[row]], rows
        )

    def list_all(self, query: ListAll) -> list[Part]:
        rows = self.rows(query)
        total = len(self.table.rows)
        if not rows:
            if reason := self.outside(query.where):
                raise NoResult(reason)
            every = self.say("rows", count=f"{total:,}", table=named(self.table))
            return [Part(self.say("none", rows=every, where=conditions(query.where, self.language)))]
        shown = query.columns or tuple(
            c.column for c in query.where if c.column.type in ("number", "date") and not c.column.flag
        )
        items = [self.item(query.entity, shown, row) for row in rows]
        unique = list(dict.fromkeys(items))
        parts = self.listed(unique if len(unique) < len(items) else items, rows)
        if len(rows) == 1:
            return parts
        first = parts[0]
        lead = self.say("listed", part=f"{len(unique):,}", total=f"{query.entity.distinct:,}", list="")
        return [Part(f"{lead.rstrip()} {first.text}", first.rows), *parts[1:]]


def _names_money(column: TypedColumn) -> bool:
    """Whether a column is simply the price, so that its name need not be said beside the amount."""
    return label(column, "en").split()[0] in (
        "price",
        "cost",
        "fee",
        "amount",
        "per",
        "preis",
        "kosten",
        "prix",
        "precio",
        "prezzo",
        "preço",
        "prijs",
    )
