"""Opens a prototype's connections for it, to the servers it may ask and to no other: it has no network itself."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from protokit.hub.worker.sandbox_policy import Server

PATIENCE = 15.0
"""Seconds for one connection."""
_AT_ONCE = 64
_TOLD = 20
"""Servers that were refused are told so many times a start."""


class Egress:
    """One prototype's way out. Each request over its channel, JSON of host and port, brings a socket to answer to:
    that gets the connection itself, or the reason why there is none."""

    def __init__(self, path: Path, servers: Iterable[Server], note: Callable[[str], None]) -> None:
        self._path, self._servers, self._note = path, frozenset(servers), note
        self._channel: socket.socket | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._told: set[Server] = set()
        self._listener: socket.socket | None = None
        self._greeting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Wait for the prototype's process; the first that comes is it, as no other process knows the place yet."""
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.setblocking(False)
        self._listener.bind(str(self._path))
        self._path.chmod(0o600)
        self._listener.listen(1)
        self._greeting = asyncio.create_task(self._greet(self._listener))

    async def _greet(self, listener: socket.socket) -> None:
        with listener:
            self._channel, _ = await asyncio.get_running_loop().sock_accept(listener)
        self._path.unlink(missing_ok=True)
        asyncio.get_running_loop().add_reader(self._channel, self._read)

    async def close(self) -> None:
        """End it, with what is under way."""
        tasks = [*self._opening, *([self._greeting] if self._greeting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._hang_up()
        if self._listener:
            self._listener.close()

    def _hang_up(self) -> None:
        if self._channel:
            asyncio.get_running_loop().remove_reader(self._channel)
            self._channel.close()
            self._channel = None

    def _read(self) -> None:
        assert self._channel
        try:
            message, descriptors, _, _ = socket.recv_fds(self._channel, 1024, 4)
        except BlockingIOError:
            return
        except OSError:
            message, descriptors = b"", []
        sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if not message:
            self._hang_up()
        elif len(sockets) == 1 and len(self._opening) < _AT_ONCE:
            task = asyncio.create_task(self._answer(message, sockets.pop()))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        for connection in sockets:
            connection.close()

    async def _answer(self, message: bytes, reply: socket.socket) -> None:
        reply.setblocking(False)
        with reply, suppress(OSError):  # who asked may have gone
            try:
                async with asyncio.timeout(PATIENCE):
                    connection = await self._connect(*_request(message))
            except (OSError, ValueError, TimeoutError) as error:
                reply.send(
                    f"no connection: {getattr(error, 'strerror', '') or error or 'no answer'}".encode()[:500]
                )
                return
            with connection:
                socket.send_fds(reply, [b"+"], [connection.fileno()])

    async def _connect(self, host: str, port: int) -> socket.socket:
        if (host, port) not in self._servers:
            self._tell((host, port))
            raise PermissionError(1, f"this prototype may not connect to {host}:{port}")
        loop, problem = asyncio.get_running_loop(), OSError("the name has no address")
        for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            connection.setblocking(False)
            try:
                await loop.sock_connect(connection, address)
                return connection
            except BaseException as error:
                connection.close()
                if not isinstance(error, OSError):
                    raise
                problem = error
        raise problem

    def _tell(self, server: Server) -> None:
        if len(self._told) < _TOLD and server not in self._told:
            self._told.add(server)
            self._note(
                f"refused: it wanted to connect to {server[0]}:{server[1]}, which its settings do not name"
            )


def _request(message: bytes) -> Server:
    host, port = json.loads(message)
    return str(host).lower().rstrip("."), int(port)
