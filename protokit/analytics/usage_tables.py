"""The tables that a prototype's numbers are computed over: questions, visits, feedback, costs; read-only, in memory.

Whether the events stand in a SQLite file or in Postgres, they are loaded into DuckDB and every number is computed by
the same SQL, so that the same events give the same numbers. Nothing here can change an event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from protokit.files.layout import EVENTS_FILE
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase, SqlTable
from protokit.runtime.usage.events import EVENTS_URL_ENV, EventLog
from protokit.runtime.usage.feedback import Opinion, latest
from protokit.runtime.usage.sql_database import database_url

GUESTS = ("guest", "")
"""Traffic that is counted: visitors, and what was stored before it was told who asks; never the owner's own visits,
programs at the API, or, beside a single visitor, simulations. Where nobody but simulated visitors ever came, they are
counted, so that one can see what the numbers will be like; `is_simulated` tells, and whatever shows them says so."""
_OPINION = {
    "time": "TIMESTAMP",
    "visitor": "VARCHAR",
    "link": "VARCHAR",
    "thumbs": "INTEGER",
    "would_use": "INTEGER",
    "comment": "VARCHAR",
}
_VIEWS = f"""
CREATE TABLE every_question AS
SELECT id, time, CAST(time AS DATE) AS day, traffic, session,
    coalesce(nullif(visitor, ''), 'session ' || coalesce(nullif(session, ''), CAST(id AS VARCHAR))) AS visitor,
    question, answer, found != 0 AND error = '' AS answered, feedback AS thumbs, comment, judgement, error,
    "gen_ai.request.model" AS model, "gen_ai.server.time_to_first_token" AS seconds_to_first,
    "gen_ai.client.operation.duration" AS seconds, search_seconds,
    CASE WHEN search_seconds IS NOT NULL THEN greatest(seconds_to_first - search_seconds, 0) END
        AS model_seconds_to_first,
    CASE WHEN search_seconds IS NOT NULL THEN greatest(seconds - search_seconds, 0) END AS model_seconds,
    "gen_ai.usage.input_tokens" AS tokens_in,
    "gen_ai.usage.output_tokens" AS tokens_out, tokens_in + tokens_out AS tokens, cost_usd AS cost, unsupported
FROM (SELECT * REPLACE (make_timestamp(CAST(round(time * 1e6) AS BIGINT)) AS time) FROM event);
DROP TABLE event;
CREATE TABLE questions AS
SELECT * EXCLUDE (again, follows), answered AND (coalesce(thumbs = 1, follows AND NOT again)) AS accepted
FROM (
    SELECT *,
        lead(lower(trim(question, ' ?!.'))) OVER talk IS NOT DISTINCT FROM lower(trim(question, ' ?!.')) AS again,
        lead(id) OVER talk IS NOT NULL AS follows
    FROM every_question WHERE traffic IN {GUESTS} OR (
        traffic = 'simulated' AND NOT EXISTS (SELECT 1 FROM every_question WHERE traffic IN {GUESTS}))
    WINDOW talk AS (PARTITION BY visitor, session ORDER BY id)
);
CREATE TABLE visits AS
SELECT visitor, session, min(time) AS began, max(time) AS ended, min(day) AS day, count(*) AS questions,
    count(*) FILTER (answered) AS answers, bool_or(thumbs IS NOT NULL) AS judged
FROM questions GROUP BY visitor, session;
CREATE TABLE costs AS
SELECT day, model, count(*) AS answers, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
    sum(cost) AS dollars, count(*) FILTER (cost IS NULL) AS answers_without_price
FROM questions GROUP BY day, model;
DROP TABLE every_question;
"""
TABLES = ("questions", "visits", "feedback", "costs")


_STORED = {
    "time": "DOUBLE",
    "traffic": "VARCHAR",
    "session": "VARCHAR",
    "visitor": "VARCHAR",
    "question": "VARCHAR",
    "answer": "VARCHAR",
    "found": "BIGINT",
    "feedback": "INTEGER",
    "comment": "VARCHAR",
    "judgement": "VARCHAR",
    "error": "VARCHAR",
    "gen_ai.request.model": "VARCHAR",
    "gen_ai.server.time_to_first_token": "DOUBLE",
    "gen_ai.client.operation.duration": "DOUBLE",
    "search_seconds": "DOUBLE",
    "gen_ai.usage.input_tokens": "BIGINT",
    "gen_ai.usage.output_tokens": "BIGINT",
    "cost_usd": "DOUBLE",
    "unsupported": "INTEGER",
}
"""The columns of an event that the tables are made from, and their types."""
_TRAFFIC = 1 + list(_STORED).index("traffic")
"""Its place in a row, which begins with the event's number."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked and said of a prototype, as it was stored: its events' numbers and _STORED columns."""

    events: Sequence[tuple[Any, ...]]
    opinions: Sequence[Opinion] = ()


def read_usage(folder: Path) -> Usage:
    """The usage of the prototype in `folder`. Raises what reading its events raises (see EventLog)."""
    log = EventLog(folder / EVENTS_FILE)
    return Usage(log.columns(list(_STORED)), log.opinions())


def database_of(folder: Path) -> ReadOnlyDatabase:
    """The tables over the usage of the prototype in `folder`, made anew only where its events changed since.

    Raises what reading them raises (see EventLog).
    """
    if database_url(EVENTS_URL_ENV):
        return usage_database(read_usage(folder))
    paths = [folder / f"{EVENTS_FILE}{ending}" for ending in ("", "-wal")]
    states = [path.stat() if path.exists() else None for path in paths]
    return _cached(folder, tuple(state and (state.st_mtime_ns, state.st_size) for state in states))


@lru_cache(maxsize=4)
def _cached(folder: Path, state: object) -> ReadOnlyDatabase:
    return usage_database(read_usage(folder))


def usage_database(usage: Usage) -> ReadOnlyDatabase:
    """The tables TABLES over one usage, to be asked by SELECT."""
    guests = any(event[_TRAFFIC] in GUESTS for event in usage.events)
    simulated = not guests and any(event[_TRAFFIC] == "simulated" for event in usage.events)
    opinions = [each for each in latest(usage.opinions) if each.link and each.simulated == simulated]
    tables = [
        _table("event", {"id": "BIGINT", **_STORED}, usage.events),
        _table("feedback", _OPINION, [_opinion(each) for each in opinions]),
    ]
    return ReadOnlyDatabase(tables, TABLES, [each for each in _VIEWS.split(";\n") if each.strip()])


def is_simulated(database: ReadOnlyDatabase) -> bool:
    """Whether the tables hold simulated traffic, because no visitor ever came."""
    return bool(database.run("SELECT count(*) FROM questions WHERE traffic = 'simulated'").table.rows[0][0])


def _table(name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> SqlTable:
    series = list(zip(*rows, strict=True)) or [()] * len(columns)
    return SqlTable(name, [(*column, values) for column, values in zip(columns.items(), series, strict=True)])


def _opinion(each: Opinion) -> tuple[object, ...]:
    moment = datetime.fromtimestamp(each.time, UTC).replace(tzinfo=None)
    return (moment, each.visitor, each.link, each.thumbs, each.would_use, each.comment)
