"""Hundreds of connections that hang at a Hub without a proxy: the owner gets in all the same."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests.hub.test_hub_processes import PAGE, prototype, wake
from tests.support.hosting_server import NAVIGATION
from tests.support.hub_process import Person, RunningHub, running_hub
from tests.support.waiting import until

HANGING = 300
"""More than one address may have."""
WEBSOCKET = (
    "GET /p/calm/app/_stcore/stream HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    home = tmp_path_factory.mktemp("hub") / "home"
    prototype(home, "calm", "streamlit", PAGE)
    with running_hub(home, "--prototypes-port", "0") as running:
        yield running


@contextmanager
def hanging(hub: RunningHub, number: int, begin: str) -> Iterator[list[socket.socket]]:
    """As many connections that send `begin` and nothing more."""
    with ExitStack() as stack:
        yield [stack.enter_context(connected(hub, begin)) for _ in range(number)]


def connected(hub: RunningHub, begin: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", urlsplit(hub.address).port), timeout=20)
    connection.sendall(begin.encode())
    return connection


def status(connection: socket.socket) -> int:
    """What the Hub answered, 0 where it ended the connection."""
    try:
        line = connection.recv(15)
    except ConnectionResetError:
        return 0
    return int(line.split()[1]) if line else 0


def hangs(connection: socket.socket) -> bool:
    """Whether it is still open without an answer."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize(
    "begin",
    [
        "",
        "GET /signin HTTP/1.1\r\nHost: localhost\r\nX-A: ",
        "POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\na",
        "GET /p/calm/app/_stcore/stream HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n",
    ],
    ids=["silent", "headers", "body", "websocket"],
)
def test_requests_that_never_become_complete_do_not_keep_the_owner_out(hub: RunningHub, begin: str) -> None:
    with hanging(hub, HANGING, begin) as connections:
        owner = hub.person()
        assert owner.open("/prototypes/calm/health").status_code == 200
        assert hangs(connections[-1])  # so none had to run out of its time for the owner
        assert status(connections[0]) == 0  # it made room


@pytest.mark.slow
def test_guests_who_hold_all_places_do_not_keep_the_owner_out(hub: RunningHub) -> None:
    owner = hub.person()
    wake(owner, "calm")
    guest = invited(hub, owner)
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in guest.client.cookies.jar)
    begin = WEBSOCKET.format(host=urlsplit(hub.address).netloc, cookie=cookie)
    with ExitStack() as stack:
        answers = [status(stack.enter_context(connected(hub, begin))) for _ in range(HANGING)]
        assert answers.count(101) == 256
        assert guest.client.get("/p/calm/app/", headers=NAVIGATION).status_code == 503
        assert hub.person().open("/prototypes/calm/health").status_code == 200
        assert owner.client.get("/p/calm/app/", headers=NAVIGATION).status_code == 200
    until(lambda: guest.client.get("/p/calm/app/", headers=NAVIGATION).status_code == 200)


def invited(hub: RunningHub, owner: Person) -> Person:
    """A guest of the prototype, by a link of the owner's."""
    owner.send("/prototypes/calm/links", "/prototypes/calm/links", name="Board")
    link = re.search(r"/s/[\w.-]+", owner.open("/prototypes/calm/links").text)[0]
    guest = hub.stranger()
    guest.send(link, link)
    return guest


def test_headers_without_end_are_refused(hub: RunningHub) -> None:
    endless = "GET /signin HTTP/1.1\r\nHost: localhost\r\n" + "X-A: b\r\n" * 20_000
    with hanging(hub, 1, endless[:200_000]) as (connection,):
        assert status(connection) == 431
