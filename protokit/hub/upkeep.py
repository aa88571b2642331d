"""What the Hub does by itself while it runs: counts for the gallery's cards, and clears away what is old."""

import asyncio
import logging
import time

from protokit.hub.making.jobs import Jobs
from protokit.hub.state.store import Store
from protokit.hub.state.tallies import refresh

TRASH_DAYS = 30
"""How long what was deleted can be taken back."""
JOB_DAYS = 2
"""How long the line and the documents of a job are kept, to be changed and tried again."""
_COUNT_SECONDS = 5.0
_CLEAR_SECONDS = 3600.0

_LOG = logging.getLogger(__name__)


async def keep_up(store: Store, jobs: Jobs) -> None:
    """Go on until cancelled; a round that fails is told in the log, and the next one comes all the same."""
    cleared = -_CLEAR_SECONDS
    while True:
        try:
            await asyncio.to_thread(refresh, store)
            if time.monotonic() - cleared > _CLEAR_SECONDS:
                await asyncio.to_thread(store.empty_trash, time.time() - TRASH_DAYS * 86400)
                await asyncio.to_thread(jobs.forget, time.time() - JOB_DAYS * 86400)
                cleared = time.monotonic()
        except Exception:
            _LOG.exception("upkeep")
        await asyncio.sleep(_COUNT_SECONDS)
