"""Waits for a stream only so long: for its first word, and then between one piece and the next."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeAlias, TypeVar

Piece = TypeVar("Piece")
Fetched: TypeAlias = tuple[Piece | None, Exception | None]
"""A piece, or how the stream ended: two times None is the regular end."""


@dataclass(frozen=True, slots=True)
class StreamTimeouts:
    """Seconds that a server may be silent; what it sends to keep a connection alive is silence too."""

    first: float = 60
    between: float = 30
    total: float = 300
    """Until the first word, however much a model thinks before it."""


_LOOK = 0.1
"""Seconds between looks at whether the reader still wants to read."""


class StreamTimeout(Exception):
    """The stream was silent for longer than the patience allowed."""


def paced(
    pieces: Iterable[Piece],
    patience: StreamTimeouts,
    *,
    speaks: Callable[[Piece], bool],
    thinks: Callable[[Piece], bool] = lambda _: False,
    hang_up: Callable[[], None],
    stopped: Event,
) -> Iterator[Piece]:
    """Yield `pieces`, which another thread fetches, until `stopped`. Raises StreamTimeout, and what `pieces` raises.

    A piece that neither `speaks` nor `thinks` is silence. Waiting for the first word ends with the first piece that
    `speaks`. `hang_up` is called at the end, however it comes, also when the reader leaves early: it must make a
    fetch that is under way fail at once.
    """
    fetched: SimpleQueue[Fetched[Piece]] = SimpleQueue()
    closed = Event()
    thread = Thread(target=_fetch, args=(pieces, fetched, closed), name="model stream", daemon=True)
    thread.start()
    heard = time.monotonic()
    last = heard + patience.total
    until = min(last, heard + patience.first)
    try:
        while True:
            got = _next(fetched, until, stopped)
            if got is None:
                return
            piece, end = got
            if end is not None:
                raise end
            if piece is None:
                return
            yield piece
            if speaks(piece):
                last = math.inf
            if speaks(piece) or thinks(piece):
                until = min(
                    last, time.monotonic() + (patience.first if last < math.inf else patience.between)
                )
            elif time.monotonic() > until:
                raise StreamTimeout
            if time.monotonic() > last:
                raise StreamTimeout
    finally:
        closed.set()  # megabytes may have come already: to read them first would keep the connection open
        hang_up()
        thread.join(timeout=1)


def _next(fetched: "SimpleQueue[Fetched[Piece]]", until: float, stopped: Event) -> "Fetched[Piece] | None":
    """What comes before the time `until`, None once `stopped`. Raises StreamTimeout."""
    while not stopped.is_set():
        with suppress(Empty):
            return fetched.get(timeout=_LOOK)
        if time.monotonic() > until:
            raise StreamTimeout
    return None


def _fetch(pieces: Iterable[Piece], fetched: "SimpleQueue[Fetched[Piece]]", closed: Event) -> None:
    try:
        for piece in pieces:
            if closed.is_set():
                return
            fetched.put((piece, None))
        fetched.put((None, None))
    except Exception as error:  # whatever it is, the reader's thread is where it belongs
        fetched.put((None, error))
