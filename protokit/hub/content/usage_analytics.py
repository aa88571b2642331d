"""What visitors asked a prototype, what it could not answer and what it cost, summed up from its events."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from protokit.files.layout import EVENTS_FILE
from protokit.runtime.usage.events import EventLog
from protokit.runtime.usage.feedback import Opinion
from protokit.runtime.usage.sqlite_files import is_busy, is_damage

_WAIT_SECONDS = 1.0
"""How long a page waits for a file that another program holds."""
_BUSY = "Another program holds the file of questions and feedback. Reload in a minute."
_SHUT = "The file of questions and feedback cannot be read just now ({})."
T = TypeVar("T")
Kind = Literal["all", "unanswered", "liked", "disliked", "wrong", "unjudged"]
KINDS: tuple[Kind, ...] = ("all", "unanswered", "liked", "disliked", "wrong", "unjudged")
UNANSWERED = "(NOT found OR error != '')"
_WHERE = {
    "all": "question != ''",  # the texts of old ones are deleted where the owner decided so
    "unanswered": UNANSWERED,
    "liked": "feedback = 1",
    "disliked": "feedback = -1",
    "wrong": "judgement IN ('wrong', 'should refuse')",
    "unjudged": "judgement = ''",
}
_SUMS = f"""SELECT COUNT(*), COUNT(DISTINCT session), COALESCE(SUM({UNANSWERED}), 0), COALESCE(SUM(feedback = 1), 0),
    COALESCE(SUM(feedback = -1), 0), COALESCE(SUM(cost_usd), 0), COALESCE(SUM(cost_usd IS NULL), 0),
    COALESCE(SUM(CASE WHEN time >= ? THEN cost_usd END), 0), AVG("gen_ai.client.operation.duration"), MAX(time),
    COALESCE(SUM(judgement = 'right'), 0), COALESCE(SUM(judgement IN ('wrong', 'should refuse')), 0)
    FROM events"""
_ROW = """id, time, session, question, answer, found, error, note, feedback, comment, cost_usd AS cost,
    "gen_ai.client.operation.duration" AS seconds, "gen_ai.request.model" AS model, judgement"""


# SQLite's own lower() and LIKE know no letters beyond English ones.
_HAS_WORD = "instr(casefold(question || char(10) || answer || char(10) || comment), ?) > 0"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all events. Costs are US dollars, times seconds since 1970 (UTC), `seconds` the mean answer's."""

    questions: int = 0
    conversations: int = 0
    unanswered: int = 0
    up: int = 0
    down: int = 0
    cost: float = 0.0
    unpriced: int = 0
    """Answers whose cost nobody knows, so that it is in none of the sums."""
    cost_today: float = 0.0
    seconds: float | None = None
    last: float | None = None
    right: int = 0
    wrong: int = 0
    """Answers that the owner judged; the others were not."""


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """One question as a list shows it; the fields are those of the event."""

    id: int
    time: float
    session: str
    question: str
    answer: str
    found: bool
    error: str
    note: str
    feedback: int | None
    comment: str
    cost: float | None
    seconds: float
    model: str
    judgement: str

    @property
    def unanswered(self) -> bool:
        return bool(self.error) or not self.found


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that got no answer: how often it was asked, and last when (its event's number with it)."""

    question: str
    times: int
    last: float
    id: int


@dataclass(frozen=True, slots=True)
class Day:
    """The questions of one UTC day."""

    day: datetime
    questions: int
    unanswered: int


class UsageAnalytics:
    """The events of the prototype in `folder`, which may have none yet."""

    def __init__(self, folder: Path) -> None:
        self.file = events_file(folder)
        self.problem = ""
        """Why the events cannot be read, for the owner; from then on there seem to be none."""

    def totals(self) -> Totals:
        """Everything summed up."""
        rows = self._rows(_SUMS, (_midnight().timestamp(),))
        return Totals(*rows[0]) if rows else Totals()

    def questions(
        self, kind: Kind = "all", *, before: int | None = None, limit: int = 50, words: Sequence[str] = ()
    ) -> list[QuestionRecord]:
        """Up to `limit` questions of a kind, newest first, all older than event `before`, with each of `words`
        in the question, the answer or the comment, in small letters or capitals."""
        older = f"id < {int(before)}" if before is not None else "1 = 1"
        condition = " AND ".join([_WHERE[kind], _WHERE["all"], older, *[_HAS_WORD] * len(words)])
        query = f"SELECT {_ROW} FROM events WHERE {condition} ORDER BY id DESC LIMIT ?"
        return [_question_record(dict(row)) for row in self._rows(query, (*map(str.casefold, words), limit))]

    def conversation(self, session: str) -> list[QuestionRecord]:
        """The questions of one conversation, oldest first; none where it has no name."""
        query = f"SELECT {_ROW} FROM events WHERE session = ? AND session != '' ORDER BY id LIMIT 200"
        return [_question_record(dict(row)) for row in self._rows(query, (session,))]

    def gaps(self, limit: int = 20) -> list[Gap]:
        """The questions that went unanswered, the ones asked most often first."""
        query = f"""SELECT question, COUNT(*) AS times, MAX(time), MAX(id) FROM events
            WHERE {UNANSWERED} AND {_WHERE["all"]}
            GROUP BY LOWER(TRIM(question, ' ?!.')) ORDER BY times DESC, MAX(id) DESC LIMIT ?"""
        return [Gap(*row) for row in self._rows(query, (limit,))]

    def days(self, count: int = 14) -> list[Day]:
        """The last `count` days, oldest first, today last."""
        first = _midnight() - timedelta(days=count - 1)
        query = f"""SELECT CAST((time - ?) / 86400 AS INTEGER), COUNT(*), SUM({UNANSWERED}) FROM events
            WHERE time >= ? GROUP BY 1"""
        start = first.timestamp()
        counts = {
            number: (questions, open_) for number, questions, open_ in self._rows(query, (start, start))
        }
        return [Day(first + timedelta(days=n), *counts.get(n, (0, 0))) for n in range(count)]

    def _rows(self, query: str, values: Sequence[object]) -> list[sqlite3.Row]:
        def rows() -> list[sqlite3.Row]:
            with EventLog(self.file, wait=_WAIT_SECONDS).database() as database:
                database.create_function("casefold", 1, _casefold, deterministic=True)
                return database.execute(query, tuple(values)).fetchall()

        if self.problem or not self.file.exists():
            return []
        nothing: list[sqlite3.Row] = []
        result, self.problem = readable(rows, nothing)
        return result


def readable(read: Callable[[], T], otherwise: T) -> tuple[T, str]:
    """What `read` gives, or `otherwise` with the reason for the owner, so that no page fails for a store.

    A damaged file is set aside, which each page of the prototype tells: then what the new one holds is given.
    """
    problem = ""
    for _ in range(2):
        try:
            return read(), ""
        except sqlite3.Error as error:
            problem = _BUSY if is_busy(error) else _SHUT.format(error)
            if not is_damage(error):
                break
        except OSError as error:
            problem = _SHUT.format(error.strerror)
            break
    return otherwise, problem


def kind_of(text: str) -> Kind:
    """The kind of questions that `text` names, all of them where it names none."""
    return next((kind for kind in KINDS if kind == text), "all")


def events_file(folder: Path) -> Path:
    """Where the prototype in `folder` keeps its events."""
    return folder / EVENTS_FILE


def read_opinions(folder: Path) -> tuple[list[Opinion], str]:
    """Every opinion, newest first, and why there are none where they cannot be read."""
    nothing: list[Opinion] = []
    return readable(events_of(folder).opinions, nothing)


def events_of(folder: Path) -> EventLog:
    """The events of the prototype in `folder`; waits no longer for the file than a page may."""
    return EventLog(events_file(folder), wait=_WAIT_SECONDS)


def _casefold(text: str | None) -> str:
    return (text or "").casefold()


def _question_record(row: dict[str, Any]) -> QuestionRecord:
    row["found"] = bool(row["found"])
    return QuestionRecord(**row)


def _midnight() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
