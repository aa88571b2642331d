"""The ways into the Hub, on its real pages: the first start, the owner's passcode, share links."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from protokit.hub.app import assemble, open_hub
from protokit.hub.guard.passcodes import hashed
from protokit.hub.parts import Hub
from protokit.hub.settings import HubSettings
from protokit.hub.state.links import Link
from protokit.spec import Spec

PASSCODE = "correct horse battery"
KEPT = hashed(PASSCODE)


class Browser:
    """A browser that keeps cookies and fills in forms; `address` is where it comes from."""

    def __init__(
        self, hub: Hub, app: Any, address: str = "192.0.2.1", site: str = "http://localhost"
    ) -> None:
        self.hub = hub
        self._client = TestClient(
            app, site, client=(address, 1), follow_redirects=False, headers={"Accept": "text/html"}
        )

    def open(self, path: str) -> Any:
        return self._client.get(path)

    def fill_in(self, path: str, **fields: str) -> Any:
        """Open a page and send its form."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.open(path).text)
        assert token, "there is no form on the page"
        return self._client.post(path, data={"csrf_token": token[1], **fields})


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = open_hub(HubSettings(tmp_path / "home", trusted_proxy=("10.0.0.1",)))
    opened.store.add(
        "leave", Spec(title="Leave Helper", slug="leave", pitch="All about leave.", blueprint="x@1")
    )
    yield opened
    opened.store.close()


@pytest.fixture
def app(hub: Hub) -> Any:
    return assemble(hub)


def start(hub: Hub) -> str:
    return hub.doors.start_path()


def link(hub: Hub, passcode: str = "", **wanted: Any) -> tuple[Link, str]:
    made = hub.store.make_link("leave", "Board", passcode=passcode, **wanted)
    return made, hub.doors.path(made)


def test_the_first_start_sets_the_passcode_once_and_signs_in(hub: Hub, app: Any) -> None:
    first, stale = Browser(hub, app), start(hub)
    path = start(hub)
    assert Browser(hub, app).fill_in(stale, passcode=PASSCODE, again=PASSCODE).status_code == 410
    assert first.fill_in(path, passcode="short", again="short").status_code == 422
    assert first.fill_in(path, passcode=PASSCODE, again="another").status_code == 422
    entered = first.fill_in(path, passcode=PASSCODE, again=PASSCODE)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert first.open("/new").status_code == 200
    assert Browser(hub, app).open("/new").status_code == 401
    assert Browser(hub, app).open(path).status_code == 303  # it goes to the sign-in page
    assert start(hub) == ""


def test_a_made_up_first_start_link_is_worth_nothing(hub: Hub, app: Any) -> None:
    start(hub)
    for code in (
        "x",
        "x.y",
        hub.doors._keys.sign("first start", "guess"),
        hub.doors._keys.sign("share link", "x"),
    ):
        refused = Browser(hub, app, code[-9:]).fill_in(f"/start/{code}", passcode=PASSCODE, again=PASSCODE)
        assert refused.status_code == 410
    assert hub.store.passcode() == ""


def test_the_owner_signs_in_and_out_on_each_device(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    laptop, phone = Browser(hub, app), Browser(hub, app)
    assert laptop.fill_in("/signin", passcode="wrong wrong").status_code == 403
    entered = laptop.fill_in("/signin", passcode=f" {PASSCODE} ", next="/new")
    assert (entered.status_code, entered.headers["location"]) == (303, "/new")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly; Max-Age=2592000; Path=/; SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert phone.fill_in("/signin", passcode=PASSCODE).status_code == 303
    assert laptop.open("/").status_code == phone.open("/").status_code == 200
    token = re.search(r'value="([^"]+)"', laptop.open("/").text)
    assert token
    assert laptop._client.post("/signout").status_code == 403
    assert laptop._client.post("/signout", headers={"X-CSRF-Token": token[1]}).status_code == 303
    assert (laptop.open("/").status_code, phone.open("/").status_code) == (401, 200)


def test_nobody_is_sent_to_another_site_after_signing_in(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    browser = Browser(hub, app)
    for there in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
    ):
        entered = browser.fill_in("/signin", passcode=PASSCODE, next=there)
        assert (entered.status_code, entered.headers["location"]) == (303, "/"), there


def test_guessing_the_passcode_ends_after_twenty_tries_from_one_address(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    guesser, owner = Browser(hub, app, "192.0.2.66"), Browser(hub, app, "192.0.2.1")
    for _ in range(20):
        assert guesser.fill_in("/signin", passcode="").status_code == 403
    assert guesser.fill_in("/signin", passcode=PASSCODE).status_code == 429
    for _ in range(2):
        assert owner.fill_in("/signin", passcode=PASSCODE).status_code == 303


def test_guessing_from_behind_the_proxy_stops_the_guesser_and_not_everybody(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    guesser, owner = Browser(hub, app, "10.0.0.1"), Browser(hub, app, "10.0.0.1")
    guesser._client.headers["X-Forwarded-For"] = "203.0.113.66"
    owner._client.headers["X-Forwarded-For"] = "203.0.113.1"
    for _ in range(20):
        guesser.fill_in("/signin", passcode="")
    assert guesser.fill_in("/signin", passcode=PASSCODE).status_code == 429
    assert owner.fill_in("/signin", passcode=PASSCODE).status_code == 303


def test_a_passcode_of_a_link_is_not_guessed_from_many_addresses(hub: Hub, app: Any) -> None:
    _, path = link(hub, KEPT)
    statuses = [
        Browser(hub, app, f"198.51.100.{number // 18}").fill_in(path, passcode="").status_code
        for number in range(105)
    ]
    assert statuses == [403] * 100 + [429] * 5
    assert Browser(hub, app, "203.0.113.9").fill_in(path, passcode=PASSCODE).status_code == 429


def test_a_share_link_leads_to_the_prototype_and_nowhere_else(hub: Hub, app: Any) -> None:
    _, path = link(hub)
    guest = Browser(hub, app)
    page = guest.open(path)
    assert page.status_code == 200
    assert "Leave Helper" in page.text
    entered = guest.fill_in(path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/p/leave/")
    paths = re.findall(r"Path=([^;]+)", " ".join(entered.headers.get_list("set-cookie")))
    assert sorted(paths) == sorted(["/p/leave", path])
    assert guest.open("/p/leave/").status_code == 200
    assert guest.open("/").status_code == 401
    assert Browser(hub, app).open("/p/leave/").status_code == 401


def test_a_robot_that_previews_a_link_is_no_visitor_and_a_guest_is_counted_once(hub: Hub, app: Any) -> None:
    made, path = link(hub, max_visitors=1)
    for _ in range(3):
        assert Browser(hub, app, "192.0.2.9").open(path).status_code == 200
    assert hub.store.links("leave")[0].visitors == 0
    guest = Browser(hub, app)
    guest.fill_in(path)
    for _ in range(3):
        assert guest.open(path).headers["location"] == "/p/leave/"
    assert hub.store.links("leave")[0].visitors == 1
    other = Browser(hub, app).fill_in(path)
    assert other.status_code == 410
    assert "used it" in other.text
    assert len(hub.store.visits("leave", made.id)) == 1


def test_a_link_with_a_passcode_asks_for_it(hub: Hub, app: Any) -> None:
    _, path = link(hub, KEPT)
    guest = Browser(hub, app)
    assert 'type="password"' in guest.open(path).text
    for wrong in ("", "correct", PASSCODE.title()):
        assert guest.fill_in(path, passcode=wrong).status_code == 403
    assert guest.open("/p/leave/").status_code == 401
    assert guest.fill_in(path, passcode=f" {PASSCODE}").status_code == 303
    assert guest.open("/p/leave/").status_code == 200


@pytest.mark.parametrize("ending", ["revoked", "expired", "archived", "tampered with"])
def test_a_link_that_is_over_says_so(hub: Hub, app: Any, ending: str) -> None:
    made, path = link(hub, expires=time.time() + 0.3 if ending == "expired" else None)
    if ending == "revoked":
        hub.store.revoke(made.id)
    elif ending == "expired":
        time.sleep(max(0.0, (made.expires or 0) - time.time()))
    elif ending == "archived":
        hub.store.archive("leave")
    else:
        path = path[:-3] + "AAA"
    closed = Browser(hub, app).open(path)
    assert closed.status_code == (410 if ending in ("revoked", "expired") else 404)
    assert "Ask whoever sent it" in closed.text


def test_behind_https_every_cookie_is_secure(hub: Hub, app: Any) -> None:
    _, path = link(hub)
    guest = Browser(hub, app, "10.0.0.1", "https://localhost")
    guest._client.headers["X-Forwarded-Proto"] = "https"
    first = guest.open(path)
    entered = guest.fill_in(path)
    kept = [*first.headers.get_list("set-cookie"), *entered.headers.get_list("set-cookie")]
    assert len(kept) == 3
    assert all("; Secure" in cookie for cookie in kept)


def test_under_a_base_domain_a_share_link_leads_to_the_prototypes_own_host(tmp_path: Path) -> None:
    hub = open_hub(HubSettings(tmp_path, base_domain="hub.test"))
    hub.store.add("leave", Spec(title="Leave", slug="leave", pitch="All about leave.", blueprint="x@1"))
    _, path = link(hub)
    app = assemble(hub)
    there = Browser(hub, app, site="http://hub.test:8400").open(path).headers["location"]
    assert there == f"http://leave.hub.test:8400{path}"
    guest = Browser(hub, app, site="http://leave.hub.test:8400")
    assert guest.fill_in(path).headers["location"] == "/p/leave/"
    assert guest.open("/p/leave/").status_code == 200
    hub.store.close()
