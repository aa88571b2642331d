"""An answer on its way out through the gate: headers put on, and ended where it may not go on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.body_limit import Bounded, Message
from protokit.hub.security.headers import Header, secured
from protokit.hub.security.identity import FORM_COOKIE, cookies
from protokit.hub.security.request import GateRequest

_ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")
"""For a year the browser asks this host in no other way, so that nobody in between can lead it to plain http."""
Send = Callable[[Message], Awaitable[None]]


class ResponseSender:
    """A `send` that secures the headers and knows how far the answer is."""

    def __init__(self, settings: HubSettings, request: GateRequest, send: Send, browser: str) -> None:
        self._settings, self._request, self._send = settings, request, send
        self.place = request.place
        self.browser = browser
        """The random value in the cookie that tells browsers apart."""
        self.started = self._ended = False
        self.status = 0
        """HTTP's, once it is on its way."""

    async def __call__(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._secured(message.get("headers", []))}
        self.started = self.started or kind in ("http.response.start", "websocket.accept")
        self._ended = kind == "websocket.close" or (
            kind == "http.response.body" and not message.get("more_body", False)
        )
        await self._send(message)

    def unless(self, body: Bounded) -> Send:
        """The same `send`, deaf to what is said about a request that was too large."""

        async def send(message: Message) -> None:
            if self.started or not body.exceeded:
                await self(message)

        return send

    async def end(self) -> None:
        """Cut off an answer that is under way."""
        if self._ended:
            return
        with suppress(Exception):  # the server may have closed the connection meanwhile
            if self._request.scope["type"] == "websocket":
                await self({"type": "websocket.close", "code": 1008})
            else:
                await self({"type": "http.response.body", "body": b""})

    def _secured(self, sent: list[Header]) -> list[Header]:
        request, settings = self._request, self._settings
        framers = framed = ""
        if settings.apart and self.place.slug:
            framers = f"{request.scheme}://{settings.hub_at(request.host, request.port)}"
        elif settings.apart:
            framed = f"{request.scheme}://{settings.prototype_at('*', request.host, request.port)}"
        headers = secured(self.place, sent, origin=request.origin, framers=framers, framed=framed)
        answer = [*headers, *([_ONLY_TLS] if request.scheme == "https" else []), *self._form_cookie(sent)]
        return answer if self.place.kind == "app" else [_lasting(header) for header in answer]

    def _form_cookie(self, sent: list[Header]) -> list[Header]:
        page = any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in sent)
        if self.place.kind == "app" or not page or any(cookies(self._request.headers, FORM_COOKIE)):
            return []
        secure = "; Secure" if self._request.scheme == "https" else ""
        value = f"{FORM_COOKIE}={self.browser}; Path=/; HttpOnly; SameSite=Lax{secure}"
        return [(b"set-cookie", value.encode())]


def _lasting(header: Header) -> Header:
    """A cookie of ours as one that a browser gives up last: a prototype's own host may set hundreds for all hosts of
    the base domain, and a browser keeps fewer than two hundred of them.
    """
    name, value = header
    ours = name.lower() == b"set-cookie" and value.startswith(b"protokit_")
    return (name, value + b"; Priority=High") if ours else header
