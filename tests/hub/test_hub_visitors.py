"""What stakeholders meet behind a link, in a real browser: the frame, the guided path, feedback, and the waiting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from protokit.hub.content.guided_tour import checked_story, write_story
from protokit.hub.content.usage_analytics import events_file
from protokit.hub.context import Hub
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.runtime.usage.events import EventLog
from tests.support import waiting
from tests.support.browser import DESKTOP, PHONE, Visit, needs_chromium, serious, window
from tests.support.hub_site import made, owner, served_site

pytestmark = [pytest.mark.browser, needs_chromium]

LEAVE, ABROAD = "How many days of annual leave do I get?", "Can I work from another country for a few weeks?"
PAGES = ["", "/edit", "/documents", "/story", "/links", "/questions", "/questions/1", "/feedback", "/health"]


@dataclass(frozen=True, slots=True)
class Open:
    """A running Hub with the prototype `hr`, which has a guided path."""

    hub: Hub
    address: str

    def link(self, name: str = "Board, June") -> str:
        """The address of a new link."""
        return self.address + self.hub.doors.path(self.hub.store.make_link("hr", name))

    @property
    def opinions(self) -> EventLog:
        return EventLog(events_file(self.hub.folder("hr")))


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Open]:
    folder = made(tmp_path_factory.mktemp("made") / "hr")
    write_story(folder, checked_story("Three minutes.", [(LEAVE, "Look at the sources."), (ABROAD, "")]))
    with served_site(tmp_path_factory.mktemp("hub"), folder) as (hub, address):
        yield Open(hub, address)


@contextmanager
def signed_in(running: Open, chromium: Any, size: tuple[int, int] = DESKTOP) -> Iterator[Visit]:
    """The owner's window."""
    cookie = {"name": OWNER_COOKIE, "value": owner(running.hub), "url": running.address}
    with window(chromium, f"{running.address}/health", size, [cookie]) as shown:
        yield shown


def until(condition: Callable[[], object], shown: Visit) -> None:
    """Wait until `condition()` holds, while the page goes on."""
    waiting.until(condition, pause=lambda: shown.page.wait_for_timeout(100))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_guest_is_led_along_the_path_and_says_what_they_think(running, chromium, size):
    with window(chromium, running.link(), size) as shown:
        page, app = shown.page, shown.page.frame_locator("iframe")
        page.get_by_role("button", name="Ask it").click()
        app.get_by_text("25 days of paid annual leave").first.wait_for()
        page.get_by_role("button", name="Next").click()
        page.get_by_text("Step 2 of 2").wait_for()
        page.get_by_role("button", name="Ask it").click()
        app.get_by_text("20 working days").first.wait_for()
        assert shown.overflow() <= 0
        assert serious(page) == []
        shown.shoot(f"hub-visitor-{size[0]}")
        page.get_by_role("button", name="Finish").click()
        page.get_by_label("I like it").check()
        page.get_by_label("9", exact=True).check()
        page.get_by_label("What should change?").fill("Tell me about <parking>.")
        assert serious(page) == []
        page.get_by_role("button", name="Send").click()
        page.get_by_text("Thank you!").wait_for()
        assert shown.outside == []
    said = running.opinions.opinions()[0]
    assert (said.thumbs, said.would_use, said.comment) == (1, 9, "Tell me about <parking>.")
    assert running.hub.store.link(said.link).name == "Board, June"


def test_no_visitor_sees_the_conversation_of_another(running, chromium):
    link = running.link()
    with window(chromium, link) as ann:
        ann.page.get_by_role("button", name="Ask it").click()
        ann.page.frame_locator("iframe").get_by_text("25 days of paid annual leave").first.wait_for()
        cookies = ann.page.context.cookies()
    with window(chromium, link) as bob:
        app = bob.page.frame_locator("iframe")
        app.get_by_text("Hello! I can help you").first.wait_for()
        app.get_by_placeholder("Ask a question").first.wait_for()
        assert "25 days" not in app.locator("body").inner_text()
        mine = {cookie["name"]: cookie["value"] for cookie in bob.page.context.cookies()}
        assert mine["protokit_visit"] not in [cookie["value"] for cookie in cookies]
        for path in ("/", "/prototypes/hr", "/prototypes/hr/questions"):
            assert bob.page.request.get(running.address + path).status == 401


def test_whoever_came_by_a_link_that_is_revoked_is_out(running, chromium):
    link = running.hub.store.make_link("hr", "Short-lived")
    with window(chromium, running.address + running.hub.doors.path(link)) as shown:
        shown.page.frame_locator("iframe").get_by_placeholder("Ask a question").first.wait_for()
        running.hub.store.revoke(link.id)
        assert shown.page.request.get(f"{running.address}/p/hr/state").status == 401
        shown.page.reload()
        assert "HR handbook" not in shown.text()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_page_of_a_prototype_fits_and_reads_well_to_everybody(running, chromium, size, scheme):
    with signed_in(running, chromium, size) as shown:
        shown.page.emulate_media(color_scheme=scheme)
        shown.page.goto(f"{running.address}/p/hr/")
        shown.page.get_by_role("button", name="Ask it").click()
        shown.page.frame_locator("iframe").get_by_text("25 days of paid annual leave").first.wait_for()
        for path in PAGES:
            shown.page.goto(f"{running.address}/prototypes/hr{path}")
            assert serious(shown.page) == [], path
            assert shown.overflow() <= 0, path
        assert shown.outside == []


@pytest.mark.slow
def test_what_the_owner_changes_shows_in_the_live_preview(running, chromium):
    with signed_in(running, chromium) as shown:
        page = shown.page
        page.goto(f"{running.address}/prototypes/hr/edit")
        page.get_by_label("Welcome").fill("Good morning! Ask away.")
        page.get_by_role("button", name="Save and restart").click()
        page.frame_locator("iframe").get_by_text("Good morning! Ask away.").first.wait_for()
        page.get_by_text("Phone", exact=True).click()
        until(lambda: page.locator("iframe").bounding_box()["width"] <= 390, shown)
        page.goto(f"{running.address}/prototypes/hr/documents")
        page.set_input_files(
            "input[type=file]", {"name": "pets.md", "mimeType": "text/markdown", "buffer": b"# Pets"}
        )
        page.get_by_role("button", name="Add and read them").click()
        page.get_by_text("Added pets.md.").wait_for()


def test_a_sleeping_prototype_wakes_by_itself_and_a_stopped_one_says_so(running, chromium):
    with signed_in(running, chromium) as shown:
        page = shown.page
        page.goto(f"{running.address}/prototypes/hr/health")
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Nobody can use it until").first.wait_for()
        page.goto(f"{running.address}/p/hr/app/")
        page.get_by_text("is taking a break").wait_for()
        assert serious(page) == []
        page.goto(f"{running.address}/prototypes/hr/health")
        page.get_by_role("button", name="Start").click()
        page.goto(f"{running.address}/p/hr/")
        page.frame_locator("iframe").get_by_placeholder("Ask a question").first.wait_for()


@pytest.mark.slow
def test_a_broken_prototype_tells_visitors_nothing_and_its_owner_why(running, chromium):
    app = running.hub.folder("hr") / "app.py"
    whole = app.read_text()
    with signed_in(running, chromium) as shown:
        page = shown.page
        try:
            app.write_text("raise RuntimeError('the secret of /home/ann')\n")
            page.goto(f"{running.address}/prototypes/hr/health")
            page.get_by_role("button", name="Restart").or_(
                page.get_by_role("button", name="Start")
            ).first.click()
            page.get_by_text("Starting again").wait_for()
            page.goto(f"{running.address}/p/hr/app/")
            page.get_by_text("could not start").wait_for()
            assert serious(page) == []
            assert "secret" not in shown.text()
            assert "Traceback" not in shown.text()
            shown.shoot("hub-broken")
            page.goto(f"{running.address}/prototypes/hr/health")
            page.get_by_text("the secret of /home/ann").first.wait_for()
        finally:
            app.write_text(whole)
        page.goto(f"{running.address}/p/hr/app/")
        retry, box = (
            page.get_by_role("link", name="Try again"),
            page.get_by_placeholder("Ask a question").first,
        )
        until(lambda: retry.is_visible() or box.is_visible(), shown)
        if retry.is_visible():
            retry.click()
        box.wait_for()
