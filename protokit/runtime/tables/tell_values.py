"""Computed values in a sentence: counts, sums, averages, groups, shares."""

from dataclasses import dataclass
from math import isinf

from protokit.runtime.tables.cell_wording import (
    conditions,
    joined,
    label,
    named,
    number,
)
from protokit.runtime.tables.query import (
    Aggregate,
    ShareOf,
)
from protokit.runtime.tables.query_sql import to_sql
from protokit.runtime.tables.table_database import run
from protokit.runtime.tables.telling import NoResult, Part, Telling


@dataclass(frozen=True, slots=True)
class ValueTelling(Telling):
    """Aggregates and shares."""

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
