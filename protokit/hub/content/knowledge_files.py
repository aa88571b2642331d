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
    """Its path below knowledge/, with forward slashes."""
    size: int
    """Bytes."""
    added: float
    """Seconds since 1970 (UTC)."""
    state: str
    passages: int
    note: str


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
                files.append(
                    KnowledgeFile(shown, stat.st_size, stat.st_mtime, *states.get(shown, ("waiting", 0, "")))
                )
    return sorted(files, key=lambda document: document.name.casefold())


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


def _read_so_far(folder: Path) -> dict[str, tuple[str, int, str]]:
    """State, passages and note of each file, as the running prototype left them."""
    from vectorstore import KnowledgeBase

    files = KnowledgeBase.files_of(folder / INDEX, KNOWLEDGE)
    return {each.file: (_state(each), each.passages, each.note) for each in files}


def _state(report: "FileReport") -> str:
    if report.status == "set aside":
        return report.status
    return "read" if report.passages or report.status == "duplicate" else "failed"
