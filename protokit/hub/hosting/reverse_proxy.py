"""Carries requests, event streams and websockets between a visitor and a prototype's process."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protokit.hub.worker.worker_config import BY_KEY, ListenAddress
from protokit.runtime.uploads.upload_policy import BY_UPLOADS
from protokit.runtime.visitor import BY_VISITOR, hub_visitor

if TYPE_CHECKING:
    from aiohttp import ClientSession


Headers = list[tuple[str, str]]

OURS = "protokit_"
"""Cookies of this name are the Hub's: no prototype sees one, or sets one."""
_HOP_BY_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade "
    "proxy-connection".split()
)
_NOT_PASSED_ON = _HOP_BY_HOP | {
    "cookie",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
}
_HANDSHAKE = frozenset(
    "sec-websocket-key sec-websocket-version sec-websocket-extensions sec-websocket-protocol host origin".split()
)
_BY_HUB = "x-protokit-"
"""Headers of this beginning come from the Hub alone."""
_OPENING = 15.0
"""Seconds a prototype may take to accept a websocket."""


class Unreachable(Exception):
    """The prototype's process does not take connections."""


class Upstream:
    """The way to one prototype's process."""

    def __init__(self, address: ListenAddress, key: str) -> None:
        self.address, self._key = address, key
        self._session: ClientSession | None = None

    async def ask(self, path: str, patience: float) -> int | None:
        """The status of a plain GET; None where nothing answers yet, or within `patience` seconds."""
        from aiohttp import ClientError

        with suppress(ClientError, OSError, TimeoutError):
            async with (
                asyncio.timeout(patience),
                self.session.get(f"http://prototype{path}", headers={BY_KEY: self._key}) as response,
            ):
                return response.status
        return None

    @property
    def session(self) -> "ClientSession":
        if self._session is None:
            self._session = self._open()
        return self._session

    def _open(self) -> "ClientSession":
        from aiohttp import BaseConnector, ClientSession, ClientTimeout, DummyCookieJar, UnixConnector

        connector: BaseConnector
        if self.address.socket:
            # The process keeps idle connections for 75 s; a shorter time here never meets a closed one.
            connector = UnixConnector(self.address.socket, limit=0, keepalive_timeout=30)
        else:
            connector = _loopback(self.address.port)
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            timeout=ClientTimeout(total=None, sock_connect=10),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def carry_request(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one HTTP exchange through, piece by piece. Raises Unreachable as long as nothing was sent.

        An answer that breaks off later breaks off for the visitor too: the response is left incomplete.
        """
        from aiohttp import ClientError
        from yarl import URL

        has_body = any(name in ("content-length", "transfer-encoding") for name, _ in _decoded(scope))
        answered = False
        try:
            async with self.session.request(
                scope["method"],
                URL(f"http://prototype{_target(scope)}", encoded=True),
                headers=_inward(scope, self._key),
                data=_body(receive) if has_body else None,
                allow_redirects=False,
            ) as response:
                headers = _outward(response.raw_headers, scope)
                answered = True
                await send({"type": "http.response.start", "status": response.status, "headers": headers})
                await _pass_on(response.content.iter_any(), receive, send)
        except (ClientError, ConnectionError) as error:
            if not answered:
                raise Unreachable(str(error)) from None

    async def carry_websocket(self, scope: Any, receive: Any, send: Any, touch: Any) -> None:
        """Pass one websocket through; `touch()` is called whenever the visitor sends something."""
        from websockets.exceptions import WebSocketException

        await receive()  # websocket.connect
        if not _same_origin(scope):
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            there = await self._connect(scope)
        except (OSError, WebSocketException, TimeoutError):
            await send({"type": "websocket.close", "code": 1013})
            return
        async with there:
            await send({"type": "websocket.accept", "subprotocol": there.subprotocol})
            ways = [
                asyncio.create_task(_to_prototype(receive, there, touch)),
                asyncio.create_task(_to_visitor(there, send)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    async def _connect(self, scope: Any) -> Any:
        from websockets.asyncio.client import connect, unix_connect

        headers = dict(_decoded(scope))
        uri = f"ws://{headers.get('host', 'prototype')}{_target(scope)}"
        options: dict[str, Any] = {
            "origin": headers.get("origin"),
            "subprotocols": scope.get("subprotocols") or None,
            "additional_headers": [h for h in _inward(scope, self._key) if h[0] not in _HANDSHAKE],
            "user_agent_header": None,
            "compression": None,
            "max_size": None,
            "proxy": None,
            "open_timeout": _OPENING,
            "ping_interval": None,
        }
        if self.address.socket:
            return await unix_connect(self.address.socket, uri, **options)
        return await connect(uri, host="127.0.0.1", port=self.address.port, **options)


def _loopback(port: int) -> Any:
    """A connector that ends at `port` of this machine, whatever host the address names."""
    import socket

    from aiohttp import TCPConnector
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Here(AbstractResolver):
        async def resolve(
            self, host: str, _port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            flags = socket.AddressInfo.AI_NUMERICHOST
            return [
                ResolveResult(
                    hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags
                )
            ]

        async def close(self) -> None:
            """Nothing is held."""

    return TCPConnector(resolver=Here(), limit=0, keepalive_timeout=30, use_dns_cache=False)


async def _body(receive: Any) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the visitor left")
        if piece := message.get("body"):
            yield piece
        if not message.get("more_body"):
            return


async def _pass_on(pieces: AsyncIterator[bytes], receive: Any, send: Any) -> None:
    """Send the pieces as they come, and stop when the visitor leaves: an event stream has no end of its own."""

    async def forward() -> None:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    forwarding = asyncio.create_task(forward())
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait([forwarding, leaving], return_when=asyncio.FIRST_COMPLETED)
        if forwarding.done():
            forwarding.result()
    finally:
        for task in (forwarding, leaving):
            task.cancel()
        await asyncio.gather(forwarding, leaving, return_exceptions=True)


async def _left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _to_prototype(receive: Any, there: Any, touch: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            await there.close(message.get("code") or 1000)
            return
        touch()
        data = message.get("bytes")
        await there.send(data if data is not None else message["text"])


async def _to_visitor(there: Any, send: Any) -> None:
    from websockets.exceptions import ConnectionClosed

    with suppress(ConnectionClosed):
        async for data in there:
            kind = "text" if isinstance(data, str) else "bytes"
            await send({"type": "websocket.send", kind: data})
    await send({"type": "websocket.close", "code": there.close_code or 1000})


def _decoded(scope: Any) -> Headers:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]


def _target(scope: Any) -> str:
    path = scope["raw_path"].decode("ascii")
    query = scope["query_string"].decode("ascii")
    return f"{path}?{query}" if query else path


def _inward(scope: Any, key: str) -> Headers:
    """The visitor's headers as a prototype may see them."""
    headers = _decoded(scope)
    passed = [
        (name, value)
        for name, value in headers
        if name not in _NOT_PASSED_ON and not name.startswith(_BY_HUB)
    ]
    cookies = _without_ours(value for name, value in headers if name == "cookie")
    client = scope.get("client")
    forwarded = {
        "cookie": cookies,
        "x-forwarded-for": client[0] if client else "",
        "x-forwarded-proto": {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"]),
        "x-forwarded-host": dict(headers).get("host", ""),
        BY_KEY: key,
        BY_VISITOR: _visitor(scope),
        BY_UPLOADS: "1" if _may_upload(scope) else "",
    }
    return passed + [(name, value) for name, value in forwarded.items() if value]


def _visitor(scope: Any) -> str:
    """Who the gate found to ask: the same for all requests of one visit, and nothing to sign in with."""
    visitor = (scope.get("state") or {}).get("visitor")
    if not visitor or not visitor.id:
        return ""
    # To a prototype whoever may open the Hub is on its owner's side: they are not counted among its visitors.
    return hub_visitor("owner" if visitor.kind == "member" else visitor.kind, visitor.id)


def _may_upload(scope: Any) -> bool:
    visitor = (scope.get("state") or {}).get("visitor")
    return visitor is not None and bool(visitor.uploads)


def _without_ours(cookies: Iterable[str]) -> str:
    each = (cookie.strip() for line in cookies for cookie in line.split(";"))
    return "; ".join(cookie for cookie in each if cookie and not _is_ours(cookie))


def _is_ours(cookie: str) -> bool:
    return cookie.partition("=")[0].strip().strip('"').lower().startswith(OURS)


def _outward(raw: Iterable[tuple[bytes, bytes]], scope: Any) -> list[tuple[bytes, bytes]]:
    """The prototype's headers as a visitor may get them: its cookies stay below its own path."""
    base = "/".join(scope["path"].split("/")[:4])
    passed = []
    for name, value in raw:
        lowered = name.decode("latin-1").lower()
        if lowered in _HOP_BY_HOP or lowered in ("server", "date"):
            continue
        if lowered == "set-cookie":
            cookie = value.decode("latin-1")
            if _is_ours(cookie):
                continue
            value = _kept_below(cookie, base).encode("latin-1")
        passed.append((lowered.encode("latin-1"), value))
    return passed


def _kept_below(cookie: str, base: str) -> str:
    parts = [part.strip() for part in cookie.split(";")]
    bounds = ("path", "domain")
    attributes = [parts[0], *(p for p in parts[1:] if p.partition("=")[0].strip().lower() not in bounds)]
    return "; ".join([*attributes, f"Path={base}"])


def _same_origin(scope: Any) -> bool:
    """Whether a websocket was opened by a page of the same host; what is no browser says no origin."""
    headers = dict(_decoded(scope))
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
