"""Two ways to start a prototype's process: forked from the zygote (Linux), or fresh (anywhere)."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from protokit.hub.engine.child import clean_environment
from protokit.hub.engine.orders import Order


class Running:
    """A prototype's process; `ended` becomes its exit status, negative for the signal that killed it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def stop(self, patience: float) -> None:
        """End the process and all in its group: asked first, killed after `patience` seconds."""
        self._send(signal.SIGTERM)
        await asyncio.wait([self.ended], timeout=patience)
        self.kill()
        await asyncio.wait([self.ended], timeout=10)

    def kill(self) -> None:
        """End the process and all in its group at once."""
        self._send(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _send(self, number: int) -> None:
        if self.ended.done():
            return
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)


class Launcher(Protocol):
    """Starts processes, and leaves none behind."""

    loopback: bool

    async def start(self) -> None: ...
    async def launch(self, order: Order) -> Running: ...
    async def stop(self) -> None: ...


class Forks:
    """Forks from a zygote, which is started when it is needed and again when it has died."""

    loopback = False

    def __init__(self) -> None:
        self._running: dict[int, Running] = {}
        self._started: list[asyncio.Future[Running]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        async with self._starting:
            if self._writer is None:
                await self._start()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            zygote = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "protokit.hub.engine.zygote", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._listening = asyncio.create_task(self._listen(reader, zygote))

    async def launch(self, order: Order) -> Running:
        await self.start()
        assert self._writer
        started: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
        self._started.append(started)
        self._writer.write(order.line().encode() + b"\n")
        try:
            return await asyncio.shield(started)
        except asyncio.CancelledError:
            started.add_done_callback(_kill)  # nobody waits for it any more
            raise

    async def _listen(self, reader: asyncio.StreamReader, zygote: asyncio.subprocess.Process) -> None:
        while line := await reader.readline():
            told = json.loads(line)
            if "started" in told:
                running = Running(told["started"])
                self._running[running.pid] = running
                self._started.pop(0).set_result(running)
            else:
                self._running.pop(told["ended"]).ended.set_result(told["status"])
        await zygote.wait()
        await self._forget()

    async def _forget(self) -> None:
        """The zygote has ended, and its forks with it."""
        writer, self._writer = self._writer, None
        waiting, running = self._started, list(self._running.values())
        self._started, self._running = [], {}
        for started in waiting:
            started.set_exception(ChildProcessError("the process that starts prototypes has ended"))
        for one in running:
            one.kill()  # whatever of its group is left
            one.ended.set_result(-signal.SIGKILL)
        if writer:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def stop(self) -> None:
        if self._writer and self._listening:
            self._writer.close()  # which ends the zygote, and that its forks
            await self._listening


class Fresh:
    """A new interpreter for each, behind a port of the loopback; slower to start, and works everywhere."""

    loopback = True

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing is needed beforehand."""

    async def launch(self, order: Order) -> Running:
        with Path(order.log).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "protokit.hub.engine.child"),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,
            )
        assert process.stdin
        process.stdin.write(order.line().encode() + b"\n")  # left open: its end tells that the Hub has ended
        running = Running(process.pid)
        task = asyncio.create_task(self._wait(process, running))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return running

    async def _wait(self, process: asyncio.subprocess.Process, running: Running) -> None:
        """Hold `process` until it ends: with it goes the pipe whose end would end the prototype."""
        status = await process.wait()
        running.kill()  # whatever of its group is left
        running.ended.set_result(status)

    async def stop(self) -> None:
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=10)


def _kill(started: "asyncio.Future[Running]") -> None:
    if not started.cancelled() and not started.exception():
        started.result().kill()


def default_launcher() -> Launcher:
    """Forks where the system can, else fresh processes."""
    return Forks() if sys.platform == "linux" else Fresh()


def _environment() -> dict[str, str]:
    """So that the process finds the same packages as this one."""
    home = str(Path(__file__).resolve().parents[3])
    return clean_environment() | {"PYTHONPATH": os.pathsep.join([home, *filter(None, sys.path)])}
