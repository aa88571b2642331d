"""Rows beside each other, in a sentence: what differs, which has more, by how much."""

from dataclasses import dataclass
from math import isinf

from protokit.runtime.tables.cell_wording import (
    cell,
    cells,
    joined,
    label,
    number,
)
from protokit.runtime.tables.query import (
    Compare,
    Condition,
    LookUp,
)
from protokit.runtime.tables.telling import NoResult, Part, Telling
from protokit.runtime.tables.typed_table import TypedColumn


@dataclass(frozen=True, slots=True)
class ComparisonTelling(Telling):
    """Comparisons."""

    def compare(self, query: Compare) -> list[Part]:
        rows = self.ordered(query)
        if len(rows) < 2:
            raise NoResult
        if (
            len(query.columns) == 1
            and len(rows) == 2
            and (text := self.one_column(query, query.columns[0], rows))
        ):
            return [Part(text, tuple(rows))]
        names = [self.name_of(row, query.entity) for row in rows]
        columns = query.columns or tuple(c for c in self.table.columns if c.index != query.entity.index)
        differing = [c for c in columns if len({c.texts[row] for row in rows}) > 1]
        if not differing:
            text = self.say(
                "equal",
                a=joined(names[:-1], self.language),
                b=names[-1],
                list=joined([label(c, self.language) for c in columns], self.language),
            )
            return [Part(text, tuple(rows))]
        items = [f"{label(c, self.language)} ({cells(c, rows)})" for c in differing]
        text = self.say("differ", a=", ".join(names[:-1]), b=names[-1], list=joined(items, self.language))
        return [Part(text, tuple(rows))]

    def ordered(self, query: Compare) -> list[int]:
        rows = self.rows(LookUp((), (*query.where, Condition(query.entity, "is", query.values))))
        return sorted(rows, key=lambda row: query.values.index(query.entity.texts[row]))

    def one_column(self, query: Compare, column: TypedColumn, rows: list[int]) -> str:
        """One column of two rows: which has more, and by how much."""
        first, second = (column.values[row] for row in rows)
        if not isinstance(first, float) or not isinstance(second, float) or isinf(first + second):
            return ""
        values = {"a": self.name_of(rows[0], query.entity), "b": self.name_of(rows[1], query.entity)}
        values |= {
            "value": cell(column, rows[0]),
            "other": cell(column, rows[1]),
            "column": label(column, self.language),
        }
        if first == second:
            return self.say("both", **values)
        values["gap"] = self.gap(column, abs(first - second))
        if not query.direction:
            return self.say("difference", **values)
        if (first < second) != (query.direction == "lowest"):
            values |= {"a": values["b"], "b": values["a"], "value": values["other"], "other": values["value"]}
        name = (
            ("cheaper" if query.direction == "lowest" else "dearer")
            if column.money
            else ("lower" if query.direction == "lowest" else "higher")
        )
        return self.say(name, **values)

    def gap(self, column: TypedColumn, value: float) -> str:
        if column.money and value >= 1e6 and any("million" in text for text in column.texts):
            return number(value / 1e6, column, self.language, extra=2, pad=False) + " million"
        text = number(round(value, 6), column, self.language)
        return f"{text[:-1]} percentage points" if column.unit == "%" and self.language == "en" else text
