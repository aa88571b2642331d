"""The history of a prototype's changes: who asked when for what, and the files before and after, so that each can be
undone. A change is one compressed file below `.protokit/changes/`, written together with what it changed."""

import getpass
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from protokit.errors import ChoiceProblem, FolderProblem
from protokit.files.layout import OURS
from protokit.files.three_way_merge import is_text, merge
from protokit.runtime.yaml_checks import Strict
from protokit.update.file_diff import Change, read

_PLACE = Path(OURS, "changes")
_ENTRY = "change.json"
_DAMAGE = (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, msgspec.DecodeError)


class HistoryEntry(Strict, frozen=True, kw_only=True):
    """One change as it was made."""

    number: Annotated[int, Meta(ge=1)]
    when: str
    """UTC, ISO 8601 to the second."""
    who: str
    line: str
    """What was typed."""
    changes: tuple[str, ...] = ()
    """What was made of it, in words."""
    files: tuple[str, ...] = ()
    model: str = "offline"
    """What read the line, and what it cost."""
    undoes: int | None = None
    """The number of the change that this one takes back."""


def read_history(folder: Path) -> list[HistoryEntry]:
    """The changes of the prototype in `folder`, the first one first; a damaged one is left out."""
    entries = []
    for path in sorted((folder / _PLACE).glob("*.zip")):
        try:
            with zipfile.ZipFile(path) as archive:
                entries.append(msgspec.json.decode(archive.read(_ENTRY), type=HistoryEntry))
        except _DAMAGE:
            continue
    return sorted(entries, key=lambda entry: entry.number)


def undone(entries: Iterable[HistoryEntry]) -> frozenset[int]:
    """The numbers of those that do not hold any more: taken back, and not brought back by undoing that."""
    gone: set[int] = set()
    for entry in reversed(list(entries)):
        if entry.undoes is not None and entry.number not in gone:
            gone.add(entry.undoes)
    return frozenset(gone)


def history_record(
    folder: Path,
    changes: Sequence[Change],
    *,
    who: str,
    line: str,
    told: Sequence[str],
    model: str = "offline",
    undoes: int | None = None,
) -> Change:
    """The file of the next entry, to be written together with `changes`."""
    numbers = [int(path.stem) for path in (folder / _PLACE).glob("*.zip") if path.stem.isdigit()]
    number = max(numbers, default=0) + 1
    entry = HistoryEntry(
        number=number,
        when=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        who=who or person(),
        line=line,
        changes=tuple(told),
        files=tuple(change.file for change in changes),
        model=model,
        undoes=undoes,
    )
    name = (_PLACE / f"{number:04}.zip").as_posix()
    return Change(name, "added", None, _packed(entry, changes))


def undo_changes(folder: Path, entry: HistoryEntry) -> list[Change]:
    """What takes `entry` back: the files as before it, with what was changed in them since. Raises FolderProblem."""
    try:
        with zipfile.ZipFile(folder / _PLACE / f"{entry.number:04}.zip") as archive:
            names = set(archive.namelist())
            pairs = {
                name: tuple(
                    archive.read(f"{side}/{name}") if f"{side}/{name}" in names else None for side in _SIDES
                )
                for name in entry.files
            }
    except (OSError, *_DAMAGE):
        raise FolderProblem(
            f"what change {entry.number} did cannot be read any more", where=str(folder / _PLACE)
        ) from None
    return [_taken_back(folder, name, before, after) for name, (before, after) in pairs.items()]


_SIDES = ("before", "after")


def find_entry(folder: Path, number: int | None) -> HistoryEntry:
    """The change `number`, or the last one that holds and is no undoing itself. Raises ChoiceProblem."""
    entries = read_history(folder)
    gone = undone(entries)
    if number is None:
        left = [entry for entry in entries if entry.number not in gone and entry.undoes is None]
        if not left:
            raise ChoiceProblem("there is no change to undo", where=str(folder))
        return left[-1]
    entry = next((entry for entry in entries if entry.number == number), None)
    if entry is None:
        raise ChoiceProblem(f"there is no change {number}", fix="`protokit history` lists them.")
    if number in gone:
        raise ChoiceProblem(f"change {number} is undone already")
    return entry


def person() -> str:
    """Who is at work: git's name for them, else the system's."""
    if git := shutil.which("git"):
        done = subprocess.run([git, "config", "user.name"], capture_output=True, text=True, check=False)
        if name := done.stdout.strip():
            return name[:80]
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return os.environ.get("USERNAME", "somebody")


def _taken_back(folder: Path, name: str, before: bytes | None, after: bytes | None) -> Change:
    now = read(folder / name)
    if now == after:
        return Change(name, "replaced" if before is not None else "removed", now, before)
    if now == before:
        return Change(name, "kept", now, now)
    if None not in (now, before, after) and all(map(is_text, (now or b"", before or b"", after or b""))):
        result = merge(now or b"", after or b"", before or b"")
        if not result.conflicts:
            return Change(name, "merged", now, result.content)
    raise FolderProblem(
        "was changed since in the same lines, so nothing was undone", where=name, fix="Change it by hand."
    )


def _packed(entry: HistoryEntry, changes: Sequence[Change]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_ENTRY, msgspec.json.encode(entry))
        for change in changes:
            for side, content in zip(_SIDES, (change.before, change.after), strict=True):
                if content is not None:
                    archive.writestr(f"{side}/{change.file}", content)
    return buffer.getvalue()
