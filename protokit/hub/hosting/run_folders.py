"""The folders of running prototypes, for their sockets and temporary files: a new one for each start."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

_LONGEST_SOCKET, _IN_A_ROOM = 103, len("/12345678/door")
"""Bytes of a socket's path, by the strictest system, and of the part that a room adds."""
_LOCK = "lock"


class RunFolders:
    """Rooms below one folder, which belongs to one Hub as long as that runs.

    Where another has the folder, or sockets in it would have too long a path, the rooms are elsewhere.
    """

    def __init__(self, preferred: Path) -> None:
        self._preferred = preferred.resolve()
        self._lock = FileLock(self._preferred / _LOCK, thread_local=False)
        self._elsewhere: Path | None = None

    def open(self) -> None:
        """Take the folder, and clear away what a Hub that was killed left in it."""
        self._preferred.mkdir(parents=True, exist_ok=True, mode=0o700)
        fits = len(os.fsencode(self._preferred)) + _IN_A_ROOM <= _LONGEST_SOCKET
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            fits = False
        else:
            for leftover in self._preferred.iterdir():
                if leftover.name != _LOCK:
                    remove(leftover)
        self._elsewhere = None if fits else Path(tempfile.mkdtemp(prefix="protokit-"))

    def new(self) -> Path:
        """An empty folder that only this user can read. Raises OSError."""
        return Path(tempfile.mkdtemp(prefix="", dir=self._elsewhere or self._preferred))

    def close(self) -> None:
        """Give the folder back."""
        if self._elsewhere:
            remove(self._elsewhere)
        self._lock.release()


def remove(room: Path) -> None:
    """Delete `room`, whatever stands in it; what cannot be deleted stays until the next Hub starts."""
    shutil.rmtree(room, ignore_errors=True)
    with suppress(OSError):
        room.unlink(missing_ok=True)
