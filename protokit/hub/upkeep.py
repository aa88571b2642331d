"""What the Hub does by itself while it runs: counts for the gallery's cards, and empties the trash."""

import asyncio
import logging
import time

from protokit.hub.store import Store
from protokit.hub.tallies import refresh

TRASH_DAYS = 30
"""How long what was deleted can be taken back."""
_COUNT_SECONDS = 5.0
_EMPTY_SECONDS = 3600.0

_LOG = logging.getLogger(__name__)


async def keep_up(store: Store) -> None:
    """Go on until cancelled; a round that fails is told in the log, and the next one comes all the same."""
    emptied = 0.0
    while True:
        try:
            await asyncio.to_thread(refresh, store)
            if time.monotonic() - emptied > _EMPTY_SECONDS or not emptied:
                await asyncio.to_thread(store.empty_trash, time.time() - TRASH_DAYS * 86400)
                emptied = time.monotonic()
        except Exception:
            _LOG.exception("upkeep")
        await asyncio.sleep(_COUNT_SECONDS)
