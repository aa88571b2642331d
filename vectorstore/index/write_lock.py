"""One writer per store: two processes that write one Chroma folder corrupt it without a word."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vectorstore.vectorstore_errors import VectorstoreError

_LOOK_AGAIN = 0.5


@contextmanager
def only_writer(path: Path, *, wait: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path`; the system lets go of it when the process dies, however it dies.

    Where somebody else holds it, `waiting` is called now and every half second (raise in it to give up), and
    after `wait` seconds comes VectorstoreError.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    deadline = time.monotonic() + wait
    pause = 0.0
    while not lock.is_locked:
        try:
            lock.acquire(timeout=pause)
        except Timeout:
            if time.monotonic() >= deadline:
                raise VectorstoreError(
                    f"another process has been writing for {wait:.0f} seconds",
                    where=str(path.parent),
                    fix="Wait until it has finished, or stop it.",
                ) from None
            waiting()
            pause = min(_LOOK_AGAIN, wait)
    try:
        yield
    finally:
        lock.release()
