"""What visitors think of a prototype as a whole, kept beside the answers they were given."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from protokit.runtime.usage.events import EventLog

MOST_LETTERS = 2000
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS opinions (id INTEGER PRIMARY KEY, time REAL NOT NULL, visitor TEXT NOT NULL,"
    " link TEXT NOT NULL, thumbs INTEGER, would_use INTEGER, comment TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS opinions_by_visitor ON opinions (visitor)",
)
_FIELDS = "time, visitor, link, thumbs, would_use, comment"


@dataclass(frozen=True, slots=True)
class Opinion:
    """One time that somebody pressed Send. Times are seconds since 1970 (UTC)."""

    time: float
    visitor: str
    link: str
    """Name or number of the link they came by, empty for the owner."""
    thumbs: int | None = None
    """1 (up), -1 (down) or None."""
    would_use: int | None = None
    """Would you use this? 0 (never) to 10 (at once), or None."""
    comment: str = ""


class OpinionLog:
    """The opinions on one prototype, a table in its events.db. Several processes may write at once."""

    def __init__(self, path: Path, *, wait: float = 30.0) -> None:
        self.path, self.wait = path, wait

    def record(
        self, visitor: str, link: str, thumbs: int | None, would_use: int | None, comment: str = ""
    ) -> None:
        """Store an opinion. Raises ValueError for numbers out of range and for one that says nothing, sqlite3.Error
        where it cannot be stored."""
        said = comment.strip()[:MOST_LETTERS]
        if thumbs not in (None, 1, -1) or would_use not in (None, *range(11)):
            raise ValueError("thumbs are 1 or -1, would_use is 0 to 10")
        if thumbs is None and would_use is None and not said:
            raise ValueError("there is nothing in it")
        row = (time.time(), visitor, link, thumbs, would_use, said)
        with self._open() as database:
            database.execute(f"INSERT INTO opinions ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?)", row)

    def count(self, visitor: str) -> int:
        """How many this visitor has left."""
        if not self.path.exists():
            return 0
        with self._open() as database:
            query = "SELECT COUNT(*) FROM opinions WHERE visitor = ?"
            return int(database.execute(query, (visitor,)).fetchone()[0])

    def opinions(self) -> list[Opinion]:
        """Every opinion, newest first."""
        if not self.path.exists():
            return []
        with self._open() as database:
            rows = database.execute(f"SELECT {_FIELDS} FROM opinions ORDER BY id DESC").fetchall()
        return [Opinion(*tuple(row)) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with EventLog(self.path).database(wait=self.wait) as database:
            for statement in _SCHEMA:
                database.execute(statement)
            yield database


def latest(opinions: Iterable[Opinion]) -> list[Opinion]:
    """One for each visitor, the newest first; what the newest leaves open, earlier ones of theirs say."""
    found: dict[str, Opinion] = {}
    for opinion in sorted(opinions, key=lambda each: each.time):
        before = found.pop(opinion.visitor, None)
        if before:
            opinion = replace(
                opinion,
                thumbs=before.thumbs if opinion.thumbs is None else opinion.thumbs,
                would_use=before.would_use if opinion.would_use is None else opinion.would_use,
                comment=opinion.comment or before.comment,
            )
        found[opinion.visitor] = opinion
    return list(reversed(found.values()))
