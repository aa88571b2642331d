"""Members of a Hub: what each role may do, how people come in and go, and what an attacker among them gets."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, text
from starlette.routing import Route

from protokit.errors import ProtokitError
from protokit.hub.app import assemble, open_hub, routes
from protokit.hub.context import Hub
from protokit.hub.database import engine as engine_module
from protokit.hub.database.members import FOUNDER, ROLES, Role
from protokit.hub.database.store import Store
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.hub.security.passcodes import hashed
from protokit.hub.security.roles import LEAST, guarded, keys_of, may
from protokit.hub.security.signing import SigningKeys
from protokit.spec.prototype_spec import Spec
from tests.support.hub_members import OWN, OWNS, Window, member

PASSCODE = "correct horse battery"
FOUNDERS = hashed(PASSCODE)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = open_hub(HubSettings(tmp_path / "home"))
    opened.store.set_passcode(FOUNDERS)
    opened.store.add("leave", Spec(title="Leave", slug="leave", pitch="All of it.", blueprint="x@1"))
    yield opened
    opened.store.close()


@pytest.fixture
def app(hub: Hub) -> Any:
    return assemble(hub)


def path_of(hub: Hub, role: Role = "viewer", name: str = "Ann") -> str:
    return hub.doors.invitation_path(hub.store.invite(role, name, FOUNDER))


def test_every_route_has_a_least_role_and_the_table_names_no_other(hub: Hub) -> None:
    every = [key for route in routes(hub) for key in keys_of(route)]
    assert sorted(every) == sorted(LEAST)
    with pytest.raises(LookupError, match="POST /new/secret has no least role"):
        guarded([Route("/new/secret", lambda _: None, methods=["POST"])])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_routes_and_no_others(hub: Hub, app: Any, role: Role) -> None:
    person, other = member(hub, "Ann", role), member(hub, "Bob", "viewer")
    values = {"slug": "leave", "number": "1", "number:int": "1", "member": other.id, "kind": "md"}
    before = hub.store.members()
    for key, least in LEAST.items():
        if least in ("anybody", "guest"):
            continue
        method, _, pattern = key.partition(" ")
        path = re.sub(r"{([^}]+)}", lambda match: values.get(match[1], "x"), pattern)
        if may(role, key) and method == "POST":
            continue  # what they do is the other tests' matter
        window = Window(hub, app).signed_in(person.id)
        answer = window.get(path) if method == "GET" else window.post(path)
        assert (answer.status_code == 403) == (not may(role, key)), (key, answer.status_code)
        assert answer.status_code not in (401, 500), (key, answer.text[:300])
        if answer.status_code == 403:
            assert "Ask an owner of this Hub" in answer.text
    assert hub.store.members() == before
    assert hub.store.record("leave")


def test_a_viewer_is_shown_nothing_that_they_may_not_press(hub: Hub, app: Any) -> None:
    window = Window(hub, app).signed_in(member(hub, "Ann", "viewer").id)
    for page in (
        "/",
        "/prototypes/leave",
        "/prototypes/leave/questions",
        "/prototypes/leave/decision/compare",
    ):
        text = window.get(page).text
        for action in re.findall(r'<form method="post" action="([^"]+)"', text):
            assert action == "/signout", (page, action)
        for target in re.findall(r'href="(/[^"#?]*)', text):
            assert window.get(target).status_code != 403, (page, target)


def test_an_invitation_makes_one_member_with_its_role_and_is_spent(hub: Hub, app: Any) -> None:
    owner = Window(hub, app).signed_in(FOUNDER)
    owner.post("/members/invite", "/members", name="Ann", role="editor")
    path = re.search(r'value="http://localhost(/invite/[^"]+)"', owner.get("/members").text)[1]
    ann = Window(hub, app, "192.0.2.2")
    assert ann.post(path, path, name="Ann M.", passcode="short", again="short").status_code == 422
    assert ann.post(path, path, name="Owner", passcode=OWN, again=OWN).status_code == 422  # a name of another
    assert ann.post(path, path, name="Ann M.", passcode=OWN, again=OWN, role="owner").status_code == 303
    assert ann.get("/new").status_code == 200
    assert ann.get("/members").status_code == 403
    assert ann.get(path).status_code == 410
    late = Window(hub, app, "192.0.2.3")
    assert late.post(path, "/signin", name="Eve", passcode=OWN, again=OWN).status_code == 410
    assert [(each.name, each.role) for each in hub.store.members()] == [
        ("Owner", "owner"),
        ("Ann M.", "editor"),
    ]
    elsewhere = Window(hub, app, "192.0.2.4")
    assert elsewhere.post("/signin", "/signin", name=" ann  m. ", passcode=OWN).status_code == 303


def test_an_invitation_opened_twice_at_once_lets_one_person_in(hub: Hub) -> None:
    invitation = hub.store.invite("editor", "Ann", FOUNDER)

    def accept(number: int) -> None:
        with suppress(ProtokitError):
            hub.store.accept(invitation, f"Ann {number}", passcode=OWNS)

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(accept, range(8)))
    assert len(hub.store.members()) == 2


def test_made_up_and_foreign_invitations_lead_nowhere(hub: Hub, app: Any) -> None:
    keys, invitation = SigningKeys.open(hub.settings.home), hub.store.invite("owner", "Ann", FOUNDER)
    signed = (
        keys.sign("share link", invitation.id),
        keys.sign("invitation", "x"),
        keys.sign("invitation", ["x"]),
    )
    for token in (invitation.id, "x", f"{invitation.id}.x", *signed):
        assert Window(hub, app).get(f"/invite/{token}").status_code == 410, token


def test_an_owner_who_is_removed_or_demoted_leaves_no_way_back_in(hub: Hub, app: Any) -> None:
    rogue, other = member(hub, "Eve", "owner"), member(hub, "Mallory", "owner")
    back = [hub.doors.invitation_path(hub.store.invite("owner", name, rogue.id)) for name in ("E2", "E3")]
    window = Window(hub, app).signed_in(rogue.id)
    token = window.token()
    founder = Window(hub, app).signed_in(FOUNDER)
    founder.post(f"/members/{rogue.id}/remove")
    assert window.client.post("/members/invite", data={"csrf_token": token, "name": "E4"}).status_code == 401
    assert [Window(hub, app).get(path).status_code for path in back] == [410, 410]
    more = hub.doors.invitation_path(hub.store.invite("owner", "M2", other.id))
    founder.post(f"/members/{other.id}/role", role="viewer")
    assert Window(hub, app).get(more).status_code == 410
    assert Window(hub, app).signed_in(other.id).get("/members").status_code == 403


def test_the_founder_is_nobody_elses_to_change(hub: Hub, app: Any) -> None:
    window = Window(hub, app).signed_in(member(hub, "Eve", "owner").id)
    for action in ("role", "remove", "signout", "passcode"):
        assert window.post(f"/members/{FOUNDER}/{action}", role="viewer").status_code == 404
    assert hub.store.members()[0].role == "owner"
    assert hub.store.invitations() == []


def test_a_changed_role_holds_from_the_next_request_on(hub: Hub, app: Any) -> None:
    ann = member(hub, "Ann", "editor")
    window, founder = Window(hub, app).signed_in(ann.id), Window(hub, app).signed_in(FOUNDER)
    assert window.get("/new").status_code == 200
    founder.post(f"/members/{ann.id}/role", role="viewer")
    assert window.get("/new").status_code == 403
    assert founder.post(f"/members/{ann.id}/role", role="admin").status_code == 422


def test_signing_in_is_always_a_new_session_and_ends_the_one_before(hub: Hub, app: Any) -> None:
    member(hub, "Ann", "editor")
    window = Window(hub, app).signed_in(FOUNDER)  # as if a stranger had put their own cookie there
    planted = window.client.cookies[OWNER_COOKIE]
    entered = window.post("/signin", "/signin", name="Ann", passcode=OWN)
    assert entered.status_code == 303
    assert OWNER_COOKIE in entered.headers["set-cookie"]
    assert planted not in entered.headers["set-cookie"]
    stranger = Window(hub, app)
    stranger.client.cookies.set(OWNER_COOKIE, planted)
    assert stranger.get("/").status_code == 401


def test_a_member_who_signs_in_is_not_forgiven_the_tries_at_anothers_passcode(hub: Hub, app: Any) -> None:
    member(hub, "Eve", "viewer")
    eve = Window(hub, app, "192.0.2.66")
    assert eve.post("/signin", "/signin", name="Eve", passcode=OWN).status_code == 303
    tries = []
    for _ in range(4):
        tries += [eve.post("/signin", "/signin", passcode="wrong wrong").status_code for _ in range(2)]
        assert eve.post("/signin", "/signin", name="Eve", passcode=OWN).status_code == 303
    assert tries == [403] * 5 + [429] * 3
    assert Window(hub, app, "192.0.2.1").post("/signin", "/signin", passcode=PASSCODE).status_code == 303


def test_a_name_that_is_nobodys_is_answered_as_a_wrong_passcode(hub: Hub, app: Any) -> None:
    known = hub.store.accept(hub.store.invite("viewer", "Sam", FOUNDER), "Sam", subject="https://id s")
    answers = {
        Window(hub, app, f"192.0.2.{number}")
        .post("/signin", "/signin", name=name, passcode="")
        .text.count("That is not the passcode")
        for number, name in enumerate(("Nobody", known.name, "Owner"))
    }
    assert answers == {1}
    assert (
        Window(hub, app, "192.0.2.9").post("/signin", "/signin", name="Sam", passcode=OWN).status_code == 403
    )


def test_devices_are_signed_out_one_by_one_and_all_at_once(hub: Hub, app: Any) -> None:
    ann, bob = member(hub, "Ann", "viewer"), member(hub, "Bob", "viewer")
    laptop, phone = Window(hub, app).signed_in(ann.id), Window(hub, app).signed_in(ann.id)
    bobs = Window(hub, app).signed_in(bob.id)
    shown = laptop.get("/account").text
    assert "Firefox on Windows" in shown
    assert not any(session.id in shown for session in hub.store.sessions())
    (own, other) = [each.handle for each in reversed(hub.store.sessions(ann.id))]
    (foreign,) = [each.handle for each in hub.store.sessions(bob.id)]
    assert laptop.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert {own, other} == set(re.findall(r"/account/sessions/(\w{16})/end", shown))
    handles = [each.handle for each in hub.store.sessions(ann.id)]
    for handle in handles:
        if laptop.post(f"/account/sessions/{handle}/end").headers["location"] != "/account?done=ended":
            break  # that was this one
    assert {laptop.get("/").status_code, phone.get("/").status_code} & {401}
    phone.signed_in(ann.id)
    laptop.signed_in(ann.id)
    assert laptop.post("/account/sessions/end").headers["location"] == "/signin?out=1"
    assert [window.get("/").status_code for window in (laptop, phone, bobs)] == [401, 401, 200]
    founder = Window(hub, app).signed_in(FOUNDER)
    founder.post(f"/members/{bob.id}/signout")
    assert bobs.get("/").status_code == 401


def test_a_passcode_is_changed_by_whoever_knows_it_and_others_are_signed_out(hub: Hub, app: Any) -> None:
    ann = member(hub, "Ann", "viewer")
    window, stolen = Window(hub, app).signed_in(ann.id), Window(hub, app).signed_in(ann.id)
    assert (
        stolen.post("/account/passcode", old="guess guess", passcode="mine now, all of it").status_code == 403
    )
    assert window.post("/account/passcode", old=OWN, passcode="short").status_code == 422
    assert window.post("/account/passcode", old=OWN, passcode="another green lamp").status_code == 303
    assert (window.get("/").status_code, stolen.get("/").status_code) == (200, 401)
    founder = Window(hub, app).signed_in(FOUNDER)
    founder.post(f"/members/{ann.id}/passcode")
    path = hub.doors.invitation_path(hub.store.invitations()[0])
    assert Window(hub, app).post(path, path, name="x", passcode=OWN, again=OWN).status_code == 303
    assert window.get("/").status_code == 401
    assert [each.name for each in hub.store.members()] == ["Owner", "Ann"]


def test_another_sites_form_and_another_members_token_invite_nobody(hub: Hub, app: Any) -> None:
    founder, eve = (Window(hub, app).signed_in(id) for id in (FOUNDER, member(hub, "Eve", "owner").id))
    fields = {"name": "E2", "role": "owner"}
    for data, headers in (
        (fields, {}),
        ({"csrf_token": eve.token(), **fields}, {}),
        ({"csrf_token": Window(hub, app).token("/signin"), **fields}, {}),
        ({"csrf_token": founder.token(), **fields}, {"Origin": "https://evil.example"}),
        ({"csrf_token": founder.token(), **fields}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert founder.client.post("/members/invite", data=data, headers=headers).status_code == 403
    assert hub.store.invitations() == []


def test_the_log_names_who_did_it(hub: Hub, app: Any) -> None:
    window = Window(hub, app).signed_in(member(hub, "Ann", "editor").id)
    window.post("/account/name", name="Ann B.")
    entry = hub.store.entries()[0]
    assert (entry.action, entry.who, entry.name) == ("name changed", "editor", "Ann")
    assert "Ann" in Window(hub, app).signed_in(FOUNDER).get("/activity").text


def test_the_passcode_and_the_devices_of_an_older_hub_are_its_founders(tmp_path: Path) -> None:
    settings = HubSettings(tmp_path / "home")
    settings.home.mkdir()
    engine = create_engine(URL.create("sqlite", database=str(settings.home / "hub.db")))
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    with engine.begin() as database:
        config.attributes["connection"] = database
        command.upgrade(config, "0004")
        database.execute(text("INSERT INTO owner VALUES ('passcode', :value, 1)"), {"value": FOUNDERS})
        database.execute(text("INSERT INTO sessions VALUES ('s1', 1, 2, 99999999999, 'Firefox')"))
        database.execute(text("INSERT INTO activity (time, action, who) VALUES (1, 'signed in', 'owner')"))
    engine.dispose()
    store = Store.open(settings)
    assert store.passcode() == FOUNDERS
    assert [(each.id, each.member, each.role) for each in store.sessions()] == [("s1", FOUNDER, "owner")]
    assert [(each.action, each.name) for each in store.entries()] == [("signed in", "")]
    store.close()
