"""Waits for a stream only so long: for its first word, and then between one piece and the next."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a server may be silent; what it sends to keep a connection alive is silence too."""

    first: float = 60
    between: float = 30


class TooSlow(Exception):
    """The stream was silent for longer than the patience allowed."""


def paced(
    pieces: Iterable[Piece],
    patience: Patience,
    *,
    speaks: Callable[[Piece], bool],
    hang_up: Callable[[], None],
) -> Iterator[Piece]:
    """Yield `pieces`, which another thread fetches. Raises TooSlow, and what `pieces` raises.

    Waiting for the first word ends with the first piece that `speaks`. `hang_up` is called at the end, however
    it comes, also when the reader leaves early: it must make a fetch that is under way fail at once.
    """
    fetched: SimpleQueue[tuple[Piece | None, Exception | None]] = SimpleQueue()
    thread = Thread(target=_fetch, args=(pieces, fetched), name="model stream", daemon=True)
    thread.start()
    wait = patience.first
    try:
        while True:
            piece, end = fetched.get(timeout=wait)
            if end is not None:
                raise end
            if piece is None:
                return
            yield piece
            wait = patience.between if speaks(piece) else wait
    except Empty:
        raise TooSlow from None
    finally:
        hang_up()
        thread.join(timeout=1)


def _fetch(pieces: Iterable[Piece], fetched: "SimpleQueue[tuple[Piece | None, Exception | None]]") -> None:
    try:
        for piece in pieces:
            fetched.put((piece, None))
        fetched.put((None, None))
    except Exception as error:  # whatever it is, the reader's thread is where it belongs
        fetched.put((None, error))
