"""Pages of the Hub over thousands of rows: they come at once, a part at a time, and every row can be reached."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from protokit.hub.content.usage_analytics import events_of
from protokit.hub.views import documents_view, feedback_view, share_links_view
from tests.support.hub_site import Site, made, site

MANY = 1000


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("many")
    with site(place / "home", made(place / "leave")) as opened:
        yield opened


def test_a_thousand_links_are_shown_fifty_at_a_time_with_as_many_codes(hub: Site) -> None:
    for number in range(MANY):
        hub.hub.store.make_link("leave", f"Group {number}")
    asked: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    first = hub.get("/prototypes/leave/links")
    event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) < 20, "a query for each row"
    assert first.count('<div class="qr">') == share_links_view.A_PAGE
    assert len(first) < 1_000_000
    assert '"?page=2"' in first
    last = hub.get(f"/prototypes/leave/links?page={MANY // share_links_view.A_PAGE}")
    assert 'rel="next"' not in last
    assert names(last) == {f"Group {number}" for number in range(share_links_view.A_PAGE)}  # the oldest
    assert names(hub.get("/prototypes/leave/links?page=9999")) == names(last)
    assert names(hub.get(f"/prototypes/leave/links?page={'9' * 30}")) == names(first)


def test_a_thousand_documents_and_opinions_come_a_part_at_a_time(hub: Site) -> None:
    for number in range(MANY):
        (hub.folder("leave") / "knowledge" / f"note-{number}.md").write_text("Leave is 25 days.")
    first = hub.get("/prototypes/leave/documents")
    assert first.count('class="paper-name"') == documents_view.A_PAGE
    assert re.search(r"1\d\d\d documents", first)
    log = events_of(hub.folder("leave"))
    for number in range(feedback_view.A_PAGE + 5):
        log.record_opinion(f"visitor-{number}", "", 1, 5, f"words {number}")
    assert hub.get("/prototypes/leave/feedback").count('class="asked-text"') == feedback_view.A_PAGE
    assert hub.get("/prototypes/leave/feedback?page=2").count('class="asked-text"') == 5


def names(page: str) -> set[str]:
    return set(re.findall(r"<h2>(Group \d+)</h2>", page))
