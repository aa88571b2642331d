"""Clears what has been idle for long: one thread looks after everything that asks for it."""

import threading
import time
import weakref
from typing import Protocol

LOOK_SECONDS = 30.0


class Idle(Protocol):
    """Holds something that is to go when nobody has used it for long."""

    def clear_if_idle(self) -> None:
        """Let go of what has been idle for long enough."""


_watched: "weakref.WeakSet[Idle]" = weakref.WeakSet()
_started = threading.Lock()


def watch(idle: Idle) -> None:
    """Call `idle.clear_if_idle` every LOOK_SECONDS for as long as `idle` is there."""
    _watched.add(idle)
    if _started.acquire(blocking=False):  # once in a process
        threading.Thread(target=_look, name="idle", daemon=True).start()


def _look() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        for idle in list(_watched):
            idle.clear_if_idle()
