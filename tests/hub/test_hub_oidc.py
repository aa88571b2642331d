"""Signing in by OpenID Connect against a real server on loopback, and every way in which its answer is not believed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from protokit.errors import ChoiceProblem
from protokit.hub.app import assemble, open_hub
from protokit.hub.context import Hub
from protokit.hub.database.members import FOUNDER
from protokit.hub.hub_settings import HubSettings, environment_for_others
from protokit.hub.security.oidc_settings import OidcSettings
from tests.support.hub_members import OWN, Window, member
from tests.support.oidc_server import CLIENT, SECRET, OidcServer, oidc_server

ANN = {"sub": "u1", "name": "Ann Meyer", "email": "Ann@Example.com", "email_verified": True}
EVE = {"sub": "u9", "name": "Eve", "email": "eve@evil.example", "email_verified": True}


@pytest.fixture
def server() -> Iterator[OidcServer]:
    with oidc_server() as running:
        running.person = dict(ANN)
        yield running


@pytest.fixture
def hub(tmp_path: Path, server: OidcServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name, value in (("ISSUER", server.issuer), ("CLIENT_ID", CLIENT), ("CLIENT_SECRET", SECRET)):
        monkeypatch.setenv(f"PROTOKIT_HUB_OIDC_{name}", value)
    monkeypatch.setenv("PROTOKIT_HUB_OIDC_NAME", "Example ID")
    monkeypatch.setenv("PROTOKIT_HUB_OIDC_ALLOW", "@staff.example, guest@example.org")
    opened = open_hub(HubSettings(tmp_path / "home"))
    opened.store.set_passcode("x")
    yield opened
    opened.store.close()


@pytest.fixture
def app(hub: Hub) -> Any:
    return assemble(hub)


def there(window: Window, path: str = "/signin/oidc") -> str:
    """Go to the server, sign in there, and tell where it sends the browser back to."""
    answer = window.get(path)
    assert answer.status_code == 303, answer.text
    back = httpx.get(answer.headers["location"]).headers["location"]
    assert back.startswith("http://localhost/signin/oidc/callback?")
    return back.removeprefix("http://localhost")


def come_in(window: Window, path: str = "/signin/oidc") -> Any:
    return window.get(there(window, path))


def names(hub: Hub) -> list[tuple[str, str]]:
    return [(each.name, each.role) for each in hub.store.members()][1:]


def test_an_invitation_by_address_lets_that_person_in_and_again_later(
    hub: Hub, app: Any, server: OidcServer
) -> None:
    Window(hub, app).signed_in(FOUNDER).post(
        "/members/invite", "/members", name="Ann", role="editor", email="ANN@example.com"
    )
    window = Window(hub, app)
    assert "Sign in with Example ID" in window.get("/signin").text
    entered = come_in(window, "/signin/oidc?next=/new")
    assert (entered.status_code, entered.headers["location"]) == (303, "/new")
    assert window.get("/new").status_code == 200
    server.person |= {
        "email": "meyer@elsewhere.example",
        "name": "A. Meyer",
    }  # the same person with another address
    assert come_in(Window(hub, app)).status_code == 303
    assert names(hub) == [("Ann Meyer", "editor")]
    server.person = {**EVE, "email": "ann@example.com"}  # the address is spent, and not how people are known
    assert come_in(Window(hub, app)).status_code == 403


def test_the_link_of_an_invitation_is_accepted_that_way_once(hub: Hub, app: Any, server: OidcServer) -> None:
    open_to_all = hub.store.invite("editor", "Somebody", FOUNDER)
    for_ann = hub.store.invite("owner", "Ann", FOUNDER, email="ann@example.com")
    server.person = dict(EVE)
    paths = [
        hub.doors.invitation_path(each).replace("/invite/", "/signin/oidc?invitation=")
        for each in (for_ann, open_to_all)
    ]
    assert come_in(Window(hub, app), paths[0]).status_code == 403  # it is for another address
    assert come_in(Window(hub, app), paths[1]).status_code == 303
    server.person = {**EVE, "sub": "u10"}
    assert come_in(Window(hub, app), paths[1]).status_code == 410
    assert names(hub) == [("Eve", "editor")]


def test_an_address_of_the_list_comes_in_as_a_viewer_and_others_do_not(
    hub: Hub, app: Any, server: OidcServer
) -> None:
    for number, (email, verified, status) in enumerate(
        (
            ("bob@staff.example", True, 303),
            ("bob@staff.example.evil.example", True, 403),
            ("bob@evil-staff.example", True, 403),
            ("guest@example.org", True, 303),
            ("other@example.org", True, 403),
            ("eve@staff.example", False, 403),
            ("eve@staff.example", None, 403),
            ("", True, 403),
        )
    ):
        server.person = {"sub": f"p{number}", "name": "Bob", "email": email, "email_verified": verified}
        refused = come_in(Window(hub, app, f"192.0.2.{number}"))
        assert refused.status_code == status, email
    assert names(hub) == [("Bob", "viewer"), ("Bob 2", "viewer")]
    assert "sign-in refused" in {each.action for each in hub.store.entries()}


def test_the_address_may_be_told_apart_and_the_secret_in_the_form(
    hub: Hub, app: Any, server: OidcServer
) -> None:
    server.by_userinfo, server.basic = True, False
    server.person |= {"email": "ann@staff.example"}
    assert come_in(Window(hub, app)).status_code == 303
    assert names(hub) == [("Ann Meyer", "viewer")]


LIES: tuple[dict[str, Any], ...] = (
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "another"},
    {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": "another"},
    {"iss": "https://evil.example"},
    {"exp": int(time.time()) - 3600},
    {"exp": None},
    {"iat": int(time.time()) + 3600},
    {"sub": None},
)


def test_an_id_token_that_is_not_meant_for_this_sign_in_is_not_believed(
    hub: Hub, app: Any, server: OidcServer
) -> None:
    hub.store.invite("owner", "Ann", FOUNDER, email="ann@example.com")
    for number, lie in enumerate(LIES):
        server.alter = lambda claims, lie=lie: {
            name: value for name, value in (claims | lie).items() if value is not None
        }
        assert come_in(Window(hub, app, f"192.0.2.{number}")).status_code == 403, lie
    server.alter = lambda claims: claims
    for number, sign in enumerate(("none", "HS256", "other")):
        server.sign = sign
        assert come_in(Window(hub, app, f"192.0.2.{50 + number}")).status_code == 403, sign
    assert names(hub) == []
    server.sign = "RS256"
    assert come_in(Window(hub, app, "192.0.2.99")).status_code == 303


def test_an_answer_is_taken_by_the_browser_that_asked_and_once(hub: Hub, app: Any) -> None:
    hub.store.invite("editor", "Ann", FOUNDER, email="ann@example.com")
    victim, attacker = Window(hub, app), Window(hub, app, "192.0.2.66")
    theirs = there(attacker)
    assert victim.get(theirs).status_code == 403  # without having asked
    there(victim)
    assert victim.get(theirs).status_code == 403  # with a state of its own
    own = there(victim)
    for tampered in (
        re.sub("state=[^&]+", "state=x", own),
        re.sub("state=[^&]+&?", "", own),
        re.sub("code=[^&]+", "code=x", own),
        re.sub("iss=[^&]+", "iss=https://evil.example", own),
        "/signin/oidc/callback?error=access_denied&state=x",
    ):
        there(victim)
        assert victim.get(tampered).status_code == 403, tampered
    assert names(hub) == []
    own = there(victim)
    assert victim.get(own).status_code == 303
    assert victim.get(own).status_code in (403, 429)


def test_a_code_that_was_stolen_is_worth_nothing_without_its_verifier(hub: Hub, app: Any) -> None:
    hub.store.invite("editor", "Ann", FOUNDER, email="ann@example.com")
    victim, thief = Window(hub, app), Window(hub, app, "192.0.2.66")
    stolen = parse_qs(urlsplit(there(victim)).query)["code"][0]
    own = there(thief)
    assert thief.get(re.sub("code=[^&]+", f"code={stolen}", own)).status_code == 403


def test_nobody_is_sent_to_another_site_after_it(hub: Hub, app: Any, server: OidcServer) -> None:
    server.person |= {"email": "ann@staff.example"}
    for target in (
        "//evil.example",
        "https://evil.example/",
        "/%5Cevil.example",
        "javascript:alert(1)",
        "/signout",
    ):
        entered = come_in(Window(hub, app), f"/signin/oidc?next={target}")
        assert (entered.status_code, entered.headers["location"]) == (303, "/"), target


def test_signing_in_that_way_begins_a_new_session(hub: Hub, app: Any, server: OidcServer) -> None:
    server.person |= {"email": "ann@staff.example"}
    window = Window(hub, app).signed_in(FOUNDER)
    (before,) = hub.store.sessions(FOUNDER)
    come_in(window)
    assert hub.store.session(before.id) is None


def test_a_member_adds_this_way_in_by_a_form_and_keeps_the_role(
    hub: Hub, app: Any, server: OidcServer
) -> None:
    bob = member(hub, "Bob", "editor")
    window = Window(hub, app).signed_in(bob.id)
    page = window.post("/account/oidc")
    url = re.search(r'href="(http://127[^"]+)"', page.text)[1].replace("&amp;", "&")
    back = httpx.get(url).headers["location"].removeprefix("http://localhost")
    other = Window(hub, app).signed_in(FOUNDER)
    other.client.cookies.set("protokit_oidc", page.cookies["protokit_oidc"], path="/signin/oidc")
    assert other.get(back).status_code == 403  # a link that another member began
    assert hub.store.members()[0].subject == ""
    page = window.post("/account/oidc")
    url = re.search(r'href="(http://127[^"]+)"', page.text)[1].replace("&amp;", "&")
    back = httpx.get(url).headers["location"].removeprefix("http://localhost")
    assert window.get(back).headers["location"] == "/account?done=linked"
    again = Window(hub, app)
    come_in(again)
    assert again.get("/new").status_code == 200
    assert names(hub) == [("Bob", "editor")]
    assert window.client.post("/account/oidc").status_code in (401, 403)
    assert Window(hub, app).post("/signin", "/signin", name="Bob", passcode=OWN).status_code == 303


def test_a_service_that_is_away_shuts_nobody_out(hub: Hub, app: Any, server: OidcServer) -> None:
    bob = member(hub, "Bob", "viewer")
    server.issuer += "/elsewhere"  # what it says of itself is another's
    window = Window(hub, app)
    assert window.get("/signin/oidc").status_code == 503
    assert window.post("/signin", "/signin", name=bob.name, passcode=OWN).status_code == 303


def test_half_of_the_settings_and_unsafe_ones_are_told() -> None:
    whole = {
        f"PROTOKIT_HUB_OIDC_{name}": value
        for name, value in (("ISSUER", "https://id.example.com"), ("CLIENT_ID", "a"), ("CLIENT_SECRET", "b"))
    }
    read = OidcSettings.of(whole)
    assert read
    assert (read.name, OidcSettings.of({})) == ("id.example.com", None)
    for change, words in (
        ({"PROTOKIT_HUB_OIDC_CLIENT_SECRET": ""}, "CLIENT_SECRET is missing"),
        ({"PROTOKIT_HUB_OIDC_ISSUER": "http://id.example.com"}, "https"),
        ({"PROTOKIT_HUB_OIDC_ALLOW": "example.com"}, "neither an address"),
    ):
        with pytest.raises(ChoiceProblem, match=words):
            OidcSettings.of(whole | change)


def test_no_other_program_gets_the_hubs_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTOKIT_HUB_OIDC_CLIENT_SECRET", SECRET)
    assert SECRET not in environment_for_others().values()
