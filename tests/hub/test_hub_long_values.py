"""Every field of every form of the Hub gets values far too long, too large or of no kind: none breaks it or is kept."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import html
from starlette.testclient import TestClient

from protokit.hub.app import assemble
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.hub.security.passcodes import hashed
from protokit.runtime import Answer, EventLog
from tests.support.hub_site import Site, made, owner, site
from tests.support.work import calls

HOME = "/prototypes/hr"
PAGES = ["/", "/new", "/activity", f"{HOME}/health", "/p/hr/", f"{HOME}/questions/1"]
PAGES += [f"{HOME}{page}" for page in ("", "/edit", "/documents", "/story", "/links", "/feedback")]
LONG = 100_000
"""Characters; a form of the owner's may have a megabyte."""
HARD = {
    "long": "x" * LONG,
    "allowed": "x" * 7_000,
    "number": "9" * 5_000,
    "infinite": "1e999",
    "lines": "a\n" * (LONG // 2),
    "path": "../" * (LONG // 3),
    "date": "9999999-99-99",
}
"""Strangers and guests may send 8 kB; of what is longer not even the beginning is looked at."""
REFUSED = {303, 400, 403, 404, 409, 413, 422, 429}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = made(tmp_path_factory.mktemp("made") / "hr")
    with site(tmp_path_factory.mktemp("long") / "home", folder) as served:
        EventLog(served.folder("hr") / ".protokit" / "events.db").record(Answer("Old?", "Yes.", "offline"))
        served.hub.store.set_passcode(hashed("a quiet green lamp"))
        served.client.cookies.set(OWNER_COOKIE, owner(served.hub))
        yield served


@pytest.fixture(scope="module")
def stranger(hub: Site) -> Iterator[Site]:
    client = TestClient(assemble(hub.hub), base_url="http://localhost:8400", follow_redirects=False)
    with_nothing = Site(hub.hub, client)
    yield with_nothing
    client.close()


def attack(who: Site, page: str, hard: str) -> list[tuple[str, str]]:
    """Send each form on `page` with each field `hard` in turn; the addresses and fields that were attacked."""
    attacked = []
    for form in html.fromstring(who.get(page)).forms:
        if form.method != "POST":
            continue
        fields = {name: "" for name in form.fields if name} | {n: v or "" for n, v in form.form_values()}
        token = {"csrf_token": fields.pop("csrf_token")}
        for name in fields:
            answer = who.client.post(
                form.action or page, data={**token, **fields, name: hard}, headers={"Accept": "text/html"}
            )
            assert answer.status_code in REFUSED, (form.action, name, answer.text[:300])
            attacked.append((form.action, name))
    return attacked


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("hard", HARD.values(), ids=HARD.keys())
def test_no_field_of_any_form_takes_a_value_of_any_length(hub: Site, stranger: Site, hard: str) -> None:
    link = hub.hub.store.make_link("hr", "Board", passcode=hashed("a quiet green lamp"))
    entry = hub.hub.doors.path(link)
    before = size(hub.hub.settings.home)
    attacked = [each for page in PAGES for each in attack(hub, page, hard)]
    attacked += [each for page in ("/signin", entry) for each in attack(stranger, page, hard)]
    assert len(set(attacked)) > 30
    assert size(hub.hub.settings.home) - before < LONG


def test_many_lines_are_refused_without_reading_them_all(hub: Site) -> None:
    page = f"{HOME}/edit"
    (form,) = [form for form in html.fromstring(hub.get(page)).forms if "starter_questions" in form.fields]

    def work(lines: int) -> int:
        """Of the Hub, for so many lines."""
        sent = urlencode(dict(form.form_values()) | {"starter_questions": "a\n" * lines})
        headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
        answers = []
        count = calls(lambda: answers.append(hub.client.post(page, content=sent, headers=headers)))
        assert answers[0].status_code == 422
        assert "starter_questions" in answers[0].text
        return count

    work(10)
    assert work(20_000) < 2 * work(200)
