"""Each answer leaves an Event: the numbers an AI product is judged by, in one SQLite file beside the prototype."""

import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from protokit.runtime.assistant_types import Answer
from protokit.runtime.text_limits import COMMENT
from protokit.runtime.usage.shared_events import SharedEvents, shared_events
from protokit.runtime.usage.sqlite_files import WrongTables, is_damage, open_store

_LOG = logging.getLogger(__name__)

COLUMNS = {
    "time": "REAL NOT NULL",
    "session": "TEXT NOT NULL",
    "gen_ai.request.model": "TEXT NOT NULL",
    "gen_ai.usage.input_tokens": "INTEGER NOT NULL",
    "gen_ai.usage.output_tokens": "INTEGER NOT NULL",
    "gen_ai.server.time_to_first_token": "REAL NOT NULL",
    "gen_ai.client.operation.duration": "REAL NOT NULL",
    "question": "TEXT NOT NULL",
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
}
"""Names with dots are those of OpenTelemetry's GenAI conventions. Times are seconds (UTC since 1970), cost is
US dollars and NULL where unknown, passages_sent how many of the passages, best first, fitted into the window (NULL
where an earlier version did not record it), unsupported the number of sentences that the passages do not carry
(NULL where nothing was checked), feedback 1 (up), -1 (down) or NULL."""


NOT_KEPT = "Answered from a file that the visitor added for the visit; neither is kept."


@dataclass(frozen=True, slots=True)
class Event:
    """One row: `fields` maps the names of COLUMNS to values; `passages` is a list of dicts."""

    id: int
    fields: dict[str, Any]


class EventLog:
    """The events of one prototype. Several processes may write at once (SQLite, write-ahead log)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, answer: Answer, *, session: str = "") -> int:
        """Store `answer` and return its event number, 0 where it cannot be stored: the answer matters more.

        Of one that rests on a visitor's own file, only the question and the numbers are stored.
        """
        answer = _without_own(answer)
        values = {
            "time": time.time(),
            "session": session,
            "gen_ai.request.model": answer.model,
            "gen_ai.usage.input_tokens": answer.tokens_in,
            "gen_ai.usage.output_tokens": answer.tokens_out,
            "gen_ai.server.time_to_first_token": answer.seconds_to_first,
            "gen_ai.client.operation.duration": answer.seconds,
            "question": answer.question,
            "answer": answer.text,
            "passages": json.dumps(_passages(answer), ensure_ascii=False),
            "found": answer.found,
            "tokens_estimated": answer.tokens_estimated,
            "cost_usd": answer.dollars,
            "note": answer.note,
            "error": answer.problem,
            "instructions": answer.instructions,
            "passages_sent": answer.passages_sent,
            "packing": answer.packing,
            "checks": json.dumps([asdict(check) for check in answer.checks], ensure_ascii=False),
            "unsupported": len(answer.unsupported) if answer.checks else None,
        }
        if shared := self._shared():
            with suppress(
                shared.out_of_reach
            ):  # then the file keeps it: an answer is never lost for its numbers
                return shared.add(values)
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        number = self._write(f"INSERT INTO events ({names}) VALUES ({marks})", list(values.values()))
        return 0 if shared else number

    def feedback(self, event: int, thumbs: int | None, comment: str = "") -> None:
        """Store thumbs up (1), down (-1) or none (None) and a comment for an event."""
        comment = comment[:COMMENT]
        if shared := self._shared():
            with suppress(shared.out_of_reach):
                shared.judge(event, thumbs, comment)
            return
        self._write("UPDATE events SET feedback = ?, comment = ? WHERE id = ?", [thumbs, comment, event])

    def events(self) -> list[Event]:
        """Every event, oldest first."""
        if shared := self._shared():
            return [_event(row) for row in shared.rows()]
        if not self.path.exists():
            return []
        with self.database() as database:
            return [_event(row) for row in database.execute("SELECT * FROM events ORDER BY id")]

    def event(self, number: int | None = None) -> Event | None:
        """The event with this number, the newest where none is given, None where there is no such event."""
        if shared := self._shared():
            newest = shared.row(number)
            return _event(newest) if newest else None
        if not self.path.exists():
            return None
        which = "1 = 1" if number is None else "id = ?"
        query = f"SELECT * FROM events WHERE {which} ORDER BY id DESC LIMIT 1"
        with self.database() as database:
            row = database.execute(query, () if number is None else (number,)).fetchone()
        return _event(row) if row else None

    def _shared(self) -> SharedEvents | None:
        return shared_events(self.path.parents[1], COLUMNS)

    def _write(self, statement: str, values: list[Any]) -> int:
        """Carry out `statement` and return the row's number, 0 where the file cannot be written."""
        for attempt in range(2):  # the second finds a new file where a damaged one was set aside
            try:
                with self.database() as database:
                    return database.execute(statement, values).lastrowid or 0
            except (sqlite3.Error, OSError) as error:
                problem: Exception = error
                if attempt or not is_damage(error):
                    break
        _LOG.warning("%s cannot be written (%s): what was asked is not recorded", self.path.name, problem)
        return 0

    @contextmanager
    def database(self, *, wait: float = 30.0) -> Iterator[sqlite3.Connection]:
        """The file itself, with the table `events`, for sums over many events; made where it is missing.

        Raises sqlite3.Error as `open_store` does; `wait` is how many seconds for another program's lock.
        """
        with open_store(self.path, _prepare, wait=wait) as database, database:
            yield database


def _prepare(database: sqlite3.Connection, new: bool) -> None:
    """Make the table, or give that of an earlier version the columns that came later."""
    if new:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        database.execute(f"CREATE TABLE events (id INTEGER PRIMARY KEY, {columns})")
    for name in COLUMNS.keys() - _columns(database):
        with suppress(sqlite3.OperationalError):  # another process adds it at this moment
            database.execute(f'ALTER TABLE events ADD COLUMN "{name}" {COLUMNS[name]}')
    if missing := {"id", *COLUMNS} - _columns(database):
        raise WrongTables(f"the table events has no column {min(missing)}")


def _columns(database: sqlite3.Connection) -> set[str]:
    return {row["name"] for row in database.execute("PRAGMA table_info(events)")}


def _event(row: sqlite3.Row | dict[str, Any]) -> Event:
    fields = dict(row)
    for name in ("passages", "checks"):
        try:
            fields[name] = json.loads(fields[name])
        except ValueError:
            fields[name] = []  # changed by hand; the rest of the row can be read
    return Event(fields.pop("id"), fields)


def _without_own(answer: Answer) -> Answer:
    if not answer.private:
        return answer
    return replace(answer, text=NOT_KEPT, passages=(), citations=(), checks=())


def _passages(answer: Answer) -> list[dict[str, Any]]:
    cited = {citation.passage: citation for citation in answer.citations}
    return [
        {
            "file": passage.file,
            "where": passage.where,
            "start": passage.start,
            "end": passage.end,
            "heading": passage.heading,
            "text": passage.text,
            "support": round(passage.support, 3),
            "citation": cited[passage].number if passage in cited else None,
        }
        for passage in dict.fromkeys([*answer.passages, *cited])
    ]
