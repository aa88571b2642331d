"""The API key of a prototype: made at the first start, kept where only its owner reads it, asked of every caller."""

import hmac
import json
import os
import secrets
from pathlib import Path

from dotenv import dotenv_values
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from protokit.errors import FolderProblem

API_KEY = "PROTOKIT_API_KEY"
"""Environment variable, or a line of the prototype's .env: what callers show as `Authorization: Bearer ...`."""
SHORTEST = 16
OPEN_PATHS = ("/health", "/openapi.json")
"""They tell nothing of the documents; probes and code generators need no key."""


def api_key(folder: Path) -> str:
    """The key of the prototype in `folder`; the first call makes one and keeps it in .env, for the owner alone.

    Raises FolderProblem for a key that could be guessed, and where .env cannot be written.
    """
    path = folder / ".env"
    key = os.environ.get(API_KEY) or (dotenv_values(path).get(API_KEY) if path.is_file() else None)
    if key and len(key) < SHORTEST:
        what = f"{API_KEY} has only {len(key)} characters"
        raise FolderProblem(what, where=str(path), fix=f"Give it {SHORTEST} or more, or remove the line.")
    return key or _make_key(path)


def _make_key(path: Path) -> str:
    key = f"pk-{secrets.token_urlsafe(32)}"
    try:
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        path.touch(0o600)
        path.chmod(0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{gap}{API_KEY}={key}\n")
    except OSError as error:
        what = f"the API key cannot be kept here ({error.strerror})"
        raise FolderProblem(what, where=str(path), fix=f"Set {API_KEY} in the environment.") from None
    return key


class ApiKeyMiddleware:
    """Lets in whoever shows the key, before anything of the request is read. Pure ASGI, outermost."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app, self._key = app, key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 in OpenAI's form where the key is missing or wrong."""
        if (
            scope["type"] == "http"
            and scope["path"] not in OPEN_PATHS
            and not self._opens(Headers(scope=scope))
        ):
            await _refuse(send)
            return
        await self.app(scope, receive, send)

    def _opens(self, headers: Headers) -> bool:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(key.strip().encode(), self._key)


async def _refuse(send: Send) -> None:
    error = {
        "message": f"No or a wrong API key. It is {API_KEY} in the prototype's .env.",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    }
    head = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": 401, "headers": head})
    await send({"type": "http.response.body", "body": json.dumps({"error": error}).encode()})
