"""Rehearsal: a copy of a prototype in which an update is tried, so that the real folder is never red."""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from protokit.errors import ProtokitError
from protokit.files.layout import INDEX, OURS, SPEC_FILE
from protokit.spec.edit_yaml import migrated
from protokit.update.file_diff import Change
from protokit.update.regression import Health, Look, worse

_NOT_ITS_OWN = (".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache")
_KEYS = ".env"
"""Left out: a rehearsal costs nothing, and a key has no place in a copy."""


class Sandbox:
    """The copy, in which any choice of changes can be made and looked at."""

    def __init__(self, folder: Path) -> None:
        """Use `rehearsal`."""
        self.folder = folder
        self._made: list[Change] = []

    def health(self, look: Look, changes: Sequence[Change] = (), *, python: str = sys.executable) -> Health:
        """What `look` finds in the prototype with just these changes, run by `python`."""
        for change in self._made:
            _write(self.folder / change.file, change.before)
        self._made = [change for change in changes if change.writes]
        for change in self._made:
            _write(self.folder / change.file, change.after)
        _go_offline(self.folder / SPEC_FILE)
        return look(self.folder, python)

    def culprit(self, look: Look, changes: Sequence[Change], before: Health) -> str:
        """The file with whose change `look` finds things worse than `before`, given that with all `changes` it does.

        Found by halving: files that the person never touched come first, so that of two that do not fit together
        the one with the person's own lines is named.
        """
        ordered = sorted((change for change in changes if change.writes), key=lambda c: c.outcome == "merged")
        good, bad = 0, len(ordered)
        while bad - good > 1:
            middle = (good + bad) // 2
            if worse(before, self.health(look, ordered[:middle])):
                bad = middle
            else:
                good = middle
        return ordered[bad - 1].file


def remove_leftovers(folder: Path) -> None:
    """Remove the copies of the prototype in `folder` that killed updates left behind."""
    for leftover in Path(tempfile.gettempdir()).glob(f"{_prefix(folder)}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _prefix(folder: Path) -> str:
    return f"protokit-rehearsal-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}-"


@contextmanager
def open_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Copy the prototype in `folder`, with its knowledge and index, for as long as the block lasts.

    Only one at a time: a copy that a killed update left behind is removed first.
    """
    from vectorstore import KnowledgeBase

    remove_leftovers(folder)
    with tempfile.TemporaryDirectory(prefix=_prefix(folder)) as aside:
        copy = Path(aside, folder.name)
        shutil.copytree(folder, copy, symlinks=True, ignore=_left_out(folder))
        KnowledgeBase.copy_to(folder / INDEX, copy / INDEX)  # spares the copy reading everything again
        yield Sandbox(copy)


def _left_out(folder: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(place: str, names: list[str]) -> set[str]:
        here = Path(place)
        out = {name for name in names if name in _NOT_ITS_OWN or _is_special(here / name)}
        if here == folder:
            out.add(_KEYS)
        return set(names) if here == folder / OURS else out

    return ignored


def _is_special(path: Path) -> bool:
    """Whether it is a socket, a pipe or a device, which cannot be copied."""
    mode = path.lstat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _go_offline(path: Path) -> None:
    """Let the page answer without a model: what it says then is the same every time, and costs nothing."""
    with suppress(ProtokitError):  # a broken file is for the tests to find
        path.write_bytes(migrated(path.read_bytes(), {"model": "offline"}))


def _write(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
