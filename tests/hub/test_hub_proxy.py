"""What passes between a visitor and a prototype's process, and what does not."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from protokit.hub.hosting.reverse_proxy import Unreachable, Upstream
from protokit.hub.security.identity import Visitor
from protokit.hub.worker.worker_config import ListenAddress
from protokit.hub.worker.worker_main import Door
from protokit.runtime.visitor import BY_VISITOR

BASE = "/p/x/app"
left = threading.Event()


async def tell(request: Request) -> JSONResponse:
    body = await request.body()
    seen = {"method": request.method, "path": request.scope["raw_path"].decode(), "query": request.url.query}
    return JSONResponse(seen | {"headers": dict(request.headers), "size": len(body)})


async def bake(_: Request) -> Response:
    response = Response("baked")
    response.set_cookie("protokit_owner", "forged", path="/")
    response.set_cookie("theirs", "1", path="/", domain="localhost")
    return response


async def count(_: Request) -> StreamingResponse:
    async def numbers() -> AsyncIterator[str]:
        try:
            for number in range(10**6):
                yield f"data: {number}\n\n"
                await asyncio.sleep(0.05)
        finally:
            left.set()

    return StreamingResponse(numbers(), media_type="text/event-stream")


async def cut(_: Request) -> StreamingResponse:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"the beginning"
        await asyncio.sleep(0.1)
        raise SystemError("the rest is lost")

    return StreamingResponse(pieces())


async def echo(socket: WebSocket) -> None:
    await socket.accept(subprotocol=(socket.scope["subprotocols"] or [None])[0])
    await socket.send_text(json.dumps({"cookie": socket.headers.get("cookie", "")}))
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") == "bye":
            await socket.close(4001)
            return
        await socket.send_bytes((message.get("bytes") or message["text"].encode())[::-1])


PROTOTYPE = Starlette(
    routes=[
        Route(f"{BASE}/bake", bake),
        Route(f"{BASE}/count", count),
        Route(f"{BASE}/cut", cut),
        WebSocketRoute(f"{BASE}/echo", echo),
        Route(f"{BASE}/{{rest:path}}", tell, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
)


@contextmanager
def served(app: object, trusted: str = "") -> Iterator[int]:
    """The port at which `app` is served, in a thread of its own; `trusted` addresses may tell of others."""
    config = uvicorn.Config(
        app,
        port=0,
        log_level="error",
        ws="websockets-sansio",
        forwarded_allow_ips=trusted,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def prototype() -> Iterator[int]:
    with served(Door(PROTOTYPE, "the key"), trusted="*") as port:
        yield port


@pytest.fixture(scope="module")
def url(prototype: int) -> Iterator[str]:
    """The proxy before the prototype."""
    upstream = Upstream(ListenAddress(port=prototype), "the key")

    async def proxy(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await upstream.close()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "websocket":
            await upstream.carry_websocket(scope, receive, send, lambda: None)
        else:
            await upstream.carry_request(scope, receive, send)

    with served(proxy) as port:
        yield f"http://localhost:{port}"


def test_the_process_lets_in_nobody_but_the_hub(prototype: int) -> None:
    assert httpx.get(f"http://127.0.0.1:{prototype}{BASE}/").status_code == 403
    assert (
        httpx.get(f"http://127.0.0.1:{prototype}{BASE}/", headers={"x-protokit-key": "guess"}).status_code
        == 403
    )
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{prototype}{BASE}/echo")


async def told_to(port: int, visitor: Visitor, **headers: str) -> dict[str, str]:
    """The headers that a prototype gets of a request by `visitor`."""
    upstream, sent = Upstream(ListenAddress(port=port), "the key"), list[dict[str, Any]]()
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"method": "GET", "raw_path": f"{BASE}/".encode(), "path": f"{BASE}/", "query_string": b""}
    scope |= {"type": "http", "scheme": "http", "headers": given, "state": {"visitor": visitor}}

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await upstream.carry_request(scope, receive, send)
    await upstream.close()
    body = b"".join(message.get("body", b"") for message in sent)
    found: dict[str, str] = json.loads(body)["headers"]
    return found


def test_a_prototype_is_told_who_asks_by_the_hub_alone(prototype: int, url: str) -> None:
    guest = Visitor("guest", "visit-1", "link", "x")
    first = asyncio.run(told_to(prototype, guest))[BY_VISITOR]
    assert "visit-1" not in first, "nothing that opens a door"
    assert asyncio.run(told_to(prototype, guest, x_protokit_visitor="forged"))[BY_VISITOR] == first
    assert asyncio.run(told_to(prototype, Visitor("guest", "visit-2")))[BY_VISITOR] != first
    assert BY_VISITOR not in httpx.get(f"{url}{BASE}/", headers={BY_VISITOR: "forged"}).json()["headers"]


def test_a_prototype_sees_no_cookie_of_the_hub(url: str) -> None:
    cookies = "protokit_owner=secret; a=1; PROTOKIT_visit=secret; b=protokit_owner"
    seen = httpx.get(f"{url}{BASE}/", headers={"Cookie": cookies}).json()["headers"]
    assert seen["cookie"] == "a=1; b=protokit_owner"
    only = httpx.get(f"{url}{BASE}/", headers={"Cookie": "protokit_owner=secret"}).json()["headers"]
    assert "cookie" not in only


def test_a_prototype_sets_cookies_for_itself_only(url: str) -> None:
    baked = httpx.get(f"{url}{BASE}/bake").headers.get_list("set-cookie")
    assert len(baked) == 1
    assert baked[0].startswith("theirs=1")
    assert baked[0].endswith(f"Path={BASE}")
    assert "localhost" not in baked[0]


def test_a_visitor_cannot_forge_what_the_hub_tells_the_process(url: str) -> None:
    forged = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "gopher", "X-Protokit-Key": "forged"}
    seen = httpx.get(f"{url}{BASE}/", headers=forged).json()["headers"]
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-protokit-key"] == "the key"
    assert seen["host"] == url.removeprefix("http://")


def test_path_query_method_and_body_arrive_as_they_were_sent(url: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b"x" * 100_000 for _ in range(30))

    seen = httpx.put(f"{url}{BASE}/a%2Fb%20c?q=%26&r=1", content=pieces()).json()
    assert (seen["method"], seen["path"], seen["query"]) == ("PUT", f"{BASE}/a%2Fb%20c", "q=%26&r=1")
    assert seen["size"] == 3_000_000


def test_an_event_stream_arrives_piece_by_piece_and_ends_when_the_visitor_leaves(url: str) -> None:
    left.clear()
    with httpx.stream("GET", f"{url}{BASE}/count") as response:
        lines = response.iter_lines()
        assert [next(lines) for _ in range(3)] == ["data: 0", "", "data: 1"]
    assert left.wait(20)


def test_an_answer_that_breaks_off_breaks_off_for_the_visitor_too(url: str) -> None:
    with httpx.stream("GET", f"{url}{BASE}/cut") as response:
        pieces = response.iter_bytes()
        assert next(pieces) == b"the beginning"
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)
    assert httpx.get(f"{url}{BASE}/").status_code == 200


def test_a_websocket_keeps_its_subprotocol_and_carries_text_bytes_and_the_closing_code(url: str) -> None:
    address = url.replace("http", "ws") + f"{BASE}/echo"
    cookies = {"Cookie": "protokit_visit=secret; a=1"}
    options = {"subprotocols": ["streamlit"], "origin": url, "additional_headers": cookies, "max_size": None}
    with connect(address, **options) as socket:
        assert socket.subprotocol == "streamlit"
        assert json.loads(socket.recv()) == {"cookie": "a=1"}
        socket.send("abc")
        assert socket.recv() == b"cba"
        socket.send(b"\x00" * 3_000_000)
        assert len(socket.recv()) == 3_000_000
        socket.send("bye")
        with pytest.raises(ConnectionClosed):
            socket.recv()
        assert socket.close_code == 4001


def test_a_page_of_another_origin_gets_no_websocket(url: str) -> None:
    with pytest.raises(InvalidStatus):
        connect(url.replace("http", "ws") + f"{BASE}/echo", origin="http://evil.example")


def test_a_process_that_has_gone_is_told_apart_from_one_that_answers() -> None:
    async def ask() -> None:
        upstream = Upstream(ListenAddress(port=9), "the key")
        scope = {"method": "GET", "headers": [], "scheme": "http", "raw_path": b"/", "query_string": b""}
        try:
            assert await upstream.ask("/", 1) is None
            with pytest.raises(Unreachable):
                await upstream.carry_request(scope, None, None)
        finally:
            await upstream.close()

    asyncio.run(ask())
