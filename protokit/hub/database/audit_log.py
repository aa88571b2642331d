"""The audit log: who signed in, opened a link or changed something, and when; never what anybody asked."""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine, delete, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError

from protokit.hub.database.members import Role
from protokit.hub.database.schema import ACTIVITY
from protokit.runtime.safe_csv import safe_csv

Who = Role | Literal["guest", "nobody", "server"]
"""A member by role, somebody with a link, somebody who did not get in, or whoever is at the server's command line."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "sign-ins": (
        "signed in",
        "wrong passcode",
        "sign-in refused",
        "signed out",
        "signed out everywhere",
        "device signed out",
        "passcode chosen",
        "passcode changed",
        "passcode reset",
    ),
    "members": (
        "member invited",
        "invitation withdrawn",
        "member joined",
        "role changed",
        "name changed",
        "member removed",
        "member signed out",
        "sign-in linked",
    ),
    "links": ("link made", "link opened", "wrong link passcode", "link revoked", "link changed"),
    "prototypes": (
        "prototype requested",
        "edited",
        "change asked for",
        "changed by a line",
        "change put away",
        "change undone",
        "story saved",
        "duplicated",
        "archived",
        "unarchived",
        "deleted",
        "restored",
        "started",
        "restarted",
        "stopped",
        "damaged records put away",
        "answer judged",
        "question added to the tests",
        "commented",
        "comment removed",
        "changed",
    ),
    "documents": ("document added", "document removed", "document restored"),
    "settings": ("settings changed", "backed up", "home restored"),
}
"""Every action, by what the page filters by."""
FAILURES = ("wrong passcode", "wrong link passcode", "sign-in refused")
MOST_FAILURES = 20_000
"""The most failures that are kept: whoever guesses from many addresses must not fill the disk."""
COLUMNS = ("time", "action", "who", "name", "address", "prototype", "detail")
"""What a row of the list as a file holds."""
_LETTERS = 200
_ROWS = ACTIVITY.c
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that happened. Times are seconds since 1970 (UTC)."""

    id: int
    time: float
    action: str
    who: str
    address: str
    """Of the browser; "" for the server's command line."""
    slug: str
    """The prototype, "" where it concerns the whole Hub."""
    detail: str
    """The name of a link, a document or a device."""
    name: str = ""
    """The member's, as it was then."""


class Activity:
    """The rows of the audit log. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(
        self, action: str, who: Who, *, address: str = "", slug: str = "", detail: str = "", name: str = ""
    ) -> None:
        """Add a row. Where it cannot be stored the process's own log has it: nothing that was done fails for it."""
        plain = "".join(letter if letter.isprintable() else " " for letter in detail)[:_LETTERS]
        row = {"action": action, "who": who, "address": address[:64], "slug": slug[:60], "detail": plain}
        row["name"] = name
        try:
            with self._engine.begin() as database:
                database.execute(insert(ACTIVITY).values(time=time.time(), **row))
        except SQLAlchemyError as error:
            _LOG.warning("not in the activity log (%s): %s", type(error).__name__, row)

    def entries(
        self, *, group: str = "", query: str = "", before: int | None = None, limit: int | None = 100
    ) -> list[AuditEntry]:
        """The newest first, of a group of GROUPS and with `query` in a name or an address; ids below `before`."""
        statement = select(ACTIVITY).order_by(_ROWS.id.desc())
        if group:
            statement = statement.where(_ROWS.action.in_(GROUPS[group]))
        for word in query.split():
            columns = (_ROWS.slug, _ROWS.detail, _ROWS.address, _ROWS.action, _ROWS.name)
            statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        if before is not None:
            statement = statement.where(_ROWS.id < before)
        with self._engine.connect() as database:
            return [AuditEntry(**row._mapping) for row in database.execute(statement.limit(limit))]

    def forget_activity(self, before: float) -> None:
        """Delete what is older than `before`, and the oldest failures beyond MOST_FAILURES."""
        newest = select(_ROWS.id).where(_ROWS.action.in_(FAILURES)).order_by(_ROWS.id.desc())
        with self._engine.begin() as database:
            database.execute(delete(ACTIVITY).where(_ROWS.time < before))
            last = database.scalar(newest.offset(MOST_FAILURES).limit(1))
            if last is not None:
                database.execute(delete(ACTIVITY).where(_ROWS.id <= last, _ROWS.action.in_(FAILURES)))


def lines(entries: Iterable[AuditEntry]) -> str:
    """The entries as CSV with a head, times in ISO 8601 (UTC); no cell starts a formula in a spreadsheet."""
    return safe_csv(COLUMNS, map(row_of, entries), line_end="\r\n")


def row_of(entry: AuditEntry) -> tuple[str, ...]:
    """The cells of an entry, as COLUMNS names them."""
    from datetime import UTC, datetime

    time = datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="seconds")
    return (time, entry.action, entry.who, entry.name, entry.address, entry.slug, entry.detail)
