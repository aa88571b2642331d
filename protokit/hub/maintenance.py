"""What the Hub does by itself while it runs: counts for the gallery's cards, and clears away what is old."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import ParamSpec

from sqlalchemy.exc import SQLAlchemyError

from protokit.errors import ProtokitError
from protokit.hub.database.counters import refresh
from protokit.hub.database.store import Store
from protokit.hub.forget_visitors import forget
from protokit.hub.jobs.job_queue import JobQueue

TRASH_DAYS = 30
"""How long what was deleted can be taken back."""
JOB_DAYS = 2
"""How long the line and the documents of a job are kept, to be changed and tried again."""
_COUNT_SECONDS = 5.0
_CLEAR_SECONDS = 3600.0

_EXPECTED = (OSError, SQLAlchemyError, ProtokitError)
"""A full disk, a database that is away: a line says it all."""
P = ParamSpec("P")
_LOG = logging.getLogger(__name__)


async def keep_up(store: Store, jobs: JobQueue, *, pause: float = _COUNT_SECONDS) -> None:
    """Go on until cancelled; a chore that fails is told in the log once, and the others are done all the same."""
    cleared = -_CLEAR_SECONDS
    troubles: dict[str, str] = {}
    while True:
        await _chore("counting questions", refresh, troubles, store)
        if time.monotonic() - cleared > _CLEAR_SECONDS:
            now, cleared = time.time(), time.monotonic()
            await _chore("emptying the trash", store.empty_trash, troubles, now - TRASH_DAYS * 86400)
            await _chore("deleting what is older than it may be", forget, troubles, store, now)
            await _chore("keeping room in the database", store.keep_room, troubles)
            await _chore("clearing old jobs away", jobs.forget, troubles, now - JOB_DAYS * 86400)
        await asyncio.sleep(pause)


async def _chore(
    name: str, work: Callable[P, object], troubles: dict[str, str], /, *args: P.args, **named: P.kwargs
) -> None:
    """One chore; what keeps it from being done is told once, and again only after it went well or when it changes."""
    try:
        await asyncio.to_thread(work, *args, **named)
    except Exception as error:
        trouble = f"{type(error).__name__}: {error}".partition("\n")[0]
        if troubles.get(name) != trouble:
            _LOG.warning("Upkeep, %s: %s", name, trouble, exc_info=not isinstance(error, _EXPECTED))
        troubles[name] = trouble
    else:
        troubles.pop(name, None)
