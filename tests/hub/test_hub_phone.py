"""The Hub in one hand: whatever is pressed is large enough, and a prototype is made, shared and watched by taps."""

import re
from pathlib import Path
from typing import Any

import pytest

from protokit.hub.content.usage_analytics import events_file
from protokit.hub.database.members import FOUNDER
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog
from tests.support.browser import PHONE, needs_chromium, serious, window
from tests.support.hub_members import member
from tests.support.hub_site import made, owner, served_site

PAGE = "/prototypes/hr"
PAGES = (
    *("/", "/new", "/members", "/account", "/activity", "/signin", "INVITATION"),
    *(f"{PAGE}{path}" for path in ("", "/edit", "/versions", "/documents", "/story", "/links", "/questions")),
    *(f"{PAGE}{path}" for path in ("/questions/1", "/feedback", "/decision", "/decision/case", "/health")),
)
TOO_SMALL = """() =>
  [...document.querySelectorAll("a[href], button, summary, select, textarea, input, label:has(input)")]
  .filter((each) => {
    const { width, height } = each.getBoundingClientRect(), style = getComputedStyle(each);
    const text = each.tagName === "A" && style.display === "inline";  // within a sentence
    const inside = each.tagName === "INPUT" && each.closest("label");
    if (!width || !height || text || inside || each.type === "hidden" || each.closest(".hidden-visually")) return false;
    if (style.visibility === "hidden" || style.opacity === "0") return false;
    return width < 43.5 || height < 43.5;
  })
  .map((each) => each.outerHTML.slice(0, 120))"""


@needs_chromium
@pytest.mark.slow
def test_what_is_pressed_is_as_large_as_a_thumb_and_nothing_runs_off_the_side(
    tmp_path: Path, chromium: Any
) -> None:
    with served_site(tmp_path / "home", made(tmp_path / "hr")) as (hub, address):
        hub.store.set_passcode("x")
        member(hub, "Ann Meyer", "editor")
        hub.store.make_link("hr", "Board, June")
        EventLog(events_file(hub.folder("hr"))).record(Answer("How many days?", "25 days.", "offline"))
        invitation = hub.doors.invitation_path(hub.store.invite("viewer", "Dan", FOUNDER))
        cookies = [{"name": OWNER_COOKIE, "value": owner(hub), "url": address}]
        with window(chromium, address, PHONE, cookies) as visit:
            for path in PAGES:
                visit.page.goto(address + path.replace("INVITATION", invitation), wait_until="load")
                for menu in visit.page.query_selector_all("details.menu"):
                    menu.evaluate("(menu) => { menu.open = true; }")
                assert visit.page.evaluate(TOO_SMALL) == [], path
                assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
                if path in ("/members", "/account", "INVITATION", f"{PAGE}/links", f"{PAGE}/questions/1"):
                    assert serious(visit.page) == [], path


@needs_chromium
@pytest.mark.slow
def test_a_prototype_is_made_shared_and_watched_by_taps(tmp_path: Path, chromium: Any) -> None:
    with served_site(tmp_path / "home") as (hub, address):
        hub.store.set_passcode("x")
        cookies = [{"name": OWNER_COOKIE, "value": owner(hub), "url": address}]
        with window(chromium, address, PHONE, cookies) as visit:
            page = visit.page
            page.get_by_role("link", name="New prototype").tap()
            page.get_by_label("What should it do?").fill("Answer questions about our leave policy")
            page.get_by_role("button", name="Make prototype").tap()
            page.wait_for_url("**/made", timeout=120_000)
            page.get_by_role("link", name=re.compile("Share")).first.tap()
            page.get_by_label("Who is it for?").fill("Board")
            page.get_by_role("button", name="Make the link").tap()
            page.get_by_text("The link is ready").wait_for()
            guest = page.get_by_label("Address of Board").input_value()
            assert guest.startswith(f"{address}/s/")
            with window(chromium, guest, PHONE) as other:
                other.page.get_by_role("button", name="Feedback").or_(
                    other.page.get_by_role("link", name="Feedback")
                ).first.tap()
                other.page.get_by_role("radio", name="I like it").tap()
                other.page.get_by_role("button", name="Send", exact=True).tap()
                other.page.get_by_text("Thank you!").first.wait_for()
            page.get_by_role("link", name="Feedback").tap()
            page.get_by_text("Board ·").wait_for()
