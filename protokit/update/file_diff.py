"""What an update would do to each file of a prototype, found by comparing three folders; nothing is written here."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from protokit.files.layout import BASE, INSTRUCTIONS_FILE, KNOWLEDGE, QUESTIONS_FILE, SPEC_FILE, shared_files
from protokit.files.three_way_merge import has_markers, is_text, merge
from protokit.update.merge_requirements import merge_requirements
from protokit.update.moved_imports import with_moved_imports

Outcome = Literal["kept", "replaced", "merged", "added", "removed", "conflict", "deleted by you"]
YOURS = (INSTRUCTIONS_FILE, QUESTIONS_FILE)
"""Made once, then the person's alone."""
REQUIREMENTS = "requirements.txt"
_MOVED = "its imports are named as today"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file. `before` and `after` are its contents, None where there is no file."""

    file: str
    outcome: Outcome
    before: bytes | None = None
    after: bytes | None = None
    why: str = ""

    @property
    def writes(self) -> bool:
        """Whether anything happens to the file."""
        return self.before != self.after


def changes(folder: Path, base: Path, new: Path, labels: tuple[str, str]) -> list[Change]:
    """What brings the prototype in `folder` from the render `base` to the render `new`, by file.

    Files that are in neither are the person's own and left out, but for Python that imports what has moved since;
    so are `knowledge/` and `prototype.yaml`.
    """
    names = sorted({*files(base), *files(new)} - {SPEC_FILE})
    given = [_change(folder, name, base, new, labels) for name in names if name.split("/")[0] != KNOWLEDGE]
    return [*given, *_own_code(folder, {*names, SPEC_FILE})]


def files(folder: Path) -> list[str]:
    """The names of all files below `folder`, with forward slashes."""
    paths = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def read(path: Path) -> bytes | None:
    """The content of a file, None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _own_code(folder: Path, files: set[str]) -> Iterator[Change]:
    """Changes of the person's own Python files that import what has moved."""
    for inside in shared_files(folder):
        name = inside.as_posix()
        if name in files or inside.suffix != ".py" or inside.parts[0] == KNOWLEDGE or _obstacle(folder, name):
            continue
        before, after = read(folder / name), _today(folder / name)
        if before != after:
            yield Change(name, "merged", before, after, _MOVED)


def _today(path: Path) -> bytes | None:
    """The content of a file, its imports named as today where it is Python."""
    content = read(path)
    return with_moved_imports(content) if content and path.suffix == ".py" else content


def _change(folder: Path, name: str, base: Path, new: Path, labels: tuple[str, str]) -> Change:
    change = _compared(folder, name, base, new, labels)
    if change.before is None or change.before == (current := read(folder / name)):
        return change
    outcome: Outcome = "merged" if change.outcome == "kept" else change.outcome
    return replace(change, before=current, outcome=outcome, why=change.why or _MOVED)


def _compared(
    folder: Path, name: str, base_folder: Path, new_folder: Path, labels: tuple[str, str]
) -> Change:
    base, new = _today(base_folder / name), read(new_folder / name)
    obstacle = _obstacle(folder, name)
    if name in YOURS:
        mine = None if obstacle else read(folder / name)
        return Change(name, "kept", mine, mine, "yours")
    if obstacle:
        if new in (base, None):
            return Change(name, "kept", why=obstacle)
        return Change(name, "conflict", why=f"{obstacle}; the new version is {(BASE / name).as_posix()}")
    mine = _today(folder / name)
    if mine is None:
        absent: Outcome = "added" if base is None else "deleted by you"
        return Change(name, absent, None, new if base is None else None)
    if new in (mine, base):
        return Change(name, "kept", mine, mine, "" if mine == base else "with your changes")
    if mine == base:
        return Change(name, "removed" if new is None else "replaced", mine, new)
    if new is None:
        return Change(name, "kept", mine, mine, "with your changes, though the blueprint has it no more")
    return _merged(name, mine, base or b"", new, labels)


def _obstacle(folder: Path, name: str) -> str:
    """Why the file cannot be written where it belongs: nothing is ever written through a link."""
    path = folder
    for part in Path(name).parts:
        path = path / part
        shown = path.relative_to(folder).as_posix()
        if path.is_symlink():
            return f"you made {shown} a link"
        if path.is_file() and shown != name:
            return f"you made {shown} a file"
    return "you made it a folder" if path.is_dir() else ""


def _merged(name: str, mine: bytes, base: bytes, new: bytes, labels: tuple[str, str]) -> Change:
    if not all(map(is_text, (mine, base, new))):
        where = f"not text, and both changed it; the new version is {(BASE / name).as_posix()}"
        return Change(name, "conflict", mine, mine, where)
    if has_markers(mine):
        return Change(name, "conflict", mine, mine, "the markers of an earlier conflict are still in it")
    result = merge(mine, base, new, labels=labels)
    if not result.conflicts:
        return Change(name, "merged", mine, result.content)
    if name == REQUIREMENTS and (lines := merge_requirements(mine, base, new)) is not None:
        return Change(name, "merged", mine, lines, "package by package")
    places = "1 place" if result.conflicts == 1 else f"{result.conflicts} places"
    return Change(name, "conflict", mine, result.content, f"{places} that both changed")
