"""Writes many files of a prototype as one: whoever pulls the plug in between finds all of it or none.

What is about to happen is first written down in `.protokit/update/`: the files as they are, the files as they will be,
and last of all `journal.json`. While that stands there, the update is not done, and `recover` undoes it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from protokit.errors import FolderProblem
from protokit.files.layout import OURS, UPDATE_JOURNAL
from protokit.update.file_diff import Change, read

PLACE = UPDATE_JOURNAL.parent
_LOCK = Path(OURS, "update.lock")
_JOURNAL = UPDATE_JOURNAL.name


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found and undone: files put back, and files left alone because they were edited since."""

    restored: tuple[str, ...]
    left: tuple[str, ...]


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the prototype in `folder` against a second update; FolderProblem where one is running.

    The system lets go of it when the process dies, however it dies.
    """
    from filelock import FileLock, Timeout

    path = folder / _LOCK
    path.parent.mkdir(exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise FolderProblem(
            "another update is running here", where=str(folder), fix="Wait until it has finished."
        ) from None
    try:
        yield
    finally:
        lock.release()


def interrupted(folder: Path) -> bool:
    """Whether an update was cut off in `folder` and waits for `recover`."""
    return (folder / UPDATE_JOURNAL).exists()


def carry_out(folder: Path, changes: Sequence[Change]) -> None:
    """Write all `changes` in `folder`, or none. Raises FolderProblem where a file is not what it was planned on."""
    writes = [change for change in changes if change.writes]
    _refuse_edited(folder, writes)
    place = folder / PLACE
    shutil.rmtree(place, ignore_errors=True)
    for change in writes:
        if change.before is not None:
            _keep(place / "old" / change.file, change.before, like=folder / change.file)
        if change.after is not None:
            _keep(place / "new" / change.file, change.after, like=folder / change.file)
    _keep(place / "journal.part", json.dumps([_noted(change) for change in writes]).encode())
    (place / "journal.part").replace(place / _JOURNAL)
    _settle(place)
    try:
        for change in writes:
            _bring(folder, change)
    except BaseException:
        recover(folder)
        raise
    _close(folder)


def recover(folder: Path) -> Recovery | None:
    """Undo an update that was cut off in `folder`; None where none was. Can be cut off itself, and called again."""
    place = folder / PLACE
    if not interrupted(folder):
        shutil.rmtree(place, ignore_errors=True)  # cut off before anything was changed, or after all was
        return None
    restored, left = [], []
    for note in json.loads((place / _JOURNAL).read_bytes()):
        path = folder / note["file"]
        now = _digest(read(path))
        if now == note["after"] != note["before"]:
            _restore(place / "old" / note["file"], path, folder)
            restored.append(note["file"])
        elif now != note["before"]:
            left.append(note["file"])
    _close(folder)
    return Recovery(tuple(restored), tuple(left))


def _refuse_edited(folder: Path, changes: Sequence[Change]) -> None:
    for change in changes:
        path = folder / change.file
        if path.is_symlink():
            raise FolderProblem("is a link, and nothing is written through one", where=change.file)
        if read(path) != change.before:
            raise FolderProblem(
                "changed while the update was being tried, so nothing was written",
                where=change.file,
                fix="Try again.",
            )


def _noted(change: Change) -> dict[str, str | None]:
    return {"file": change.file, "before": _digest(change.before), "after": _digest(change.after)}


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _keep(path: Path, content: bytes, like: Path | None = None) -> None:
    """Write `content` down for good, with the permissions of `like` where that exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if like is not None and like.is_file():
        shutil.copymode(like, path)


def _bring(folder: Path, change: Change) -> None:
    path = folder / change.file
    if change.after is None:
        _remove(path, folder)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        (folder / PLACE / "new" / change.file).replace(path)
    _settle(path.parent)


def _restore(old: Path, path: Path, folder: Path) -> None:
    if not old.exists():
        _remove(path, folder)
        return
    copy = folder / PLACE / "restored"
    shutil.copy2(old, copy)
    path.parent.mkdir(parents=True, exist_ok=True)
    copy.replace(path)


def _remove(path: Path, folder: Path) -> None:
    """Remove the file, and the folders that it leaves empty."""
    path.unlink()
    for parent in path.parents:
        if parent == folder or any(parent.iterdir()):
            return
        parent.rmdir()


def _close(folder: Path) -> None:
    """From here on nothing is undone."""
    (folder / PLACE / _JOURNAL).unlink()
    shutil.rmtree(folder / PLACE, ignore_errors=True)


def _settle(folder: Path) -> None:
    """Have the names in `folder` on the disk, not just in memory, where the system can."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
