"""Request bodies: counted while they come in, and a form's token read before the page's own code sees them."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_plus

from protokit.hub.security.csrf import FIELD

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_ENOUGH = 8192
"""The token is the first field of a form, so that it is found within this many bytes."""
_DRAIN_SECONDS = 15.0
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']*)", re.IGNORECASE)
_PART = re.compile(rb'^content-disposition:[^\r\n]*[; ]name="?csrf_token"?(?:;|\r\n|$)', re.IGNORECASE)


class Incoming:
    """A `receive` that knows when the body has come in whole."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._ended = receive, False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        return message

    async def drain(self, most: int) -> None:
        """Read on for a while and throw it away: a browser that is cut off while it sends shows no answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while most > 0 and not self._ended:
                    most -= len((await self()).get("body", b""))


class Bounded:
    """A `receive` that lets at most `most` bytes through, whatever was declared; then the visitor seems gone."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most, self._came = receive, most, 0

    @property
    def exceeded(self) -> bool:
        return self._came > self._most

    async def __call__(self) -> Message:
        if self.exceeded:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._came += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.exceeded else message


def declared(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """The length a request says it has, 0 where it says none or nonsense."""
    lengths = [value for name, value in headers if name == b"content-length" and value.isdigit()]
    return max((int(value) for value in lengths), default=0)


def declared_utf8(content_type: str) -> bool:
    """Whether a form is in UTF-8: other encodings make characters of its bytes that cannot be stored."""
    named = _CHARSET.findall(content_type)
    return all(charset.lower() in ("utf-8", "utf8") for charset in named)


async def form_token(receive: Receive, content_type: str) -> tuple[str, Receive]:
    """The token in the first field of a form ("" for none), and a `receive` that starts from the beginning."""
    messages: list[Message] = []
    start = b""
    more = True
    while more and len(start) < _ENOUGH and not _first_field(start, content_type, whole=False):
        message = await receive()
        messages.append(message)
        start += message.get("body", b"")
        more = message.get("more_body", False)
    messages.reverse()

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return _first_field(start, content_type, whole=not more), again


def _first_field(start: bytes, content_type: str, *, whole: bool) -> str:
    if content_type.lower().startswith("multipart/form-data"):
        return _first_part(start, content_type)
    if not content_type.lower().startswith("application/x-www-form-urlencoded"):
        return ""
    field, end, _ = start.partition(b"&")
    name, _, value = field.partition(b"=")
    return unquote_plus(value.decode("latin-1")) if name == FIELD.encode() and (end or whole) else ""


def _first_part(start: bytes, content_type: str) -> str:
    named = _BOUNDARY.search(content_type)
    if not named:
        return ""
    line = b"--" + (named[1] or named[2]).encode()
    head, _, rest = start.removeprefix(line + b"\r\n").partition(b"\r\n\r\n")
    value, end, _ = rest.partition(b"\r\n" + line)
    return value.decode("latin-1") if end and start.startswith(line) and _PART.match(head) else ""
