"""One hosted prototype through its life: asleep, starting, awake, broken and tried again, stopped."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from protokit.hub.child import READY
from protokit.hub.launching import Launcher, Running
from protokit.hub.limits import Limits
from protokit.hub.logs import Log
from protokit.hub.orders import Order
from protokit.hub.proxy import Upstream

State = Literal["asleep", "starting", "awake", "broken", "stopped"]
STEADY = 60.0
"""Seconds awake after which earlier failures are forgotten."""
PATIENCE = 5.0
"""Seconds a process gets to end by itself."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a prototype is: `since` in seconds UTC, `memory` in bytes, `problem` one line for its owner."""

    state: State
    since: float
    memory: int
    restarts: int
    problem: str


class Failed(Exception):
    """A process that did not come up, or did not stay; the message is for the owner."""


class Child:
    """The prototype `slug` in `folder`; one task at a time brings it up and keeps it there."""

    def __init__(
        self, slug: str, folder: Path, run_folder: Path, log: Log, launcher: Launcher, limits: Limits
    ):
        self.slug, self.folder, self.log = slug, folder, log
        self._run_folder, self._launcher, self._limits = run_folder, launcher, limits
        self.state: State = "asleep"
        self.since = time.time()
        self.memory, self.restarts, self.problem = 0, 0, ""
        self.touched = time.monotonic()
        self.upstream: Upstream | None = None
        self.running: Running | None = None
        self._task: asyncio.Task[None] | None = None
        self._turned = asyncio.Event()

    @property
    def status(self) -> Status:
        return Status(self.state, self.since, self.memory, self.restarts, self.problem)

    def touch(self) -> None:
        """Somebody is using it."""
        self.touched = time.monotonic()

    def wake(self) -> None:
        """Bring it up, if it sleeps or was given up; the owner's stop stands."""
        if self.state != "stopped" and (self._task is None or self._task.done()):
            self.touch()
            self._turn("starting", "woken")
            self._task = asyncio.create_task(self._live())

    async def ready(self, timeout: float) -> bool:
        """Whether it is awake within `timeout` seconds; at once when it will not be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.state == "starting":
                    await self._turned.wait()
        return self.state == "awake"

    async def end(self, state: State, why: str) -> None:
        """Stop the process and stay in `state`."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self.state != state:
            self.problem = ""
            self._turn(state, why)

    async def fail(self, problem: str) -> None:
        """End the process for `problem`; it is tried again like after any other failure."""
        self.problem = problem
        if self.running:
            self.running.kill()

    async def _live(self) -> None:
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
        """One process from its start to its end, which is always a failure: a wanted one is cancelled."""
        self.problem = ""
        order = self._order()
        try:
            self.running = await self._launcher.launch(order)
            self.upstream = await self._come_up(order, self.running)
            self._turn("awake", "its page can be opened")
            status = await asyncio.shield(self.running.ended)
            raise Failed(self.problem or _ended(status, self.log.last_words()))
        except OSError as error:
            raise Failed(f"its process did not start: {error}") from None
        finally:
            await self._clear(order)

    def _order(self) -> Order:
        door = self._run_folder / f"{self.slug}.{'port' if self._launcher.loopback else 'sock'}"
        door.unlink(missing_ok=True)
        return Order(
            slug=self.slug,
            folder=str(self.folder.resolve()),
            base_path=f"/p/{self.slug}/app",
            log=str(self.log.path.resolve()),
            door=str(door),
            loopback=self._launcher.loopback,
        )

    async def _come_up(self, order: Order, running: Running) -> Upstream:
        """Wait until the prototype can show its page."""
        until = time.monotonic() + self._limits.start_seconds
        upstream: Upstream | None = None
        while time.monotonic() < until:
            if running.ended.done():
                raise Failed(self.problem or _ended(running.ended.result(), self.log.last_words()))
            if upstream is None and (address := order.listening()):
                upstream = Upstream(address, order.key)
            status = await upstream.ask(READY, until - time.monotonic()) if upstream else None
            if upstream and status == 200:
                return upstream
            if status is not None:
                raise Failed(f"app.py failed: {self.log.last_words()}")
            await asyncio.sleep(0.03)
        raise Failed(f"it did not show a page within {self._limits.start_seconds:.0f} s")

    async def _clear(self, order: Order) -> None:
        running, upstream = self.running, self.upstream
        self.running = self.upstream = None
        self.memory = 0
        if upstream:
            await upstream.close()
        if running:
            await running.stop(PATIENCE)
        Path(order.door).unlink(missing_ok=True)

    def _turn(self, state: State, why: str) -> None:
        self.state, self.since = state, time.time()
        self.log.note(f"{state}: {why}")
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()


def _ended(status: int, last_words: str) -> str:
    how = f"was killed by signal {-status}" if status < 0 else f"ended by itself (exit {status})"
    return f"app.py {how}: {last_words}" if last_words else f"app.py {how}"
