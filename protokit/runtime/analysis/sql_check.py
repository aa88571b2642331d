"""SQL that somebody wrote, held to one SELECT over known tables before anything runs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from protokit.runtime.runtime_errors import RuntimeProblem

if TYPE_CHECKING:
    import duckdb

LONGEST = 10_000
"""Characters of a statement."""
_SOURCES = frozenset({"unnest", "range", "generate_series"})
"""Functions that may stand in place of a table; all others read files, the network or the database's own state."""
_FUNCTIONS = frozenset(
    """getenv current_setting current_database current_schema current_schemas current_catalog current_query
    current_role current_user session_user user version nextval currval setseed getvariable write_log
    pg_size_pretty json_execute_serialized_sql query query_table txid_current in_search_path""".split()
)
"""Functions that tell of the machine or change something: a question about rows needs none of them."""


class SqlProblem(RuntimeProblem):
    """A statement that is not run, or that failed; the text says why, for whoever wrote it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, friendly=reason)


class InvalidSql(SqlProblem):
    """A statement that DuckDB cannot read, bind, plan or compute: whoever wrote it may mend it."""


def require_select(sql: str, tables: Sequence[str], database: "duckdb.DuckDBPyConnection") -> str:
    """`sql` without its last semicolon, where it is one SELECT over `tables`. Raises SqlProblem with the reason."""
    text = sql.strip().rstrip(";").strip()
    if not text:
        raise SqlProblem("There is no SQL to run.")
    if len(text) > LONGEST:
        raise SqlProblem(f"The SQL is longer than {LONGEST:,} characters.")
    node = syntax_tree(text, database)
    known = {name.casefold() for name in tables} | {
        name.casefold() for part in _parts(node) for name in _local_names(part)
    }
    for part in _parts(node):
        if name := _unknown_table(part, known):
            raise InvalidSql(f'There is no table "{name}".')
        if reason := _refused(part):
            raise SqlProblem(reason)
    return text


def syntax_tree(sql: str, database: "duckdb.DuckDBPyConnection") -> Mapping[str, object]:
    """The one statement as DuckDB parses it, as JSON. Raises SqlProblem."""
    (text,) = database.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()[0]
    try:
        parsed = json.loads(text)
    except RecursionError:
        raise SqlProblem("The SQL is nested too deeply.") from None
    if parsed["error"]:
        detail = str(parsed.get("error_message", "")).splitlines()[0]
        only = "Only SELECT" in detail
        if only:
            raise SqlProblem("Only a SELECT can be run here.")
        raise InvalidSql(f"This is no valid SQL: {detail}")
    if len(parsed["statements"]) != 1:
        raise SqlProblem("Only one statement can be run at a time.")
    statement: Mapping[str, object] = parsed["statements"][0]
    return statement


def _parts(node: object) -> Iterator[Mapping[str, object]]:
    """Every object of a syntax tree, without going deeper than Python's stack."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _local_names(part: Mapping[str, object]) -> list[str]:
    """What WITH names."""
    named = part.get("cte_map")
    entries = named.get("map", []) if isinstance(named, dict) else []
    return [str(entry["key"]) for entry in entries if isinstance(entry, dict)]


def _unknown_table(part: Mapping[str, object], known: set[str]) -> str:
    """The name of a table that is none of `known`; empty for every other part of a statement."""
    name = str(part.get("table_name", "")) if part.get("type") == "BASE_TABLE" else ""
    elsewhere = part.get("schema_name") or part.get("catalog_name")
    return name if name.casefold() not in known or elsewhere else ""


def _refused(part: Mapping[str, object]) -> str:
    """Why a part of a statement is not run; empty where it may."""
    kind = part.get("type")
    if kind == "TABLE_FUNCTION":
        function = part.get("function")
        name = str(function.get("function_name", "")) if isinstance(function, dict) else ""
        if name.casefold() not in _SOURCES:
            return f'"{name}" cannot be read from here: only the tables of this page can.'
    elif kind == "FUNCTION":
        name = str(part.get("function_name", "")).casefold()
        if name in _FUNCTIONS or name.startswith(("duckdb_", "pragma_", "pg_", "read_", "has_")):
            return f'The function "{name}" cannot be used here.'
    elif kind == "SHOW_REF":
        return "Only a SELECT can be run here."
    elif kind == "RECURSIVE_CTE_NODE":
        return "WITH RECURSIVE cannot be used here."
    return ""
