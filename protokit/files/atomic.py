"""Folders and files that appear whole or not at all, and never over anybody's work."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from protokit.errors import FolderProblem

_LOCK = "lock"
_ENDING = ".partial"
_SECONDS_WITHOUT_LOCK = 3600
"""A folder in which no lock is yet belongs to a run that has just begun, unless it is as old as this."""


def refuse_occupied(target: Path) -> None:
    """Raise FolderProblem when `target` holds anything: nothing of anybody's is ever overwritten."""
    if target.is_symlink() or target.is_file() or (target.is_dir() and any(target.iterdir())):
        kind = "folder" if target.is_dir() else "file"
        raise FolderProblem(
            f"this {kind} exists already and was left as it is",
            where=str(target),
            fix="Choose another with --name or --out.",
        )


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Give a path, in a folder of its own, to make a folder or file at; at the end that is `target`.

    After an error nothing is there.

    Raises FolderProblem where `target` holds something already or cannot be written.
    """
    refuse_occupied(target)
    try:
        with aside(target) as made:
            yield made
            refuse_occupied(target)
            _move(made, target)
    except OSError as error:
        what = f"cannot write there ({error.strerror})"
        place = str(target.absolute().parent)
        raise FolderProblem(what, where=place, fix="Choose another with --out.") from None


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A new folder that takes the place of the absent or empty `target` at the end, or leaves no trace."""
    with atomic_folder(target) as made:
        made.mkdir()
        yield made


def write_text(path: Path, text: str) -> None:
    """Put `text` in the place of a file in one step, so that a running prototype never reads half of it."""
    _write(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """The same for what is no text."""
    _write(path, lambda partial: partial.write_bytes(content))


def _write(path: Path, write: Callable[[Path], int]) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}{_ENDING}")
    try:
        write(partial)
        partial.replace(path)
    except OSError as error:
        raise FolderProblem(f"cannot be written ({error.strerror})", where=path.name) from None


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
    for path in whole.parent.iterdir():
        if not (path.name.startswith(begins) and path.name.endswith(_ENDING) and path.is_dir()):
            continue
        if path.is_symlink() or not ((path / _LOCK).exists() or _is_old(path)):
            continue
        with suppress(OSError, Timeout):
            lock = FileLock(path / _LOCK)
            lock.acquire(timeout=0)
            lock.release()
            shutil.rmtree(path, ignore_errors=True)


def _is_old(folder: Path) -> bool:
    return folder.stat().st_mtime < time.time() - _SECONDS_WITHOUT_LOCK


def _move(made: Path, target: Path) -> None:
    """Bring everything at once. An empty `target` stays the same folder, since a shell may stand in it."""
    if not made.is_dir() and target.is_dir():
        target.rmdir()
    if not target.is_dir():
        made.replace(target)
        return
    try:
        for path in made.iterdir():
            path.replace(target / path.name)
    except BaseException:
        for path in target.iterdir():
            path.replace(made / path.name)
        raise
