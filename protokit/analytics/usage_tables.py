"""The tables that a prototype's numbers are computed over: questions, visits, feedback, costs; read-only, in memory.

Whether the events stand in a SQLite file or in Postgres, they are loaded into DuckDB and every number is computed by
the same SQL, so that the same events give the same numbers. Nothing here can change an event.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protokit.files.layout import EVENTS_FILE
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase, SqlTable
from protokit.runtime.usage.event_table import Event
from protokit.runtime.usage.events import EventLog
from protokit.runtime.usage.feedback import Opinion, latest

GUESTS = ("guest", "")
"""Traffic that is counted: visitors, and what was stored before it was told who asks; never the owner's own visits,
programs at the API, or simulations."""
_COLUMNS = {
    "id": "BIGINT",
    "time": "TIMESTAMP",
    "day": "DATE",
    "traffic": "VARCHAR",
    "session": "VARCHAR",
    "visitor": "VARCHAR",
    "question": "VARCHAR",
    "answer": "VARCHAR",
    "answered": "BOOLEAN",
    "thumbs": "INTEGER",
    "comment": "VARCHAR",
    "error": "VARCHAR",
    "model": "VARCHAR",
    "seconds_to_first": "DOUBLE",
    "seconds": "DOUBLE",
    "tokens_in": "BIGINT",
    "tokens_out": "BIGINT",
    "tokens": "BIGINT",
    "cost": "DOUBLE",
    "unsupported": "INTEGER",
    "sources": "VARCHAR",
}
_OPINION = {
    "time": "TIMESTAMP",
    "visitor": "VARCHAR",
    "link": "VARCHAR",
    "thumbs": "INTEGER",
    "would_use": "INTEGER",
    "comment": "VARCHAR",
}
_VIEWS = f"""
CREATE TABLE questions AS
SELECT * EXCLUDE (again, follows), answered AND (coalesce(thumbs = 1, follows AND NOT again)) AS accepted
FROM (
    SELECT *,
        lead(lower(trim(question, ' ?!.'))) OVER talk IS NOT DISTINCT FROM lower(trim(question, ' ?!.')) AS again,
        lead(id) OVER talk IS NOT NULL AS follows
    FROM every_question WHERE traffic IN {GUESTS}
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


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked and said of a prototype, as it was stored."""

    events: Sequence[Event]
    opinions: Sequence[Opinion] = ()


def read_usage(folder: Path) -> Usage:
    """The usage of the prototype in `folder`. Raises what reading its events raises (see EventLog)."""
    log = EventLog(folder / EVENTS_FILE)
    return Usage(log.events(), log.opinions())


def usage_database(usage: Usage) -> ReadOnlyDatabase:
    """The tables TABLES over one usage, to be asked by SELECT."""
    opinions = [each for each in latest(usage.opinions) if each.link]  # none of the owner's
    tables = [
        _table("every_question", _COLUMNS, [_question(event) for event in usage.events]),
        _table("feedback", _OPINION, [_opinion(each) for each in opinions]),
    ]
    return ReadOnlyDatabase(tables, TABLES, [each for each in _VIEWS.split(";\n") if each.strip()])


def _table(name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> SqlTable:
    series = list(zip(*rows, strict=True)) or [()] * len(columns)
    return SqlTable(name, [(*column, values) for column, values in zip(columns.items(), series, strict=True)])


def _question(event: Event) -> tuple[object, ...]:
    each = event.fields
    moment = datetime.fromtimestamp(each["time"], UTC).replace(tzinfo=None)
    tokens = each["gen_ai.usage.input_tokens"], each["gen_ai.usage.output_tokens"]
    visitor = each.get("visitor") or f"session {each['session'] or event.id}"
    return (
        event.id,
        moment,
        moment.date(),
        each.get("traffic") or "",
        each["session"],
        visitor,
        each["question"],
        each["answer"],
        bool(each["found"]) and not each["error"],
        each["feedback"],
        each["comment"],
        each["error"],
        each["gen_ai.request.model"],
        each["gen_ai.server.time_to_first_token"],
        each["gen_ai.client.operation.duration"],
        *tokens,
        sum(tokens),
        each["cost_usd"],
        each["unsupported"],
        json.dumps(sorted(_files(each["passages"])), ensure_ascii=False),
    )


def _files(passages: Iterable[Any]) -> set[str]:
    return {str(each["file"]) for each in passages if isinstance(each, dict) and each.get("file")}


def _opinion(each: Opinion) -> tuple[object, ...]:
    moment = datetime.fromtimestamp(each.time, UTC).replace(tzinfo=None)
    return (moment, each.visitor, each.link, each.thumbs, each.would_use, each.comment)
