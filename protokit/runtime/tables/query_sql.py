"""A query as SQL that a person can read and DuckDB runs."""

from datetime import date

from protokit.runtime.tables.query import (
    Aggregate,
    Compare,
    Condition,
    Function,
    ListAll,
    LookUp,
    Query,
    Scalar,
    ShareOf,
    Superlative,
)
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import Direction

ROW = "row_number"
"""The column that says which row of data, from 0, a row of a result is."""
TABLE = "rows"
_FUNCTIONS: dict[Function, str] = {
    "sum": "sum({})",
    "average": "avg({})",
    "median": "median({})",
    "deviation": "stddev_samp({})",
    "lowest": "min({})",
    "highest": "max({})",
}


def to_sql(query: Query) -> str:
    """The statement that computes `query` over the table `rows`."""
    match query:
        case LookUp() | ListAll():
            return f"SELECT {quoted(ROW)} FROM {TABLE}{_where(query.where)} ORDER BY {quoted(ROW)}"
        case Superlative(column=column, direction=direction, limit=limit, where=where):
            conditions = (*where, Condition(column, "given"))
            return (
                f"SELECT {quoted(ROW)}, {_name(column)} FROM {TABLE}{_where(conditions)}"
                f" QUALIFY rank() OVER (ORDER BY {_name(column)} {_order(direction)}) <= {limit}"
                f" ORDER BY {_name(column)} {_order(direction)}, {quoted(ROW)}"
            )
        case ShareOf(part=part, where=where):
            return f"SELECT count(*) FILTER ({_conditions(part)}), count(*) FROM {TABLE}{_where(where)}"
        case Compare(entity=entity, values=values, where=where):
            conditions = (*where, Condition(entity, "is", values))
            return f"SELECT {quoted(ROW)} FROM {TABLE}{_where(conditions)} ORDER BY {quoted(ROW)}"
        case Aggregate():
            return _aggregate(query)


def rows_sql(query: Query) -> str:
    """The statement for the rows that a computed value rests on."""
    match query:
        case ShareOf(part=part, where=where):
            conditions = (*where, *part)
        case Superlative(column=column, where=where):
            conditions = (*where, Condition(column, "given"))
        case Aggregate(column=TypedColumn() as column, where=where, functions=functions) if functions != (
            "count",
        ):
            conditions = (*where, Condition(column, "given"))
        case _:
            conditions = query.where
    return f"SELECT {quoted(ROW)} FROM {TABLE}{_where(conditions)} ORDER BY {quoted(ROW)}"


def _aggregate(query: Aggregate) -> str:
    values = ", ".join(_function(each, query) for each in query.functions)
    if not query.by:
        return f"SELECT {values} FROM {TABLE}{_where(query.where)}"
    name = _name(query.by)
    conditions = (*query.where, Condition(query.by, "given"))
    order = _order(query.direction or "highest")
    best = f"rank() OVER (ORDER BY {_function(query.functions[0], query)} {order}) <= {query.limit or 1}"
    limit = f" QUALIFY {best}" if query.direction else ""
    rows = f"FROM {TABLE}{_where(conditions)} GROUP BY {name}"
    return f"SELECT {name}, {values} {rows}{limit} ORDER BY 2 {order} NULLS LAST, 1"


def _function(function: Function, query: Aggregate) -> str:
    if function == "count":
        return f"count(DISTINCT {_name(query.column)})" if query.distinct and query.column else "count(*)"
    assert query.column is not None
    if function == "correlation" and query.second:
        return f"corr({_name(query.column)}, {_name(query.second)})"
    return _FUNCTIONS[function].format(_name(query.column))


def _order(direction: Direction | None) -> str:
    return "ASC" if direction == "lowest" else "DESC"


def _where(conditions: tuple[Condition, ...]) -> str:
    return f" {_conditions(conditions)}" if conditions else ""


def _conditions(conditions: tuple[Condition, ...]) -> str:
    return "WHERE " + " AND ".join(map(_condition, conditions))


def _condition(condition: Condition) -> str:
    name, values = _name(condition.column), [literal(value) for value in condition.values]
    signs = {"more": ">", "less": "<", "at least": ">=", "at most": "<="}
    match condition.relation:
        case "missing":
            return f"{name} IS NULL"
        case "given":
            return f"{name} IS NOT NULL"
        case "between":
            return f"{name} BETWEEN {values[0]} AND {values[1]}"
        case "is":
            return f"{name} = {values[0]}" if len(values) == 1 else f"{name} IN ({', '.join(values)})"
        case "is not":
            return f"{name} NOT IN ({', '.join(values)})"
        case _:
            return f"{name} {signs[condition.relation]} {values[0]}"


def literal(value: Scalar) -> str:
    """`value` as SQL writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    return f"DATE '{value}'" if isinstance(value, date) else "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _name(column: TypedColumn) -> str:
    return quoted(column.name)
