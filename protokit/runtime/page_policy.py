"""What a prototype's page is sent with: a Content-Security-Policy, by which whatever slips onto it loads nothing from
elsewhere, and a cookie that tells one browser from another."""

import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from protokit.runtime.visitor import BROWSER_COOKIE

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Both screens have scripts and styles in their pages, and draw charts by making code.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
"""Who may frame the page is left to whoever hosts it."""


class PagePolicy:
    """ASGI middleware that sends PAGE_POLICY with every answer that has none of its own, and a browser that has none
    the cookie by which it is known again."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if not any(name.lower() == b"content-security-policy" for name, _ in headers):
                    headers.append((b"content-security-policy", PAGE_POLICY.encode()))
                if _is_page(headers) and not _has_cookie(scope):
                    cookie = f"{BROWSER_COOKIE}={uuid.uuid4().hex}; HttpOnly; SameSite=Lax; Path=/"
                    headers.append((b"set-cookie", cookie.encode()))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_policy)


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _has_cookie(scope: MutableMapping[str, Any]) -> bool:
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    return any(f"{BROWSER_COOKIE}=".encode() in value for value in cookies)
