"""The system that an agent acts in, simulated: the tables of knowledge/ in SQLite, and what became of every card."""

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from protokit.runtime.agent.spoken_dates import find_moments
from protokit.runtime.usage.sqlite_files import open_store

Cell = str | float | bool | None
Record = Mapping[str, Cell]
"""A row of a table: column -> value."""
_MOST_ROWS = 5_000
_TABLES = """
CREATE TABLE IF NOT EXISTS sources(name TEXT PRIMARY KEY, version TEXT);
CREATE TABLE IF NOT EXISTS records(
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, data TEXT NOT NULL,
    card TEXT UNIQUE, visitor TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS by_source ON records(source);
CREATE TABLE IF NOT EXISTS cards(
    code TEXT PRIMARY KEY, session TEXT NOT NULL, visitor TEXT NOT NULL, action TEXT NOT NULL, definition TEXT NOT NULL,
    arguments TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', record INTEGER, before TEXT, after TEXT,
    made TEXT NOT NULL, ended TEXT);
CREATE INDEX IF NOT EXISTS by_session ON cards(session);
"""
"""A record may come from one card only, which is the last word on doing something twice."""


@dataclass(frozen=True, slots=True)
class SystemRow:
    """A row with its number."""

    number: int
    record: Record
    is_sample: bool
    visitor: str = ""


@dataclass(slots=True)
class SimulatedSystem:
    """The tables in `knowledge`, as far as they were changed by what was done. Threads and processes may share it."""

    path: Path
    """The database, made where it is missing."""
    knowledge: Path
    now: datetime | None = field(default=None)
    """For "tomorrow" in a table; the moment where it is absent."""

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection after the tables in knowledge/ were taken up."""
        with open_store(self.path, _prepare) as database:
            self._take_up(database)
            yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of its own: nobody else writes meanwhile, and what raises leaves nothing behind."""
        with self.reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.rollback()
                raise
            database.commit()

    def tables(self) -> list[str]:
        """The names of the tables."""
        return sorted(path.stem for path in self._files())

    def rows(self, table: str, *, samples_only: bool = False, visitor: str | None = None) -> list[SystemRow]:
        """The rows of `table`; those of samples and of `visitor` alone where one is given."""
        with self.reading() as database:
            rows = list(rows_of(database, table))
        if visitor is not None:
            rows = [row for row in rows if row.is_sample or row.visitor == visitor]
        return [row for row in rows if row.is_sample] if samples_only else rows

    def column(self, place: str) -> list[str]:
        """The values of "TABLE.COLUMN", each once, in order."""
        table, _, name = place.partition(".")
        values = (row.record.get(name) for row in self.rows(table))
        return list(dict.fromkeys(str(value) for value in values if value not in (None, "")))

    def _files(self) -> list[Path]:
        if not self.knowledge.is_dir():
            return []
        return [
            path for path in self.knowledge.iterdir() if path.suffix.lower() == ".csv" and path.name[0] != "."
        ]

    def _take_up(self, database: sqlite3.Connection) -> None:
        """Put the rows of new or edited files in place of the samples from before; what was done stays."""
        today = (self.now or datetime.now()).date().isoformat()
        known = dict(database.execute("SELECT name, version FROM sources").fetchall())
        stale: list[tuple[str, str, list[dict[str, Cell]]]] = []
        for path in self._files():
            content = path.read_bytes()
            version = hashlib.sha256(content + today.encode()).hexdigest()
            if known.get(path.stem) != version:
                stale.append((path.stem, version, self._read(content)))
        if not stale:
            return
        database.execute("BEGIN IMMEDIATE")
        try:
            for name, version, rows in stale:
                _replace_samples(database, name, version, rows)
        except BaseException:
            database.rollback()
            raise
        database.commit()

    def _read(self, content: bytes) -> list[dict[str, Cell]]:
        """The rows of a CSV file; "tomorrow" and the like become the day."""
        now = self.now or datetime.now()
        lines = csv.DictReader(content.decode("utf-8-sig", errors="replace").splitlines())
        return [
            {str(name): _cell(value, now) for name, value in row.items() if name}
            for _, row in zip(range(_MOST_ROWS), lines, strict=False)
        ]


def _prepare(database: sqlite3.Connection, new: bool) -> None:
    if new or not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'cards'").fetchone():
        database.executescript(_TABLES)


def _cell(value: object, now: datetime) -> Cell:
    text = str(value or "").strip()
    moments = find_moments(text, now) if text and text[0].isalpha() and len(text) < 30 else []
    if (
        len(moments) == 1
        and moments[0].day
        and moments[0].kind == "date"
        and moments[0].end - moments[0].start == len(text)
    ):
        return moments[0].day.isoformat()
    try:
        return float(text) if text and not (text[0] in "0+" and len(text) > 1 and text[1].isdigit()) else text
    except ValueError:
        return text


def _replace_samples(database: sqlite3.Connection, name: str, version: str, rows: Sequence[Record]) -> None:
    """New samples for a table, without those rows that somebody changed or removed by a card."""
    touched = {
        before
        for (before,) in database.execute(
            "SELECT before FROM cards WHERE state = 'done' AND before IS NOT NULL"
        )
    }
    database.execute("DELETE FROM records WHERE source = ? AND card IS NULL", (name,))
    for row in rows:
        if (data := as_json(row)) not in touched:
            database.execute("INSERT INTO records(source, data) VALUES (?, ?)", (name, data))
    database.execute("INSERT OR REPLACE INTO sources(name, version) VALUES (?, ?)", (name, version))


def rows_of(database: sqlite3.Connection, table: str) -> Iterator[SystemRow]:
    """The rows of `table` as they are now."""
    query = "SELECT id, data, card, visitor FROM records WHERE source = ? ORDER BY id"
    for number, data, card, visitor in database.execute(query, (table,)):
        yield SystemRow(int(number), json.loads(data), card is None, visitor)


def as_json(record: Record) -> str:
    """`record` as it is kept, its columns in their order."""
    return json.dumps(record, ensure_ascii=False)
