"""One hosted prototype through its life: asleep, starting, awake, broken and tried again, stopped."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from protokit.hub.hosting.capacity import HostingCapacity
from protokit.hub.hosting.egress import Egress
from protokit.hub.hosting.launcher import Launcher, Running
from protokit.hub.hosting.logs import Log
from protokit.hub.hosting.resource_limits import ResourceLimits
from protokit.hub.hosting.reverse_proxy import Upstream
from protokit.hub.hosting.run_folders import RunFolders, remove
from protokit.hub.worker.sandbox_policy import SandboxPolicy
from protokit.hub.worker.worker_config import WorkerConfig
from protokit.hub.worker.worker_main import ALIVE, READY

HostingState = Literal["asleep", "starting", "awake", "broken", "stopped"]
STEADY = 60.0
"""Seconds awake after which earlier failures are forgotten."""
TIMEOUT_S = 5.0
"""Seconds a process gets to end by itself."""


@dataclass(frozen=True, slots=True)
class HostingStatus:
    """How a prototype is: `since` in seconds UTC, `memory` in bytes, `problem` one line for its owner."""

    state: HostingState
    since: float
    memory: int
    restarts: int
    problem: str


@dataclass(frozen=True, slots=True)
class House:
    """What all prototypes of a Hub share."""

    rooms: RunFolders
    launcher: Launcher
    limits: ResourceLimits
    berths: HostingCapacity
    sandbox: SandboxPolicy


class Failed(Exception):
    """A process that did not come up, or did not stay; the message is for the owner."""


class PrototypeProcess:
    """The prototype `slug` in `folder`. One task brings it up and keeps it up until it is cancelled or gives up."""

    def __init__(self, slug: str, folder: Path, log: Log, house: House) -> None:
        self.slug, self.folder, self.log = slug, folder, log
        self._house, self._limits = house, house.limits
        self.state: HostingState = "asleep"
        self.since = time.time()
        self.memory, self.restarts, self.problem = 0, 0, ""
        self.touched = time.monotonic()
        self.upstream: Upstream | None = None
        self.running: Running | None = None
        self.room: Path | None = None
        self._egress: Egress | None = None
        self._living: asyncio.Task[None] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._turned = asyncio.Event()
        self._retired = False

    @property
    def status(self) -> HostingStatus:
        return HostingStatus(self.state, self.since, self.memory, self.restarts, self.problem)

    def touch(self) -> None:
        """Somebody is using it."""
        self.touched = time.monotonic()

    def wake(self) -> None:
        """Bring it up, if it sleeps or was given up; the owner's stop stands."""
        if self.state != "stopped":
            self.start()

    def start(self) -> None:
        """Bring it up, whatever its state, unless somebody is about it already, or it has left for good."""
        if not self._retired and (self._living is None or self._living.done()):
            self.touch()
            self._turn("starting", "woken")
            self._living = asyncio.create_task(self._live(self._leaving))

    async def ready(self, timeout: float) -> bool:
        """Whether it is awake within `timeout` seconds; at once when it will not be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.state == "starting":
                    await self._turned.wait()
        return self.state == "awake"

    async def end(self, state: HostingState, why: str) -> None:
        """Be in `state` from now on; returns when the process has gone."""
        if self._living and not self._living.done():
            self._living.cancel()
            self._leaving = self._living
        self._living = None
        if self.state != state:
            self.problem = ""
            self._turn(state, why)
        if self._leaving:
            await asyncio.wait([self._leaving])

    async def leave(self, why: str) -> None:
        """End its process for good: nobody starts it any more, who is just about it neither."""
        self._retired = True
        await self.end(self.state if self.state in ("asleep", "stopped") else "asleep", why)

    async def make_room(self) -> None:
        """Sleep, for another to wake."""
        await self.end("asleep", "made room for another")

    def fail(self, problem: str) -> None:
        """End the process for `problem`; it is tried again like after any other failure."""
        self.problem = problem
        if self.running:
            self.running.kill()

    async def check(self) -> None:
        """Fail it if it leaves a plain question unanswered for too long."""
        running, upstream, began = self.running, self.upstream, time.monotonic()
        if self.state != "awake" or upstream is None:
            return
        answered = await upstream.ask(ALIVE, self._limits.hang_seconds) is not None
        waited = time.monotonic() - began >= self._limits.hang_seconds
        if waited and not answered and running is self.running:
            self.fail(f"it did not answer for {self._limits.hang_seconds:.0f} s")

    async def _live(self, before: "asyncio.Task[None] | None") -> None:
        await _gone(before)
        failures = 0
        while failures < self._limits.attempts:
            if failures:
                await asyncio.sleep(self._pause(failures))
                self.restarts += 1
                self._turn("starting", "restarted")
            began = time.monotonic()
            try:
                await self._once()
            except Failed as failed:
                self.problem = str(failed)
            failures = 1 if time.monotonic() - began > STEADY else failures + 1
            self._turn("broken", self.problem)

    def _pause(self, failures: int) -> float:
        return min(self._limits.first_pause * 2.0 ** (failures - 1), self._limits.longest_pause)

    async def _once(self) -> None:
        """One process from its start to its end, which is always a failure: a wanted end cancels this."""
        self.problem = ""
        order: WorkerConfig | None = None
        try:
            await self._house.berths.take(self)
            order = await asyncio.to_thread(self._order, self._house.rooms.new())
            self.room = Path(order.room)
            self._egress = self._open_egress(order)
            self.running = await self._house.launcher.launch(order)
            await self._come_up(order, self.running)
            self._turn("awake", "its page can be opened")
            raise Failed(self._ended(await asyncio.shield(self.running.ended)))
        except OSError as error:
            raise Failed(f"its process did not start: {error}") from None
        finally:
            await self._clear(order)
            self._house.berths.leave(self)

    def _order(self, room: Path) -> WorkerConfig:
        loopback = self._house.launcher.loopback
        order = WorkerConfig(
            slug=self.slug,
            folder=str(self.folder.resolve()),
            base_path=f"/p/{self.slug}/app",
            log=str(self.log.path.resolve()),
            room=str(room),
            door=str(room / ("port" if loopback else "door")),
            loopback=loopback,
            memory=self._limits.memory,
        )
        return self._house.sandbox.enter(order)

    def _open_egress(self, order: WorkerConfig) -> Egress | None:
        if not order.channel:
            return None
        servers = self._house.sandbox.servers_of(self.slug, self.folder)
        egress = Egress(Path(order.channel), servers, self.log.note)
        egress.start()
        return egress

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[WorkerConfig]:
        """The order for one more process that runs its code and serves nobody, in the same sandbox."""
        order = await asyncio.to_thread(self._order, self._house.rooms.new())
        egress = self._open_egress(order)
        try:
            yield order
        finally:
            if egress:
                await egress.close()
            await asyncio.to_thread(remove, Path(order.room))

    async def _come_up(self, order: WorkerConfig, running: Running) -> None:
        """Wait until the prototype can show its page."""
        until = time.monotonic() + self._limits.start_seconds
        while time.monotonic() < until:
            if running.ended.done():
                raise Failed(self._ended(running.ended.result()))
            if self.upstream is None and (address := order.listening()):
                self.upstream = Upstream(address, order.key)
            status = await self.upstream.ask(READY, until - time.monotonic()) if self.upstream else None
            if status == 200:
                return
            if status is not None:
                raise Failed(f"app.py failed: {self.log.last_words()}")
            await asyncio.sleep(0.03)
        raise Failed(f"it did not show a page within {self._limits.start_seconds:.0f} s")

    def _ended(self, status: int) -> str:
        how = f"was killed by signal {-status}" if status < 0 else f"ended by itself (exit {status})"
        last = self.log.last_words()
        return self.problem or (f"app.py {how}: {last}" if last else f"app.py {how}")

    async def _clear(self, order: WorkerConfig | None) -> None:
        running, upstream, egress = self.running, self.upstream, self._egress
        self.running = self.upstream = self._egress = None
        self.memory = 0
        if upstream:
            await upstream.close()
        if running:
            await running.stop(TIMEOUT_S)
        if egress:
            await egress.close()
        if order:
            await asyncio.to_thread(remove, Path(order.room))

    def _turn(self, state: HostingState, why: str) -> None:
        self.state, self.since = state, time.time()
        self.log.note(f"{state}: {why}")
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()


async def _gone(task: "asyncio.Task[None] | None") -> None:
    """Return when `task` has ended, even if nobody wants to wait any more: its process holds the folder."""
    if task is None:
        return
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
