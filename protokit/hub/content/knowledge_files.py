"""The documents of a prototype as its page lists them: what is in knowledge/, how it was read, add and remove."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.errors import DocumentProblem
from protokit.files.layout import INDEX, KNOWLEDGE, OURS

if TYPE_CHECKING:
    from vectorstore.progress import FileReport

_REMOVED = Path(OURS, "removed")
MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """One file. `state` is "read", "waiting" (not looked at yet), "failed" or "set aside" (it took its reader down);
    `note` says why, and what to do."""

    name: str
    """Its path below knowledge/, with forward slashes; that of a file inside another one goes on below it."""
    size: int
    """Bytes."""
    added: float
    """Seconds since 1970 (UTC)."""
    state: str
    passages: int
    note: str
    inside: bool = False
    """Whether it is inside another file: it goes with that one."""
    hidden: str = ""
    """What it hides from who opens it: "1 hidden sheet"; empty where it hides nothing."""


def documents(folder: Path) -> list[KnowledgeFile]:
    """The documents of the prototype in `folder`, by name."""
    home, states = folder / KNOWLEDGE, _read_so_far(folder)
    files = []
    for root, inner, names in os.walk(home):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                shown = path.relative_to(home).as_posix()
                stat = path.stat()
                files.append(_known(shown, stat, states.get(shown)))
                inside = [name for name in states if name.startswith(f"{shown}/")]
                files += [_known(name, stat, states[name], inside=True) for name in inside]
    return sorted(files, key=lambda document: document.name.casefold().split("/"))


def _known(
    name: str, stat: os.stat_result, report: "FileReport | None", *, inside: bool = False
) -> KnowledgeFile:
    if report is None:
        return KnowledgeFile(name, stat.st_size, stat.st_mtime, "waiting", 0, "")
    return KnowledgeFile(
        name,
        stat.st_size,
        stat.st_mtime,
        _state(report),
        report.passages,
        report.owner_note,
        inside,
        report.hidden,
    )


def hidden_in(folder: Path) -> dict[str, str]:
    """What documents of the prototype in `folder` hide from who opens them, by file: "1 hidden sheet"."""
    return {report.file: report.hidden for report in _read_so_far(folder).values() if report.hidden}


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


def _read_so_far(folder: Path) -> "dict[str, FileReport]":
    """What became of each file, as the running prototype left it."""
    from vectorstore import KnowledgeBase

    return {report.file: report for report in KnowledgeBase.files_of(folder / INDEX, KNOWLEDGE)}


def _state(report: "FileReport") -> str:
    if report.status == "set aside":
        return report.status
    return "read" if report.was_read else "failed"
