"""Two prototypes behind one link: visitors are split by lot, see no sign of it, and the page says which is better."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from protokit.hub.app import assemble
from protokit.hub.content.usage_analytics import events_file
from protokit.runtime import Answer, EventLog, Settings
from protokit.runtime.visitor import pseudonym_of_guest
from tests.support.hub_site import Site, made, site

PAGE = "/prototypes/one/decision/compare"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Site]:
    folders = [made(tmp_path / slug, name=slug.title()) for slug in ("one", "two")]
    with site(tmp_path / "home", *folders) as there:
        yield there


def compare(hub: Site) -> str:
    """A new comparison; the path of its link."""
    page = "/prototypes/one/decision/compare"
    assert hub.post(page, page, name="June", other="two", measure="accepted").status_code == 303
    address = re.search(r'value="http://localhost:8400(/s/[^"]+)"', hub.get(page))
    assert address
    return address[1]


def browser(hub: Site) -> TestClient:
    accept = {"Accept": "text/html"}
    return TestClient(
        assemble(hub.hub), base_url="http://localhost:8400", follow_redirects=False, headers=accept
    )


def test_each_browser_is_sent_to_one_of_the_two_and_always_to_the_same(hub: Site) -> None:
    link, places = compare(hub), []
    for _ in range(24):
        guest = browser(hub)
        sent = guest.get(link)
        assert sent.status_code == 303
        places.append(sent.headers["location"])
        assert {guest.get(link).headers["location"] for _ in range(4)} == {places[-1]}
    assert len(set(places)) == 2
    page = browser(hub).get(places[0]).text
    assert "June" not in page
    assert "compar" not in page.lower()


def test_the_page_tells_which_is_better_by_the_visitors_of_its_link_alone(hub: Site) -> None:
    compare(hub)
    (comparison,) = hub.hub.store.comparisons("one")
    for slug, link, thumbs in (("one", comparison.first, 1), ("two", comparison.second, -1)):
        key, log = Settings.read(hub.folder(slug)).key, EventLog(events_file(hub.folder(slug)))
        for _ in range(30):
            visit = hub.hub.store.admit(link)
            assert visit
            event = log.record(
                Answer("How long?", "25 days.", "offline"), visitor=pseudonym_of_guest(visit.id, key)
            )
            log.feedback(event, thumbs)
        other = log.record(Answer("How long?", "25 days.", "offline"), visitor="somebody else")
        log.feedback(other, -thumbs)
    for slug in ("one", "two"):
        page = hub.get(f"/prototypes/{slug}/decision/compare")
        assert "One is better." in page
        assert page.count("of 30 visitors") == 2


def test_a_comparison_ends_and_lets_nobody_in_any_more(hub: Site) -> None:
    link = compare(hub)
    (comparison,) = hub.hub.store.comparisons("two")
    assert hub.post(f"{PAGE}/{comparison.id}/end", PAGE).status_code == 303
    assert "It has ended." in hub.get(PAGE)
    assert browser(hub).get(link).status_code == 404
    assert hub.post(f"{PAGE}/none/end", PAGE).status_code == 404
    for fields in (
        {"name": "x", "other": "one"},
        {"name": "x", "other": "none"},
        {"name": "", "other": "two"},
    ):
        assert "It was not made" in hub.post(PAGE, PAGE, measure="accepted", **fields).text
