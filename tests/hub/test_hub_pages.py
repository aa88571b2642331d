"""The Hub as its owner meets it: first start, making prototypes, the gallery; in a real browser and without scripts."""

import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from protokit.hub.app import assemble, open_hub
from protokit.hub.hub_settings import HubSettings
from protokit.hub.jobs.job import Job, JobRefusal, Offer, Reading, Reason, read_job, write_job
from protokit.hub.security.passcodes import hashed
from protokit.spec.prototype_spec import read_spec
from tests.support.browser import CHROMIUM, DESKTOP, PHONE, is_outside, needs_chromium, own_port
from tests.support.hub_process import PASSCODE, Person, RunningHub, running_hub
from tests.support.terminal import protokit
from tests.support.waiting import until

LINE = "Answer new hires' questions about our handbook"
HANDBOOK = b"""# Leave

Every employee has 28 days of annual leave. Unused days expire on 31 March.

# Travel

Hotels are paid up to 180 EUR a night in Paris. Trains are booked in second class.
"""
BROKEN = b"%PDF-1.7 this is no document"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A Hub that was started for the first time, with one prototype."""
    with running_hub(tmp_path_factory.mktemp("hub") / "home", new=True) as running:
        person, link = running.stranger(), running.start_link()
        assert "not the same" in person.send(link, link, passcode=PASSCODE, again="another").text
        assert "first prototype" in person.send(link, link, passcode=PASSCODE, again=PASSCODE).text
        assert "is ready" in person.wait(person.new(LINE, {"handbook.md": HANDBOOK}, name="First Helper"))
        yield running


@pytest.fixture
def person(hub: RunningHub) -> Person:
    return hub.person()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


def _page(browser, hub, size=DESKTOP, scheme="light", **settings):
    """A page in a window of its own, signed in."""
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=viewport, color_scheme=scheme, **settings).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{hub.address}/signin")
    page.fill("#passcode", PASSCODE)
    page.click("main [type=submit]")
    page.wait_for_url(f"{hub.address}/")
    return page


def test_the_link_of_the_first_start_works_once(hub):
    late = hub.stranger()
    assert "Sign in" in late.open(hub.start_link()).text
    answer = late.send("/signin", hub.start_link(), passcode="another one", again="another one")
    assert "was used already" in answer.text
    assert late.open("/").status_code == 401
    assert "is not the passcode" in late.send("/signin", "/signin", passcode="something else").text


def test_signing_in_leads_to_the_page_that_was_wanted_and_never_elsewhere(hub):
    stranger = hub.stranger()
    asked = stranger.open("/new")
    assert asked.status_code == 401
    assert 'name="next" value="/new"' in asked.text
    assert stranger.send("/signin", "/signin", passcode=PASSCODE, next="/new").url.path == "/new"
    for elsewhere in ("//example.com", "https://example.com", "/\\example.com", "/signout"):
        answer = hub.person().send("/new", "/signin", passcode=PASSCODE, next=elsewhere)
        assert str(answer.url).startswith(hub.address)


def test_signing_out_ends_this_device_alone(hub):
    here, there = hub.person(), hub.person()
    assert "You are signed out" in here.send("/", "/signout").text
    assert here.open("/").status_code == 401
    assert there.open("/").status_code == 200


@needs_chromium
def test_a_line_and_documents_become_a_live_prototype(hub, browser):
    page = _page(browser, hub)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto(f"{hub.address}/new")
    page.fill("#prompt", LINE)
    page.set_input_files(
        "#documents",
        [
            {"name": "leave.md", "mimeType": "text/markdown", "buffer": HANDBOOK},
            {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": BROKEN},
        ],
    )
    assert page.inner_text(".chosen").split()[:1] == ["leave.md"]
    page.press("#prompt", "Enter")
    page.wait_for_url("**/made")
    shown = page.inner_text("main")
    assert "Document search, " in shown
    assert "Chatbot came next" in shown
    assert re.search(r"scan\.pdf\s+It is damaged", shown)
    page.frame_locator(".made-page").get_by_placeholder("Ask the documents").wait_for()
    assert not [url for url in outside if is_outside(url)]
    framed = page.query_selector(".made-page").content_frame().url
    assert urlsplit(framed).port != urlsplit(page.url).port, "the framed prototype could read the page"


@needs_chromium
def test_making_a_prototype_needs_no_script(hub, browser):
    page = _page(browser, hub, java_script_enabled=False)
    page.goto(f"{hub.address}/new")
    page.fill("#prompt", "Summarize meeting notes into action items")
    page.click(".button-large")
    page.wait_for_url("**/made")
    assert "is ready" in page.inner_text("h1")


def test_a_line_that_nothing_serves_gets_an_honest_no_and_a_way_on(person):
    line = "Generate logo images for our brand in watercolour style"
    job = person.new(line)
    shown = person.wait(job)
    assert "This asks for <strong>making or reading pictures and video</strong>" in shown
    assert "Make a document search of it" in shown
    asked = person.new(line, {"brand.md": HANDBOOK})
    shown = person.wait(asked)
    assert "this may ask for <strong>making or reading pictures and video</strong>" in shown
    changed = person.open(f"/new?from={asked.removeprefix('/jobs/')}").text
    assert "watercolour" in changed
    assert "Kept from before: brand.md" in changed
    insisted = person.send(asked, asked, blueprint="summarizer")
    assert "is ready" in person.wait(insisted.url.path)


def test_an_unclear_line_gets_three_to_pick_from_and_a_click_makes_one(person):
    job = person.new("hr")
    shown = person.wait(job)
    assert "Which of these is nearest to what you want?" in shown
    line = "A chatbot that answers questions about hr"
    assert line in shown
    assert person.send(job, job, blueprint="chatbot", line="something else").status_code == 404
    picked = person.send(job, job, blueprint="chatbot", line=line)
    assert line in person.wait(picked.url.path)


def test_two_wishes_are_both_heard_and_a_click_makes_the_other(person):
    job = person.new("Summarize our leave policy, then let people ask about it", {"leave.md": HANDBOOK})
    shown = person.wait(job)
    assert "“let people ask about it” is what a chatbot does" in shown
    second = person.send(job, f"{job}/also").url.path
    assert second != job
    assert "Chatbot, as you chose" in person.wait(second)
    assert person.send(job, f"{job}/also").url.path.removesuffix("/made") == second.removesuffix("/made")


def test_two_kinds_that_are_close_are_asked_about(person):
    job = person.new("A conversational search over our policy documents that people can talk to")
    shown = person.wait(job)
    assert "Which one do you mean?" in shown
    assert "Make a document search" in shown
    person.send(job, job, blueprint="chatbot")
    assert "Chatbot, as you chose" in person.wait(job)


def test_documents_that_cannot_be_read_are_told_and_nothing_is_made(hub, person):
    before = set((hub.home / "prototypes").iterdir())
    shown = person.wait(person.new("Search our contracts", {"scan.pdf": BROKEN, "empty.txt": b""}))
    assert "None of the documents could be read." in shown
    assert "It is damaged or incomplete" in shown
    assert "It is empty." in shown
    assert set((hub.home / "prototypes").iterdir()) == before


def test_documents_without_a_line_become_a_prototype_that_can_be_asked(person):
    shown = person.wait(person.new("", {"handbook.md": HANDBOOK}))
    assert "is ready" in shown
    assert "as your documents can be asked" in shown


def test_what_is_wrong_with_a_form_stands_beside_the_field(person):
    answer = person.send("/new", "/new", prompt="   ", name="///", model="gpt")
    assert answer.status_code == 422
    assert "Say in a sentence what it should do." in answer.text
    assert "no letter or digit" in answer.text or "is a path" in answer.text
    assert "Write offline, or a provider" in answer.text


def test_a_form_that_is_sent_twice_makes_one_prototype(hub, person):
    number = re.search(r'name="number" value="(\w+)"', person.open("/new").text)[1]
    fields = {"prompt": "Search our travel policy", "name": "Travel Search", "number": number}
    job = person.new(**fields)
    assert person.new(**fields) == job
    assert "is ready" in person.wait(job)
    assert person.new(**fields) == job
    assert "is ready" in person.wait(job)
    assert [path.name for path in (hub.home / "prototypes").glob("travel-search*")] == ["travel-search"]


def test_two_prototypes_of_one_title_get_folders_and_names_of_their_own(hub, person):
    (hub.home / "prototypes" / "loans").mkdir()  # a folder that somebody made by hand
    jobs = [person.new("Search our loan documents", name="Loans") for _ in range(2)]
    for job in jobs:
        assert "is ready" in person.wait(job)
    titles = {read_spec(hub.home / "prototypes" / f"loans-{n}" / "prototype.yaml").title for n in (2, 3)}
    assert titles == {"Loans 2", "Loans 3"}


def test_names_of_uploads_are_never_paths(hub, person):
    shown = person.wait(person.new(LINE, {"../../../escaped.md": HANDBOOK, "/etc/cron.d/x.md": HANDBOOK}))
    assert "is ready" in shown
    assert not list(hub.home.parent.rglob("cron.d"))
    assert {path.parent.name for path in hub.home.parent.rglob("escaped.md")} == {"knowledge", "documents"}


@pytest.mark.slow
def test_a_job_goes_on_where_the_hub_was_killed(tmp_path):
    home = tmp_path / "home"
    with running_hub(home) as hub:
        person = hub.person()
        job = person.new(LINE, {"handbook.md": HANDBOOK})
        hub.process.send_signal(signal.SIGKILL)
        hub.process.wait()
    with running_hub(home) as hub:
        assert "is ready" in hub.person().wait(job)
        assert len(list((home / "prototypes").iterdir())) == 1


@pytest.mark.slow
def test_a_prototype_that_was_written_before_the_hub_died_is_taken_in(tmp_path):
    home = tmp_path / "home"
    with running_hub(home) as hub:
        person = hub.person()
        person.wait(person.new("Search our travel policy", name="Travel"))
    with closing(sqlite3.connect(home / "hub.db")) as database:  # as if it was killed before it recorded it
        database.execute("DELETE FROM prototypes")
        database.commit()
    half = Job(id="0123456789abcdef", prompt="x", state="working", slug="travel")
    write_job(home / "jobs" / half.id, half.begin("write"))
    with running_hub(home) as hub:
        assert "is ready" in hub.person().wait(f"/jobs/{half.id}")
        assert "Travel" in hub.person().open("/").text
        assert [path.name for path in (home / "prototypes").iterdir()] == ["travel"]


def test_a_copy_leaves_index_and_questions_behind_and_is_its_own(hub, person):
    first = hub.home / "prototypes" / "first-helper"
    (first / ".protokit" / "events.db").touch()
    (first / ".protokit" / "index").mkdir(exist_ok=True)
    assert (
        "Made a copy: “First Helper (copy)”." in person.send("/", "/prototypes/first-helper/duplicate").text
    )
    copy = hub.home / "prototypes" / "first-helper-copy"
    spec = read_spec(copy / "prototype.yaml")
    assert (spec.title, spec.slug) == ("First Helper (copy)", "first-helper-copy")
    assert (copy / "knowledge" / "handbook.md").read_bytes() == HANDBOOK
    assert (copy / ".protokit" / "base.zip").is_file()
    assert not (copy / ".protokit" / "events.db").exists()
    assert not (copy / ".protokit" / "index").exists()


def test_what_is_deleted_can_be_taken_back(hub, person):
    person.send("/", "/prototypes/first-helper/duplicate")
    copy = sorted(path.name for path in (hub.home / "prototypes").glob("first-helper-copy*"))[-1]
    deleted = person.send("/", f"/prototypes/{copy}/delete")
    assert "to the trash." in deleted.text
    assert f'action="/prototypes/{copy}/undelete"' in deleted.text
    assert not (hub.home / "prototypes" / copy).exists()
    assert f"/prototypes/{copy}/undelete" in person.open("/?shelf=trash").text
    assert "is back." in person.send("/", f"/prototypes/{copy}/undelete").text
    assert (hub.home / "prototypes" / copy / "prototype.yaml").is_file()
    assert f'href="/prototypes/{copy}"' in person.open("/").text


def test_an_archived_prototype_leaves_the_gallery_and_comes_back(hub, person):
    person.send("/", "/prototypes/first-helper/duplicate")
    copy = sorted(path.name for path in (hub.home / "prototypes").glob("first-helper-copy*"))[-1]
    here = f'href="/prototypes/{copy}"'
    assert here not in person.send("/", f"/prototypes/{copy}/archive").text
    assert here in person.open("/?shelf=archive").text
    assert here in person.send("/", f"/prototypes/{copy}/unarchive").text


def test_the_gallery_is_searched_sorted_and_turned_page_by_page(tmp_path):
    from starlette.testclient import TestClient

    hub = open_hub(HubSettings(home=tmp_path / "home"))
    hub.store.set_passcode(hashed(PASSCODE))
    spec = read_spec(Path(__file__).parents[2] / "demos" / "hr-helper" / "prototype.yaml")
    for number in range(130):
        slug = f"helper-{number:03}"
        hub.store.add(slug, msgspec.structs.replace(spec, slug=slug, title=f"Helper {number:03}"))
    with closing(hub.store), closing(TestClient(assemble(hub), base_url="http://localhost")) as client:
        person = Person(client)
        person.send("/signin", "/signin", passcode=PASSCODE)
        pages = [person.open(f"/?sort=title&page={number}").text for number in (1, 2, 3)]
        found = [re.findall(r'<h2><a href="/prototypes/(helper-\d+)"', page) for page in pages]
        assert [slug for page in found for slug in page] == [f"helper-{number:03}" for number in range(130)]
        assert "1 prototype for “helper 077”" in person.open("/?q=helper+077").text
        assert "Nothing by that name" in person.open("/?q=%3Cscript%3E").text
        assert person.open("/?page=999999&sort=nonsense&shelf=x&q=%00").status_code == 200


@pytest.mark.slow
def test_counts_on_the_cards_follow_what_visitors_ask(hub, person):
    folder = hub.home / "prototypes" / "first-helper"
    assert protokit("ask", folder, "How many days of annual leave are there?", cwd=hub.home).code == 0
    until(lambda: "No questions yet" not in _card(person, "first-helper"))
    assert re.search(r"Questions</span></dt><dd>[1-9]", _card(person, "first-helper"))


@needs_chromium
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_page_is_fit_for_everybody(hub, browser, person, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    jobs = _jobs_in_every_state(hub)
    page = _page(browser, hub, size, scheme)
    paths = ["/", "/?q=nothing-like-that", "/?shelf=archive", "/?shelf=trash", "/new", "/nowhere", *jobs]
    for path in [*paths, "/signin"]:
        page.goto(hub.address + path)
        if path == "/":
            page.click(".tile summary")
        found = (
            Axe().run(page, options={"resultTypes": ["violations"], "iframes": False}).response["violations"]
        )
        assert not [(each["id"], each["nodes"][0]["html"]) for each in found], path
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path


@needs_chromium
def test_the_gallery_filters_as_one_types_and_menus_obey_the_keyboard(hub, browser):
    page = _page(browser, hub)
    page.fill("#q", "first helper")
    page.wait_for_function("[...document.querySelectorAll('.tile')].some((tile) => tile.hidden)")
    assert page.is_visible("text=First Helper")
    page.fill("#q", "zzz")
    page.get_by_text("Nothing by that name").wait_for()
    page.fill("#q", "")
    page.focus(".tile summary")
    page.keyboard.press("Enter")
    page.locator(".tile .menu[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".tile .menu[open]").count() == 0


def test_a_port_in_use_is_told(hub, tmp_path):
    port = hub.address.rpartition(":")[2]
    done = protokit("hub", "--port", port, cwd=tmp_path)
    assert done.code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.err


def test_a_second_hub_over_the_same_home_is_refused(hub, tmp_path):
    done = protokit("hub", "--home", hub.home, "--port", str(own_port()), cwd=tmp_path)
    assert done.code == 1
    assert "another Hub serves this home already" in done.err


def _card(person: Person, slug: str) -> str:
    """The card of one prototype in the gallery, as HTML."""
    cards = person.open("/").text.split('<li class="tile"')
    return next(card for card in cards if f'href="/prototypes/{slug}"' in card)


def _jobs_in_every_state(hub: RunningHub) -> list[str]:
    """The paths of a job that is ready, and of one in each other state, as the makers write them."""
    kinds = (
        Offer(name="rag-search", title="Document search", pitch="Finds.", confidence=0.5),
        Offer(name="chatbot", title="Chatbot", pitch="Talks.", confidence=0.4),
    )
    reason = Reason(taken=kinds[0], because=("search",), runner_up=kinds[1])
    doubt = Reason(taken=kinds[0], runner_up=kinds[1], asks_for="pictures", why_not="All is text.")
    refusal = JobRefusal(
        asks_for="pictures", why="All is text.", nearest=kinds[0], would_not="draw", kinds=kinds
    )
    readings = (
        Reading(file="a.pdf", state="not read", fine=False, detail="It is locked."),
        Reading(file="b.md", detail="3 passages."),
    )
    states = [
        Job(id="a" * 16, prompt="x", state="asking", reason=reason),
        Job(id="e" * 16, prompt="x", state="asking", reason=doubt),
        Job(id="b" * 16, prompt="x", state="declined", refusal=refusal),
        Job(id="c" * 16, prompt="x", state="failed", problem="It broke.", readings=readings),
        Job(id="d" * 16, prompt="x", state="working").begin("understand").end("sure").begin("read"),
    ]
    for job in states:
        write_job(hub.home / "jobs" / job.id, job)
    ready = [folder.name for folder in (hub.home / "jobs").iterdir() if _is_ready(folder)]
    return [f"/jobs/{ready[0]}", *(f"/jobs/{job.id}" for job in states)]


def _is_ready(folder: Path) -> bool:
    job = read_job(folder)
    return job is not None and job.state == "ready"
