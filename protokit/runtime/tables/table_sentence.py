"""What a query found, as a sentence for a reader, with the rows that each part of it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isinf

from protokit.runtime.tables.cell_wording import (
    cell,
    cells,
    conditions,
    joined,
    label,
    named,
    number,
    say,
    say_in,
    short,
)
from protokit.runtime.tables.query import (
    Aggregate,
    Compare,
    Condition,
    ListAll,
    LookUp,
    Query,
    ShareOf,
    Superlative,
)
from protokit.runtime.tables.query_sql import rows_sql, to_sql
from protokit.runtime.tables.table_database import run
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable

_MOST_LISTED = 12
"""Names in a list; of more, the first are named and the rest counted."""
_MOST_ROWS_EACH = 5
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


def sentence(query: Query, table: TypedTable, language: str) -> list[Part]:
    """The parts of the answer. Raises NoResult where the table holds none."""
    telling = _Telling(table, language)
    match query:
        case LookUp():
            return telling.look_up(query)
        case ListAll():
            return telling.list_all(query)
        case Superlative():
            return telling.superlative(query)
        case Aggregate():
            return telling.aggregate(query)
        case ShareOf():
            return telling.share(query)
        case Compare():
            return telling.compare(query)


@dataclass(frozen=True, slots=True)
class _Telling:
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

    # Look-ups and lists

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
        if len(rows) > _MOST_LISTED or not query.columns:
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

    def listed(self, items: Sequence[str], rows: tuple[int, ...]) -> list[Part]:
        """Each name with its row, or all with all where they are many."""
        if len(items) == len(rows) <= _MOST_ROWS_EACH:
            return [Part(item, (row,)) for item, row in zip(items, rows, strict=True)]
        if len(items) > _MOST_LISTED:
            text = self.say("more", list=", ".join(items[:_MOST_LISTED]), count=len(items) - _MOST_LISTED)
            return [Part(text, rows)]
        return [Part(joined(list(items), self.language), rows)]

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

    def item(self, entity: TypedColumn, columns: Sequence[TypedColumn], row: int) -> str:
        shown = [cell(c, row) for c in dict.fromkeys(columns) if c.texts[row] and c.index != entity.index]
        return f"{self.name_of(row, entity)} ({', '.join(shown)})" if shown else self.name_of(row, entity)

    # Highest and lowest

    def superlative(self, query: Superlative) -> list[Part]:
        found = run(to_sql(query), self.table)
        rows = tuple(int(str(row[0])) for row in found)
        if not rows:
            raise NoResult(self.outside(query.where))
        if len(rows) > _MOST_LISTED:
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

    # Computed values

    def aggregate(self, query: Aggregate) -> list[Part]:
        rows = self.rows(query)
        total = len(self.table.rows)
        if not rows:
            if reason := self.outside(query.where):
                raise NoResult(reason)
            if query.functions != ("count",):
                raise NoResult
        if query.by:
            return self.groups(query, rows)
        values = run(to_sql(query), self.table)[0]
        if any(value is None or isinf(float(str(value))) for value in values):
            raise NoResult
        where = conditions(query.where, self.language)
        if query.functions == ("count",):
            return [self.counted(query, int(str(values[0])), rows, total, where)]
        column = query.column
        texts = [
            self.computed(function, float(str(value)), query)
            for function, value in zip(query.functions, values, strict=True)
        ]
        text = joined(texts, self.language)
        assert column is not None
        return [Part(f"{text}, {self.over(len(rows))}{where}", rows), *self.gaps(query)]

    def counted(self, query: Aggregate, count: int, rows: tuple[int, ...], total: int, where: str) -> Part:
        if query.distinct and query.column:
            names = list(dict.fromkeys(query.column.texts[row] for row in rows if query.column.texts[row]))
            if len(names) <= 8:
                return Part(self.say("distinct", value=count, list=joined(names, self.language)), rows)
            return Part(
                self.say("distinct_many", value=f"{count:,}", column=label(query.column, self.language))
                + where,
                rows,
            )
        if not query.where:
            return Part(self.say("count_all", total=f"{total:,}", table=named(self.table)), rows)
        return Part(
            self.say("count", value=f"{count:,}", total=f"{total:,}", table=named(self.table), where=where),
            rows,
        )

    def computed(self, function: str, value: float, query: Aggregate) -> str:
        extra = 0 if function in ("sum", "lowest", "highest") else 4 if function == "correlation" else 2
        column = query.column if function != "correlation" else None
        names = label(query.column, self.language) if query.column else ""
        if query.second:
            names = joined([names, label(query.second, self.language)], self.language)
        key = {"lowest": "lowest_value", "highest": "highest_value"}.get(function, function)
        return self.say(key, value=number(value, column, self.language, extra=extra), column=names)

    def groups(self, query: Aggregate, rows: tuple[int, ...]) -> list[Part]:
        found = run(to_sql(query), self.table)
        if not found or len(found) > 40 or (query.direction and len(found) > max(query.limit, 1) + 3):
            raise NoResult
        function = query.functions[0]
        extra = 0 if function in ("count", "sum", "lowest", "highest") else 2
        column = None if function == "count" else query.column
        where = conditions(query.where, self.language)
        if query.direction and len(found) == 1 and function == "count":
            name = "most" if query.direction == "highest" else "least"
            chosen = tuple(row for row in rows if query.by and query.by.values[row] == found[0][0])
            return [
                Part(
                    self.say(name, a=found[0][0], value=f"{int(str(found[0][1])):,}", total=f"{len(rows):,}")
                    + where,
                    chosen,
                )
            ]
        items = []
        for group, *values in found:
            numbers = [
                number(float(str(v)), column, self.language, extra=extra) for v in values if v is not None
            ]
            items.append(f"{self.group_name(group)} ({', '.join(numbers)})")
        return [Part(f"{joined(items, self.language)}, {self.over(len(rows))}{where}", rows)]

    @staticmethod
    def group_name(value: object) -> str:
        return f"{value:g}" if isinstance(value, float) else str(value)

    def share(self, query: ShareOf) -> list[Part]:
        part, whole = (int(str(value)) for value in run(to_sql(query), self.table)[0])
        if not whole:
            raise NoResult(self.outside(query.where))
        text = self.say("share", value=f"{100 * part / whole:.1f}%", part=f"{part:,}", total=f"{whole:,}")
        return [
            Part(
                f"{text}, {named(self.table)}{conditions((*query.where, *query.part), self.language)}",
                self.rows(query),
            )
        ]

    # Side by side

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
