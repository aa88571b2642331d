"""Two ways to start a prototype's process: forked from the zygote (Linux), or fresh (anywhere)."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from protokit.hub.hosting.process_tree import KILL, ProcessTree, send_to_group
from protokit.hub.worker.worker_config import WorkerConfig
from protokit.hub.worker.worker_main import clean_environment

_DYING = 10.0
"""Seconds that a killed process may take to be gone."""


class Running:
    """A prototype's process; `ended` becomes its exit status, negative for the signal that killed it."""

    def __init__(self, pid: int, send: Callable[[signal.Signals], None]) -> None:
        """`send` signals the process and what it has started; to one that has ended it does nothing."""
        self.pid, self._send = pid, send
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def stop(self, patience: float) -> None:
        """End the process and what it has started: asked first, killed after `patience` seconds."""
        if self.ended.done():
            return
        self._send(signal.SIGTERM)
        await asyncio.wait([self.ended], timeout=patience)
        self.kill()
        await asyncio.wait([self.ended], timeout=_DYING)

    def kill(self) -> None:
        """End the process and what it has started at once."""
        if not self.ended.done():
            self._send(KILL)


class Launcher(Protocol):
    """Starts processes, and leaves none behind."""

    loopback: bool

    async def start(self) -> None: ...
    async def launch(self, order: WorkerConfig) -> Running: ...
    async def stop(self) -> None: ...


class Forks:
    """Forks from a zygote, held by a keeper that is started when it is needed and again when it has died."""

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
            keeper = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "protokit.hub.worker.process_keeper", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._listening = asyncio.create_task(self._listen(reader, keeper))

    async def launch(self, order: WorkerConfig) -> Running:
        await self.start()
        started: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
        self._started.append(started)
        self._tell({"start": asdict(order)})
        try:
            return await asyncio.shield(started)
        except asyncio.CancelledError:  # nobody waits for it any more
            await asyncio.wait([started])
            if not started.exception():
                started.result().kill()
                await asyncio.wait([started.result().ended], timeout=_DYING)
            raise

    def _tell(self, what: dict[str, Any]) -> None:
        if self._writer:
            self._writer.write(json.dumps(what).encode() + b"\n")

    async def _listen(self, reader: asyncio.StreamReader, keeper: asyncio.subprocess.Process) -> None:
        with suppress(ConnectionError):  # a keeper that has left something unread resets
            while line := await reader.readline():
                self._hear(json.loads(line))
        await keeper.wait()
        await self._forget()

    def _hear(self, event: dict[str, Any]) -> None:
        if "started" in event:
            self._begin(event["started"])
        elif "failed" in event:
            self._started.pop(0).set_exception(ChildProcessError(event["failed"]))
        else:
            self._running.pop(event["ended"]).ended.set_result(event["status"])

    def _begin(self, pid: int) -> None:
        running = Running(pid, lambda number: self._tell({"signal": int(number), "pid": pid}))
        self._running[pid] = running
        self._started.pop(0).set_result(running)

    async def _forget(self) -> None:
        """The keeper has ended, and with it the system has ended all that it kept."""
        writer, self._writer = self._writer, None
        waiting, running = self._started, list(self._running.values())
        self._started, self._running = [], {}
        for started in waiting:
            started.set_exception(ChildProcessError("the process that holds the prototypes has ended"))
        for one in running:
            send_to_group(one.pid, KILL)  # whatever of its group is left
            one.ended.set_result(-KILL)
        if writer:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def stop(self) -> None:
        if self._writer and self._listening:
            self._writer.close()  # which ends the keeper, and that all it keeps
            await self._listening


class Fresh:
    """A new interpreter for each, behind a port of the loopback; slower to start, and works everywhere."""

    loopback = True

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing is needed beforehand."""

    async def launch(self, order: WorkerConfig) -> Running:
        with Path(order.log).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "protokit.hub.worker.worker_main"),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,
            )
        assert process.stdin
        process.stdin.write(order.line().encode() + b"\n")  # left open: its end tells that the Hub has ended
        tree = ProcessTree(process.pid)
        running = Running(process.pid, tree.send)
        task = asyncio.create_task(self._wait(process, running, tree))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return running

    async def _wait(self, process: asyncio.subprocess.Process, running: Running, tree: ProcessTree) -> None:
        """Hold `process` until it ends: with it goes the pipe whose end would end the prototype."""
        status = await process.wait()
        send_to_group(process.pid, KILL)  # whatever of its group is left
        tree.kill()
        running.ended.set_result(status)

    async def stop(self) -> None:
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=10)


def default_launcher() -> Launcher:
    """Forks where the system can, else fresh processes."""
    return Forks() if sys.platform == "linux" else Fresh()


def _environment() -> dict[str, str]:
    """So that the process finds the same packages as this one."""
    home = str(Path(__file__).resolve().parents[3])
    return clean_environment() | {"PYTHONPATH": os.pathsep.join([home, *filter(None, sys.path)])}
