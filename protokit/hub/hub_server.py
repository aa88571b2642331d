"""Runs the Hub behind a port until it is told to stop, or only long enough to check every prototype."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn
from filelock import FileLock, Timeout

from protokit.deploy.serving.connections import Bounds, Waiting, open_files
from protokit.deploy.serving.protocols import bounded
from protokit.errors import ProtokitError
from protokit.hub.app import assemble, open_hub
from protokit.hub.hosting.lan_address import lan_address
from protokit.hub.hosting.tunnel import tunnel_command
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.crowd import MOST_GUESTS, Crowd
from protokit.hub.security.routes import is_trusted

if TYPE_CHECKING:
    from protokit.evaluation.checks.check_result import Check

GRACE_SECONDS = 5
"""How long open pages may finish what they do when the Hub stops."""
_GUESTS_PER_ADDRESS = 256
"""A workshop behind one address fits; each open page takes one or two."""


def serve(
    settings: HubSettings,
    *,
    reset_passcode: bool = False,
    say: Callable[[str], None],
    announce: Callable[[str], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM. `announce` gets the address once it answers, `say` everything else."""
    if settings.tunnel:
        tunnel_command(settings.tunnel, settings.port)  # what cannot be run is told before anything starts
    with _alone(settings), _listening(settings) as sockets:
        hub = open_hub(settings)
        if reset_passcode:
            hub.store.set_passcode("")
            hub.store.note("passcode reset", "server")
        address = _address(settings)
        hub.public.tell = say
        if lack := hub.hosting.sandbox.lack:
            say(f"Prototypes run without a full sandbox: {lack}. Host only code that you trust.")
        if path := hub.doors.start_path():
            say("Choose your passcode with this link; it works once:")
            say(f"  {address}{path}")
        if settings.lan:
            there = lan_address(settings.port)
            say(f"In this network: {there}" if there else "This machine is in no network.")
            say("Whoever is in this network and has a link can open it there.")
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
        files = open_files()  # a guest takes two: towards the browser, and towards the prototype
        waiting = Waiting(Bounds(waiting=min(1024, files // 4)), lambda it: is_trusted(it, settings))
        config = uvicorn.Config(
            assemble(hub, Crowd(min(MOST_GUESTS, files // 4), _GUESTS_PER_ADDRESS)),
            log_config=None,
            access_log=False,
            proxy_headers=False,  # the gate reads them, and believes only trusted proxies
            server_header=False,
            lifespan="on",
            ws_per_message_deflate=False,  # for short words it costs more than it saves
            timeout_graceful_shutdown=GRACE_SECONDS,
            **bounded(waiting),
        )
        with suppress(KeyboardInterrupt):
            _Announcing(config, lambda: announce(address), say).run(sockets=sockets)


async def check_all(settings: HubSettings) -> "list[Check]":
    """Open every prototype for real, one after the other."""
    from protokit.hub.hosting.smoke_test import smoke

    hub = open_hub(settings)
    await hub.hosting.start()
    try:
        return await smoke(hub.hosting)
    finally:
        await hub.hosting.stop()
        await asyncio.to_thread(hub.store.close)


class _Announcing(uvicorn.Server):
    """Says when it answers, and that it stops."""

    def __init__(
        self, config: uvicorn.Config, started: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self._started, self._say = started, say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._started()
            self._say("Press Ctrl-C to stop.")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._say("Stopping...")
        await super().shutdown(sockets)


@contextmanager
def _alone(settings: HubSettings) -> Iterator[None]:
    """Two Hubs over one home would start everything twice."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(settings.home / "hub.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ProtokitError(
            "another Hub serves this home already",
            where=str(settings.home),
            fix="Stop it, or choose another --home.",
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _listening(settings: HubSettings) -> Iterator[list[socket.socket]]:
    """Sockets at the wanted ports: whether they are free is known before anything is started."""
    ports = {"--port": settings.port}
    if (
        settings.prototypes_port and not settings.trusted_proxy
    ):  # a proxy passes on what it takes at that port
        ports["--prototypes-port"] = settings.prototypes_port
    with ExitStack() as opened:
        yield [opened.enter_context(_listen(settings.host, port, option)) for option, port in ports.items()]


def _listen(host: str, port: int, option: str) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as problem:
        raise ProtokitError(
            f"cannot listen on {host}:{port} ({problem.strerror})",
            fix=f"Choose another with {option} or --host.",
        ) from None


def _address(settings: HubSettings) -> str:
    """Where the owner opens it: at its public name, if it has one."""
    public = settings.base_domain or next(iter(settings.names), "")
    if public and settings.trusted_proxy:
        return f"https://{public}"
    host = public or (
        "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else settings.host
    )
    return f"http://{host}:{settings.port}"
