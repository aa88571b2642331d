"""A wait for what another process or thread brings about."""

import time
from collections.abc import Callable


def until(
    holds: Callable[[], object], patience: float = 90, pause: Callable[[], object] | None = None
) -> None:
    """Wait until `holds()`, asking again after each `pause`; fail after `patience` seconds."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        pause() if pause else time.sleep(0.05)
