"""The events of a prototype that several machines host, in one Postgres database for all of them."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from protokit.runtime.settings import Settings
from protokit.runtime.usage.sql_database import Ledger, database_url

EVENTS_URL_ENV = "PROTOKIT_EVENTS_URL"
"""Environment variable: the `postgresql://` URL of the database."""
_KINDS = {"REAL": "DOUBLE PRECISION"}  # Postgres' own REAL would round the time to minutes


class SharedEvents:
    """The rows of one prototype, by its title, in the table `protokit_events`.

    Every method raises `out_of_reach` where the database cannot be used.
    """

    def __init__(self, url: str, title: str, columns: Mapping[str, str]) -> None:
        self._url, self._title, self._columns = url, title, dict(columns)
        self.out_of_reach: type[Exception] = import_module("psycopg").Error

    def add(self, values: Mapping[str, object]) -> int:
        """Store a row and return its number."""
        row = {"prototype": self._title, **{name: _plain(value) for name, value in values.items()}}
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        with self._ledger().transaction() as entry:
            sql = f"INSERT INTO protokit_events ({names}) VALUES ({marks}) RETURNING id"
            return int(entry.one(sql, list(row.values()))[0])

    def judge(self, event: int, thumbs: int | None, comment: str) -> None:
        """Store thumbs and a comment for a row."""
        sql = "UPDATE protokit_events SET feedback = ?, comment = ? WHERE id = ? AND prototype = ?"
        with self._ledger().transaction() as entry:
            entry.run(sql, (thumbs, _plain(comment), event, self._title))

    def rows(self) -> list[dict[str, Any]]:
        """Every row, oldest first."""
        return self._select("ORDER BY id")

    def row(self, number: int | None) -> dict[str, Any] | None:
        """The row of this number, the newest without one, None where there is none."""
        which, values = ("", ()) if number is None else ("AND id = ?", (number,))
        rows = self._select(f"{which} ORDER BY id DESC LIMIT 1", values)
        return rows[0] if rows else None

    def _select(self, which: str, values: tuple[int, ...] = ()) -> list[dict[str, Any]]:
        names = ", ".join(f'"{name}"' for name in self._columns)
        with self._ledger().transaction() as entry:
            sql = f"SELECT id, {names} FROM protokit_events WHERE prototype = ? {which}"
            rows = entry.all(sql, (self._title, *values))
        return [dict(zip(("id", *self._columns), row, strict=True)) for row in rows]

    def _ledger(self) -> Ledger:
        return _ledger(self._url, tuple(self._columns.items()))


def shared_events(folder: Path, columns: Mapping[str, str]) -> SharedEvents | None:
    """The shared events of the prototype in `folder`, None where it keeps its own. Raises SettingsProblem."""
    url = database_url(EVENTS_URL_ENV)
    return SharedEvents(url, Settings.read(folder).title, columns) if url else None


@cache
def _ledger(url: str, columns: tuple[tuple[str, str], ...]) -> Ledger:
    kinds = ", ".join(f'"{name}" {_kind(kind)}' for name, kind in columns)
    schema = [
        "CREATE TABLE IF NOT EXISTS protokit_events"
        f" (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, prototype TEXT NOT NULL, {kinds})",
        *(f'ALTER TABLE protokit_events ADD COLUMN IF NOT EXISTS "{n}" {_kind(kind)}' for n, kind in columns),
        "CREATE INDEX IF NOT EXISTS protokit_events_of ON protokit_events (prototype, id)",
    ]
    return Ledger(url, schema)


def _kind(kind: str) -> str:
    first, space, rest = kind.partition(" ")
    return _KINDS.get(first, first) + space + rest


def _plain(value: object) -> object:
    """What Postgres takes: whole numbers for yes and no, and no NUL in texts."""
    if isinstance(value, bool):
        return int(value)
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
