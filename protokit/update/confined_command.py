"""Becomes a command that may read and write a copy of a prototype and a folder of its own, and reach nothing else.

python -m protokit.update.confined_command FOLDER ROOM COMMAND...     where the system can hold it
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import protokit
from vectorstore.confinement.confine import Confinement, Unconfinable, confine, support

_CONFINED: ContextVar[bool] = ContextVar("confined", default=False)
_HOMES = (
    "HOME",
    "USERPROFILE",
    "XDG_CACHE_HOME",
    "VECTORSTORE_CACHE",
    "TMPDIR",
    "TEMP",
    "TMP",
    "GRADIO_TEMP_DIR",
)
_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "SYSTEMROOT",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
)


@contextmanager
def confinement_of_commands() -> Iterator[None]:
    """Within the block, what runs a prototype's code is held to its copy, without network, keys or the home folder."""
    token = _CONFINED.set(True)
    try:
        yield
    finally:
        _CONFINED.reset(token)


def can_confine() -> bool:
    """Whether this system can hold a command so."""
    can = support()
    return can.landlock > 0 and can.seccomp


def is_confined() -> bool:
    """Whether commands are held so now."""
    return _CONFINED.get() and can_confine()


def confined(command: list[str], folder: Path, room: Path) -> list[str]:
    """`command` held to `folder` and `room`, where that is wished and possible; else as it is."""
    if not is_confined():
        return command
    return [sys.executable, "-m", "protokit.update.confined_command", str(folder), str(room), *command]


def confined_environment(environment: dict[str, str], room: Path) -> dict[str, str]:
    """What a confined command gets to know of `environment`: the machine, never a key; its home is `room`."""
    if not _CONFINED.get():
        return environment
    passed = {name: environment[name] for name in _PASSED_ON if name in environment}
    return passed | dict.fromkeys(_HOMES, str(room))


def main(folder: Path, room: Path, command: list[str]) -> None:
    """Take away what the command does not need, and become it."""
    checkout = Path(protokit.__file__).parents[1]  # imports list it, where protokit is not among the packages
    try:
        confine(Confinement(read=(checkout,), write=(folder, room), private=(Path.home(),), sockets=True))
    except Unconfinable as problem:
        sys.exit(f"it cannot be confined: {problem}")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
