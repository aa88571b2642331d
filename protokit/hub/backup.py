"""Puts a Hub into one file while it runs, and takes it out again: whole and checked, or not at all."""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from protokit import __version__
from protokit.errors import FolderProblem, ProtokitError
from protokit.files.layout import INDEX
from protokit.hub.database.store import Store
from protokit.hub.hub_settings import HubSettings

FORMAT = 1
_MANIFEST = "manifest.json"
_LEFT_OUT = frozenset({"run", "logs"})
_INDEX = INDEX.parts
"""Where a prototype keeps what it can read from its documents again; a copy of it would not be of one moment."""
_BESIDE = ("-wal", "-shm", "-journal", ".lock")
_SQLITE = b"SQLite format 3\0"
_UNREADABLE = (BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError)
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written or taken out."""

    path: Path
    files: int
    size: int
    """Bytes."""
    notes: tuple[str, ...]
    """What the owner has to know: what is not in it, what was damaged."""


def backup(settings: HubSettings, target: Path) -> Backup:
    """Write everything in the Hub's home that cannot be made again to `target`, readable by its owner alone.

    Each database is copied as of one moment, by SQLite itself. Raises ProtokitError where `target` exists, there is no
    Hub or its own database is damaged; then there is no file.
    """
    if not (settings.home / "secret").is_file():
        raise FolderProblem("there is no Hub", where=str(settings.home), fix="Give its folder by --home.")
    if target.exists():
        raise FolderProblem("there is such a file already", where=str(target), fix="Choose another name.")
    if target.absolute().resolve().is_relative_to(settings.home.resolve()):
        raise FolderProblem(
            "a backup cannot lie in what it is a backup of", where=str(target), fix="Put it elsewhere."
        )
    with _draft(target) as (file, aside):
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            writer = _Writer(archive, aside)
            for path in _files(settings.home, settings, writer.notes):
                writer.add(path, path.relative_to(settings.home).as_posix())
            if settings.state_url:
                writer.notes.append(
                    "The Hub's state is in Postgres and not in this file: back it up at the same time, with pg_dump."
                )
            archive.writestr(_MANIFEST, json.dumps({**writer.manifest(), "time": time.time()}))
        size = file.tell()
    _log(settings, "backed up", target.name)
    return Backup(target, len(writer.members), size, tuple(writer.notes))


def restore(source: Path, home: Path) -> Backup:
    """Make the Hub in `source` anew in `home`, which must not exist or be empty. Every device is signed out.

    Each file is compared with its checksum first. Raises ProtokitError where anything is wrong: `home` is as before.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise FolderProblem("there is something already", where=str(home), fix="Choose another --home.")
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}-"))
    try:
        with _opened(source) as archive:
            members = _members(archive)
            for name, member in members.items():
                _extract(archive, name, member, aside)
        settings = HubSettings(aside)
        for folder in (settings.prototypes, settings.trash):
            folder.mkdir(exist_ok=True)
        notes = _renewed(settings)
        if home.exists():
            home.rmdir()
        aside.rename(home)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return Backup(home, len(members), sum(int(each["size"]) for each in members.values()), notes)


class _Writer:
    """Adds files and remembers their checksums."""

    def __init__(self, archive: ZipFile, aside: Path) -> None:
        self._archive, self._aside = archive, aside
        self.members: dict[str, dict[str, Any]] = {}
        self.notes: list[str] = []

    def add(self, path: Path, name: str) -> None:
        """Add `path`, a database as of one moment; one that goes away meanwhile is left out."""
        copy = self._aside / "copy"
        try:
            mode = path.stat().st_mode & 0o700
            self._copy(path, name, copy)
            digest = hashlib.sha256()
            with copy.open("rb") as file, self._archive.open(name, "w", force_zip64=True) as member:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    member.write(piece)
            self.members[name] = {
                "size": copy.stat().st_size,
                "sha256": digest.hexdigest(),
                "executable": bool(mode & 0o100),
            }
        except FileNotFoundError:
            return
        finally:
            copy.unlink(missing_ok=True)

    def manifest(self) -> dict[str, Any]:
        return {"format": FORMAT, "protokit": __version__, "files": self.members}

    def _copy(self, path: Path, name: str, copy: Path) -> None:
        if not _is_database(path):
            shutil.copyfile(path, copy)
            return
        try:
            with (
                closing(sqlite3.connect(path, timeout=30)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
                sound = target.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        except sqlite3.DatabaseError:
            sound = False
        if sound:
            return
        if name == "hub.db":
            raise ProtokitError(
                "the Hub's database is damaged, so that a backup of it would be worth nothing",
                where=name,
                fix="Keep the backups you have, and restore the last one into another --home.",
            )
        copy.unlink(missing_ok=True)
        shutil.copyfile(path, copy)
        self.notes.append(f"{name} is damaged; it is in the backup as it is.")


@contextmanager
def _draft(target: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A file under another name that becomes `target` when all went well, and a folder for copies."""
    aside = Path(
        tempfile.mkdtemp(dir=target.absolute().parent, prefix=f".{target.name}-")
    )  # for its owner alone
    try:
        draft = aside / "backup"
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(handle, "w+b") as file:
            yield file, aside
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            raise FolderProblem("there is such a file already", where=str(target), fix="Choose another name.")
        draft.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _files(home: Path, settings: HubSettings, notes: list[str]) -> Iterator[Path]:
    """The Hub's database first: a prototype made later is taken in at the start, one without a folder is not."""
    if not settings.state_url and (home / "hub.db").is_file():
        yield home / "hub.db"
    for root, folders, names in os.walk(home):
        here = Path(root)
        inside = here.relative_to(home).parts
        for folder in [*folders]:
            path = here / folder
            if path.is_symlink():
                notes.append(
                    f"{path.relative_to(home).as_posix()} is a link to another place; it is not in it."
                )
            if path.is_symlink() or (not inside and folder in _LEFT_OUT) or (*inside, folder)[-2:] == _INDEX:
                folders.remove(folder)
        folders.sort()
        for name in sorted(names):
            path = here / name
            if path == home / "hub.db" or name.endswith(_BESIDE) or path.is_symlink() or not path.is_file():
                continue
            yield path


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


@contextmanager
def _opened(source: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(source) as archive:
            yield archive
    except FileNotFoundError:
        raise FolderProblem("there is no such file", where=str(source)) from None
    except _UNREADABLE as error:
        raise FolderProblem(
            f"the backup cannot be read ({type(error).__name__})", where=str(source), fix="Use another one."
        ) from None


def _members(archive: ZipFile) -> dict[str, dict[str, Any]]:
    manifest = json.loads(archive.read(_MANIFEST))
    if manifest["format"] != FORMAT:
        raise ProtokitError("the backup was made by a newer protokit", fix="Install that version.")
    members: dict[str, dict[str, Any]] = manifest["files"]
    if set(archive.namelist()) != {_MANIFEST, *members}:
        raise ValueError("files are missing")
    for name in members:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]:
            raise ValueError("a name leads elsewhere")
    return members


def _extract(archive: ZipFile, name: str, member: dict[str, Any], aside: Path) -> None:
    target = aside.joinpath(*PurePosixPath(name).parts)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, remaining = hashlib.sha256(), int(member["size"])
    mode = 0o700 if member["executable"] else 0o600
    with archive.open(name) as file, os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY, mode), "wb") as copy:
        while piece := file.read(_PIECE):
            remaining -= len(piece)
            if remaining < 0:
                break
            digest.update(piece)
            copy.write(piece)
    if remaining or digest.hexdigest() != member["sha256"]:
        raise ValueError(f"{name} is not as it was")


def _renewed(settings: HubSettings) -> tuple[str, ...]:
    """Sign everybody out: whoever was signed out since the backup must not be in again."""
    if not (settings.home / "hub.db").is_file():
        return ("Its state is in Postgres: restore that too, with pg_restore, before you start the Hub.",)
    with closing(Store.open(settings)) as store:
        store.end_all_sessions()
        store.note("home restored", "server")
    return (
        "Every device is signed out.",
        "Links that were revoked after the backup are open again: look through them.",
        "Each prototype reads its documents anew when it is first opened.",
    )


def _log(settings: HubSettings, action: str, detail: str) -> None:
    with suppress(ProtokitError), closing(Store.open(settings)) as store:
        store.note(action, "server", detail=detail)
