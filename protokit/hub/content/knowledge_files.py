"""The documents of a prototype as its page lists them: what is in knowledge/, how it was read, add and remove."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from protokit.errors import DocumentProblem
from protokit.files.layout import INDEX, KNOWLEDGE, OURS
from vectorstore.file_list import FileReport, FileRow, file_rows

_REMOVED = Path(OURS, "removed")
MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """One file as it is listed, with its place on the disk."""

    row: FileRow
    size: int
    """Bytes."""
    added: float
    """Seconds since 1970 (UTC)."""


def documents(folder: Path) -> list[KnowledgeFile]:
    """The documents of the prototype in `folder`, by name."""
    home, rows = folder / KNOWLEDGE, _read_so_far(folder)
    files = []
    for root, inner, names in os.walk(home):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                shown = path.relative_to(home).as_posix()
                stat = path.stat()
                row = rows.get(shown) or FileRow(shown, "waiting", note="It is read at the next start.")
                inside = [row for name, row in rows.items() if name.startswith(f"{shown}/")]
                files.append(KnowledgeFile(row, stat.st_size, stat.st_mtime))
                files += [KnowledgeFile(row, stat.st_size, stat.st_mtime) for row in inside]
    return sorted(files, key=lambda document: document.row.file.casefold().split("/"))


def hidden_in(folder: Path) -> dict[str, str]:
    """What documents of the prototype in `folder` hide from who opens them, by file: "1 hidden sheet"."""
    return {report.file: report.hidden for report in _reports(folder) if report.hidden}


def add(folder: Path, name: str, content: bytes) -> str:
    """Keep `content` in knowledge/ under a safe form of `name`; return the name it got. Raises DocumentProblem."""
    from protokit.runtime.uploads.saved_upload import keep_upload

    if len(documents(folder)) >= MOST_FILES:
        raise DocumentProblem(f"there are {MOST_FILES:,} documents already", fix="Remove some first.")
    try:
        return keep_upload(folder / KNOWLEDGE, name, content).name
    except ValueError as problem:
        raise DocumentProblem(str(problem).rstrip(".")) from None
    except OSError as problem:
        raise DocumentProblem(f"it could not be stored ({problem.strerror})", where=name[:80]) from None


def remove(folder: Path, name: str) -> None:
    """Take a document out of knowledge/; `take_back` undoes it. Raises DocumentProblem."""
    _move(_inside(folder / KNOWLEDGE, name), folder / _REMOVED / name)


def take_back(folder: Path, name: str) -> None:
    """Undo `remove`. Raises DocumentProblem where it is gone, or another one has its name now."""
    source = _inside(folder / _REMOVED, name)
    target = folder / KNOWLEDGE / name
    if target.exists():
        raise DocumentProblem("there is another document of that name now", where=name)
    _move(source, target)


def read_again(folder: Path, name: str) -> None:
    """Let the prototype read a document that was set aside, at its next start."""
    from vectorstore.index.set_aside import read_again

    read_again(folder / INDEX, KNOWLEDGE, name)


def _inside(home: Path, name: str) -> Path:
    """The file `name` below `home`; a name that leads elsewhere is none."""
    path = home / name
    try:
        inside = ".." not in Path(name).parts and path.resolve().is_relative_to(home.resolve())
        if inside and path.is_file():
            return path
    except (OSError, ValueError):  # no file system has such a name
        pass
    raise DocumentProblem("there is no such document", fix="It may have been removed already.")


def _move(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
    except OSError as problem:
        raise DocumentProblem(f"it could not be moved ({problem.strerror})", where=source.name) from None


def _read_so_far(folder: Path) -> dict[str, FileRow]:
    """What became of each file, as the running prototype left it, for its owner."""
    return {row.file: row for row in file_rows(_reports(folder), remedies=True)}


def _reports(folder: Path) -> list[FileReport]:
    from vectorstore import KnowledgeBase

    return KnowledgeBase.files_of(folder / INDEX, KNOWLEDGE)
