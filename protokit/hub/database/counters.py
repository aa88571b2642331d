"""Keeps the numbers of the gallery's cards up to date without opening every prototype's events each time."""

from pathlib import Path

from protokit.errors import FolderProblem
from protokit.hub.content.usage_analytics import UsageAnalytics, events_file
from protokit.hub.database.store import Store


def refresh(store: Store) -> int:
    """Count the events again of those prototypes whose file of events changed since; return how many.

    Raises FolderProblem, once all others are counted, where a file cannot be read.
    """
    changed, problems = 0, []
    for record in store.prototypes():
        folder = store.settings.prototypes / record.slug
        state = _state(events_file(folder))
        if state != record.tallied:
            insights = UsageAnalytics(folder)
            totals = insights.totals()
            if insights.problem:
                problems.append(f"{record.slug}: {insights.problem}")
                continue  # its last numbers stay
            state = _state(events_file(folder))  # another one where a damaged file was set aside
            counters = {
                "questions": totals.questions,
                "thumbs_up": totals.up,
                "thumbs_down": totals.down,
                "cost_today": totals.cost_today,
            }
            store.tally(record.slug, counters, state)
            changed += 1
    if problems:
        raise FolderProblem(f"what was asked could not be counted everywhere. {' '.join(problems)}")
    return changed


def _state(events: Path) -> str:
    """Changes whenever an event is written: to the file itself, or to the log that SQLite writes ahead of it."""
    parts = []
    for path in (events, events.with_name(f"{events.name}-wal")):
        try:
            status = path.stat()
        except OSError:
            continue  # there are no events, or the log was just taken in
        if status.st_size:
            parts.append(f"{status.st_size}.{status.st_mtime_ns}")
    return " ".join(parts)
