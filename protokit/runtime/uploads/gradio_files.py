"""The files of a Gradio page's visitors: none is reached by a path, only by a name that its own visitor was given.

Gradio names uploads by their path on this machine and believes the paths that come back, unless the page was
started with `launch()`. Here a middleware stands before it, however the page is served: it takes in uploads itself,
gives each a name that says nothing and cannot be guessed, and puts the path in its place only where the session that
uploaded the file sends that name. Whatever else looks like a file in a request is refused, and what Gradio offers
beside a page's own events (fetching addresses, links to sessions, recordings, editors) is not there.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from protokit.runtime.page_texts import page_texts
from protokit.runtime.settings import Settings
from protokit.runtime.uploads.gradio_registry import FileRefused, FileRegistry, rewrite_files
from protokit.runtime.uploads.upload_policy import may_upload
from protokit.runtime.uploads.upload_quota import MEGABYTE, READ_ONCE, UploadQuota, UploadRefused, too_large
from protokit.runtime.visitor import visitor_of

Scope = MutableMapping[str, Any]
Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "gradio_api/"
PASSED = frozenset(
    "api app_id call cancel component_server custom_component heartbeat info login_check openapi.json queue reset "
    "run startup-events theme.css token user".split()
)
"""The first step of the paths below API that a page and its clients need; files and uploads are seen to here."""
REQUEST_BYTES = 16 * MEGABYTE
"""The most a request may hold that is no upload."""


def guarded(folder: Path | str, app_kwargs: dict[str, Any] | None = None) -> dict[str, Any]:
    """The `app_kwargs` of `launch` or `mount_gradio_app` with the guard of the prototype in `folder` and our policy."""
    from starlette.middleware import Middleware

    from protokit.runtime.page_policy import PagePolicy

    others = dict(app_kwargs or {})
    middleware = list(others.pop("middleware", []))
    if all(one.cls is not FileGuard for one in middleware):
        middleware[:0] = [Middleware(PagePolicy), Middleware(FileGuard, folder=Path(folder))]
    return {**others, "middleware": middleware}


class FileGuard:
    """The middleware (pure ASGI) before a Gradio app."""

    def __init__(self, app: App, folder: Path) -> None:
        self._app, self._folder = app, folder
        # What is searched is counted again, more strictly, where it is taken up.
        self._quota, self._files = UploadQuota(READ_ONCE), FileRegistry()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, api, endpoint = scope["path"].partition(API) if scope["type"] == "http" else ("", "", "")
        if not api:
            await self._app(scope, receive, send)
            return
        step = endpoint.split("/")[0].partition("=")[0]
        try:
            if endpoint.rstrip("/") == "upload" and scope["method"] == "POST":
                await self._upload(scope, receive, send)
            elif step == "upload_progress":
                await _say(204, "", scope, receive, send)
            elif step == "file":
                await self._file(endpoint, scope, receive, send)
            elif step not in PASSED:
                await _say(404, "Not found", scope, receive, send)
            else:
                await self._pass(scope, receive, send)
        except (UploadRefused, FileRefused) as refusal:
            await _say(refusal.status, str(refusal), scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on with paths in place of names, and the answer back with names in place of paths."""
        visitor = _visitor(scope)
        if scope["method"] not in ("GET", "HEAD"):
            body = await _json_body(receive)
            session = body.get("session_hash") if isinstance(body, dict) else ""
            try:
                body = rewrite_files(
                    body, lambda name: self._files.path_of(name, visitor, str(session or ""))
                )
            except RecursionError:
                raise FileRefused("This request cannot be read.") from None
            scope, receive = _with_body(scope, json.dumps(body).encode(), receive)
        await self._app(scope, receive, _Renaming(send, lambda path: self._files.name_for(path, visitor)))

    async def _file(self, endpoint: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A visitor's own file; what else the page shows is Gradio's to allow."""
        from starlette.responses import FileResponse

        name = endpoint.removeprefix("file=")
        if scope["method"] not in ("GET", "HEAD") or name == endpoint or "://" in name:
            raise FileRefused("Not found", 404)
        if self._files.holds(name):
            path = self._files.path_of(name, _visitor(scope))
            headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
            await FileResponse(path, filename=path.name, headers=headers)(scope, receive, send)
            return
        if (not name.startswith("/") and not Path(name).is_absolute()) or self._files.is_inside(Path(name)):
            raise FileRefused("Not found", 404)
        await self._app(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.datastructures import UploadFile
        from starlette.requests import Request
        from starlette.responses import JSONResponse

        visitor = _visitor(scope)
        request = Request(scope, _bounded(receive, self._quota.limits.hour_bytes))
        if not may_upload(Settings.read(self._folder), request.headers):
            raise UploadRefused(page_texts().upload_not_here, 403)
        limits = self._quota.limits
        if int(request.headers.get("content-length") or 0) > limits.hour_bytes:
            raise UploadRefused(too_large(limits))
        names = []
        async with request.form(max_files=limits.minute_files, max_fields=10) as form:
            for file in form.getlist("files"):
                if isinstance(file, UploadFile):
                    self._quota.take(visitor, file.size or 0)
                    names.append(await self._files.keep(file, visitor))
        await JSONResponse(names)(scope, receive, send)


class _Renaming:
    """Sends an answer on with names in place of the paths of files, event by event or as a whole."""

    def __init__(self, send: Send, name_for: Callable[[str], str]) -> None:
        self._send, self._name_for = send, name_for
        self._start: Any = None
        self._streams, self._body = False, b""

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
            self._start, self._streams = message, any(kind.startswith(b"text/event-stream") for kind in kinds)
            if self._streams:
                await self._send(message)
        elif message["type"] != "http.response.body":
            await self._send(message)
        elif self._streams:
            lines = message.get("body", b"").split(b"\n")
            await self._send({**message, "body": b"\n".join(map(self._line, lines))})
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_whole(message)

    async def _send_whole(self, message: Any) -> None:
        body = self._renamed(self._body)
        others = [pair for pair in self._start["headers"] if pair[0].lower() != b"content-length"]
        headers = [*others, (b"content-length", str(len(body)).encode())]
        await self._send({**self._start, "headers": headers})
        await self._send({**message, "body": body})

    def _line(self, line: bytes) -> bytes:
        mark = b"data: "
        return mark + self._renamed(line[len(mark) :]) if line.startswith(mark) else line

    def _renamed(self, text: bytes) -> bytes:
        if b"gradio.FileData" not in text:
            return text
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return json.dumps(rewrite_files(value, self._name_for, outward=True)).encode()


def _visitor(scope: Scope) -> str:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return visitor_of(headers, scope["client"][0] if scope.get("client") else "")


async def _json_body(receive: Receive) -> Any:
    body = b""
    bounded = _bounded(receive, REQUEST_BYTES)
    while True:
        message = await bounded()
        if message["type"] == "http.disconnect":
            raise FileRefused("The visitor left.")
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    try:
        return json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise FileRefused("This request cannot be read.", 415) from None


def _bounded(receive: Receive, most: int) -> Receive:
    """`receive` that raises UploadRefused once more than `most` bytes have come."""
    count = 0

    async def receive_within() -> Any:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise UploadRefused("This is more than fits at once.")
        return message

    return receive_within


def _with_body(scope: Scope, body: bytes, receive: Receive) -> tuple[Scope, Receive]:
    """The request with another body, which is JSON."""
    replaced = (b"content-length", b"content-type", b"transfer-encoding")
    headers = [pair for pair in scope["headers"] if pair[0].lower() not in replaced]
    headers += [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    sent = False

    async def receive_body() -> Any:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return {**scope, "headers": headers}, receive_body


async def _say(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import PlainTextResponse

    await PlainTextResponse(words, status)(scope, receive, send)
