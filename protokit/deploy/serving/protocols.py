"""uvicorn's protocols with bounds: it limits neither headers nor the time for them, a body or an answer.

Its keep-alive time starts with the first answer and again with each byte, and `limit_concurrency` keeps out whoever
comes last; both are no help against requests that never become complete.
"""

import asyncio
from typing import Any, Literal, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from protokit.deploy.serving.connections import Bounds, Waiting

_WORDS = {408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class _TooMuch(Exception):
    """A head that is over its bounds; the parser passes it on as a request that is not valid."""


class _Patience:
    """Ends a connection whose client takes nothing of what waits for it."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport, self._seconds = transport, seconds
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._transport.abort)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


class BoundedHttp(HttpToolsProtocol):
    """One connection: it waits for a head, then for the rest of a body, is answered, and waits again."""

    waiting: Waiting

    @property
    def bounds(self) -> Bounds:
        return self.waiting.bounds

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def drop(self) -> None:
        """End the connection without a word."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._patience = _Patience(transport, self.bounds.stuck_seconds)
        self._timer: asyncio.TimerHandle | None = None
        self._part: Literal["nothing", "head", "body"] = "nothing"
        self._refused = 400
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._complete()
        self._patience.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._part == "nothing":
            self._begin_head()
        if self._part == "head":
            self._raw += len(data)
        super().data_received(data)
        if self._part == "head" and self._raw > self.bounds.head_bytes and not self.transport.is_closing():
            self._refused = 431
            self.send_400_response("")

    def on_message_begin(self) -> None:
        if self._part != "head":
            self._begin_head()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._part != "head":
            return  # behind a body, where no application reads it
        self._fields += 1
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._part = "body"
        self._size = self._seen = 0
        self._wait(self.bounds.body_seconds, self._look_at_body)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._complete()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._part == "nothing" and not self.transport.is_closing():
            self.waiting.add(self)  # for uvicorn's keep-alive time

    def handle_websocket_upgrade(self) -> None:
        self._complete()
        self._patience.stop()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Refuse the request and close; uvicorn knows the one status."""
        words = _WORDS.get(self._refused)
        if words is None:
            super().send_400_response(msg)
            return
        line = b"HTTP/1.1 %d %s\r\n" % (self._refused, words)
        self.transport.write(line + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

    def pause_writing(self) -> None:
        self._patience.start()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._patience.stop()
        super().resume_writing()

    def _begin_head(self) -> None:
        self._part = "head"
        self._raw = self._fields = self._counted = 0
        self._wait(self.bounds.head_seconds, self._give_up)

    def _count(self, size: int) -> None:
        self._counted += size
        if self._counted > self.bounds.head_bytes or self._fields > self.bounds.headers:
            self._refused = 431
            raise _TooMuch

    def _wait(self, seconds: float, then: Any) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then)
        self.waiting.add(self)

    def _complete(self) -> None:
        """Nothing of a request is missing."""
        self._part = "nothing"
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self.waiting.remove(self)

    def _look_at_body(self) -> None:
        """Go on waiting for a body that comes along, or that is not read here just now."""
        came, self._seen = self._size - self._seen, self._size
        if self.flow.read_paused or came >= self.bounds.body_rate * self.bounds.body_seconds:
            self._timer = self.loop.call_later(self.bounds.body_seconds, self._look_at_body)
        else:
            self._give_up()

    def _give_up(self) -> None:
        if self._part == "head" and not self._raw:
            self.transport.close()  # a browser's spare connection: an answer would be taken for one to what it sends
        elif self.transport.is_closing() or (self.cycle and not self.cycle.response_complete):
            self.drop()
        else:
            self._refused = 408
            self.send_400_response("")


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A websocket whose client has to take what it is sent; uvicorn's pings look after the rest."""

    bounds: Bounds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._patience = _Patience(cast(asyncio.Transport, transport), self.bounds.stuck_seconds)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self._patience.start()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._patience.stop()
        super().resume_writing()


def bounded(waiting: Waiting) -> dict[str, Any]:
    """The arguments of `uvicorn.Config` for one server whose waiting connections are `waiting`."""
    return {
        "http": type("Http", (BoundedHttp,), {"waiting": waiting}),
        "ws": type("WebSocket", (BoundedWebSocket,), {"bounds": waiting.bounds}),
        "ws_max_size": 4 * 1024 * 1024,
    }
