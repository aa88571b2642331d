"""Looks for keys in what is about to leave: those of .env, and whatever has the shape of one."""

import re
from collections.abc import Iterable
from pathlib import Path

from dotenv import dotenv_values

from protokit.errors import FolderProblem

_SHAPES = re.compile(
    rb"sk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}"
    rb"|AIza[0-9A-Za-z_-]{35}|xox[abpr]-[0-9A-Za-z-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_SHORTEST = 8
"""Characters from which on a value of .env counts as a secret, unless it is an address."""


def refuse_keys(folder: Path, files: Iterable[Path]) -> None:
    """Raise FolderProblem, naming file and line, where one of `files` (paths inside `folder`) holds a key."""
    known = _known(folder)
    for inside in files:
        content = (folder / inside).read_bytes()
        held = [value for value in known if value in content]
        shaped = _SHAPES.search(content)
        if held or shaped:
            at = content.index(held[0]) if held else shaped.start() if shaped else 0
            line = content.count(b"\n", 0, at) + 1
            raise FolderProblem(
                "holds what looks like a key, so nothing was exported",
                where=f"{inside.as_posix()}, line {line}",
                fix="Move it to .env, which never leaves, and read it from the environment.",
            )


def _known(folder: Path) -> list[bytes]:
    """The values of .env that are worth hiding."""
    path = folder / ".env"
    values = dotenv_values(path).values() if path.is_file() else ()
    return [v.encode() for v in values if v and len(v) >= _SHORTEST and "://" not in v and ":" not in v]
