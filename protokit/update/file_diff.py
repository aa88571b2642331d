"""What an update would do to each file of a prototype, found by comparing three folders; nothing is written here."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from protokit.files.layout import INSTRUCTIONS_FILE, KNOWLEDGE, QUESTIONS_FILE, SPEC_FILE, shared_files
from protokit.files.three_way_merge import as_written, has_markers, is_text, merge, same_lines
from protokit.update.merge_requirements import merge_requirements
from protokit.update.moved_imports import with_moved_imports

Outcome = Literal["kept", "replaced", "merged", "added", "removed", "conflict", "deleted by you"]
YOURS = (INSTRUCTIONS_FILE, QUESTIONS_FILE)
"""Made once, then the person's alone."""
REQUIREMENTS = "requirements.txt"
MARKERS_LEFT = "the markers of an earlier conflict are still in it"
_ASK_BACK = "--restore brings the new version once yours is moved aside"
_TELLING, _ALIKE = 100, 75
"""Bytes from which on a file can be told by its content, and the per cent of it that are found again."""
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


Files = Mapping[str, bytes]
"""Contents by name, as a blueprint gave them."""


def changes(folder: Path, base: Files, new: Files, labels: tuple[str, str]) -> list[Change]:
    """What brings the prototype in `folder` from the render `base` to the render `new`, by file.

    Files that are in neither are the person's own and left out, but for Python that imports what has moved since;
    so are `knowledge/` and `prototype.yaml`.
    """
    names = sorted({*base, *new} - {SPEC_FILE})
    moves = _moves(folder, names, base)
    given = [
        _change(folder, name, moves.get(name, name), base, new, labels)
        for name in names
        if name.split("/")[0] != KNOWLEDGE
    ]
    return [*given, *_own_code(folder, {*names, *moves.values(), SPEC_FILE})]


def read(path: Path) -> bytes | None:
    """The content of a file, None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _moves(folder: Path, names: Collection[str], base: Files) -> dict[str, str]:
    """Name that the blueprint gave -> where the person moved that file since: most of its text is found there."""
    from rapidfuzz.fuzz import ratio

    own = [inside for inside in shared_files(folder) if inside.as_posix() not in names]
    moves: dict[str, str] = {}
    for name in sorted(set(base) - {SPEC_FILE, *YOURS}):
        if len(base[name]) < _TELLING or read(folder / name) is not None or _obstacle(folder, name):
            continue
        alike = {
            inside.as_posix(): ratio(base[name], read(folder / inside) or b"", score_cutoff=_ALIKE)
            for inside in own
            if inside.suffix == Path(name).suffix and inside.parts[0] != KNOWLEDGE
        }
        if (best := max(alike, key=alike.__getitem__, default="")) and alike[best]:
            moves[name] = best
    return moves


def _own_code(folder: Path, files: set[str]) -> Iterator[Change]:
    """Changes of the person's own Python files that import what has moved."""
    for inside in shared_files(folder):
        name = inside.as_posix()
        if name in files or inside.suffix != ".py" or inside.parts[0] == KNOWLEDGE or _obstacle(folder, name):
            continue
        before = read(folder / name)
        after = _today(name, before)
        if before != after:
            yield Change(name, "merged", before, after, _MOVED)


def _today(name: str, content: bytes | None) -> bytes | None:
    """The content of a file, its imports named as today where it is Python."""
    return with_moved_imports(content) if content and name.endswith(".py") else content


def _change(folder: Path, name: str, at: str, base: Files, new: Files, labels: tuple[str, str]) -> Change:
    change = _compared(folder, name, at, base, new, labels)
    if at != name:
        change = replace(
            change, file=at, why=", ".join(filter(None, [f"you moved it from {name}", change.why]))
        )
    if change.before is None or change.before == (current := read(folder / at)):
        return change
    outcome: Outcome = "merged" if change.outcome == "kept" else change.outcome
    return replace(change, before=current, outcome=outcome, why=change.why or _MOVED)


def _compared(
    folder: Path, name: str, at: str, bases: Files, renders: Files, labels: tuple[str, str]
) -> Change:
    base, new = _today(name, bases.get(name)), renders.get(name)
    obstacle = _obstacle(folder, at)
    if name in YOURS:
        mine = None if obstacle else read(folder / name)
        return Change(name, "kept", mine, mine, "yours")
    if obstacle:
        if new in (base, None):
            return Change(name, "kept", why=obstacle)
        return Change(name, "conflict", why=f"{obstacle}; {_ASK_BACK}")
    mine = _today(name, read(folder / at))
    if mine is None:
        if base is None:
            return Change(name, "added", None, new)
        return Change(name, "deleted by you", why="--restore brings it back")
    if has_markers(mine) and not has_markers(base or b""):
        return Change(name, "conflict", mine, mine, MARKERS_LEFT)
    if new in (mine, base):
        same = base is not None and same_lines(mine, base)
        return Change(name, "kept", mine, mine, "" if same else "with your changes")
    if base is not None and same_lines(mine, base):
        return Change(
            name, "removed" if new is None else "replaced", mine, new and as_written(new, mine, base)
        )
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
        return Change(name, "conflict", mine, mine, f"not text, and both changed it; {_ASK_BACK}")
    result = merge(mine, base, new, labels=labels)
    if not result.conflicts:
        return Change(name, "merged", mine, result.content)
    if name == REQUIREMENTS and (lines := merge_requirements(mine, base, new)) is not None:
        return Change(name, "merged", mine, lines, "package by package")
    places = "1 place" if result.conflicts == 1 else f"{result.conflicts} places"
    return Change(name, "conflict", mine, result.content, f"{places} that both changed")
