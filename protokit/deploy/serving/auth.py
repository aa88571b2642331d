"""The API key of a prototype: made at the first start, kept where only its owner reads it, asked of every caller."""

import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from protokit.errors import FolderProblem

API_KEY = "PROTOKIT_API_KEY"
"""Environment variable, or a line of the prototype's .env: what callers show as `Authorization: Bearer ...`."""
_VARIABLE = re.compile(rf"{API_KEY}(?:_[A-Z0-9_]+)?")
SHORTEST = 16
OPEN_PATHS = ("/health", "/openapi.json")
"""They tell nothing of the documents; probes and code generators need no key."""


def api_keys(folder: Path) -> dict[str, str]:
    """The name of whoever has each key of the prototype in `folder`, by key: PROTOKIT_API_KEY, whose name is empty, and
    PROTOKIT_API_KEY_ANNA, PROTOKIT_API_KEY_SHOP... in the environment or .env.

    Where there is none, one is made and kept in .env, for the owner alone. Raises FolderProblem for a key that could be
    guessed or that two names have, and where .env cannot be written.
    """
    path = folder / ".env"
    lines = {**(dotenv_values(path) if path.is_file() else {}), **os.environ}
    names = dict[str, str]()
    for variable in sorted(name for name in lines if _VARIABLE.fullmatch(name)):
        key = lines[variable] or ""
        if not key:
            continue
        if len(key) < SHORTEST:
            what = f"{variable} has only {len(key)} characters"
            raise FolderProblem(what, where=str(path), fix=f"Give it {SHORTEST} or more, or remove the line.")
        if key in names:
            raise FolderProblem(
                f"{variable} is another name's key too", where=str(path), fix="Give each its own."
            )
        names[key] = variable.removeprefix(API_KEY).lstrip("_").lower()
    return names or {_make_key(path): ""}


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
    """Lets in whoever shows a key, before anything of the request is read; `state` then holds the key's name."""

    def __init__(self, app: ASGIApp, keys: Mapping[str, str]) -> None:
        self.app, self._keys = app, {key.encode(): name for key, name in keys.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 in OpenAI's form where the key is missing or wrong."""
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS:
            name = self._name(Headers(scope=scope))
            if name is None:
                await _refuse(send)
                return
            scope.setdefault("state", {})["key_name"] = name
        await self.app(scope, receive, send)

    def _name(self, headers: Headers) -> str | None:
        """Whose key it is; None for no key or a wrong one."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        given = key.strip().encode() if scheme.lower() == "bearer" else b""
        matches = [name for own, name in self._keys.items() if hmac.compare_digest(given, own)]
        return matches[0] if matches else None


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
