"""The audit log: what stands in it, who reads it, and how long it is kept."""

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from protokit.errors import FolderProblem
from protokit.hub.app import assemble
from protokit.hub.content.usage_analytics import UsageAnalytics, events_file
from protokit.hub.database.audit_log import MOST_FAILURES
from protokit.hub.database.engine import open_database
from protokit.hub.database.retention import Retention
from protokit.hub.database.schema import ACTIVITY
from protokit.hub.forget_visitors import forget
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.hub.security.passcodes import hashed
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EVENTS_URL_ENV, EventLog
from tests.support.hub_site import Site, made, owner, site

DAY = 86400.0
PASSCODE = "correct horse battery"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("made") / "hr")


@pytest.fixture
def hub(tmp_path: Path, folder: Path) -> Iterator[Site]:
    with site(tmp_path / "home", folder) as served:
        yield served


def actions(hub: Site, **wanted: Any) -> list[tuple[str, str, str, str]]:
    """What stands in the log, oldest first: action, who, prototype, detail."""
    entries = hub.hub.store.entries(**wanted)
    return [(each.action, each.who, each.slug, each.detail) for each in reversed(entries)]


def test_what_the_owner_changes_stands_in_the_log(hub: Site) -> None:
    home = "/prototypes/hr"
    hub.post(f"{home}/links", f"{home}/links", name="Board, June")
    link = hub.hub.store.links("hr")[0]
    hub.post(f"{home}/links/{link.id}/revoke", f"{home}/links")
    files = [("files", ("rules.txt", b"Dogs may come along on Fridays."))]
    hub.post(f"{home}/documents", f"{home}/documents", files)
    hub.post(f"{home}/documents/remove", f"{home}/documents", name="rules.txt")
    hub.post(f"{home}/documents/restore?name=rules.txt", f"{home}/documents")
    for action, page in (("archive", "health"), ("unarchive", "health"), ("delete", "health")):
        hub.post(f"{home}/{action}", f"{home}/{page}")
    hub.post(f"{home}/undelete", "/?shelf=trash")
    assert actions(hub) == [
        ("link made", "owner", "hr", "Board, June"),
        ("link revoked", "owner", "hr", "Board, June"),
        ("document added", "owner", "hr", "rules.txt"),
        ("document removed", "owner", "hr", "rules.txt"),
        ("document restored", "owner", "hr", "rules.txt"),
        ("archived", "owner", "hr", ""),
        ("unarchived", "owner", "hr", ""),
        ("deleted", "owner", "hr", ""),
        ("restored", "owner", "hr", ""),
    ]
    assert {each.address for each in hub.hub.store.entries()} == {"testclient"}


def test_a_prototype_that_was_asked_for_stands_in_the_log_by_its_name_else_by_the_line(hub: Site) -> None:
    line = "A chatbot for guests of our hotel"
    for name in ("Hotel Helper", ""):
        assert hub.post("/new", "/new", prompt=line, name=name).status_code == 303
    assert [row[::3] for row in actions(hub)] == [
        ("prototype requested", "Hotel Helper"),
        ("prototype requested", line),
    ]


def test_a_form_that_was_refused_changed_nothing_and_is_not_in_the_log(hub: Site) -> None:
    assert hub.post("/prototypes/hr/links", "/prototypes/hr/links", name="").status_code == 422
    assert hub.client.post("/prototypes/hr/archive").status_code == 403
    assert actions(hub) == []


def test_signing_in_and_failing_to_stand_in_the_log_with_the_address(hub: Site) -> None:
    hub.hub.store.set_passcode(hashed(PASSCODE))
    link = hub.hub.store.make_link("hr", "Board", passcode=hashed("open sesame"))
    stranger = TestClient(
        assemble(hub.hub), "http://localhost:8400", client=("192.0.2.7", 1), follow_redirects=False
    )
    browser = Site(hub.hub, stranger)
    browser.post("/signin", "/signin", passcode="wrong wrong")
    browser.post("/signin", "/signin", passcode=PASSCODE)
    path = hub.hub.doors.path(link)
    browser.post(path, path, passcode="nothing")
    browser.post(path, path, passcode="open sesame")
    assert [each[:3] for each in actions(hub)] == [
        ("wrong passcode", "nobody", ""),
        ("signed in", "owner", ""),
        ("wrong link passcode", "nobody", "hr"),
        ("link opened", "guest", "hr"),
    ]
    assert {each.address for each in hub.hub.store.entries()} == {"192.0.2.7"}
    stranger.close()


def test_no_question_and_no_passcode_is_in_the_log(hub: Site) -> None:
    EventLog(events_file(hub.folder("hr"))).record(
        Answer(question="Am I pregnant?", text="?", model="offline")
    )
    hub.hub.store.set_passcode(hashed(PASSCODE))
    hub.client.cookies.set(OWNER_COOKIE, owner(hub.hub))
    hub.post("/signin", "/signin", passcode="hunter2hunter2")
    hub.post("/p/hr/feedback", "/p/hr/", thumbs="up", comment="pregnant")
    text = hub.get("/activity") + hub.get("/activity.csv")
    assert "wrong passcode" in text
    assert not any(word in text for word in ("pregnant", "hunter2", PASSCODE))


def test_the_page_filters_and_the_file_holds_the_same(hub: Site) -> None:
    store = hub.hub.store
    store.note("link made", "owner", address="192.0.2.1", slug="hr", detail="=HYPERLINK(1)")
    store.note("signed in", "owner", address="192.0.2.2", detail="<script>alert(1)</script>\x1b]52;c;\x07")
    assert "HYPERLINK" not in hub.get("/activity?show=sign-ins")
    assert "&lt;script&gt;" in hub.get("/activity?q=192.0.2.2")
    rows = list(csv.DictReader(io.StringIO(hub.get("/activity.csv"))))
    assert [row["detail"] for row in rows] == ["<script>alert(1)</script> ]52;c; ", "'=HYPERLINK(1)"]
    assert [row["action"] for row in csv.DictReader(io.StringIO(hub.get("/activity.csv?show=links")))] == [
        "link made"
    ]


def test_older_entries_are_a_page_further(hub: Site) -> None:
    for number in range(70):
        hub.hub.store.note("edited", "owner", slug="hr", detail=f"entry {number:03}")
    first = hub.get("/activity")
    assert "entry 069" in first
    assert "entry 000" not in first
    older = first.split('href="/activity?')[1].split('"')[0].replace("&amp;", "&")
    assert "entry 000" in hub.get(f"/activity?{older}")


def test_a_guest_and_a_stranger_do_not_read_it(hub: Site) -> None:
    with TestClient(assemble(hub.hub), "http://localhost:8400") as stranger:
        for path in ("/activity", "/activity.csv"):
            assert stranger.get(path).status_code == 401


def test_a_row_is_never_changed(hub: Site) -> None:
    hub.hub.store.note("edited", "owner", slug="hr")
    with pytest.raises(SQLAlchemyError), open_database(hub.hub.settings).begin() as database:
        database.execute(update(ACTIVITY).values(action="nothing"))
    assert actions(hub) == [("edited", "owner", "hr", "")]


def test_entries_older_than_the_owner_wants_are_deleted_by_the_given_clock(hub: Site) -> None:
    hub.hub.store.note("edited", "owner", slug="hr")
    at = hub.hub.store.entries()[0].time
    hub.post("/activity", "/activity", questions_days="", activity_days="30")
    assert hub.hub.store.retention() == Retention(None, 30)
    forget(hub.hub.store, at + 29.9 * DAY)
    assert "edited" in [each[0] for each in actions(hub)]
    forget(hub.hub.store, at + 31 * DAY)
    assert actions(hub) == []


def test_failures_beyond_the_most_do_not_push_out_the_rest(hub: Site) -> None:
    hub.hub.store.note("signed in", "owner")
    with open_database(hub.hub.settings).begin() as database:
        rows = [{"time": 9e9, "action": "wrong passcode", "who": "nobody"}] * (MOST_FAILURES + 50)
        database.execute(insert(ACTIVITY), rows)
    forget(hub.hub.store, 9e8)
    entries = hub.hub.store.entries(limit=None)
    assert len(entries) == MOST_FAILURES + 1
    assert entries[-1].action == "signed in"


@pytest.mark.parametrize("days", ["0", "-1", "ten", "99999", "1.5", "٣"])
def test_a_number_of_days_that_cannot_be_is_refused(hub: Site, days: str) -> None:
    refused = hub.post("/activity", "/activity", questions_days=days, activity_days="365")
    assert refused.status_code == 422
    assert hub.hub.store.retention() == Retention()


def test_texts_older_than_wanted_are_gone_from_the_file_and_the_sums_stay(hub: Site) -> None:
    log = EventLog(events_file(hub.folder("hr")))
    old = Answer(
        question="My salary is 4711?", text="Secret answer.", model="offline", found=True, dollars=0.25
    )
    log.feedback(log.record(old, session="ann"), 1, "Ann says")
    EventLog(log.path).record_opinion("ann", "", 1, 9, "Ann wrote")
    at = log.events()[0].fields["time"]
    with log.database() as database:
        database.execute("UPDATE events SET time = time - 1000000")
        database.execute("UPDATE opinions SET time = time - 1000000")
    log.record(Answer(question="New question?", text="New answer.", model="offline", found=True))
    before = UsageAnalytics(hub.folder("hr")).totals()
    assert forget(hub.hub.store, at) == 0  # nobody has decided anything
    hub.post("/activity", "/activity", questions_days="10", activity_days="365")
    assert forget(hub.hub.store, at) == 2
    assert forget(hub.hub.store, at) == 0
    content = b"".join(each.read_bytes() for each in log.path.parent.glob("events.db*"))
    for text in (b"4711", b"Secret answer", b"Ann says", b"Ann wrote"):
        assert text not in content, text
    assert b"New question?" in content
    after = UsageAnalytics(hub.folder("hr")).totals()
    assert after == before
    assert [each.question for each in UsageAnalytics(hub.folder("hr")).questions()] == ["New question?"]
    assert [(each.thumbs, each.would_use) for each in EventLog(log.path).opinions()] == [(1, 9)]
    hub.get("/prototypes/hr/questions/1")


def test_the_texts_of_archived_and_deleted_prototypes_are_deleted_as_well(hub: Site) -> None:
    EventLog(events_file(hub.folder("hr"))).record(Answer(question="Old?", text="Yes.", model="offline"))
    hub.hub.store.trash("hr")
    hub.hub.store.set_retention(Retention(5))
    assert forget(hub.hub.store, 9e9) == 1


def test_texts_that_machines_share_in_postgres_are_deleted_as_well(
    hub: Site, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hub.folder("hr")
    old = Answer(question="Old?", text="My salary is 4711.", model="offline", found=True)
    with monkeypatch.context() as on_another_machine:
        on_another_machine.setenv(EVENTS_URL_ENV, postgres)
        EventLog(events_file(folder)).record(old)
    (folder / ".env").write_text(f"{EVENTS_URL_ENV}={postgres}\n", encoding="utf-8")
    hub.hub.store.set_retention(Retention(5))
    assert forget(hub.hub.store, time.time()) == 0
    assert forget(hub.hub.store, time.time() + 6 * 86400) == 1
    monkeypatch.setenv(EVENTS_URL_ENV, postgres)
    (event,) = EventLog(events_file(folder)).events()
    assert (event.fields["question"], event.fields["answer"], event.fields["found"]) == ("", "", 1)


def test_a_shared_database_that_is_away_is_told_and_keeps_no_other_text(hub: Site) -> None:
    EventLog(events_file(hub.folder("hr"))).record(Answer(question="Old?", text="Yes.", model="offline"))
    nobody = f"{EVENTS_URL_ENV}=postgresql://ann:secret@127.0.0.1:1/x\n"
    (hub.folder("hr") / ".env").write_text(nobody, encoding="utf-8")
    hub.hub.store.set_retention(Retention(5))
    with pytest.raises(FolderProblem, match=r"hr: its database cannot be used") as problem:
        forget(hub.hub.store, 9e9)
    assert "secret" not in str(problem.value)
    assert EventLog(events_file(hub.folder("hr"))).events()[0].fields["question"] == ""
