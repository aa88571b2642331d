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
            return f"SELECT {quoted(ROW)} FROM {TABLE}{where_sql(query.where)} ORDER BY {quoted(ROW)}"
        case Superlative(column=column, direction=direction, limit=limit, where=where):
            conditions = (*where, Condition(column, "given"))
            return (
                f"SELECT {quoted(ROW)}, {name_sql(column)} FROM {TABLE}{where_sql(conditions)}"
                f" QUALIFY rank() OVER (ORDER BY {name_sql(column)} {order_sql(direction)}) <= {limit}"
                f" ORDER BY {name_sql(column)} {order_sql(direction)}, {quoted(ROW)}"
            )
        case ShareOf(part=part, where=where):
            return f"SELECT count(*) FILTER ({conditions_sql(part)}), count(*) FROM {TABLE}{where_sql(where)}"
        case Compare(entity=entity, values=values, where=where):
            conditions = (*where, Condition(entity, "is", values))
            return f"SELECT {quoted(ROW)} FROM {TABLE}{where_sql(conditions)} ORDER BY {quoted(ROW)}"
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
    return f"SELECT {quoted(ROW)} FROM {TABLE}{where_sql(conditions)} ORDER BY {quoted(ROW)}"


def _aggregate(query: Aggregate) -> str:
    values = ", ".join(function_sql(each, query) for each in query.functions)
    if not query.by:
        return f"SELECT {values} FROM {TABLE}{where_sql(query.where)}"
    name = name_sql(query.by)
    conditions = (*query.where, Condition(query.by, "given"))
    order = order_sql(query.direction or "highest")
    best = f"rank() OVER (ORDER BY {function_sql(query.functions[0], query)} {order}) <= {query.limit or 1}"
    limit = f" QUALIFY {best}" if query.direction else ""
    rows = f"FROM {TABLE}{where_sql(conditions)} GROUP BY {name}"
    return f"SELECT {name}, {values} {rows}{limit} ORDER BY 2 {order} NULLS LAST, 1"


def function_sql(function: Function, query: Aggregate) -> str:
    """One of the functions of `query`: `avg("price")`."""
    if function == "count":
        return f"count(DISTINCT {name_sql(query.column)})" if query.distinct and query.column else "count(*)"
    assert query.column is not None
    if function == "correlation" and query.second:
        return f"corr({name_sql(query.column)}, {name_sql(query.second)})"
    return _FUNCTIONS[function].format(name_sql(query.column))


def order_sql(direction: Direction | None) -> str:
    """ASC for the lowest first, else DESC."""
    return "ASC" if direction == "lowest" else "DESC"


def where_sql(conditions: tuple[Condition, ...]) -> str:
    """` WHERE ...`, or nothing without conditions."""
    return f" {conditions_sql(conditions)}" if conditions else ""


def conditions_sql(conditions: tuple[Condition, ...]) -> str:
    """`WHERE ...` of one condition at least."""
    return "WHERE " + " AND ".join(map(_condition, conditions))


def _condition(condition: Condition) -> str:
    name, values = name_sql(condition.column), [literal(value) for value in condition.values]
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


def name_sql(column: TypedColumn) -> str:
    """A column as SQL writes it."""
    return quoted(column.name)
