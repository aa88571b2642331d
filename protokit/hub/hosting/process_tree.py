"""Signals a process with all that descends from it, where no keeper holds them together."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class ProcessTree:
    """A process and its descendants, where the system does not keep them together."""

    def __init__(self, pid: int) -> None:
        import psutil

        self._root: psutil.Process | None = None
        self._family: list[psutil.Process] = []
        with suppress(psutil.Error):
            self._root = psutil.Process(pid)  # which knows it from a later one of the same number

    def send(self, number: signal.Signals) -> None:
        """Ask the root to end, or kill all: stopped first, so that none starts another meanwhile."""
        import psutil

        if number == KILL:
            while self._look(_suspend):
                pass
            self.kill()
        else:
            self._look(lambda _: None)
            with suppress(psutil.Error):
                if self._root:
                    self._root.terminate()

    def _look(self, act: Callable[["psutil.Process"], None]) -> bool:
        """Take in who has come, and `act` on them; whether there were any."""
        import psutil

        new: list[psutil.Process] = []
        with suppress(psutil.Error):
            if self._root:
                family = [self._root, *self._root.children(recursive=True)]
                new = [one for one in family if one not in self._family]
        for one in new:
            act(one)
        self._family += new
        return bool(new)

    def kill(self) -> None:
        """Kill those that were seen last."""
        import psutil

        for one in self._family:
            with suppress(psutil.Error):
                one.kill()


def _suspend(process: "psutil.Process") -> None:
    import psutil

    with suppress(psutil.Error):
        process.suspend()


def send_to_group(pid: int, number: signal.Signals) -> None:
    """Signal the group of `pid`, where the system has groups and this one lives."""
    with suppress(AttributeError, OSError):
        os.killpg(pid, number)
