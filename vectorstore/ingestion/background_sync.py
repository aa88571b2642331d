"""Runs syncs in a thread, one pass after the other, and lets searches wait until the words are in."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from vectorstore.loaders.folder_files import FolderState, folder_state
from vectorstore.progress import Progress
from vectorstore.vectorstore_errors import VectorstoreError

Tell = Callable[[Progress], None]

GRACE = 3.5
"""Seconds after a request in which a search waits for the folder's words; then it answers from what is there."""
LOOK_EVERY = 1.0
"""Seconds between two looks at whether a folder has changed."""
TIMEOUT_S = 30.0
"""The same where nothing is there yet, since from nothing the answer would be that the documents do not tell."""


class _Interrupted(Exception):
    """The pass in hand is to end: the store is closed, or another pass is wanted."""


class BackgroundSync:
    """Passes over a folder, in a thread. A request during a pass is followed by another pass."""

    def __init__(self, sync: Callable[[Path, Tell], None]) -> None:
        """`sync` does one pass; it tells each step, and calls `words_are_in` when all files are read."""
        self._sync = sync
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wanted: Path | None = None
        self._followed: Path | None = None
        self._state: FolderState = ()
        self._looked = 0.0
        self._running = self._unread = self._stopping = False
        self._requested = 0.0
        self.failure = ""
        """Why the last pass failed; empty if it did not."""

    @property
    def running(self) -> bool:
        """Whether a pass is under way or about to begin."""
        return self._running

    def request(self, folder: Path) -> None:
        """Start a pass; during one, see that another follows, which reads before the embedding goes on."""
        with self._change:
            self._followed, self._state, self._looked = folder, folder_state(folder), time.monotonic()
            self._wanted = folder
            self._unread = True
            self._requested = time.monotonic()
            self.failure = ""
            if self._running:
                return
            self._running, self._stopping = True, False
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def request_if_changed(self) -> None:
        """Start a pass where files of the folder of the last request came, went or changed since it."""
        if self._followed is None or time.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked = time.monotonic()
        if folder_state(self._followed) != self._state:
            self.request(self._followed)

    def words_are_in(self) -> None:
        """Let the searches go on that wait, unless files may have come since this pass began."""
        with self._change:
            if self._wanted is None:
                self._unread = False
                self._change.notify_all()

    def wait_for_words(self, *, nothing_yet: bool = False) -> None:
        """Wait until all files are read and found by their words, but not longer than `GRACE` after the request,
        or `TIMEOUT_S` where there is `nothing_yet`.
        """
        longest = TIMEOUT_S if nothing_yet else GRACE
        with self._change:
            self._change.wait_for(lambda: not self._unread, self._requested + longest - time.monotonic())

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the last pass, at most so many seconds; whether it has ended."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self._running

    def stop(self, seconds: float) -> None:
        """End the pass after the batch in hand, and wait for that."""
        with self._change:
            self._stopping = True
        self.wait(seconds)

    def _run(self) -> None:
        while (folder := self._next()) is not None:
            try:
                self._sync(folder, self._heed)
            except _Interrupted:
                pass
            except Exception as problem:  # there is nobody above: the status is where a page looks
                is_ours = isinstance(problem, VectorstoreError)
                self.failure = str(problem) if is_ours else f"{type(problem).__name__}: {problem}"

    def _next(self) -> Path | None:
        with self._change:
            folder, self._wanted = self._wanted, None
            if folder is None or self._stopping:
                self._running = self._unread = False
                self._change.notify_all()
                return None
            return folder

    def _heed(self, step: Progress) -> None:
        if self._stopping or (self._wanted is not None and step.step in ("embedding", "recognising")):
            raise _Interrupted
