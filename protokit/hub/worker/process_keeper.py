"""Holds every prototype's process of a Hub as its child: starts them by the zygote, reaps them, leaves none behind.

    python -m protokit.hub.worker.process_keeper FD      FD: a unix stream socket to the Hub, a line of JSON each way.
    In:  {"start": ORDER}, {"signal": NUMBER, "pid": PID}
    Out: {"started": PID} or {"failed": WHY} in the order of the orders; {"ended": PID, "status": EXIT}, negative for
         the signal that killed it, when all that it had started has gone as well.

It is small, and lives beside the zygote, so that prototypes go on when that dies. Everything below it descends from
an order: as subreaper it inherits whatever a prototype leaves, a daemon with a session of its own too, and a child
that is neither zygote nor prototype is ended. Nobody else reaps here, so no number it signals can be another's.
It ends with all of them when the Hub closes the socket, which the system does for a Hub that was killed.
"""

import ctypes
import io
import json
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_FORK_SECONDS = 10.0
"""How long the zygote may take for a fork, which takes milliseconds, before it counts as hung."""
_LEAVING_SECONDS = 2.0
"""How long the end of a prototype is held back for what it left behind."""
_AGAIN = 0.02
"""Seconds until children that should go are looked for again."""


class Keeper:
    """Carries out the Hub's orders, one line each, until the Hub ends."""

    def __init__(self, hub: socket.socket) -> None:
        self.hub = hub
        self.running: set[int] = set()
        self.waiting: deque[str] = deque()
        """Orders for the zygote; the first is under way where `forking` says since when."""
        self.forking = 0.0
        self.early: dict[int, int] = {}
        """Who ended, with which status, before the zygote had told of them."""
        self.ended: dict[int, tuple[int, float]] = {}
        """Status and time of those whose end the Hub does not know yet."""
        self.zygote: Zygote | None = None
        self.woken, self.wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> None:
        """Serve until the Hub's end of the socket is closed, or SIGTERM."""
        signal.set_wakeup_fd(self.wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the Hub's to handle
        lines = self.hub.makefile("rb", buffering=0)
        try:
            self.zygote = Zygote()
            while True:
                ready = self._wait()
                if self.hub in ready:
                    line = _read(lines)
                    if not line:
                        return
                    self._obey(json.loads(line))
                if self.zygote and self.zygote.channel in ready:
                    self._hear(self.zygote.hear())
                self._reap()
                self._fork_next()
        finally:
            self._end_all()

    def _wait(self) -> list[Any]:
        busy = bool(self.ended or self.forking)
        sources: list[Any] = [self.hub, self.woken, *([self.zygote.channel] if self.zygote else [])]
        ready, _, _ = select.select(sources, [], [], _AGAIN if busy else None)
        if self.woken in ready:
            os.read(self.woken, 1024)
        return ready

    def _obey(self, order: dict[str, Any]) -> None:
        if "start" in order:
            self.waiting.append(json.dumps(order["start"]))
        elif order["pid"] in self.running:
            _send(order["pid"], order["signal"])

    def _fork_next(self) -> None:
        if self.waiting and self.zygote is None:
            self.zygote = Zygote()
        if self.forking and self.zygote and time.monotonic() - self.forking > _FORK_SECONDS:
            _send(self.zygote.pid, signal.SIGKILL)  # told of when it is reaped
        elif self.waiting and not self.forking and self.zygote and self.zygote.warm:
            self.zygote.order(self.waiting[0])
            self.forking = time.monotonic()

    def _hear(self, pid: int | None) -> None:
        """The zygote says that it is warm, or which process it made of the order under way."""
        if pid is None:
            return
        self.waiting.popleft()
        self.forking = 0.0
        if not pid:
            self._tell({"failed": "the system starts no more processes"})
            return
        self.running.add(pid)
        self._tell({"started": pid})
        if pid in self.early:
            self._bury(pid, self.early[pid])
        self.early.clear()

    def _reap(self) -> None:
        """Take in who ended, end what they left, and tell the Hub of those with nothing left."""
        for pid, status in _ended_children():
            if self.zygote and pid == self.zygote.pid:
                self._lose_zygote()
            elif pid in self.running:
                self._bury(pid, status)
            elif self.forking:
                self.early[pid] = status
        clean = self._kill_left() == 0
        for pid, (status, since) in list(self.ended.items()):
            if clean or time.monotonic() - since > _LEAVING_SECONDS:
                del self.ended[pid]
                self._tell({"ended": pid, "status": status})

    def _bury(self, pid: int, status: int) -> None:
        self.running.discard(pid)
        self.ended[pid] = (status, time.monotonic())

    def _lose_zygote(self) -> None:
        """Prototypes go on without it. One that never got warm takes all orders along; else the next one has them."""
        assert self.zygote
        warm = self.zygote.warm
        self.zygote.close()
        lost = 1 if warm and self.forking else 0 if warm else len(self.waiting)
        for _ in range(lost):
            self.waiting.popleft()
            self._tell({"failed": "the process that starts prototypes has ended"})
        self.forking = 0.0
        self.early.clear()
        self.zygote = Zygote() if warm else None

    def _kill_left(self) -> int:
        """End the children that are neither zygote nor prototype; returns how many there may be."""
        if self.forking:
            return 1  # one of them may be a prototype of which the zygote has not told yet
        own = self.running | ({self.zygote.pid} if self.zygote else set())
        orphans = [pid for pid in _children() if pid not in own]
        for pid in orphans:
            _send(pid, signal.SIGKILL)
        return len(orphans)

    def _end_all(self) -> None:
        """End every prototype, the zygote, and whatever comes to light below them."""
        self.forking = 0.0
        for pid in self.running:
            _send(pid, signal.SIGKILL)
        self.running.clear()
        if self.zygote:
            self.zygote.close()
            self.zygote = None
        with suppress(ChildProcessError):
            while True:
                self._kill_left()
                os.waitpid(-1, 0)

    def _tell(self, what: dict[str, Any]) -> None:
        with suppress(OSError):  # a Hub that has ended; the next read says so
            self.hub.sendall(json.dumps(what).encode() + b"\n")


class Zygote:
    """The process that forks, seen from here."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        theirs.set_inheritable(True)
        command = [sys.executable, "-P", "-m", "protokit.hub.worker.zygote", str(theirs.fileno())]
        with theirs:
            self.pid = os.posix_spawn(sys.executable, command, os.environ)
        self.warm = False
        self._lines = self.channel.makefile("rb", buffering=0)

    def order(self, line: str) -> None:
        """Ask for a prototype's process."""
        with suppress(OSError):  # it has ended, and will be reaped
            self.channel.sendall(line.encode() + b"\n")

    def hear(self) -> int | None:
        """What it says next: a new process's number, 0 where none could be made; None for anything else."""
        line = _read(self._lines)
        if not line:
            _send(self.pid, signal.SIGKILL)  # it has ended, or has nothing to say any more
            return None
        self.warm = True
        pid: int | None = json.loads(line).get("started")
        return pid

    def close(self) -> None:
        """Let go of it."""
        self._lines.close()
        self.channel.close()


def _read(lines: io.RawIOBase) -> bytes:
    """The next line; nothing when the other end has ended, which one that left something unread resets."""
    with suppress(ConnectionError):
        return lines.readline()
    return b""


def _children() -> list[int]:
    with suppress(OSError):
        return list(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()))
    return []


def _ended_children() -> Iterator[tuple[int, int]]:
    """Process id and exit status of each child that has ended since."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            yield ended[0], os.waitstatus_to_exitcode(ended[1])


def _send(pid: int, number: int) -> None:
    """Signal a child of this process, and its group where it has one."""
    for send in (os.kill, os.killpg):
        with suppress(OSError):
            send(pid, number)


def main(hub: socket.socket) -> None:
    """Keep prototypes for `hub`."""
    hub.set_inheritable(False)  # prototypes have no word with the Hub
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    Keeper(hub).run()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
