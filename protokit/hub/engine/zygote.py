"""A process that has everything imported already, and forks a prototype's process off itself within milliseconds.

    python -m protokit.hub.engine.zygote FD      FD: a unix stream socket. In: one order a line. Out, a line each:
    {"started": PID} in the order of the orders, {"ended": PID, "status": EXIT} (negative: the signal that killed it).

It starts no thread, since a fork copies none, and ends with all its forks as soon as the socket is closed.
"""

import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from protokit.hub.engine import child
from protokit.hub.engine.orders import Order
from protokit.hub.engine.warming import warm_up

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def main(orders: socket.socket) -> None:
    """Warm up, then fork for each order until the Hub closes the socket."""
    warm_up()
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    gc.collect()
    gc.freeze()  # collections in a fork leave these pages alone, and so shared
    Zygote(orders, prctl).run()


class Zygote:
    """Forks, reaps, and at the end takes all its forks along."""

    def __init__(self, orders: socket.socket, prctl: "ctypes._NamedFuncPointer") -> None:
        self.orders, self.prctl = orders, prctl
        self.running: set[int] = set()
        self.woken, self.wakes = os.pipe()

    def run(self) -> None:
        os.set_blocking(self.woken, False)
        os.set_blocking(self.wakes, False)
        signal.set_wakeup_fd(self.wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the Hub's to handle
        lines = self.orders.makefile("rb", buffering=0)
        try:
            while True:
                ready, _, _ = select.select([self.orders.fileno(), self.woken], [], [])
                if self.woken in ready:
                    os.read(self.woken, 1024)
                    self._reap()
                if self.orders.fileno() in ready:
                    line = lines.readline()
                    if not line:
                        return
                    self._tell({"started": self._fork(Order.read(line.decode()))})
        finally:
            self._end_all()

    def _fork(self, order: Order) -> int:
        pid = os.fork()
        if pid:
            self.running.add(pid)
            return pid
        return self._become(order)

    def _become(self, order: Order) -> NoReturn:
        """In the fork: be the prototype, and never come back."""
        status = 1
        try:
            os.setsid()
            self.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            self.prctl(_PR_SET_CHILD_SUBREAPER, 1)  # what it starts stays below it, however it is started
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            for descriptor in (self.woken, self.wakes, self.orders.detach()):
                os.close(descriptor)
            child.run(order)
            status = 0
        except SystemExit as end:
            if isinstance(end.code, str):
                sys.stderr.write(f"{end.code}\n")
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status & 0xFF)

    def _reap(self) -> None:
        """Tell of those that ended, and end what they left behind: as subreaper, this process inherits it."""
        ended = dict(_ended_children())
        for pid, status in ended.items():
            if pid in self.running:
                self.running.discard(pid)
                _kill_group(pid)
                self._tell({"ended": pid, "status": status})
        if ended:
            self._kill_left()

    def _kill_left(self) -> None:
        """End the children that are no prototypes: each prototype keeps its own, so theirs have ended."""
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        with suppress(OSError):
            for pid in map(int, children.read_text(encoding="ascii").split()):
                if pid not in self.running:
                    os.kill(pid, signal.SIGKILL)

    def _end_all(self) -> None:
        """End every prototype and whatever comes to light below it."""
        for pid in self.running:
            _kill_group(pid)
        self.running.clear()
        with suppress(ChildProcessError):
            while True:
                self._kill_left()
                os.waitpid(-1, 0)

    def _tell(self, what: dict[str, int]) -> None:
        with suppress(OSError):  # a Hub that has ended; the next read says so
            self.orders.sendall(json.dumps(what).encode() + b"\n")


def _ended_children() -> Iterator[tuple[int, int]]:
    """Process id and exit status of each child that has ended since."""
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found[0], os.waitstatus_to_exitcode(found[1])


def _kill_group(pid: int) -> None:
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
