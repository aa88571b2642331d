"""A command in a real terminal: what it shows is read as it comes, and keys are typed once they are asked for."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.terminal import COMMAND, environment

INTERRUPT = "\x03"
"""Ctrl-C."""
PATIENCE = 120
"""Seconds until what is waited for counts as never coming."""


class Terminal:
    """`protokit WORDS` in `cwd`, with a pseudo-terminal for all three streams."""

    def __init__(self, *words: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self._ours, theirs = pty.openpty()
        self.shown = ""
        """All that was shown so far, without carriage returns."""
        self._read_to = 0
        self._child = subprocess.Popen(
            [*COMMAND, *map(str, words)],
            cwd=cwd,
            env=environment(TERM="dumb", **(env or {})),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        os.close(self._ours)

    def until(self, words: str) -> str:
        """Wait until `words` are shown, after what was waited for before; return what was shown up to there."""
        ends = time.monotonic() + PATIENCE
        while (at := self.shown.find(words, self._read_to)) < 0:
            if not self._more(ends - time.monotonic()):
                raise AssertionError(f"{words!r} was never shown, but: {self.shown[self._read_to :]}")
        told, self._read_to = self.shown[self._read_to : at], at + len(words)
        return told

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def ended(self, again: str = "") -> int:
        """Wait until the command ends, typing `again` each second, and return its exit code."""
        ends = time.monotonic() + PATIENCE
        while self._child.poll() is None and time.monotonic() < ends:
            if not self._more(1):
                self.type(again)
        while self._more(0):
            pass
        return self._child.wait(0)

    def _more(self, seconds: float) -> bool:
        """Read what comes next; False when nothing will."""
        ready, _, _ = select.select([self._ours], [], [], max(seconds, 0))
        try:
            read = os.read(self._ours, 4096) if ready else b""
        except OSError:  # Linux says so when the other side has closed
            return False
        self.shown += read.decode(errors="replace").replace("\r", "")
        return bool(read)


def _take_terminal() -> None:
    """Make stdin the terminal of the new session, so that Ctrl-C typed there interrupts."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def typed(keys: Sequence[tuple[str, str]], *words: str | Path, cwd: Path) -> tuple[int, str]:
    """Run a command, type each key once its question is shown; return exit code and all that was shown."""
    again = ""
    with Terminal(*words, cwd=cwd) as terminal:
        for question, answer in keys:
            terminal.until(question)
            terminal.type(answer)
            # Python does not hear one that comes between its question and its reading; a person types it again.
            again = INTERRUPT if answer == INTERRUPT else ""
        return terminal.ended(again), terminal.shown
