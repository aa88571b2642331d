"""A prototype's stores that are damaged, held by another program or on a full disk: nothing else suffers."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protokit.hub.content.usage_analytics import events_file
from protokit.hub.database.counters import refresh
from protokit.hub.maintenance import keep_up
from protokit.runtime.assistant_types import Answer
from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.runtime_errors import LimitReached
from protokit.runtime.settings import Settings
from protokit.runtime.usage.event_table import COLUMNS
from protokit.runtime.usage.events import EventLog
from protokit.runtime.usage.spending_limits import reserved
from protokit.runtime.usage.sqlite_files import damaged_stores, set_aside
from tests.support.hub_site import Site, made, site

ANSWER = Answer(question="How many days?", text="25 days.", model="offline", found=True)


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 500)


def later_page(path: Path) -> None:
    """The head and the list of tables can be read, and no row."""
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def zero_bytes(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def wrong_tables(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (what TEXT)")
    database.close()


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "letter.txt").write_text("somebody's")


def forty(log: EventLog) -> None:
    """Forty questions, which take several pages of the file."""
    log.record(ANSWER, session="ann")
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with log.database() as database:
        for _ in range(39):
            database.execute(f"INSERT INTO events ({names}) SELECT {names} FROM events WHERE id = 1")


DAMAGES = [garbage, later_page, zero_bytes, truncated, wrong_tables, folder_instead]
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("made") / "hr")


@pytest.fixture
def hub(tmp_path: Path, folder: Path) -> Iterator[Site]:
    """Two prototypes with forty questions each, and an opinion."""
    other = shutil.copytree(folder, tmp_path / "other")
    with site(tmp_path / "home", folder, other) as served:
        for slug in ("hr", "other"):
            log = EventLog(events_file(served.folder(slug)))
            forty(log)
            EventLog(log.path).record_opinion("ann", "", 1, 9)
        refresh(served.hub.store)
        yield served


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_of_questions_is_set_aside_and_every_page_opens(hub: Site, damage: Damage) -> None:
    path = events_file(hub.folder("hr"))
    damage(path)
    before = {each.name for each in path.parent.iterdir()}
    for page in ("", "/questions", "/questions/1", "/links", "/feedback", "/health"):
        hub.get(f"/prototypes/hr{page}", 404 if page == "/questions/1" else 200)
    aside = damaged_stores(path.parent)
    assert len(aside) == 1
    assert aside[0].name.startswith("events.damaged-")
    assert before - {path.name} <= {each.name for each in path.parent.iterdir()}  # nothing is deleted
    assert aside[0].name in hub.get("/prototypes/hr")
    assert EventLog(path).record(ANSWER) == 1
    assert refresh(hub.hub.store) == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_answer_is_given_and_recorded_over_a_damaged_file(tmp_path: Path, damage: Damage) -> None:
    log = EventLog(tmp_path / "events.db")
    forty(log)
    damage(log.path)
    assert log.record(ANSWER) in (1, 41)  # a row may still fit into what is not damaged
    EventLog(log.path).record_opinion("ann", "", 1, None)
    assert [each.thumbs for each in EventLog(log.path).opinions()] == [1]


def test_the_other_prototypes_are_counted_while_one_cannot_be(hub: Site) -> None:
    garbage(events_file(hub.folder("hr")))
    EventLog(events_file(hub.folder("other"))).record(ANSWER)
    refresh(hub.hub.store)
    record = hub.hub.store.record("other")
    assert record
    assert record.questions == 41


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_link_is_revoked_and_the_prototype_closed_over_a_damaged_file(hub: Site, damage: Damage) -> None:
    link = hub.hub.store.make_link("hr", "Board")
    damage(events_file(hub.folder("hr")))
    assert hub.post(f"/prototypes/hr/links/{link.id}/revoke", "/prototypes/hr/links").status_code == 303
    assert hub.hub.store.links("hr")[0].state == "revoked"
    assert hub.post("/prototypes/hr/archive", "/prototypes/hr/health").status_code == 303
    assert hub.hub.store.link(link.id) is None


@pytest.mark.slow
def test_a_file_that_another_program_holds_is_told_and_stays_where_it_is(hub: Site) -> None:
    path = events_file(hub.folder("hr"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert "Another program holds" in hub.get("/prototypes/hr/questions")
        hub.get("/prototypes/hr/links")
        said = hub.post("/p/hr/feedback", "/p/hr/", thumbs="up")
        assert said.headers["location"].endswith("unsaid=1")
    finally:
        holder.close()
    assert not damaged_stores(path.parent)
    assert "Another program" not in hub.get("/prototypes/hr/questions")


def test_the_owner_puts_the_note_away_and_nothing_is_deleted(hub: Site) -> None:
    path = events_file(hub.folder("hr"))
    garbage(path)
    content = path.read_bytes()
    assert "set aside" in hub.get("/prototypes/hr")
    hub.post("/prototypes/hr/damage", "/prototypes/hr/health")
    assert "set aside" not in hub.get("/prototypes/hr")
    (away,) = (path.parent / "damaged").glob("events.damaged-*.db")
    assert away.read_bytes() == content


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_account_shuts_the_budget_until_the_owner_decides(hub: Site, damage: Damage) -> None:
    folder = hub.folder("hr")
    settings = Settings(folder, title="HR", limits=SpendingLimits(dollars_total=1.0))
    account = folder / ".protokit" / "budget.db"
    with reserved(settings, 0.9, 10, "ann") as settle:
        settle(0.9, 10)
    damage(account)
    for _ in range(2):
        with pytest.raises(LimitReached, match="stays shut"), reserved(settings, 0.5, 10, "ben"):
            pytest.fail("a budget that nobody can look up was open")
    hub.get("/prototypes/hr")
    hub.post("/prototypes/hr/damage", "/prototypes/hr/health")
    assert list((folder / ".protokit" / "damaged").glob("budget.damaged-*"))
    with reserved(settings, 0.9, 10, "ben") as settle:
        settle(0.0, 0)


def test_two_who_see_the_same_damage_set_it_aside_once(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.db")
    log.record(ANSWER)
    garbage(log.path)
    first = log.path.stat()
    assert EventLog(log.path).record(ANSWER) == 1
    assert set_aside(log.path, (first.st_dev, first.st_ino)) is None
    assert len(EventLog(log.path).events()) == 1


def test_the_hubs_own_database_is_never_replaced_and_its_trouble_told_once(
    hub: Site, caplog: pytest.LogCaptureFixture
) -> None:
    store, path = hub.hub.store, hub.hub.settings.home / "hub.db"
    token = re.search(r'name="csrf_token" value="([^"]+)"', hub.get("/signin"))
    assert token
    store.close()
    garbage(path)
    content = path.read_bytes()
    assert "cannot look up" in hub.get("/", 503)
    signing_in = hub.client.post("/signin", data={"csrf_token": token[1], "passcode": "whatever"})
    assert signing_in.status_code == 503

    async def a_while() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(keep_up(store, hub.hub.jobs, pause=0.01), 1.0)

    asyncio.run(a_while())
    assert sum("counting questions" in record.getMessage() for record in caplog.records) == 1
    assert not [record for record in caplog.records if record.exc_info]
    assert path.read_bytes() == content
    assert not list(path.parent.glob("hub.damaged*"))


@pytest.mark.parametrize("damage", [garbage, zero_bytes, folder_instead])
def test_a_damaged_list_of_what_was_read_closes_no_page(hub: Site, damage: Damage) -> None:
    index = hub.folder("hr") / ".protokit" / "index"
    index.mkdir(parents=True)
    (index / "knowledge.catalogue").write_bytes(b"")
    damage(index / "knowledge.catalogue")
    for page in ("/documents", "/links", ""):
        hub.get(f"/prototypes/hr{page}")
