"""Members comment on answers: who says what, who may take it back, and how long it is kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protokit.errors import ProtokitError
from protokit.hub.app import assemble, open_hub
from protokit.hub.content.usage_analytics import events_file
from protokit.hub.context import Hub
from protokit.hub.database.members import FOUNDER
from protokit.hub.database.retention import Retention
from protokit.hub.forget_visitors import forget
from protokit.hub.hub_settings import HubSettings
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog
from protokit.spec.prototype_spec import Spec
from tests.support.hub_members import Window, member

ANSWER = "/prototypes/leave/questions/1"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    opened = open_hub(HubSettings(tmp_path / "home"))
    opened.store.set_passcode("x")
    opened.store.add("leave", Spec(title="Leave", slug="leave", pitch="All of it.", blueprint="x@1"))
    opened.folder("leave").mkdir()
    log = EventLog(events_file(opened.folder("leave")))
    log.record(Answer("How many days?", "25 days.", "offline"))
    yield opened
    opened.store.close()


@pytest.fixture
def app(hub: Hub) -> Any:
    return assemble(hub)


def test_a_comment_stands_beside_the_answer_and_in_the_list(hub: Hub, app: Any) -> None:
    ann = Window(hub, app).signed_in(member(hub, "Ann", "viewer").id)
    bob = Window(hub, app).signed_in(member(hub, "Bob", "viewer").id)
    assert (
        ann.post(f"{ANSWER}/comments", text="It is 30 <script>alert(1)</script>\r\nsince May").status_code
        == 303
    )
    bob.post(f"{ANSWER}/comments", text="Agreed.")
    assert bob.post(f"{ANSWER}/comments", text="  \n ").status_code == 303
    page, rows = bob.get(ANSWER).text, bob.get("/prototypes/leave/questions").text
    assert "It is 30 &lt;script&gt;alert(1)&lt;/script&gt;\nsince May" in page
    assert [name in page for name in ("<strong>Ann</strong>", "<strong>Bob</strong>")] == [True, True]
    assert "2 comments" in rows
    assert "<strong>Bob</strong>: Agreed." in rows
    assert bob.post("/prototypes/leave/questions/2/comments", text="?").status_code == 404


def test_a_comment_is_taken_back_by_whoever_made_it_or_an_owner(hub: Hub, app: Any) -> None:
    ann = Window(hub, app).signed_in(member(hub, "Ann", "editor").id)
    bob = Window(hub, app).signed_in(member(hub, "Bob", "editor").id)
    for text in ("one", "two"):
        ann.post(f"{ANSWER}/comments", text=text)
    assert "Remove" not in bob.get(ANSWER).text
    assert bob.post(f"{ANSWER}/comments/1/remove").status_code == 404
    assert ann.post("/prototypes/leave/questions/2/comments/1/remove").status_code == 404
    assert ann.post(f"{ANSWER}/comments/1/remove").status_code == 303
    assert Window(hub, app).signed_in(FOUNDER).post(f"{ANSWER}/comments/2/remove").status_code == 303
    assert "asked-text" not in ann.get(ANSWER).text.partition('id="comments"')[2].partition("</section>")[0]
    assert [each.action for each in hub.store.entries()][:3] == ["comment removed"] * 2 + ["commented"]


def test_what_a_removed_member_said_stays_with_the_name_until_the_answer_is_forgotten(hub: Hub) -> None:
    ann, now = member(hub, "Ann", "viewer"), 1_900_000_000.0
    hub.store.add_comment("leave", 1, now, ann.id, ann.name, "Look at this.")
    hub.store.remove_member(ann.id)
    assert [(each.name, each.member) for each in hub.store.comments("leave", 1, now)] == [("Ann", None)]
    assert hub.store.comments("leave", 1, now + 1) == []  # another answer of this number
    hub.store.set_retention(Retention(questions_days=10))
    forget(hub.store, now + 9 * 86400)
    assert len(hub.store.comments("leave", 1, now)) == 1
    forget(hub.store, now + 11 * 86400)
    assert hub.store.comments("leave", 1, now) == []
    with pytest.raises(ProtokitError, match="1 to 2000"):
        hub.store.add_comment("leave", 1, now, FOUNDER, "Owner", "x" * 2001)
