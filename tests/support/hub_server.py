"""The Hub's gate before a small app that tells what reached it, served for real on loopback."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from protokit.hub.database.share_links import Link
from protokit.hub.database.store import Store
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.identity import OWNER_COOKIE, VISIT_COOKIE, VisitorIdentity
from protokit.hub.security.middleware import SecurityMiddleware
from protokit.hub.security.signing import SigningKeys
from protokit.spec.prototype_spec import Spec

BROWSER = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def seen(self) -> dict[str, Any]:
        """What reached the app."""
        return json.loads(self.body)


class Served:
    """A running gate: ask it over a socket, with nothing in between that would tidy an address."""

    def __init__(self, store: Store, keys: SigningKeys, port: int) -> None:
        self.store, self.keys, self.port = store, keys, port
        self.visitors = VisitorIdentity(store, keys)
        self.authority = f"localhost:{port}"
        self.changes: list[str] = []
        """The paths at which something was changed."""

    def ask(
        self, path: str, *, method: str = "GET", body: Any = None, cookie: str = "", **headers: str
    ) -> Answer:
        """One request; header names are written with underscores."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Host", self.authority)
        if cookie:
            sent["Cookie"] = cookie
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read())
        finally:
            connection.close()

    def raw(self, request: bytes) -> int:
        """The status of whatever was written to the socket."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            return int(connection.recv(4096).split()[1])

    def owner(self) -> str:
        """The cookie of the owner, signed in on one more device."""
        return f"{OWNER_COOKIE}={self.visitors.owner_cookie(self.store.begin_session())}"

    def add(self, slug: str) -> None:
        """One more prototype."""
        made = Spec(title=slug.title(), slug=slug, pitch="It helps.", blueprint="rag-search@1.0.0")
        self.store.add(slug, made)

    def link(self, slug: str, **wanted: Any) -> Link:
        return self.store.make_link(slug, "Board, June", **wanted)

    def guest(self, link: Link) -> str:
        """The cookie of somebody new who came by `link`."""
        visit = self.store.admit(link.id)
        assert visit, "the link lets nobody in"
        return f"{VISIT_COOKIE}={self.visitors.visit_cookie(visit, visit.slug)}"


@contextmanager
def served(home: Path, *slugs: str, two_ports: bool = False, **settings: Any) -> Iterator[Served]:
    """A gate over a new home with prototypes of these names, which with `two_ports` have one of their own."""
    with listening() as at, listening() as theirs:
        if two_ports:
            settings["prototypes_port"] = theirs.getsockname()[1]
        chosen = HubSettings(home, port=at.getsockname()[1], **settings)
        store, keys = Store.open(chosen), SigningKeys.open(home)
        known = Served(store, keys, chosen.port)
        for slug in slugs:
            known.add(slug)
        with running(SecurityMiddleware(_app(known.changes), store, keys, recheck=0.1), at, theirs):
            yield known
        store.close()


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket on a free port of loopback; whoever asks before a server runs there waits."""
    with socket.socket() as at:
        at.bind(("127.0.0.1", 0))
        at.listen(100)
        yield at


@contextmanager
def running(app: Any, *at: socket.socket) -> Iterator[None]:
    """Serve `app` there, without what it does when it starts and stops."""
    config = uvicorn.Config(
        app, log_level="error", proxy_headers=False, lifespan="off", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [*at]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


async def _page_of_a_prototype(request: Request) -> Response:
    return HTMLResponse("<!doctype html><title>A prototype</title><p>Hello</p>")


async def _preview(request: Request) -> Response:
    slug = request.path_params["slug"]
    return HTMLResponse(
        f"<!doctype html><title>Preview</title><p>numbers</p><iframe src='/p/{slug}/app/page'></iframe>"
    )


async def _script(request: Request) -> Response:
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-store"}
    return Response("", media_type="text/javascript", headers=headers)


def _app(changes: list[str]) -> Starlette:
    async def tell(request: Request) -> Response:
        if request.method != "GET":
            changes.append(request.url.path)
        return await _tell(request)

    anything = Route("/{path:path}", tell, methods=["GET", "POST", "PUT", "DELETE"])
    return Starlette(
        routes=[
            Route("/prototypes/{slug}/preview", _preview),
            Route("/p/{slug}/app/worker.js", _script),
            Route("/p/{slug}/app/events", _events),
            Route("/p/{slug}/app/page", _page_of_a_prototype),
            WebSocketRoute("/p/{slug}/app/ws", _echo),
            WebSocketRoute("/{path:path}", _echo),
            anything,
        ]
    )


async def _tell(request: Request) -> Response:
    visitor = request.state.visitor
    body = await request.body()
    told = {
        "path": request.url.path,
        "kind": visitor.kind,
        "id": visitor.id,
        "link": visitor.link,
        "csrf": request.state.csrf,
        "body": body.decode("latin-1")[:1000],
        "length": len(body),
        "client": request.client.host if request.client else "",
        "scheme": request.url.scheme,
    }
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(json.dumps(told), headers={"Service-Worker-Allowed": "/"})
    return JSONResponse(told, headers={"Service-Worker-Allowed": "/"})


async def _events(request: Request) -> Response:
    async def forever() -> Any:
        while True:
            yield b"data: tick\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(forever(), media_type="text/event-stream")


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)
