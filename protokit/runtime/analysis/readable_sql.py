"""A typed query as SQL that shows what the answer says: names and values in place of numbers of rows."""

from dataclasses import dataclass
from typing import Literal

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
from protokit.runtime.tables.query_sql import (
    conditions_sql,
    function_sql,
    name_sql,
    order_sql,
    quoted,
    where_sql,
)
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable

Grain = Literal["day", "week", "month", "quarter", "year"]
MOST_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An aggregate for each period of `day`, for each value of a second column, or as shares of the whole."""

    aggregate: Aggregate
    grain: Grain | None = None
    day: TypedColumn | None = None
    also: TypedColumn | None = None
    share: bool = False


def readable_sql(query: Query | Breakdown, table: TypedTable, name: str) -> str:
    """The statement that gives the table beside the answer, over `table` under `name`."""
    source = quoted(name)
    match query:
        case Breakdown():
            return _breakdown(query, source)
        case LookUp(columns=columns, where=where):
            shown = _unique([table.key, *(columns or table.columns)])
            return f"SELECT {_names(shown)}\nFROM {source}{_line(where)}"
        case ListAll(entity=entity, where=where, columns=columns):
            shown = _unique([entity, *columns, *(c.column for c in where)])
            return f"SELECT {_names(shown)}\nFROM {source}{_line(where)}"
        case Superlative(entity=entity, column=column, direction=direction, limit=limit, where=where):
            order = f"ORDER BY {name_sql(column)} {order_sql(direction)}"
            rows = _line((*where, Condition(column, "given")))
            best = f"QUALIFY rank() OVER ({order}) <= {limit}"
            return f"SELECT {_names(_unique([entity, column]))}\nFROM {source}{rows}\n{best}\n{order}"
        case ShareOf(part=part, where=where):
            rows = f"count(*) FILTER ({conditions_sql(part)})"
            columns_sql = (
                f'{rows} AS "rows", count(*) AS "of", round(100.0 * {rows} / count(*), 1) AS "share in %"'
            )
            return f"SELECT {columns_sql}\nFROM {source}{_line(where)}"
        case Compare(entity=entity, values=values, columns=columns, where=where):
            shown = _unique([entity, *(columns or table.columns)])
            return f"SELECT {_names(shown)}\nFROM {source}{_line((*where, Condition(entity, 'is', values)))}"
        case Aggregate():
            return _aggregate(query, source)


def _aggregate(query: Aggregate, source: str) -> str:
    values = ", ".join(f"{function_sql(each, query)} AS {_label(each, query)}" for each in query.functions)
    where = (*query.where, *_given(query))
    if not query.by:
        return f"SELECT {values}\nFROM {source}{_line(where)}"
    rows = _line((*where, Condition(query.by, "given")))
    order = order_sql(query.direction or "highest")
    best = f"rank() OVER (ORDER BY {function_sql(query.functions[0], query)} {order}) <= {query.limit or 1}"
    limit = f"\nQUALIFY {best}" if query.direction else ""
    name = name_sql(query.by)
    return f"SELECT {name}, {values}\nFROM {source}{rows}\nGROUP BY {name}{limit}\nORDER BY 2 {order} NULLS LAST, 1"


def _breakdown(query: Breakdown, source: str) -> str:
    made = query.aggregate
    groups: list[str] = []
    if query.grain and query.day:
        groups = [f"date_trunc('{query.grain}', {name_sql(query.day)})::DATE AS {quoted(query.grain)}"]
    columns = [each for each in (made.by, query.also) if each]
    groups += [name_sql(column) for column in columns]
    given = [*_given(made), *(Condition(each, "given") for each in (query.day, *columns) if each)]
    value = function_sql(made.functions[0], made)
    values = f"{value} AS {_label(made.functions[0], made)}"
    if query.share:
        values += f', round(100.0 * {value} / sum({value}) OVER (), 1) AS "share in %"'
    numbers = ", ".join(str(n) for n in range(1, len(groups) + 1))
    order = numbers if query.grain or query.also else f"{len(groups) + 1} DESC NULLS LAST, 1"
    head = f"SELECT {', '.join(groups)}, {values}\nFROM {source}{_line((*made.where, *given))}"
    return f"{head}\nGROUP BY {numbers}\nORDER BY {order}"


def _given(query: Aggregate) -> tuple[Condition, ...]:
    """What is computed rests on rows with a value only; a count of rows on all of them."""
    columns = [] if query.functions == ("count",) else [query.column, query.second]
    return tuple(Condition(column, "given") for column in columns if column)


def _label(function: str, query: Aggregate) -> str:
    if function == "count" and not query.distinct:
        return quoted("rows")
    return quoted(f"{function} of {query.column.name if query.column else 'rows'}")


def _names(columns: list[TypedColumn]) -> str:
    return ", ".join(map(name_sql, columns[:MOST_COLUMNS]))


def _unique(columns: list[TypedColumn]) -> list[TypedColumn]:
    return list({column.index: column for column in columns}.values())


def _line(where: tuple[Condition, ...]) -> str:
    return f"\n{where_sql(where).strip()}" if where else ""
