"""Each answer leaves an Event: the numbers an AI product is judged by, in one SQLite file beside the prototype."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from protokit.runtime.assistant_types import Answer
from protokit.runtime.settings import Settings
from protokit.runtime.text_limits import COMMENT
from protokit.runtime.usage.event_table import (
    JUDGEMENTS,
    Event,
    EventTable,
    note_moved,
    prepare_file,
    shared_table,
    waiting_rows,
    whereabouts,
)
from protokit.runtime.usage.feedback import Opinion
from protokit.runtime.usage.sql_database import Transaction, database_errors, database_url
from protokit.runtime.usage.sqlite_files import is_damage, open_store

_LOG = logging.getLogger(__name__)
EVENTS_URL_ENV = "PROTOKIT_EVENTS_URL"
"""Environment variable: the `postgresql://` URL of a database for the events of one prototype on several machines."""
NOT_KEPT = "Answered from a file that the visitor added for the visit; neither is kept."
MOST_LETTERS = 2000
"""Of what is said of a prototype as a whole."""
_OPINION = "time, visitor, link, thumbs, would_use, comment"
_ADD_OPINION = f"INSERT INTO opinions ({_OPINION}) VALUES (?, ?, ?, ?, ?, ?)"


class EventLog:
    """The events of one prototype, and what visitors think of it. Several processes may write at once.

    They stand in a SQLite file (write-ahead log; `wait` is how many seconds for another program's lock), the events
    with PROTOKIT_EVENTS_URL in its database, for each prototype by its id. Every method for events but `record`
    and `feedback` raises the errors of `sql_database.database_errors` where it cannot be read, and all of them
    SettingsProblem for what is no such URL.
    """

    def __init__(self, path: Path, *, wait: float = 30.0) -> None:
        self.path, self.wait = path, wait

    def record(self, answer: Answer, *, session: str = "", visitor: str = "", traffic: str = "") -> int:
        """Store `answer` and return its event number, 0 where it cannot be stored: the answer matters more.

        One that waits for a server that is away has a number below 0, which stays good once it is there.

        Of one that rests on a visitor's own file, only the question and the numbers are stored. `visitor` is a
        pseudonym of who asks, `traffic` whose question it counts as.
        """
        values, url = _values(_without_own(answer), session), database_url(EVENTS_URL_ENV)
        values |= {"visitor": visitor, "traffic": traffic}
        if not url:
            return self._write(lambda table: table.add(values))
        try:
            with self._table(url) as table:
                number = table.add(values)
        except database_errors(url):
            # The file keeps what a server that is down does not, until it is there again.
            return -self._write(lambda table: table.let_wait(table.add(values)))
        self._bring_back(url)
        return number

    def record_all(
        self, records: Iterable[tuple[Answer, Mapping[str, object]]], opinions: Iterable[Opinion]
    ) -> None:
        """Store many answers in the file at once, oldest first, each with the columns that `record` would fill
        otherwise (time, visitor, traffic, feedback, judgement), and opinions. Raises sqlite3.Error."""
        with self.database() as database:
            table = EventTable(Transaction(database, "?"))
            for answer, columns in records:
                table.add({**_values(answer, ""), **columns})
            rows = [(o.time, o.visitor, o.link, o.thumbs, o.would_use, o.comment) for o in opinions]
            database.executemany(_ADD_OPINION, rows)

    def feedback(self, event: int, thumbs: int | None, comment: str = "") -> None:
        """Store thumbs up (1), down (-1) or none (None) and a comment for an event."""
        comment = comment[:COMMENT]
        if event < 0:
            with suppress(sqlite3.Error, OSError):
                event = self._judge_waiting(-event, thumbs, comment)
            if event <= 0:
                return
        if url := database_url(EVENTS_URL_ENV):
            with suppress(*database_errors(url)), self._table(url) as table:
                table.judge(event, thumbs, comment)
        else:
            self._write(lambda table: table.judge(event, thumbs, comment))

    def mark(self, event: int, judgement: str) -> None:
        """Store what the owner says of an answer: one of JUDGEMENTS, or nothing any more (empty). Raises ValueError
        for another word, `database_errors` where it cannot be stored."""
        if judgement not in ("", *JUDGEMENTS):
            raise ValueError(f"{judgement} is none of {', '.join(JUDGEMENTS)}")
        with self._table(database_url(EVENTS_URL_ENV)) as table:
            table.mark(event, judgement)

    def events(self) -> list[Event]:
        """Every event, oldest first."""
        return self._select("ORDER BY id")

    def columns(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The number and the columns `names` of every event, oldest first, for sums over many."""
        url = database_url(EVENTS_URL_ENV)
        if not url and not self.path.exists():
            return []
        with self._table(url) as table:
            return table.columns(names)

    def event(self, number: int | None = None) -> Event | None:
        """The event with this number, the newest where none is given, None where there is no such event."""
        which, values = ("", ()) if number is None else ("AND id = ?", (number,))
        return next(iter(self._select(f"{which} ORDER BY id DESC LIMIT 1", values)), None)

    def record_opinion(
        self, visitor: str, link: str, thumbs: int | None, would_use: int | None, comment: str = ""
    ) -> None:
        """Store an opinion. Raises ValueError for numbers out of range and for one that says nothing, sqlite3.Error
        where it cannot be stored."""
        comment = comment.strip()[:MOST_LETTERS]
        if thumbs not in (None, 1, -1) or would_use not in (None, *range(11)):
            raise ValueError("thumbs are 1 or -1, would_use is 0 to 10")
        if thumbs is None and would_use is None and not comment:
            raise ValueError("there is nothing in it")
        row = (time.time(), visitor, link, thumbs, would_use, comment)
        with self.database() as database:
            database.execute(_ADD_OPINION, row)

    def opinions(self, visitor: str | None = None) -> list[Opinion]:
        """Every opinion, or those of one visitor, newest first."""
        if not self.path.exists():
            return []
        query = f"SELECT {_OPINION} FROM opinions WHERE ? IS NULL OR visitor = ? ORDER BY id DESC"
        with self.database() as database:
            return [Opinion(*row) for row in database.execute(query, (visitor, visitor))]

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The file itself, with its tables `events` and `opinions`, for sums over many; made where it is missing.

        Raises sqlite3.Error as `open_store` does.
        """
        with open_store(self.path, prepare_file, wait=self.wait) as database, database:
            yield database

    @contextmanager
    def _table(self, url: str) -> Iterator[EventTable]:
        """The table in the database at `url`, that of the file where it is empty."""
        if url:
            with shared_table(url, Settings.read(self.path.parents[1]).key) as table:
                yield table
        else:
            with self.database() as database:
                yield EventTable(Transaction(database, "?"))

    def _bring_back(self, url: str) -> None:
        """Move to the server what the file has kept while it was away; whatever fails, nothing goes from the file."""
        if not self.path.exists():
            return
        with suppress(sqlite3.Error, OSError, *database_errors(url)), self.database() as database:
            rows = waiting_rows(database)
            if rows:
                with self._table(url) as table:
                    for event, row in rows:
                        note_moved(database, event, table.add(row))

    def _judge_waiting(self, token: int, thumbs: int | None, comment: str) -> int:
        """Judge the event where it waits, and return 0; or its number on the server, where it is now."""
        with self.database() as database:
            event, number = whereabouts(database, token)
            if number is None:
                EventTable(Transaction(database, "?")).judge(event, thumbs, comment)
            return number or 0

    def _select(self, which: str, values: Sequence[object] = ()) -> list[Event]:
        url = database_url(EVENTS_URL_ENV)
        if url:
            self._bring_back(url)
        if not url and not self.path.exists():
            return []
        with self._table(url) as table:
            return table.select(which, values)

    def _write(self, change: Callable[[EventTable], int]) -> int:
        """Make a change in the file and return the row's number, 0 where the file cannot be written."""
        for attempt in range(2):  # the second finds a new file where a damaged one was set aside
            try:
                with self._table("") as table:
                    return change(table)
            except (sqlite3.Error, OSError) as error:
                problem: Exception = error
                if attempt or not is_damage(error):
                    break
        _LOG.warning("%s cannot be written (%s): what was asked is not recorded", self.path.name, problem)
        return 0


def _values(answer: Answer, session: str) -> dict[str, object]:
    return {
        "time": time.time(),
        "session": session,
        "gen_ai.request.model": answer.model,
        "gen_ai.usage.input_tokens": answer.tokens_in,
        "gen_ai.usage.output_tokens": answer.tokens_out,
        "gen_ai.server.time_to_first_token": answer.seconds_to_first,
        "gen_ai.client.operation.duration": answer.seconds,
        "search_seconds": answer.search_seconds,
        "question": answer.question,
        "standalone": answer.standalone,
        "computation": answer.computation,
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


def _without_own(answer: Answer) -> Answer:
    if not answer.private:
        return answer
    return replace(answer, text=NOT_KEPT, passages=(), citations=(), checks=(), computation="", note="")


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
