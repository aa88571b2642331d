"""Keeps the numbers of the gallery's cards up to date without opening every prototype's events each time."""

from pathlib import Path

from protokit.hub.content.insights import Insights, events_file
from protokit.hub.state.store import Store


def refresh(store: Store) -> int:
    """Count the events again of those prototypes whose file of events changed since; return how many."""
    changed = 0
    for record in store.prototypes():
        folder = store.settings.prototypes / record.slug
        state = _state(events_file(folder))
        if state != record.tallied:
            totals = Insights(folder).totals()
            counters = {
                "questions": totals.questions,
                "thumbs_up": totals.up,
                "thumbs_down": totals.down,
                "cost_today": totals.cost_today,
            }
            store.tally(record.slug, counters, state)
            changed += 1
    return changed


def _state(events: Path) -> str:
    """Changes whenever an event is written: to the file itself, or to the log that SQLite writes ahead of it."""
    found = []
    for path in (events, events.with_name(f"{events.name}-wal")):
        try:
            status = path.stat()
        except OSError:
            continue  # there are no events, or the log was just taken in
        if status.st_size:
            found.append(f"{status.st_size}.{status.st_mtime_ns}")
    return " ".join(found)
