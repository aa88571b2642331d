"""The table of events, in a prototype's own SQLite file or in a Postgres database that several machines share."""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from protokit.runtime.settings import title_key
from protokit.runtime.usage.sql_database import Ledger, Transaction
from protokit.runtime.usage.sqlite_files import WrongTables

COLUMNS = {
    "time": "REAL NOT NULL",
    "session": "TEXT NOT NULL",
    "gen_ai.request.model": "TEXT NOT NULL",
    "gen_ai.usage.input_tokens": "INTEGER NOT NULL",
    "gen_ai.usage.output_tokens": "INTEGER NOT NULL",
    "gen_ai.server.time_to_first_token": "REAL NOT NULL",
    "gen_ai.client.operation.duration": "REAL NOT NULL",
    "question": "TEXT NOT NULL",
    "standalone": "TEXT NOT NULL DEFAULT ''",
    "computation": "TEXT NOT NULL DEFAULT ''",
    "answer": "TEXT NOT NULL",
    "passages": "TEXT NOT NULL",
    "found": "INTEGER NOT NULL",
    "tokens_estimated": "INTEGER NOT NULL",
    "cost_usd": "REAL",
    "instructions": "TEXT NOT NULL DEFAULT ''",
    "passages_sent": "INTEGER",
    "packing": "TEXT NOT NULL DEFAULT ''",
    "checks": "TEXT NOT NULL DEFAULT '[]'",
    "unsupported": "INTEGER",
    "note": "TEXT NOT NULL DEFAULT ''",
    "error": "TEXT NOT NULL DEFAULT ''",
    "feedback": "INTEGER",
    "comment": "TEXT NOT NULL DEFAULT ''",
    "visitor": "TEXT NOT NULL DEFAULT ''",
    "traffic": "TEXT NOT NULL DEFAULT ''",
    "judgement": "TEXT NOT NULL DEFAULT ''",
    "search_seconds": "REAL",
}
"""Names with dots are those of OpenTelemetry's GenAI conventions. Times are seconds (UTC since 1970), cost is
US dollars and NULL where unknown, standalone the question as it was searched for where it leaned on the ones before
(empty where it stood alone), computation what was computed over a table, in words and as SQL (empty where nothing was),
passages_sent how many of the passages, best first, fitted into the window (NULL
where an earlier version did not record it), unsupported the number of sentences that the passages do not carry
(NULL where nothing was checked), feedback 1 (up), -1 (down) or NULL, visitor a pseudonym
(empty where nobody is known), traffic "guest", "owner", "program" or "simulated" (empty: before it was told),
judgement what the owner says of the answer, one of JUDGEMENTS (empty: nothing), search_seconds how much of both
times went by before the engine was asked (NULL where an earlier version did not take it)."""
JUDGEMENTS = ("right", "wrong", "should refuse")
_OTHERS = (
    "CREATE TABLE IF NOT EXISTS opinions (id INTEGER PRIMARY KEY, time REAL NOT NULL, visitor TEXT NOT NULL,"
    " link TEXT NOT NULL, thumbs INTEGER, would_use INTEGER, comment TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS opinions_by_visitor ON opinions (visitor)",
    "CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY)",
    # What a page calls an event that waits or has waited: its row here, and then its number on the server.
    "CREATE TABLE IF NOT EXISTS away (token INTEGER PRIMARY KEY, id INTEGER NOT NULL, number INTEGER)",
)
_FORGET = """SET question = '', standalone = '', computation = '', answer = '', passages = '[]', checks = '[]',
    instructions = '', comment = '', note = '', error = CASE WHEN error = '' THEN '' ELSE 'deleted' END
    WHERE time < ? AND question != ''"""
_SHARED = "protokit_events"
_KINDS = {"REAL": "DOUBLE PRECISION"}  # Postgres' own REAL would round the time to minutes


@dataclass(frozen=True, slots=True)
class Event:
    """One row: `fields` maps the names of COLUMNS to values; `passages` is a list of dicts."""

    id: int
    fields: dict[str, Any]


class EventTable:
    """The events of one prototype while a transaction is open; with `key`, its rows of the shared table."""

    def __init__(self, entry: Transaction, key: str | None = None) -> None:
        self._entry, self._name = entry, "events" if key is None else _SHARED
        self._owner = {} if key is None else {"prototype": key}
        self._mine = "1 = 1" if key is None else "prototype = ?"

    def add(self, values: Mapping[str, object]) -> int:
        """Store a row and return its number."""
        row = {**self._owner, **values}
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        sql = f"INSERT INTO {self._name} ({names}) VALUES ({marks}) RETURNING id"
        return int(self._entry.all(sql, [self._plain(value) for value in row.values()])[0][0])

    def let_wait(self, event: int) -> int:
        """Note that a row of the file is to go to the server, and return what it is called until then and after."""
        token = secrets.randbelow(2**48) + 1  # rows that have gone leave their numbers to others
        self._entry.run("INSERT INTO waiting (id) VALUES (?)", (event,))
        self._entry.run("INSERT INTO away (token, id) VALUES (?, ?)", (token, event))
        return token

    def judge(self, event: int, thumbs: int | None, comment: str) -> int:
        """Store thumbs and a comment for a row and return its number."""
        sql = f"UPDATE {self._name} SET feedback = ?, comment = ? WHERE id = ? AND {self._mine}"
        self._entry.run(sql, (thumbs, self._plain(comment), event, *self._owner.values()))
        return event

    def mark(self, event: int, judgement: str) -> int:
        """Store what the owner says of a row's answer and return its number."""
        sql = f"UPDATE {self._name} SET judgement = ? WHERE id = ? AND {self._mine}"
        self._entry.run(sql, (judgement, event, *self._owner.values()))
        return event

    def forget_texts(self, before: float) -> int:
        """Delete the texts of all rows older than `before` (seconds UTC since 1970) and return of how many."""
        sql = f"UPDATE {self._name} {_FORGET} AND {self._mine} RETURNING id"
        return len(self._entry.all(sql, (before, *self._owner.values())))

    def select(self, which: str, values: Sequence[object] = ()) -> list[Event]:
        """The rows that the end of a query, "AND id = ? ORDER BY id", lets through."""
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        sql = f"SELECT id, {names} FROM {self._name} WHERE {self._mine} {which}"
        rows = self._entry.all(sql, (*self._owner.values(), *values))
        return [_event(dict(zip(("id", *COLUMNS), row, strict=True))) for row in rows]

    def columns(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The number and the columns `names` of every row, oldest first, as they are stored."""
        chosen = ", ".join(f'"{name}"' for name in names)
        sql = f"SELECT id, {chosen} FROM {self._name} WHERE {self._mine} ORDER BY id"
        return [tuple(row) for row in self._entry.all(sql, tuple(self._owner.values()))]

    def _plain(self, value: object) -> object:
        """What Postgres takes: whole numbers for yes and no, and no NUL in texts; a file takes all."""
        if isinstance(value, bool):
            return int(value)
        return value.replace("\0", "\ufffd") if self._owner and isinstance(value, str) else value


@contextmanager
def shared_table(url: str, key: str) -> Iterator[EventTable]:
    """The rows of the prototype that shared servers know by `key` in the Postgres database at `url`."""
    _key_titles(url, key)
    with _ledger(url).transaction() as entry:
        yield EventTable(entry, key)


@cache
def _key_titles(url: str, key: str) -> None:
    """Give the rows that an older program stored under the prototype's title its key."""
    with _ledger(url).transaction() as entry:
        for (owner,) in entry.all(f"SELECT DISTINCT prototype FROM {_SHARED}"):
            if owner != key == title_key(owner):
                entry.run(f"UPDATE {_SHARED} SET prototype = ? WHERE prototype = ?", (key, owner))


def prepare_file(database: sqlite3.Connection, new: bool) -> None:
    """Make the tables of a file, or give those of an earlier version the columns that came later."""
    if new:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        database.execute(f"CREATE TABLE events (id INTEGER PRIMARY KEY, {columns})")
    for name in COLUMNS.keys() - _columns(database):
        with suppress(sqlite3.OperationalError):  # another process adds it at this moment
            database.execute(f'ALTER TABLE events ADD COLUMN "{name}" {COLUMNS[name]}')
    if missing := {"id", *COLUMNS} - _columns(database):
        raise WrongTables(f"the table events has no column {min(missing)}")
    for statement in _OTHERS:
        database.execute(statement)


def waiting_rows(database: sqlite3.Connection) -> list[tuple[int, dict[str, object]]]:
    """Take the rows that wait for the server out of a file, each as `EventTable.add` takes it behind its number here,
    oldest first."""
    if not database.execute("SELECT 1 FROM waiting LIMIT 1").fetchone():
        return []
    database.execute("BEGIN IMMEDIATE")  # two processes must not move the same rows
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    query = f"SELECT id, {names} FROM events WHERE id IN (SELECT id FROM waiting) ORDER BY id"
    rows = [(row[0], dict(zip(COLUMNS, row[1:], strict=True))) for row in map(tuple, database.execute(query))]
    database.execute("DELETE FROM events WHERE id IN (SELECT id FROM waiting)")
    database.execute("DELETE FROM waiting")
    return rows


def note_moved(database: sqlite3.Connection, event: int, number: int) -> None:
    """Keep the `number` that the row `event` of the file has on the server now."""
    database.execute("UPDATE away SET number = ? WHERE id = ? AND number IS NULL", (number, event))


def whereabouts(database: sqlite3.Connection, token: int) -> tuple[int, int | None]:
    """The number in the file, and on the server once it is there, of the event that is called `token`; 0 for none.

    Nothing is moved until the transaction ends.
    """
    database.execute("BEGIN IMMEDIATE")
    row = database.execute("SELECT id, number FROM away WHERE token = ?", (token,)).fetchone()
    return (row[0], row[1]) if row else (0, None)


def _columns(database: sqlite3.Connection) -> set[str]:
    return {row["name"] for row in database.execute("PRAGMA table_info(events)")}


@cache
def _ledger(url: str) -> Ledger:
    kinds = {
        name: " ".join(_KINDS.get(word, word) for word in kind.split(" ")) for name, kind in COLUMNS.items()
    }
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    schema = [
        f"CREATE TABLE IF NOT EXISTS {_SHARED}"
        f" (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, prototype TEXT NOT NULL, {columns})",
        *(f'ALTER TABLE {_SHARED} ADD COLUMN IF NOT EXISTS "{name}" {kind}' for name, kind in kinds.items()),
        f"CREATE INDEX IF NOT EXISTS {_SHARED}_of ON {_SHARED} (prototype, id)",
    ]
    return Ledger(url, schema)


def _event(fields: dict[str, Any]) -> Event:
    for name in ("passages", "checks"):
        try:
            fields[name] = json.loads(fields[name])
        except ValueError:
            fields[name] = []  # changed by hand; the rest of the row can be read
    return Event(fields.pop("id"), fields)
