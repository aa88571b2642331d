"""A Hub that is reached from outside: the tunnel's address is believed once it leads here, and no other is."""

import os
import re
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from starlette.testclient import TestClient

from protokit.errors import ProtokitError
from protokit.hub.app import assemble, open_hub
from protokit.hub.context import Hub
from protokit.hub.hosting.public_address import PROBE, SENT_FROM, addresses_in
from protokit.hub.hosting.tunnel import tunnel_command
from protokit.hub.hub_settings import HubSettings
from protokit.prototype.prototype_folder import free_port
from protokit.spec.prototype_spec import Spec
from tests.support import tunnel_program
from tests.support.browser import own_port
from tests.support.hub_process import PASSCODE, Person, running_hub
from tests.support.hub_site import made, owner
from tests.support.terminal import protokit
from tests.support.waiting import until

NAME = "quiet-lamp.example"
OPEN = f"https://{NAME}"


@pytest.mark.parametrize(
    ("line", "addresses"),
    [
        ("|  https://quiet-lamp-sea.trycloudflare.com  |", ["https://quiet-lamp-sea.trycloudflare.com"]),
        ("agree to https://www.cloudflare.com/website-terms/ and https://developers.example/a?b=1", []),
        ("Settings: map[url:http://localhost:8400] http://127.0.0.1:8400 http://a.localhost http://[::1]:1", []),
        ('t=2027 lvl=info msg="started" addr=http://localhost:8400 url=https://A1.ngrok-free.app',
         ["https://a1.ngrok-free.app"]),
        ('{"public_url":"https://x.example:8443","addr":"http://0.0.0.0:8400"}', ["https://x.example:8443"]),
        ("your url is: https://big-cat.loca.lt", ["https://big-cat.loca.lt"]),
        ("x.lhr.life tunneled with tls termination, https://x.lhr.life.", ["https://x.lhr.life"]),
        ("http://192.168.1.20:9000/ https://me:pw@evil.example https://[::zz] https://a.example:99999",
         ["http://192.168.1.20:9000"]),
    ],
)  # fmt: skip
def test_what_tunnel_programs_print_is_read(line: str, addresses: list[str]) -> None:
    assert list(addresses_in(line)) == addresses


def test_a_command_that_cannot_be_run_is_told_before_anything_starts(tmp_path: Path) -> None:
    assert tunnel_command(f"{sys.executable} -x 'http://localhost:{{port}}'", 80)[1:] == [
        "-x",
        "http://localhost:80",
    ]
    for command, words in (
        ("cat", "where the port"),
        ("no-such-tunnel {port}", "not there"),
        ("'{port}", "read"),
    ):
        with pytest.raises(ProtokitError, match=words):
            tunnel_command(command, 80)
    done = protokit("hub", "--home", tmp_path / "home", "--tunnel", "no-such-tunnel {port}", cwd=tmp_path)
    assert (done.code, 'the tunnel program "no-such-tunnel" is not there' in done.err) == (1, True)
    assert not (tmp_path / "home").exists()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = open_hub(HubSettings(tmp_path / "home"))
    opened.store.set_passcode("x")
    opened.store.add("leave", Spec(title="Leave", slug="leave", pitch="All of it.", blueprint="x@1"))
    opened.public.begin()
    yield opened
    opened.store.close()


def ask(hub: Hub, path: str, host: str, at: str = "127.0.0.1", **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    client = TestClient(assemble(hub), "http://localhost", client=(at, 1), follow_redirects=False)
    return client.get(path, headers={"Accept": "text/html", "Host": host, **sent})


def arrive(hub: Hub, host: str = NAME, forwarded: str = "203.0.113.9") -> None:
    """The Hub's own request comes back by the tunnel."""
    (sent,) = [each for each in hub.public.candidates if each.origin == OPEN]
    ask(hub, "/health", host, **{PROBE: sent.token, "X-Forwarded-For": forwarded})


def test_an_address_is_believed_once_it_leads_here_and_no_other_is(hub: Hub) -> None:
    hub.public.read(f"see https://docs.example and {OPEN}")
    assert ask(hub, "/signin", NAME).status_code == 400  # printed is not proved
    ask(hub, "/health", NAME, **{PROBE: "guess"})
    ask(hub, "/health", NAME)
    assert hub.public.state == "opening"
    arrive(hub)
    assert (hub.public.state, hub.public.origin) == ("open", OPEN)
    assert ask(hub, "/signin", NAME).status_code == ask(hub, "/signin", f"{NAME}:443").status_code == 200
    for host in ("docs.example", f"x.{NAME}", f"{NAME}.evil.example", f"{NAME}:8443", "evil.example"):
        assert ask(hub, "/signin", host).status_code == 400, host


def test_forms_and_cookies_are_those_of_an_https_page_there(hub: Hub) -> None:
    hub.public.read(OPEN)
    arrive(hub)
    answer = ask(hub, "/signin", NAME)
    assert "; Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers
    client = TestClient(assemble(hub), "http://localhost", client=("127.0.0.1", 1), follow_redirects=False)
    csrf = re.search(
        r'name="csrf_token" value="([^"]+)"', client.get("/signin", headers={"Host": NAME}).text
    )[1]
    for origin, status in ((OPEN, 403), ("https://evil.example", 403)):
        headers = {"Host": NAME, "Origin": origin}
        answer = client.post("/signin", data={"csrf_token": csrf, "passcode": "wrong wrong"}, headers=headers)
        assert (answer.status_code, "another site" in answer.text) == (status, "evil" in origin)


def test_guessers_are_told_apart_where_the_tunnel_says_who_they_are(hub: Hub) -> None:
    hub.public.read(OPEN)
    arrive(hub, forwarded=f"{SENT_FROM}, 203.0.113.9")
    hub.store.note("edited", "owner")

    def who(at: str, forwarded: str) -> str:
        scope = {"type": "http", "scheme": "http", "client": (at, 1)}
        headers = [(b"host", NAME.encode()), (b"x-forwarded-for", forwarded.encode())]
        seen: str = hub.public.seen({**scope, "headers": headers})["client"][0]
        return seen

    assert who("127.0.0.1", "1.2.3.4, 203.0.113.50") == "203.0.113.50"
    assert who("192.0.2.7", "1.2.3.4, 203.0.113.50") == "192.0.2.7"  # it did not come by the tunnel
    assert who("127.0.0.1", "nonsense") == "127.0.0.1"


def test_a_tunnel_that_passes_on_what_a_visitor_claims_is_not_believed(hub: Hub) -> None:
    hub.public.read(OPEN)
    arrive(hub, forwarded=SENT_FROM)
    headers = [(b"host", NAME.encode()), (b"x-forwarded-for", b"1.2.3.4")]
    scope = hub.public.seen(
        {"type": "http", "scheme": "http", "client": ("127.0.0.1", 1), "headers": headers}
    )
    assert (scope["client"][0], scope["scheme"]) == ("127.0.0.1", "https")


def test_a_tunnel_that_changes_the_host_is_told(hub: Hub) -> None:
    hub.public.read(OPEN)
    arrive(hub, host="localhost:8400")
    assert hub.public.state == "opening"
    assert "keep the Host header" in hub.public.problem


def test_the_network_and_this_computer_alone_are_said_plainly(tmp_path: Path) -> None:
    for settings, words in (
        ({}, "Only this computer"),
        ({"lan": True, "host": "0.0.0.0"}, "Everybody in this network"),
    ):
        opened = open_hub(HubSettings(tmp_path / words, **settings))
        opened.store.add("leave", Spec(title="Leave", slug="leave", pitch="All of it.", blueprint="x@1"))
        opened.store.make_link("leave", "Board")
        client = TestClient(assemble(opened), "http://localhost:8400", client=("127.0.0.1", 1))
        client.cookies.set("protokit_owner", owner(opened))
        page = client.get("/prototypes/leave/links", headers={"Accept": "text/html"}).text
        assert words in page
        shown = set(re.findall(r'value="http://([^/:"]+)[^"]*"', page))
        assert ("localhost" in shown) == (not settings or shown == {"localhost"})
        opened.store.close()


@pytest.mark.slow
def test_a_tunnel_program_is_found_shown_told_of_when_it_dies_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "home" / "prototypes" / "hr")
    proxy = free_port(own_port() + 300)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")  # by which the Hub asks at the address
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    program = shlex.join([sys.executable, tunnel_program.__file__, str(proxy)])
    options = ("--tunnel", f"{program} {{port}} http://{NAME}")
    with running_hub(tmp_path / "home", *options) as hub:
        until(lambda: f"On the internet at http://{NAME}" in hub.said.read_text())
        outside = Person(
            httpx.Client(base_url=f"http://{NAME}", proxy=f"http://127.0.0.1:{proxy}", timeout=60)
        )
        outside.send("/signin", "/signin", passcode=PASSCODE)
        outside.send("/prototypes/hr/links", "/prototypes/hr/links", name="Board")
        page = outside.open("/prototypes/hr/links").text
        assert "Everybody on the internet" in page
        assert f'value="http://{NAME}"' in page
        guest = re.search(rf'value="http://{NAME}(/s/[^"]+)"', page)[1]
        assert "HR" in outside.open(guest).text
        assert httpx.get(hub.address, headers={"Host": "other.example"}).status_code == 400
        (tunnel,) = _tunnels(hub.process.pid)
        os.kill(tunnel.pid, signal.SIGKILL)
        until(lambda: "The tunnel program ended" in hub.said.read_text())
        assert "The tunnel is down" in hub.person().open("/prototypes/hr/links").text
        assert httpx.get(f"{hub.address}/signin", headers={"Host": NAME}).status_code == 400
        outside.client.close()
    with running_hub(tmp_path / "home", *options) as hub:
        until(lambda: f"On the internet at http://{NAME}" in hub.said.read_text())
        (tunnel,) = _tunnels(hub.process.pid)
    assert not tunnel.is_running()


def _tunnels(hub: int) -> list[psutil.Process]:
    name = Path(tunnel_program.__file__).name
    return [
        each
        for each in psutil.Process(hub).children(recursive=True)
        if any(part.endswith(name) for part in each.cmdline())
    ]
