"""A place beside a target, on the same disk, where it is made whole before a rename brings it there in one step."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = "lock"
_ENDING = ".partial"
_SECONDS_WITHOUT_LOCK = 3600
"""A folder in which no lock is yet belongs to a run that has just begun, unless it is as old as this."""


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """Give a path, of `target`'s name, at which nothing is yet; whatever is left there is removed at the end.

    What a killed run left beside `target` is removed first; that of a run under way, which holds its lock, stays.
    Raises OSError where nothing can be written there.
    """
    from filelock import FileLock

    whole = target.absolute()
    whole.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(whole)
    folder = Path(tempfile.mkdtemp(prefix=f".{whole.name[:100]}.", suffix=_ENDING, dir=whole.parent))
    lock = FileLock(folder / _LOCK)
    lock.acquire()
    try:
        yield folder / whole.name
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(whole: Path) -> None:
    from filelock import FileLock, Timeout

    begins = f".{whole.name[:100]}."
    for left in whole.parent.iterdir():
        if not (left.name.startswith(begins) and left.name.endswith(_ENDING) and left.is_dir()):
            continue
        if left.is_symlink() or not ((left / _LOCK).exists() or _is_old(left)):
            continue
        with suppress(OSError, Timeout):
            lock = FileLock(left / _LOCK)
            lock.acquire(timeout=0)
            lock.release()
            shutil.rmtree(left, ignore_errors=True)


def _is_old(folder: Path) -> bool:
    return folder.stat().st_mtime < time.time() - _SECONDS_WITHOUT_LOCK
