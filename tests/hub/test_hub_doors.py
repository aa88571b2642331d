"""The ways into the Hub, on its real pages: the first start, the owner's passcode, share links."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from protokit.hub.app import assemble, open_hub
from protokit.hub.context import Hub
from protokit.hub.database.share_links import Link
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.passcodes import hashed
from protokit.hub.security.signing import SigningKeys
from protokit.spec.prototype_spec import Spec

PASSCODE = "correct horse battery"
KEPT = hashed(PASSCODE)


class Browser:
    """A browser that keeps cookies and fills in forms; `address` is where it comes from."""

    def __init__(
        self, hub: Hub, app: Any, address: str = "192.0.2.1", site: str = "http://localhost"
    ) -> None:
        self.hub = hub
        self.client = TestClient(
            app, site, client=(address, 1), follow_redirects=False, headers={"Accept": "text/html"}
        )

    def open(self, path: str) -> Any:
        return self.client.get(path)

    def fill_in(self, path: str, **fields: str) -> Any:
        """Open a page and send its form."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.open(path).text)
        assert token, "there is no form on the page"
        return self.client.post(path, data={"csrf_token": token[1], **fields})


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
    keys = SigningKeys.open(hub.settings.home)
    for code in ("x", "x.y", keys.sign("first start", "guess"), keys.sign("share link", "x")):
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
    assert laptop.client.post("/signout").status_code == 403
    assert laptop.client.post("/signout", headers={"X-CSRF-Token": token[1]}).status_code == 303
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


def test_guessing_the_passcode_takes_longer_each_time_and_only_the_guesser_waits(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    guesser, owner = Browser(hub, app, "192.0.2.66"), Browser(hub, app, "192.0.2.1")
    for _ in range(5):
        assert guesser.fill_in("/signin", passcode="").status_code == 403
    waiting = guesser.fill_in("/signin", passcode=PASSCODE)
    assert waiting.status_code == 429
    assert 1 <= int(waiting.headers["Retry-After"]) <= 16
    for _ in range(2):
        assert owner.fill_in("/signin", passcode=PASSCODE).status_code == 303


def test_guessing_from_behind_the_proxy_stops_the_guesser_and_not_everybody(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    guesser, owner = Browser(hub, app, "10.0.0.1"), Browser(hub, app, "10.0.0.1")
    guesser.client.headers["X-Forwarded-For"] = "203.0.113.66"
    owner.client.headers["X-Forwarded-For"] = "203.0.113.1"
    for _ in range(5):
        guesser.fill_in("/signin", passcode="")
    assert guesser.fill_in("/signin", passcode=PASSCODE).status_code == 429
    assert owner.fill_in("/signin", passcode=PASSCODE).status_code == 303


@pytest.mark.parametrize("door", ["sign-in", "link"])
def test_who_guesses_from_many_addresses_shuts_nobody_out(hub: Hub, app: Any, door: str) -> None:
    hub.store.set_passcode(KEPT)
    path = "/signin" if door == "sign-in" else link(hub, KEPT)[1]
    for number in range(110):
        Browser(hub, app, f"198.51.100.{number}").fill_in(path, passcode="")
    again = Browser(hub, app, "198.51.100.250")
    assert again.fill_in(path, passcode="").status_code == 403
    assert again.fill_in(path, passcode="").status_code == 429  # one guess from each address, no more
    assert Browser(hub, app, "203.0.113.9").fill_in(path, passcode=PASSCODE).status_code == 303


def test_a_device_that_was_signed_in_before_gets_in_from_where_somebody_guesses(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    owner, guesser = Browser(hub, app, "192.0.2.1"), Browser(hub, app, "192.0.2.1")
    entered = owner.fill_in("/signin", passcode=PASSCODE)
    assert "protokit_device" in entered.headers.get_list("set-cookie")[1]
    for session in hub.store.sessions():
        hub.store.end_session(session.id)
    for _ in range(5):
        guesser.fill_in("/signin", passcode="")
    assert guesser.fill_in("/signin", passcode=PASSCODE).status_code == 429
    assert owner.fill_in("/signin", passcode=PASSCODE).status_code == 303


def test_a_made_up_device_is_a_stranger(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    guesser = Browser(hub, app, "192.0.2.66")
    statuses = []
    for number in range(6):
        made_up = SigningKeys(bytes([number]) * 32).sign("known device", f"device{number}")
        guesser.client.cookies.set("protokit_device", made_up)
        statuses.append(guesser.fill_in("/signin", passcode="").status_code)
    assert statuses == [403] * 5 + [429]


def test_a_flood_of_guesses_keeps_no_page_waiting(hub: Hub, app: Any) -> None:
    hub.store.set_passcode(KEPT)
    page = Browser(hub, app).open("/signin")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token[1], "passcode": "wrong wrong wrong"}
    headers = {"Cookie": page.headers["set-cookie"].partition(";")[0]}

    async def flood() -> tuple[list[int], bool]:
        async def guess(number: int) -> int:
            transport = httpx.ASGITransport(app, client=(f"198.51.100.{number}", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return (await client.post("/signin", data=form, headers=headers)).status_code

        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost"
        ) as client:
            guesses = [asyncio.create_task(guess(number)) for number in range(60)]
            await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
            for _ in range(3):
                assert (await client.get("/signin")).status_code == 200
            under_way = not all(task.done() for task in guesses)
            return await asyncio.gather(*guesses), under_way

    statuses, under_way = asyncio.run(flood())
    assert under_way, "the pages were answered only after all guesses"
    assert set(statuses) == {403, 429}
    assert statuses.count(429) >= 20  # those for whom there was no room were told so at once


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
    guest.client.headers["X-Forwarded-Proto"] = "https"
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
