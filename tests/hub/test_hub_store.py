"""The Hub's state: what it keeps over a restart, in SQLite and, where one is at hand, in Postgres."""

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from protokit.errors import FolderProblem, MissingExtra, NameProblem, ProtokitError
from protokit.hub.database.counters import refresh
from protokit.hub.database.store import Store
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security import passcodes
from protokit.hub.security.rate_limit import RateLimiter, neighbourhood
from protokit.hub.security.signing import SigningKeys
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog
from protokit.spec.prototype_spec import Spec, write_spec

TABLES = (
    "activity, comparisons, comments, visits, links, prototypes, owner, sessions, invitations, members, "
    "alembic_version"
)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> HubSettings:
    if request.param == "sqlite":
        return HubSettings(tmp_path / "home")
    url: str = request.getfixturevalue("postgres")
    engine = create_engine("postgresql+psycopg://" + url.partition("://")[2])
    with engine.begin() as database:
        database.execute(text(f"DROP TABLE IF EXISTS {TABLES}"))
    engine.dispose()
    return HubSettings(tmp_path / "home", state_url=url)


@pytest.fixture
def store(settings: HubSettings) -> Iterator[Store]:
    opened = Store.open(settings)
    yield opened
    opened.close()


def spec(slug: str, title: str = "", pitch: str = "It helps.") -> Spec:
    return Spec(title=title or slug.title(), slug=slug, pitch=pitch, blueprint="rag-search@1.0.0")


def test_everything_is_there_after_a_restart(settings: HubSettings, store: Store) -> None:
    store.add("leave", spec("leave"))
    link = store.make_link("leave", "Board, June", max_visitors=3)
    visit = store.admit(link.id)
    session = store.begin_session("Firefox")
    store.set_start_code("digest")
    again = Store.open(settings)
    assert [record.slug for record in again.prototypes()] == ["leave"]
    assert again.links("leave") == store.links("leave")
    assert again.visits("leave") == [visit]
    assert again.session(session.id) == session
    assert again.claim_start("digest")
    again.close()


def test_a_prototype_is_added_changed_and_found(store: Store) -> None:
    added = store.add("leave", spec("leave", "Urlaub für Äpfel", "100% of it"))
    assert (added.title, added.questions, added.last_visit) == ("Urlaub für Äpfel", 0, None)
    assert store.update("leave", spec("leave", "Leave Helper", "50_50 \\ of it")).title == "Leave Helper"
    for query in ("leave", "HELPER leave", "rag-search", "50_50", "\\", "of it"):
        assert [record.slug for record in store.prototypes(query=query)] == ["leave"], query
    for query in ("äpfel", "100%", "leave apples", "5%5", "50a50"):
        assert store.prototypes(query=query) == [], query
    with pytest.raises(NameProblem, match='a prototype "leave" already'):
        store.add("leave", spec("leave"))
    with pytest.raises(FolderProblem, match="no prototype"):
        store.update("other", spec("other"))
    assert store.record("other") is None


def test_prototypes_are_sorted_and_paged(store: Store) -> None:
    for number, title in enumerate(["beta", "Alpha", "gamma"]):
        store.add(f"p-{number}", spec(f"p-{number}", title))
        store.tally(f"p-{number}", {"questions": number % 2, "cost_today": 0.1 * number}, "")
    link = store.make_link("p-0", "Board")
    store.admit(link.id)

    def order(sort: str) -> list[str]:
        return [record.title for record in store.prototypes(sort=sort)]

    assert order("title") == ["Alpha", "beta", "gamma"]
    assert order("newest") == ["gamma", "Alpha", "beta"]
    assert order("visited") == ["beta", "gamma", "Alpha"]
    assert order("questions") == ["Alpha", "beta", "gamma"]
    assert order("cost") == ["gamma", "Alpha", "beta"]
    assert order("nonsense'; DROP TABLE prototypes") == order("visited")
    assert [record.title for record in store.prototypes(sort="title", limit=1, offset=1)] == ["beta"]
    assert store.count() == 3


def test_what_was_archived_or_deleted_comes_back_whole(store: Store) -> None:
    folder = store.settings.prototypes / "leave"
    folder.mkdir()
    (folder / "prototype.yaml").write_text(write_spec(spec("leave")))
    store.add("leave", spec("leave"))
    link = store.make_link("leave", "Board")
    visit = store.admit(link.id)
    assert visit

    store.archive("leave")
    assert store.prototypes() == []
    assert [record.slug for record in store.prototypes(archived=True)] == ["leave"]
    assert store.visit(visit.id) is None
    assert store.admit(link.id) is None
    store.restore("leave")
    assert store.visit(visit.id)

    store.trash("leave")
    assert (store.prototypes(), store.record("leave")) == ([], None)
    assert [record.slug for record in store.trashed()] == ["leave"]
    assert not folder.exists()
    assert store.link(link.id) is None
    assert "leave" in store.slugs()  # so that nothing else takes its place meanwhile
    store.untrash("leave")
    assert (folder / "prototype.yaml").is_file()
    assert store.visit(visit.id)

    store.trash("leave")
    assert store.empty_trash(time.time() - 60) == []
    assert store.empty_trash(time.time() + 60) == ["leave"]
    assert (store.slugs(), store.links("leave")) == (set(), [])
    assert not (store.settings.trash / "leave").exists()


def test_a_deleted_prototype_does_not_come_back_over_another_folder(store: Store) -> None:
    (store.settings.prototypes / "leave").mkdir()
    store.add("leave", spec("leave"))
    store.trash("leave")
    mine = store.settings.prototypes / "leave" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("kept")
    with pytest.raises(FolderProblem, match="leave"):
        store.untrash("leave")
    assert mine.read_text() == "kept"
    assert [record.slug for record in store.trashed()] == ["leave"]


def test_a_link_lets_in_as_many_as_it_says_however_many_come_at_once(store: Store) -> None:
    store.add("leave", spec("leave"))
    link = store.make_link("leave", "Board", max_visitors=5)
    start = threading.Barrier(16)

    def come(_: int) -> bool:
        start.wait()
        return store.admit(link.id) is not None

    with ThreadPoolExecutor(16) as crowd:
        assert sum(crowd.map(come, range(16))) == 5
    assert [(found.visitors, found.state) for found in store.links("leave")] == [(5, "full")]
    assert len(store.visits("leave")) == 5
    assert all(store.visit(visit.id) for visit in store.visits("leave"))  # who is in stays in


def test_a_link_that_makes_no_sense_is_refused(store: Store) -> None:
    store.add("leave", spec("leave"))
    for wrong in ({"max_visitors": 0}, {"expires": time.time() - 1}):
        with pytest.raises(ProtokitError):
            store.make_link("leave", "Board", **wrong)
    for name in ("", "  ", "x" * 81):
        with pytest.raises(ProtokitError, match="needs a name"):
            store.make_link("leave", name)
    with pytest.raises(FolderProblem):
        store.make_link("other", "Board")
    assert store.links("leave") == []


def test_links_are_counted_apart(store: Store) -> None:
    store.add("leave", spec("leave"))
    board, press = store.make_link("leave", "Board"), store.make_link("leave", "Press")
    first, second = store.admit(board.id), store.admit(board.id)
    assert first
    assert second
    assert {visit.id for visit in store.visits("leave", board.id)} == {first.id, second.id}
    assert store.visits("leave", press.id) == []
    assert store.last_seen("leave") == {board.id: second.seen}
    record = store.record("leave")
    assert record
    assert record.last_visit == second.seen
    store.revoke(board.id)
    assert {link.name: link.state for link in store.links("leave")} == {"Board": "revoked", "Press": "open"}


def test_a_new_passcode_signs_every_device_out(store: Store) -> None:
    store.set_passcode("first")
    session = store.begin_session("Firefox")
    assert [found.device for found in store.sessions()] == ["Firefox"]
    store.set_passcode("second")
    assert (store.passcode(), store.session(session.id), store.sessions()) == ("second", None, [])
    other, another = store.begin_session(), store.begin_session()
    store.end_session(other.id)
    assert [found.id for found in store.sessions()] == [another.id]


def test_a_first_start_code_is_spent_once(store: Store) -> None:
    store.set_start_code("old")
    store.set_start_code("new")
    assert not store.claim_start("old")
    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(lambda _: store.claim_start("new"), range(8))) == 1


def test_two_hubs_may_start_on_a_new_home_at_once(settings: HubSettings) -> None:
    with ThreadPoolExecutor(4) as hubs:
        stores = list(hubs.map(lambda _: Store.open(settings), range(4)))
    for number, opened in enumerate(stores):
        opened.add(f"p-{number}", spec(f"p-{number}"))
    assert [opened.count() for opened in stores] == [4] * 4
    for opened in stores:
        opened.close()


def test_the_cards_numbers_follow_the_events_and_only_changed_ones_are_counted(tmp_path: Path) -> None:
    store = Store.open(HubSettings(tmp_path))
    for slug in ("leave", "search"):
        store.add(slug, spec(slug))
        (store.settings.prototypes / slug).mkdir()
    assert refresh(store) == 0
    log = EventLog(store.settings.prototypes / "leave" / ".protokit" / "events.db")
    event = log.record(Answer("How many days?", "Thirty.", "offline", dollars=0.25))
    log.feedback(event, 1)
    assert refresh(store) >= 1
    record = store.record("leave")
    assert record
    assert (record.questions, record.thumbs_up, record.thumbs_down, record.cost_today) == (1, 1, 0, 0.25)
    refresh(store)
    assert refresh(store) == 0
    log.feedback(event, -1)
    assert refresh(store) == 1
    record = store.record("leave")
    assert record
    assert (record.thumbs_up, record.thumbs_down) == (0, 1)
    store.close()


def test_a_home_with_any_name_will_do(tmp_path: Path) -> None:
    home = tmp_path / "Büro 50% #1?"
    store = Store.open(HubSettings(home))
    store.add("leave", spec("leave"))
    store.close()
    assert (home / "hub.db").is_file()


def test_a_home_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Store.open(HubSettings(tmp_path)).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    with engine.begin() as database:
        database.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ProtokitError, match="newer protokit"):
        Store.open(HubSettings(tmp_path))


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"not a database" * 500)
    with pytest.raises(ProtokitError, match="the Hub's database cannot be used"):
        Store.open(HubSettings(tmp_path))


def test_a_database_out_of_reach_is_said_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    for server in ("127.0.0.1:1", "127.0.0.1:port", "[127.0.0.1"):
        with pytest.raises(ProtokitError, match="database cannot be used") as problem:
            Store.open(HubSettings(tmp_path, state_url=f"postgresql://me:hunter2@{server}/hub"))
        assert "hunter2" not in str(problem.value)


def test_a_missing_driver_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r'pip install "protokit-studio\[postgres\]"'):
        Store.open(HubSettings(tmp_path, state_url="postgres://127.0.0.1:1/hub"))


def test_the_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from protokit.hub.database.engine import open_database
    from protokit.hub.database.schema import METADATA

    engine = open_database(store.settings)
    with engine.connect() as database:
        assert compare_metadata(MigrationContext.configure(database), METADATA) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"trusted_proxy": ("proxy.example",)}, "not an address"),
        ({"base_domain": "Hub.Example"}, "not a host name"),
        ({"base_domain": "hub.example/x"}, "not a host name"),
        ({"names": ("a b",)}, "not a host name"),
        ({"state_url": "mysql://me:hunter2@db/hub"}, "not a postgresql:// URL"),
    ],
)
def test_settings_that_make_no_sense_are_named(tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ProtokitError, match=words) as problem:
        HubSettings(tmp_path, **wrong)
    assert "hunter2" not in str(problem.value)


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    make = (
        "from pathlib import Path; from protokit.hub.security.signing import SigningKeys; "
        f"print(SigningKeys.open(Path({str(tmp_path / 'home')!r})).sign('share link', 1))"
    )
    before = os.umask(0)
    try:
        running = [subprocess.Popen([sys.executable, "-c", make], stdout=subprocess.PIPE) for _ in range(4)]
        tokens = {process.communicate(timeout=60)[0] for process in running}
    finally:
        os.umask(before)
    assert len(tokens) == 1
    assert b"." in tokens.pop()
    secret = tmp_path / "home" / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert len(secret.read_bytes()) == 32
    assert not list(secret.parent.glob(".secret-*"))


def test_a_secret_that_was_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(ProtokitError, match="too short"):
        SigningKeys.open(tmp_path)


def test_what_is_signed_for_one_purpose_or_hub_is_nothing_to_another() -> None:
    ours, others = SigningKeys(b"a" * 32), SigningKeys(b"b" * 32)
    signed = ours.sign("share link", "abc")
    assert ours.read("share link", signed) == "abc"
    assert signed == ours.sign("share link", "abc")
    assert others.read("share link", signed) is None
    assert ours.read("visit cookie", signed) is None
    for number in range(len(signed)):
        changed = signed[:number] + ("A" if signed[number] != "A" else "B") + signed[number + 1 :]
        assert ours.read("share link", changed) in (None, "abc")  # the last sign of base64 has spare bits
        assert number == len(signed) - 1 or ours.read("share link", changed) is None
    for nonsense in ("", ".", "..", "é", "a.b.c", "\0", ".eJwDAAAAAAE." + signed):
        assert ours.read("share link", nonsense) is None


def test_a_passcode_is_kept_as_an_argon2_hash_and_typed_on_any_keyboard() -> None:
    kept = passcodes.hashed("  Zürich 2027 ")
    assert kept.startswith("$argon2id$")
    assert "2027" not in kept
    assert passcodes.matches("Zu\u0308rich 2027", kept)
    for wrong in ("zürich 2027", "", "Zürich 2027x", "x" * 100_000):
        assert not passcodes.matches(wrong, kept)
    assert not passcodes.matches("Zürich 2027", "")
    assert not passcodes.matches("Zürich 2027", "not a hash")
    for wrong in ("", "short", " a     ", "x" * 129):
        with pytest.raises(ProtokitError, match="6 to 128"):
            passcodes.hashed(wrong)


def test_waits_grow_with_each_wrong_attempt_and_a_right_one_ends_them() -> None:
    now = 1000.0
    attempts = RateLimiter(clock=lambda: now)
    assert [attempts.take("a", "owner") for _ in range(6)] == [0, 0, 0, 0, 0, 15]
    assert attempts.take("b", "owner") == attempts.take("a", "link") == 0
    waits = []
    for _ in range(12):
        now += attempts.take("a", "owner")
        assert attempts.take("a", "owner") == 0
        waits.append(attempts.take("a", "owner"))
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]
    now += 3600
    assert attempts.take("a", "owner") == 0
    attempts.right("a", "owner")
    assert [attempts.take("a", "owner") for _ in range(6)] == [0, 0, 0, 0, 0, 15]


def test_a_quiet_day_forgives() -> None:
    now = 1000.0
    attempts = RateLimiter(clock=lambda: now)
    assert [attempts.take("a", "owner") for _ in range(6)] == [0, 0, 0, 0, 0, 15]
    now += 86401
    assert [attempts.take("a", "owner") for _ in range(6)] == [0, 0, 0, 0, 0, 15]


def test_who_has_many_addresses_gets_one_guess_from_each_and_a_known_device_keeps_its_five() -> None:
    now = 1000.0
    attempts = RateLimiter(clock=lambda: now)
    for number in range(100):
        assert attempts.take(f"a{number}", "owner") == 0
    assert [attempts.take("new", "owner") for _ in range(2)] == [0, 15]
    assert [attempts.take("device 1", "owner", known=True) for _ in range(6)] == [0, 0, 0, 0, 0, 15]
    assert [attempts.take("new", "another door") for _ in range(2)] == [0, 0]
    now += 3700
    assert [attempts.take("newer", "owner") for _ in range(6)] == [0, 0, 0, 0, 0, 15]


def test_attempts_of_many_at_once_are_all_counted() -> None:
    attempts = RateLimiter()
    with ThreadPoolExecutor(16) as crowd:
        assert sum(wait == 0 for wait in crowd.map(lambda _: attempts.take("a", "owner"), range(200))) == 5


def test_addresses_that_one_person_has_many_of_count_as_one() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:1") != neighbourhood("2001:db8:1::1")
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("") == ""
