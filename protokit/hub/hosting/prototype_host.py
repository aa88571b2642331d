"""Hosts prototypes: wakes each in a process of its own, keeps it within its limits, and carries its traffic."""

import asyncio
import re
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from protokit.hub.hosting.capacity import HostingCapacity
from protokit.hub.hosting.launcher import Launcher, default_launcher
from protokit.hub.hosting.logs import Log
from protokit.hub.hosting.resource_limits import MIB, MOST_FILES, Family, ResourceLimits, disk_use, families
from protokit.hub.hosting.reverse_proxy import Unreachable
from protokit.hub.hosting.run_folders import RunFolders
from protokit.hub.hosting.supervisor import HostingStatus, House, PrototypeProcess
from protokit.hub.worker.sandbox_policy import SandboxPolicy
from protokit.hub.worker.worker_config import WorkerConfig

_ADDRESS = re.compile(r"/p/(?P<slug>[^/]+)/app(?:/|$)")
_HEARTBEAT = re.compile(r"/gradio_api/heartbeat/[^/]*$")
_BACKGROUND = re.compile(r"/_stcore/(health|host-config|script-health-check)$")
"""What an open page asks for by itself; it is no sign of a visitor."""
_COUNTED = 15
"""Every how many seconds memory and disk are counted exactly, though they need not be over their bounds."""
_FALL = 256 * MIB
"""When so much less of the disk is free, it is looked at once who took it."""

Page = Callable[[str, HostingStatus], Any]
"""From a slug and its status to an ASGI response."""


class Hosting:
    """The prototypes of one Hub, by slug; an ASGI application for `/p/<slug>/app` and below."""

    def __init__(
        self,
        run_folder: Path,
        log_folder: Path,
        limits: ResourceLimits | None = None,
        *,
        unavailable: Page | None = None,
        launcher: Launcher | None = None,
        sandbox: SandboxPolicy | None = None,
    ) -> None:
        """`unavailable` makes the page for a visitor whose prototype is not awake."""
        self.limits = limits or ResourceLimits()
        self.sandbox = sandbox or SandboxPolicy()
        self._log_folder = log_folder
        log_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._unavailable = unavailable or plain_page
        launcher = launcher or default_launcher()
        berths = HostingCapacity(self.limits.awake, self.limits.rest_seconds)
        self._house = House(RunFolders(run_folder), launcher, self.limits, berths, self.sandbox)
        self._children: dict[str, PrototypeProcess] = {}
        self._watching: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Get ready to wake prototypes."""
        if self._watching:
            return
        await asyncio.to_thread(self._house.rooms.open)
        await self._house.launcher.start()
        self._watching = [asyncio.create_task(watch()) for watch in (self._watch_use, self._watch_answers)]

    async def stop(self) -> None:
        """End every prototype's process, and wait until all have gone."""
        for watching in self._watching:
            watching.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        self._watching = []
        await asyncio.gather(*(child.leave("the Hub stops") for child in self._children.values()))
        await self._house.launcher.stop()
        await asyncio.to_thread(self._house.rooms.close)

    def add(self, slug: str, folder: Path) -> None:
        """Host the prototype in `folder` from now on, asleep at first."""
        if slug not in self._children:
            log = Log(self._log_folder / f"{slug}.log", self.limits.log_bytes)
            self._children[slug] = PrototypeProcess(slug, folder, log, self._house)

    async def remove(self, slug: str) -> None:
        """Stop hosting it; its folder stays."""
        if child := self._children.pop(slug, None):
            await child.leave("removed")

    async def wake(self, slug: str) -> None:
        """Bring it up unless it is up, or its owner stopped it; returns at once."""
        self._children[slug].wake()

    async def ready(self, slug: str, timeout: float) -> bool:
        """Whether it is awake within `timeout` seconds."""
        return await self._children[slug].ready(timeout)

    async def restart(self, slug: str) -> None:
        """Bring it up anew, whatever its state: with its folder as it is now."""
        child = self._children[slug]
        await child.end("asleep", "restarted by its owner")
        child.start()

    def apart(self, slug: str) -> AbstractAsyncContextManager[WorkerConfig]:
        """What a process has to know that runs the prototype's code beside it, within the same sandbox."""
        return self._children[slug].apart()

    async def put_to_sleep(self, slug: str) -> None:
        """Stop its process; the next visit wakes it."""
        await self._children[slug].end("asleep", "put to sleep")

    async def halt(self, slug: str) -> None:
        """Stop it until `restart`."""
        await self._children[slug].end("stopped", "stopped by its owner")

    def slugs(self) -> list[str]:
        """All that are hosted, in order."""
        return sorted(self._children)

    def status(self, slug: str) -> HostingStatus:
        """How it is. Raises KeyError where nothing of that name is hosted."""
        return self._children[slug].status

    def log(self, slug: str, lines: int = 200) -> list[str]:
        """The last lines of what it printed, and of what was done with it."""
        return self._children[slug].log.tail(lines)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        child = self._addressed(scope)
        if scope["type"] == "websocket":
            await self._websocket(child, scope, receive, send)
        elif child is None:
            await _plain(404, scope, receive, send)
        elif _HEARTBEAT.search(scope["path"]):
            # Gradio keeps one such stream a tab; a browser opens six connections to a host, and then hangs.
            await _plain(204, scope, receive, send)
        else:
            await self._request(child, scope, receive, send)

    def _addressed(self, scope: Any) -> PrototypeProcess | None:
        """The prototype of this address; only its plainest spelling counts, so that no other is mistaken for it."""
        match = _ADDRESS.match(scope["path"])
        spelled = match and scope.get("raw_path", b"").startswith(match[0].encode())
        return self._children.get(match["slug"]) if match and spelled else None

    async def _request(self, child: PrototypeProcess, scope: Any, receive: Any, send: Any) -> None:
        navigation = _is_navigation(scope)
        if child.state == "awake" and child.upstream:
            if navigation or not _BACKGROUND.search(scope["path"]):
                child.touch()
            with suppress(Unreachable):
                await child.upstream.carry_request(scope, receive, send)
                return
        if not navigation:
            await _plain(503, scope, receive, send)
            return
        child.wake()
        seen = child.status
        if seen.state == "awake":  # its process has just ended, which is noticed any moment
            seen = replace(seen, state="starting")
        await self._unavailable(child.slug, seen)(scope, receive, send)

    async def _websocket(self, child: PrototypeProcess | None, scope: Any, receive: Any, send: Any) -> None:
        if child and child.state == "awake" and child.upstream:
            await child.upstream.carry_websocket(scope, receive, send, child.touch)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1013})

    async def _watch_use(self) -> None:
        """Every second: put those to sleep that nobody uses, end those that hold more than they may."""
        free = shutil.disk_usage(self._log_folder).free
        for second in count():
            await asyncio.sleep(1)
            left = shutil.disk_usage(self._log_folder).free
            counted = second % _COUNTED == 0 or left < free - _FALL
            free = left if counted else free
            now = time.monotonic()
            for child in list(self._children.values()):
                if child.state == "awake" and now - child.touched > self.limits.idle_seconds:
                    await child.end("asleep", "nobody used it")
            up = {child.running.pid: child for child in self._children.values() if child.running}
            use = await asyncio.to_thread(families, up)
            for pid, family in use.items():
                await asyncio.to_thread(self._hold_bounds, up[pid], family, counted)

    def _hold_bounds(self, child: PrototypeProcess, family: Family, counted: bool) -> None:
        child.log.trim()
        if counted and child.room and disk_use(child.folder, child.room) > self.limits.disk:
            child.fail(f"it filled more than {self.limits.disk >> 20} MB of disk, or {MOST_FILES:,} files")
        own = family.own() if counted or family.resident() > self.limits.memory else 0
        child.memory = own or child.memory
        if own > self.limits.memory:
            child.fail(f"it took more than {self.limits.memory >> 20} MB of memory")
        elif len(family.members) > self.limits.processes:
            child.fail(f"it started more than {self.limits.processes} processes")

    async def _watch_answers(self) -> None:
        """End those that hang."""
        while True:
            await asyncio.sleep(min(10.0, self.limits.hang_seconds))
            await asyncio.gather(*(child.check() for child in self._children.values()))


def plain_page(slug: str, status: HostingStatus) -> Any:
    """A page without any style, for a prototype that is not awake."""
    from starlette.responses import HTMLResponse

    waking = status.state in ("asleep", "starting")
    words = "Waking up&hellip;" if waking else "This prototype is not available right now."
    page = f'<!doctype html><html lang="en"><meta http-equiv="refresh" content="1"><title>{words}</title><p>{words}'
    return HTMLResponse(page, status_code=503, headers={"Retry-After": "1", "Cache-Control": "no-store"})


async def _plain(status: int, scope: Any, receive: Any, send: Any) -> None:
    from starlette.responses import Response

    await Response(status_code=status, headers={"Cache-Control": "no-store"})(scope, receive, send)


def _is_navigation(scope: Any) -> bool:
    """Whether a person opens a page, as opposed to a page that asks for something by itself."""
    headers = {name: value for name, value in scope["headers"] if name in (b"sec-fetch-mode", b"accept")}
    if scope["method"] != "GET":
        return False
    if mode := headers.get(b"sec-fetch-mode"):
        return bool(mode == b"navigate")
    return b"text/html" in headers.get(b"accept", b"")
