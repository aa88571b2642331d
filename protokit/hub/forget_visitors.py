"""Deletes what visitors wrote once it is older than the owner wants it kept; the numbers stay."""

import sqlite3
from contextlib import closing
from pathlib import Path

from protokit.errors import FolderProblem
from protokit.hub.content.usage_analytics import events_file
from protokit.hub.database.store import Store
from protokit.runtime.usage.events import EventLog

DAY = 86400.0
_TEXTS = """UPDATE events SET question = '', answer = '', passages = '[]', checks = '[]', instructions = '',
    comment = '', note = '', error = CASE WHEN error = '' THEN '' ELSE 'deleted' END
    WHERE time < ? AND question != ''"""
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
    count, problems = 0, []
    for home in (store.settings.prototypes, store.settings.trash):
        for folder in sorted(home.iterdir()):
            try:
                count += forget_texts(folder, now - rules.questions_days * DAY)
            except (sqlite3.Error, OSError) as error:
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
        count = database.execute(_TEXTS, (before,)).rowcount + database.execute(_COMMENTS, (before,)).rowcount
    if count:
        with closing(sqlite3.connect(path, timeout=30)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count
