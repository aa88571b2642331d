"""DuckDB over all tables of a prototype: in memory, without files or network, bounded in time, memory and rows."""

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from protokit.runtime.analysis.sql_check import InvalidSql, SqlProblem, require_select, syntax_tree
from protokit.runtime.assistant_types import AnswerTable, ColumnKind, TableColumn
from protokit.runtime.tables.query_sql import quoted
from protokit.runtime.tables.table_database import SETTINGS, TYPES, Row
from protokit.runtime.tables.typed_table import TypedTable
from protokit.runtime.tables.vocabulary import fold

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy import ndarray

SECONDS = 5.0
"""The longest a statement may take."""
ROWS = 1_000
"""Most rows of a result."""
CELL = 2_000
"""Most characters of a cell of a result."""
Cell = str | float | bool | None


@dataclass(frozen=True, slots=True)
class SqlResult:
    """What a statement gave."""

    table: AnswerTable
    cut: bool
    """Whether it has more than ROWS rows."""
    rests_on: int | None
    """How many rows of data were left by FROM and WHERE; None where the statement does not let that be told."""


@dataclass(frozen=True, slots=True)
class SqlTable:
    """A table to fill a database with: what each column is called, its type in SQL, and its values."""

    name: str
    columns: Sequence[tuple[str, str, Sequence[object]]]


class ReadOnlyDatabase:
    """Tables in memory that one SELECT at a time may read.

    `statements` are the program's own SQL and run before the database is shut, to derive further tables;
    `names` are those that a SELECT may read.
    """

    def __init__(
        self, tables: Sequence[SqlTable], names: Sequence[str], statements: Sequence[str] = ()
    ) -> None:
        import duckdb

        self._readable = list(names)
        self._database = duckdb.connect(":memory:", config={**SETTINGS, "temp_directory": ""})
        for table in tables:
            _fill(self._database, table)
        for statement in statements:
            self._database.execute(statement)
        self._database.execute("SET lock_configuration = true")
        self._lock = threading.Lock()

    def run(self, sql: str, *, seconds: float = SECONDS) -> SqlResult:
        """The result of one SELECT over the tables. Raises SqlProblem where it is none, fails, or takes too long."""
        with self._lock:
            text = require_select(sql, self._readable, self._database)
            names, kinds, rows = self._fetch(text, seconds)
            columns = tuple(TableColumn(name, kind) for name, kind in zip(names, kinds, strict=True))
            cells = tuple(tuple(map(_cell, row)) for row in rows[:ROWS])
            return SqlResult(AnswerTable(columns, cells), len(rows) > ROWS, self._rests_on(text, seconds))

    def _fetch(self, sql: str, seconds: float) -> tuple[list[str], list[ColumnKind], list[Row]]:
        import duckdb

        late = threading.Event()

        def stop() -> None:
            late.set()
            self._database.interrupt()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            result = self._database.execute(sql)
            described = result.description or []
            rows = result.fetchmany(ROWS + 1)
        except (duckdb.Error, RuntimeError) as problem:
            if late.is_set():
                raise SqlProblem(f"This takes longer than {seconds:g} seconds, so it was stopped.") from None
            wrong = isinstance(problem, duckdb.ProgrammingError | duckdb.DataError | duckdb.NotSupportedError)
            raise (InvalidSql if wrong else SqlProblem)(_reason(problem)) from None
        finally:
            timer.cancel()
        return [each[0] for each in described], [_kind(str(each[1])) for each in described], rows

    def _rests_on(self, sql: str, seconds: float) -> int | None:
        """The rows that are left by FROM and WHERE, where the statement is one plain SELECT."""
        tree = syntax_tree(sql, self._database)
        node = tree.get("node")
        if not isinstance(node, dict) or node.get("type") != "SELECT_NODE":
            return None
        counted = syntax_tree("SELECT count(*)", self._database)["node"]
        assert isinstance(counted, dict)
        plain = {**counted, **{key: node[key] for key in ("cte_map", "from_table", "where_clause")}}
        whole = json.dumps({"error": False, "statements": [{**tree, "node": plain}]})
        try:
            (text,) = self._database.execute("SELECT json_deserialize_sql(?::JSON)", [whole]).fetchall()[0]
            return int(str(self._fetch(str(text), seconds)[2][0][0]))
        except Exception:  # of a statement that DuckDB cannot write back nothing is said
            return None


class SqlDatabase(ReadOnlyDatabase):
    """Tables under names that SQL can write: "orders" for orders.csv, "prices_2026" for its sheet 2026."""

    def __init__(self, tables: Sequence[TypedTable]) -> None:
        self.names = dict(zip(tables, table_names(tables), strict=True))
        filled = [
            SqlTable(name, [(each.name, TYPES[each.type], each.values) for each in table.columns])
            for table, name in self.names.items()
        ]
        super().__init__(filled, list(self.names.values()))


@lru_cache(maxsize=8)
def database_of(tables: tuple[TypedTable, ...]) -> SqlDatabase:
    """The database over `tables`, made once while they are in use."""
    return SqlDatabase(tables)


_MANY = 2_000
"""Rows from which on a table is handed over as arrays, which takes a third of the time."""


def _fill(database: "DuckDBPyConnection", table: SqlTable) -> None:
    create = f"CREATE TABLE {quoted(table.name)} AS SELECT"
    if not _fits_arrays(table):
        parts = [f"unnest(?::{kind}[]) AS {quoted(column)}" for column, kind, _ in table.columns]
        database.execute(f"{create} {', '.join(parts)}", [list(column) for _, _, column in table.columns])
        return
    # A number that is missing is a NaN in an array, and nothing in the table.
    parts = [
        quoted(column)
        if kind == "VARCHAR"
        else f"CAST(CASE WHEN NOT isnan({quoted(column)}) THEN {quoted(column)} END AS {kind}) AS {quoted(column)}"
        for column, kind, _ in table.columns
    ]
    database.register("arrays", {column: _array(kind, values) for column, kind, values in table.columns})
    database.execute(f"{create} {', '.join(parts)} FROM arrays")
    database.unregister("arrays")


def _fits_arrays(table: SqlTable) -> bool:
    """Whether it is worth while and safe: the type of texts some of which are missing would be guessed."""
    return len(table.columns[0][2]) >= _MANY and all(
        kind in ("BIGINT", "INTEGER", "DOUBLE") or (kind == "VARCHAR" and None not in values)
        for _, kind, values in table.columns
    )


def _array(kind: str, values: Sequence[object]) -> "ndarray":
    import numpy

    return numpy.array(values, dtype=object if kind == "VARCHAR" else float)


def table_names(tables: Sequence[TypedTable]) -> list[str]:
    """A name for each table: its file's, and its sheet's or title's where the file has several."""
    files = [table.table.file for table in tables]
    names: list[str] = []
    for table in tables:
        stem = re.sub(r"\.[^./]*$", "", table.table.file.rpartition("/")[2].rpartition(": ")[2])
        place = table.table.place.removeprefix("sheet ").removeprefix("table ") or table.table.title
        is_database = table.table.place.startswith("table ")
        several = files.count(table.table.file) > 1
        name = _slug(place if is_database else f"{stem} {place}" if several else stem)
        count = sum(other == name or other.startswith(f"{name}__") for other in names)
        names.append(f"{name}__{count + 1}" if count else name)
    return names


def _slug(text: str) -> str:
    name = re.sub(r"\W+", "_", fold(text)).strip("_")[:60]
    return name if name and not name[0].isdigit() else f"t_{name}"


def _reason(problem: Exception) -> str:
    """The first lines of what DuckDB says, without the place of its own files."""
    said = str(problem).split("LINE ")[0].strip().splitlines()
    return " ".join(said[:2]) or "The SQL could not be run."


def _kind(type_name: str) -> ColumnKind:
    name = type_name.upper()
    if name == "BOOLEAN":
        return "yes/no"
    if name.startswith(("DATE", "TIMESTAMP")):
        return "date"
    return (
        "number"
        if re.match(r"U?(TINY|SMALL|BIG|HUGE)?INT|DOUBLE|FLOAT|DECIMAL|REAL|NUMBER", name)
        else "text"
    )


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int | Decimal):
        return float(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)[:CELL]
