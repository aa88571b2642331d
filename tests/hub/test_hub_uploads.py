"""A guest's file in the Hub, in both screens: only by a link that allows it, and for that guest alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from protokit.hub.context import Hub
from protokit.hub.database.share_links import Link
from protokit.hub.security.identity import VISIT_COOKIE, VisitorIdentity
from protokit.hub.security.signing import SigningKeys
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from tests.support.browser import needs_chromium, window
from tests.support.hub_site import served_site

pytestmark = [needs_chromium, pytest.mark.browser]

LUNCH = "from 11:45 to 13:30 on weekdays"
SCREENS = ("streamlit", "gradio")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, str]]:
    home = tmp_path_factory.mktemp("uploads")
    wishes = {
        screen: ScaffoldRequest("Search our help centre", blueprint="rag-search", screen=screen)
        for screen in SCREENS
    }
    folders = [make(plan_scaffold(wish), home / "made" / screen) for screen, wish in wishes.items()]
    with served_site(home / "hub", *folders) as (hub, address):
        yield hub, address


def cookie(hub: Hub, link: Link, address: str) -> Any:
    """Of somebody new who came by `link`."""
    visit = hub.store.admit(link.id)
    assert visit
    visitors = VisitorIdentity(hub.store, SigningKeys.open(hub.settings.home))
    return {"name": VISIT_COOKIE, "value": visitors.visit_cookie(visit, visit.slug), "url": address}


def is_upload(request: Any) -> bool:
    return request.method in ("PUT", "POST") and "upload" in request.url


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_a_guests_file_answers_that_guest_alone(running, chromium, tmp_path, screen):
    hub, address = running
    page = f"{address}/p/{screen}/app/"
    extra = tmp_path / "canteen.md"
    extra.write_text(f"# Canteen\n\nThe canteen serves lunch {LUNCH}.\n", encoding="utf-8")
    with window(chromium, "about:blank") as may, window(chromium, "about:blank") as may_not:
        for shown, uploads in ((may, True), (may_not, False)):
            link = hub.store.make_link(screen, "Board", uploads=uploads)
            shown.page.context.add_cookies([cookie(hub, link, address)])
            shown.page.goto(page)
            shown.page.get_by_text("warranty-and-returns.md").first.wait_for(timeout=90_000)
        may.page.get_by_text("Only you can search what you add.").wait_for()
        with may.page.expect_event("requestfinished", is_upload):  # its name is there before
            may.page.locator("input[type=file]").set_input_files(str(extra))
        may.page.get_by_text("canteen.md").first.wait_for()
        for shown in (may, may_not):
            box = shown.page.get_by_placeholder("Ask the documents…")
            box.fill("When does the canteen serve lunch?")
            box.press("Enter")
        may.page.get_by_text(f"{LUNCH}. [1]").first.wait_for()
        may_not.page.get_by_text("could not find").first.wait_for()
        assert LUNCH not in may_not.text()
        assert "Only you can search what you add." not in may_not.text()
        assert not may_not.page.locator("input[type=file]:visible").count()
        may.shoot(f"hub-{screen}-uploads")
        may_not.shoot(f"hub-{screen}-no-uploads")
