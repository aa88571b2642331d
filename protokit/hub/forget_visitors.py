"""Deletes what visitors wrote once it is older than the owner wants it kept; the numbers stay."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from dotenv import dotenv_values

from protokit.errors import FolderProblem
from protokit.hub.content.usage_analytics import events_file
from protokit.hub.database.store import Store
from protokit.runtime import RuntimeProblem, Settings
from protokit.runtime.usage.event_table import EventTable, shared_table
from protokit.runtime.usage.events import EVENTS_URL_ENV, EventLog
from protokit.runtime.usage.sql_database import Transaction, database_errors, database_url

DAY = 86400.0
_COMMENTS = "UPDATE opinions SET comment = '' WHERE time < ? AND comment != ''"


def forget(store: Store, now: float) -> int:
    """Keep to the store's `retention` at `now` (seconds since 1970 UTC); return how many texts were deleted.

    Archived and deleted prototypes are no exception. Raises FolderProblem, once all others are done, for files that
    cannot be written.
    """
    rules = store.retention()
    store.forget_activity(now - rules.activity_days * DAY)
    if rules.questions_days is None:
        return 0
    before = now - rules.questions_days * DAY
    count, problems = store.forget_comments(before), []
    for home in (store.settings.prototypes, store.settings.trash):
        for folder in sorted(home.iterdir()):
            try:
                count += forget_texts(folder, before) + _forget_shared(folder, before)
            except (sqlite3.Error, OSError, RuntimeProblem) as error:
                problems.append(f"{folder.name}: {error}.")
    if problems:
        raise FolderProblem(f"old questions could not be deleted everywhere. {' '.join(problems)}")
    return count


def forget_texts(folder: Path, before: float) -> int:
    """Delete what visitors of the prototype in `folder` wrote before that moment, also from files that were damaged."""
    path = events_file(folder)
    for old in [*path.parent.glob("events.damaged-*"), *path.parent.glob("damaged/events.damaged-*")]:
        if old.is_file() and old.stat().st_mtime < before:
            old.unlink()
    if not path.exists():
        return 0
    with EventLog(path).database() as database:
        database.execute("PRAGMA secure_delete = ON")  # else the texts stay readable in the file's free room
        count = EventTable(Transaction(database, "?")).forget_texts(before)
        count += database.execute(_COMMENTS, (before,)).rowcount
    if count:
        with closing(sqlite3.connect(path, timeout=30)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


def _forget_shared(folder: Path, before: float) -> int:
    """The same for what it shares in Postgres, where its .env or the Hub's environment names a database."""
    url = database_url(EVENTS_URL_ENV, {**os.environ, **dotenv_values(folder / ".env")})
    if not url:
        return 0
    try:
        with shared_table(url, Settings.read(folder).key) as table:
            return table.forget_texts(before)
    except database_errors(url) as error:
        raise OSError(f"its database cannot be used ({type(error).__name__})") from None
