"""A file or database that many processes write to, one transaction at a time: SQLite, or Postgres by URL."""

import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from protokit.runtime.runtime_errors import SettingsProblem
from protokit.runtime.usage.sqlite_files import WrongTables, open_store

POSTGRES = ("postgresql://", "postgres://")
"""How the URL of a database begins."""


def database_url(variable: str, environment: Mapping[str, str | None] = os.environ) -> str:
    """The `postgresql://` URL in the environment `variable`, empty where it is unset and a file serves.

    Raises SettingsProblem for another URL, and where `psycopg` is not installed.
    """
    url = environment.get(variable) or ""
    if url and not url.startswith(POSTGRES):
        raise SettingsProblem(
            f"{variable} is not a postgresql:// URL", fix="Correct it, or unset it to use a file."
        )
    try:
        if url:
            import_module("psycopg")
    except ImportError:
        raise SettingsProblem(
            f"{variable} is set and psycopg is not installed",
            fix='Run: pip install "protokit-studio[postgres]"',
        ) from None
    return url


def database_errors(url: str) -> tuple[type[Exception], ...]:
    """What is raised where the database at `url` cannot be used, or the file where that is empty."""
    return (import_module("psycopg").Error,) if url else (sqlite3.Error, OSError)


class _Cursor(Protocol):
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


class _Connection(Protocol):
    def execute(self, sql: Any, values: Any = ..., /) -> _Cursor: ...


class Transaction:
    """Statements that happen together or not at all. SQL is the common subset, with `?` for values."""

    def __init__(self, connection: _Connection, placeholder: str) -> None:
        self._connection, self._placeholder = connection, placeholder

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """Carry out a statement."""
        self._connection.execute(sql.replace("?", self._placeholder), values)

    def one(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first row of a query as a tuple, or None."""
        return self._connection.execute(sql.replace("?", self._placeholder), values).fetchone()

    def all(self, sql: str, values: Sequence[object] = ()) -> Any:
        """Every row of a query, each as a tuple."""
        return self._connection.execute(sql.replace("?", self._placeholder), values).fetchall()

    def now(self) -> float:
        """Seconds since 1970 UTC by the clock that all who write here share: the server's, or this machine's."""
        if self._placeholder == "?":
            return time.time()
        return float(self.one("SELECT EXTRACT(EPOCH FROM clock_timestamp())")[0])


class Ledger:
    """Tables in `where`: the path of a SQLite file, made if missing, or a `postgresql://` URL (`psycopg`).

    `schema` statements must be repeatable. Connections are opened for each transaction, so that a ledger
    can be shared by threads and survives a fork.
    """

    def __init__(self, where: str, schema: Sequence[str]) -> None:
        self._where = where
        self._remote = where.startswith(POSTGRES)
        # Callers of one table set take turns; other users of the same Postgres database are not held up.
        self._turn = zlib.crc32("\n".join(schema).encode())
        self._schema = schema
        with self.transaction() as entry:
            for statement in schema:
                entry.run(statement)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the only right to write; commit at the end, roll back on any error. Waits up to 30 s.

        Raises sqlite3.Error or psycopg.Error where the file or the server cannot be used. A damaged file is set aside,
        and no new one made: whoever keeps money in it has to decide that.
        """
        with self._postgres() if self._remote else self._sqlite() as entry:
            yield entry

    @contextmanager
    def _sqlite(self) -> Iterator[Transaction]:
        with open_store(Path(self._where), self._prepare, renew=False) as connection:
            connection.isolation_level = None
            # FULL, because money that was spent must be known after a power cut too.
            connection.execute("PRAGMA synchronous = FULL")
            # IMMEDIATE takes the write lock before the first read, so that no two callers see the same room.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection, "?")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled it back already
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _prepare(self, database: sqlite3.Connection, new: bool) -> None:
        if new:
            for statement in self._schema:
                database.execute(statement)
            return
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
        if not any(table in statement for table in tables for statement in self._schema):
            raise WrongTables("it has none of the tables")

    @contextmanager
    def _postgres(self) -> Iterator[Transaction]:
        # Optional, for when several machines host: not a dependency, so not a plain import.
        psycopg = import_module("psycopg")
        with psycopg.connect(self._where, connect_timeout=30) as connection:
            connection.execute("SET LOCAL lock_timeout = '30s'")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._turn,))
            yield Transaction(connection, "%s")
