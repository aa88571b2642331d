"""A server of ours on loopback, and clients that never finish what they begin."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from protokit.deploy.serving.connections import Bounds, Waiting, client_of
from protokit.deploy.serving.protocols import bounded
from tests.support.hub_server import listening

QUICK = Bounds(head_seconds=0.5, body_seconds=0.5, stuck_seconds=0.5, waiting=8, waiting_per_address=4)
PATIENT = Bounds()
LET_GO = threading.Event()
"""The client of an endless answer is gone."""
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Tells the length of the body; at /long there is no end to the answer."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while scope["path"] == "/long":
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        if await _left(receive):
            LET_GO.set()
            return
    await send({"type": "http.response.body", "body": str(length).encode()})


async def _left(receive: Any) -> bool:
    try:
        return (await asyncio.wait_for(receive(), 0.001))["type"] == "http.disconnect"
    except TimeoutError:
        return False


@contextmanager
def server(bounds: Bounds) -> Iterator[int]:
    """The port of a server with these bounds."""
    with listening() as at:
        config = uvicorn.Config(app, log_level="critical", lifespan="off", **bounded(Waiting(bounds)))
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [at]}, daemon=True)
        thread.start()
        try:
            yield at.getsockname()[1]
        finally:
            running.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def quick() -> Iterator[int]:
    with server(QUICK) as port:
        yield port


@pytest.fixture(scope="module")
def patient() -> Iterator[int]:
    with server(PATIENT) as port:
        yield port


def opened(port: int, begin: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
    connection.sendall(begin)
    return connection


def rest(connection: socket.socket) -> bytes:
    """What still comes until the server ends the connection."""
    came = b""
    try:
        while piece := connection.recv(65536):
            came += piece
    except ConnectionResetError:
        pass
    return came


def dribble(connection: socket.socket, piece: bytes) -> bytes:
    """Send `piece` again and again until the server ends the connection; what it said."""
    connection.settimeout(0.05)
    came, until = b"", time.monotonic() + 20
    while time.monotonic() < until:
        try:
            connection.sendall(piece)
            if not (said := connection.recv(65536)):
                return came
            came += said
        except TimeoutError:
            continue
        except OSError:
            return came
    raise AssertionError("the server held on")


def test_headers_that_come_in_drops_are_not_waited_for(quick: int) -> None:
    with opened(quick, b"GET / HTTP/1.1\r\n") as connection:
        assert dribble(connection, b"X-A: b\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_further_request_in_drops_is_not_waited_for_either(quick: int) -> None:
    with opened(quick, WHOLE) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert b" 200 " not in dribble(connection, b"\r\n")


def test_a_connection_that_says_nothing_ends_without_an_answer(quick: int) -> None:
    with opened(quick) as connection:
        assert rest(connection) == b""


@pytest.mark.parametrize("head", [b"Content-Length: 100000", b"Transfer-Encoding: chunked"])
def test_a_body_that_comes_in_drops_is_not_waited_for(quick: int, head: bytes) -> None:
    with opened(quick, b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n") as connection:
        assert b" 200 " not in dribble(connection, b"1\r\na\r\n")


def test_endless_headers_behind_a_body_are_not_waited_for(quick: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    with opened(quick, head) as connection:
        assert b" 200 " not in dribble(connection, b"X-A: b\r\n")


def test_a_body_that_takes_long_but_comes_along_arrives_whole(quick: int) -> None:
    with opened(
        quick, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6000\r\nConnection: close\r\n\r\n"
    ) as one:
        for _ in range(15):  # 1.5 s, thrice the time that one without progress gets
            one.sendall(b"x" * 400)
            time.sleep(0.1)
        assert rest(one).endswith(b"6000\r\n0\r\n\r\n")


def test_a_client_that_takes_nothing_of_its_answer_is_let_go(quick: int) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", quick))
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert LET_GO.wait(20)


@pytest.mark.parametrize(
    "headers",
    [
        b"X-A: b\r\n" * 101,
        b"X-A: " + b"b" * 70_000 + b"\r\n",
        b"".join(b"X-%d: %s\r\n" % (n, b"b" * 1000) for n in range(70)),
    ],
    ids=["many", "one long", "all together"],
)
@pytest.mark.parametrize("end", [b"\r\n", b"X"], ids=["ended", "open"])
def test_too_many_headers_and_too_long_ones_are_refused(patient: int, headers: bytes, end: bytes) -> None:
    with opened(patient, b"GET / HTTP/1.1\r\nHost: x\r\n" + headers + end) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_an_address_that_is_too_long_is_refused(patient: int) -> None:
    with opened(patient, b"GET /" + b"x" * 70_000) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_as_many_headers_as_a_browser_sends_pass(patient: int) -> None:
    headers = b"".join(b"X-%d: %s\r\n" % (n, b"b" * 500) for n in range(99))
    with opened(patient, b"GET / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n") as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


def test_who_waits_longest_of_an_address_makes_room_for_the_next() -> None:
    bounds = Bounds(waiting=1000, waiting_per_address=4)
    with server(bounds) as port:
        waiting = [opened(port, b"GET / HT") for _ in range(5)]
        with waiting.pop(0) as first:
            assert rest(first) == b""
        for connection in waiting:
            with connection as one:
                one.sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
                assert one.recv(100).startswith(b"HTTP/1.1 200 ")


def test_one_address_with_many_connections_keeps_nobody_else_out() -> None:
    bounds = Bounds(waiting=20, waiting_per_address=1000)
    with server(bounds) as port:
        other = opened(port, b"GET / HT", "127.0.0.2")
        crowd = [opened(port, b"GET / HT") for _ in range(100)]
        other.sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
        assert other.recv(100).startswith(b"HTTP/1.1 200 ")
        for one in (other, *crowd):
            one.close()


def test_a_household_is_one_client_and_so_is_an_address_written_in_two_ways() -> None:
    assert client_of("2001:db8:1:2:a::1") == client_of("2001:db8:1:2:b::2") != client_of("2001:db8:1:3::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1")
