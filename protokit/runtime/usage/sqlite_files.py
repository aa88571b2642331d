"""Opens the SQLite files of a prototype: a damaged one is set aside under a dated name, and nothing is deleted."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

_LOG = logging.getLogger(__name__)
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_WRITING = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
)
_MARK = ".damaged-"

Prepare = Callable[[sqlite3.Connection, bool], None]
"""Brings the tables of a store up to date; True for a new one. Raises WrongTables for another program's."""


class WrongTables(sqlite3.DatabaseError):
    """The file is a database, and not this one."""


@contextmanager
def open_store(
    path: Path, prepare: Prepare, *, wait: float = 30.0, renew: bool = True
) -> Iterator[sqlite3.Connection]:
    """A connection to the store at `path`, made where it is missing; `wait` is how many seconds for a lock.

    A file that is no such store is set aside, and without `renew` that is an error too. One whose damage shows
    while it is used is set aside after: the error is raised, and the next call gets a new store. Raises
    sqlite3.Error where the disk is full, the file cannot be written, or another program holds it.
    """
    identity = _identity(path)
    database = _prepared(path, prepare, wait, renew)
    try:
        yield database
    except sqlite3.DatabaseError as error:
        database.close()
        if is_damage(error):
            set_aside(path, identity or _identity(path))
        raise
    finally:
        database.close()


def is_damage(error: BaseException) -> bool:
    """Whether `error` says that the file itself is wrong, rather than its place, its disk or its lock."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    return isinstance(error, WrongTables) or code & 0xFF in _DAMAGE


def is_busy(error: BaseException) -> bool:
    """Whether another program holds the file."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def set_aside(path: Path, identity: tuple[int, int] | None, now: float | None = None) -> Path | None:
    """Rename the store at `path` while it is the file of this `identity`; return its new path, None where it is not.

    What SQLite keeps beside it (its write-ahead log) goes with it, so that a person can still recover rows.
    """
    moment = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    with FileLock(path.with_name(f".{path.name}.lock"), timeout=30):
        if identity is None or _identity(path) != identity:
            return None  # somebody else was quicker
        target, number = path, 0
        while target.exists():
            number += 1
            count = f"-{number}" if number > 1 else ""
            target = path.with_name(f"{path.stem}{_MARK}{moment:%Y%m%d-%H%M%S}{count}{path.suffix}")
        try:
            path.rename(target)
        except OSError:
            return None  # in use on Windows, or not ours to rename
        for end in ("-wal", "-shm"):
            with suppress(OSError):
                path.with_name(path.name + end).rename(target.with_name(target.name + end))
    _LOG.warning("%s was damaged and set aside as %s; nothing was deleted", path.name, target.name)
    return target


def damaged_stores(folder: Path, name: str = "") -> list[Path]:
    """What was set aside in `folder` and nobody has looked at yet, of the store `name` ("budget.db") or of any."""
    stem, suffix = (Path(name).stem, Path(name).suffix) if name else ("*", "")
    paths = [
        path for path in folder.glob(f"{stem}{_MARK}*{suffix}") if not path.name.endswith(("-wal", "-shm"))
    ]
    return sorted(paths)


def file_away(folder: Path) -> None:
    """Move what was set aside in `folder` into `folder`/damaged: the owner has seen it."""
    shelf = folder / "damaged"
    for path in folder.glob(f"*{_MARK}*"):
        shelf.mkdir(exist_ok=True)
        path.rename(shelf / path.name)


def _prepared(path: Path, prepare: Prepare, wait: float, renew: bool) -> sqlite3.Connection:
    identity = _identity(path)
    try:
        if identity and (path.is_dir() or path.stat().st_size == 0):
            raise WrongTables("it is empty, or no file")
        return _open(path, prepare, wait)
    except sqlite3.DatabaseError as error:
        if is_damage(error) and set_aside(path, identity) and renew:
            return _open(path, prepare, wait)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _NO_WRITING and (frozen := _read_only(path)):
            return frozen
        raise


def _open(path: Path, prepare: Prepare, wait: float) -> sqlite3.Connection:
    if not path.exists():
        _create(path, prepare)
    database = _connect(path, wait)
    try:
        prepare(database, False)
    except BaseException:
        database.close()
        raise
    return database


def _create(path: Path, prepare: Prepare) -> None:
    """Make the store under another name first: an empty file is then always what was left of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{time.time_ns()}")
    try:
        database = _connect(draft, 30.0)
        try:
            prepare(database, True)
            database.commit()
        finally:
            database.close()
        with suppress(FileExistsError), FileLock(path.with_name(f".{path.name}.lock"), timeout=30):
            if not path.exists():
                draft.rename(path)
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def _connect(path: Path, wait: float) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=wait)
    database.row_factory = sqlite3.Row
    try:
        database.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # Another process is switching it on at this moment, or nothing can be written: what is there can be read.
        if is_damage(error):
            database.close()
            raise
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _read_only(path: Path) -> sqlite3.Connection | None:
    """What is in a file that SQLite can put nothing beside; None where others may be writing to it."""
    log = path.with_name(f"{path.name}-wal")
    if not path.is_file() or (log.exists() and log.stat().st_size):
        return None
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    database.row_factory = sqlite3.Row
    return database


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
