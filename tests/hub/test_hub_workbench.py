"""A prototype's own pages in the Hub: editing, documents, story, links, and what visitors asked and said."""

import html
import os
import re
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.errors import SpecProblem
from protokit.hub.content.guided_tour import read_story
from protokit.hub.content.usage_analytics import UsageAnalytics
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog
from protokit.runtime.usage.feedback import latest
from protokit.spec.edit_yaml import edited
from protokit.spec.prototype_spec import Spec, parse_spec, read_spec
from tests.support.hub_site import Site, made, site
from tests.support.pdf_bomb import pdf_bomb
from vectorstore import KnowledgeBase
from vectorstore.loaders.host_memory import HOST_MEMORY

HOME = "/prototypes/hr"
COMMENTED = """\
# Ours. Talk to Ann before you change the model.
schema: 1
title: HR Helper  # the board likes this name
slug: hr
pitch: "Answers from the handbook."
blueprint: chatbot@1.0.0
# Asked at every onboarding:
starter_questions:
- How many days of leave?
# added after the pilot
- May I work from abroad?
- Who signs?

# Keep this short.
will_not:
- give legal advice
model: offline
"""


@pytest.fixture(scope="module")
def made_once(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("made") / "hr")


@pytest.fixture
def hub(made_once, tmp_path) -> Iterator[Site]:
    with site(tmp_path / "home", made_once) as running:
        yield running


def form_of(hub: Site) -> dict[str, str]:
    """The edit form as a browser would send it back untouched."""
    page = hub.get(f"{HOME}/edit")
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n([^<]*)</textarea>', page))
    return {name: html.unescape(value) for name, value in fields.items() if name != "csrf_token"}


# Editing


def test_a_change_leaves_every_other_character_of_the_file_alone():
    after = edited(COMMENTED, {"title": "People Guide", "pitch": "Answers from the handbook."})
    assert after == COMMENTED.replace(
        "HR Helper  # the board likes this name", "People Guide # the board likes this name"
    )


@pytest.mark.parametrize(
    "questions",
    [["Who signs?"], ["May I work from abroad?", "New?", "Newer?", "Newest?"], ["A?"], []],
)
def test_a_list_may_grow_shrink_and_empty_and_the_comments_around_it_stay(questions):
    after = edited(COMMENTED, {"starter_questions": questions})
    assert parse_spec(after).starter_questions == tuple(questions)
    lines = after.splitlines()
    assert lines[lines.index("will_not:") - 1] == "# Keep this short."
    assert "# Asked at every onboarding:" in lines
    assert lines[0] == "# Ours. Talk to Ann before you change the model."


def test_limits_are_added_changed_and_taken_away():
    once = edited(COMMENTED, {"limits": {"dollars_per_day": 2.5, "dollars_total": None}})
    assert parse_spec(once).limits.dollars_per_day == 2.5
    assert edited(once, {"limits": {"dollars_per_day": None}}) == COMMENTED


texts = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029"),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(title=texts, welcome=texts, questions=st.lists(texts, max_size=8))
def test_whatever_is_typed_comes_back_as_typed(title, welcome, questions):
    typed = {"title": title, "welcome": welcome, "starter_questions": questions}
    after = parse_spec(edited(COMMENTED, typed))
    assert (after.title, after.welcome, list(after.starter_questions)) == (title, welcome, questions)
    assert after.will_not == ("give legal advice",)


def test_a_file_that_is_no_spec_is_not_touched():
    with pytest.raises(SpecProblem, match="titel"):
        edited(COMMENTED.replace("title:", "titel:"), {"pitch": "x"})


def test_the_form_saves_words_instructions_and_limits_and_the_gallery_follows(hub):
    form = form_of(hub) | {
        "title": "People Guide",
        "dollars_per_day": "$2,50",
        "instructions": "Be brief.\r\n",
    }
    answer = hub.post(f"{HOME}/edit", f"{HOME}/edit", **form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}?done=saved&slug=hr")
    spec = read_spec(hub.folder("hr") / "prototype.yaml")
    assert (spec.title, spec.limits.dollars_per_day, spec.model) == ("People Guide", 2.5, "offline")
    assert (hub.folder("hr") / "instructions.md").read_text() == "Be brief.\n"
    assert "People Guide" in hub.get("/")
    assert "People Guide" in hub.get(HOME)


def test_an_untouched_form_changes_no_character(hub):
    names = ("prototype.yaml", "instructions.md")
    before = [(hub.folder("hr") / name).read_bytes() for name in names]
    assert hub.post(f"{HOME}/edit", f"{HOME}/edit", **form_of(hub), fall_back_offline="on").status_code == 303
    assert [(hub.folder("hr") / name).read_bytes() for name in names] == before
    assert not (hub.folder("hr") / ".env").exists()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("title", "x" * 81, "title"),
        ("accent", "red", "accent"),
        ("dollars_per_day", "a lot", "is not a number"),
        ("dollars_total", "nan", "dollars_total"),
        ("questions_per_minute", "0", "questions_per_minute"),
        ("key", "sk-123", "needs no key"),
        ("server", "file:///etc/passwd", "http://"),
        ("starter_questions", "\n".join(f"{n}?" for n in range(9)), "starter_questions"),
    ],
)
def test_a_mistake_is_told_nothing_is_written_and_the_words_are_kept(hub, field, typed, said):
    before = (hub.folder("hr") / "prototype.yaml").read_bytes()
    form = form_of(hub) | {"pitch": "Words worth keeping.", field: typed}
    answer = hub.post(f"{HOME}/edit", f"{HOME}/edit", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Words worth keeping." in answer.text
    assert (hub.folder("hr") / "prototype.yaml").read_bytes() == before


def test_nobody_overwrites_what_somebody_else_wrote_meanwhile(hub):
    form = form_of(hub)
    path = hub.folder("hr") / "prototype.yaml"
    path.write_text(path.read_text() + "# a colleague was here\n")
    answer = hub.post(f"{HOME}/edit", f"{HOME}/edit", **form | {"title": "Mine"})
    assert answer.status_code == 422
    assert "somebody changed this prototype" in answer.text
    assert "a colleague was here" in path.read_text()


def test_a_key_lies_in_the_prototypes_env_for_its_owner_alone_and_is_never_shown(hub):
    form = form_of(hub) | {
        "model": "openai:small",
        "key": "sk-very-secret",
        "server": "http://localhost:9/v1",
    }
    assert hub.post(f"{HOME}/edit", f"{HOME}/edit", **form).status_code == 303
    env = hub.folder("hr") / ".env"
    assert "OPENAI_API_KEY='sk-very-secret'" in env.read_text()
    assert "OPENAI_BASE_URL='http://localhost:9/v1'" in env.read_text()
    if os.name == "posix":
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
    page = hub.get(f"{HOME}/edit")
    assert "sk-very-secret" not in page
    assert "A key is stored" in page
    again = form_of(hub) | {"key": "", "server": ""}
    assert hub.post(f"{HOME}/edit", f"{HOME}/edit", **again).status_code == 303
    assert "sk-very-secret" in env.read_text()
    assert "OPENAI_BASE_URL" not in env.read_text()


def test_a_prototype_broken_by_hand_keeps_its_pages_and_says_why(hub):
    path = hub.folder("hr") / "prototype.yaml"
    path.write_text(path.read_text().replace("screen: streamlit", "screen: streamlitt"))
    for page in ("", "/edit", "/documents", "/story", "/links", "/questions", "/feedback", "/health"):
        text = hub.get(HOME + page)
        assert "Did you mean streamlit?" in text
        assert str(hub.folder("hr")) not in text


# Documents


def test_documents_get_plain_names_and_nothing_is_written_elsewhere(hub):
    home = hub.folder("hr")
    before = {path for path in home.rglob("*") if "knowledge" not in path.parts}
    names = ("parking.md", "../../evil.md", "..\\..\\worse.md", "/etc/cron.d/job", "parking.md")
    sent = [("files", (name, f"# {number}".encode())) for number, name in enumerate(names)]
    assert hub.post(f"{HOME}/documents", f"{HOME}/documents", files=sent).status_code == 303
    found = {path.name for path in (home / "knowledge").iterdir()}
    assert {"parking.md", "parking (2).md", "evil.md", "worse.md", "job"} <= found
    assert {path for path in home.rglob("*") if "knowledge" not in path.parts} == before
    assert "parking (2).md" in hub.get(f"{HOME}/documents")


def test_sample_documents_are_called_so_until_own_ones_are_there(hub):
    page = hub.get(f"{HOME}/documents")
    assert "Sample documents: Human resources, Northwind Textiles" in page
    assert page.count(">Sample</span>") == len(list((hub.folder("hr") / "knowledge").iterdir()))
    own = [("files", ("parking.md", b"# Parking"))]
    assert hub.post(f"{HOME}/documents", f"{HOME}/documents", files=own).status_code == 303
    page = hub.get(f"{HOME}/documents")
    assert "Sample documents:" not in page
    assert ">Sample</span>" in page


def test_an_empty_file_is_refused_by_name_and_the_others_are_taken(hub):
    sent = [("files", ("empty.md", b"")), ("files", ("full.md", b"# Full"))]
    answer = hub.post(f"{HOME}/documents", f"{HOME}/documents", files=sent)
    assert answer.status_code == 422
    assert "empty.md is empty" in answer.text
    assert (hub.folder("hr") / "knowledge" / "full.md").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_a_document_that_broke_its_reader_is_told_and_can_be_read_again(hub, monkeypatch):
    monkeypatch.setenv(HOST_MEMORY, "512")
    (hub.folder("hr") / "knowledge" / "bomb.pdf").write_bytes(pdf_bomb())
    with KnowledgeBase.open(hub.folder("hr") / ".protokit" / "index", embedding="none") as knowledge:
        knowledge.sync(hub.folder("hr") / "knowledge")
    page = hub.get(f"{HOME}/documents")
    assert "Set aside" in page
    assert f'action="{HOME}/documents/again"' in page
    asked = hub.post(f"{HOME}/documents/again", f"{HOME}/documents", name="bomb.pdf")
    page = hub.get(asked.headers["location"])
    assert "bomb.pdf is read again" in page
    assert "Set aside" not in page
    (hub.folder("hr") / "knowledge" / "bomb.pdf").unlink()


def test_a_removed_document_can_be_taken_back(hub):
    path = hub.folder("hr") / "knowledge" / "remote-work.md"
    words = path.read_text()
    gone = hub.post(f"{HOME}/documents/remove", f"{HOME}/documents", name="remote-work.md")
    assert not path.exists()
    page = hub.get(gone.headers["location"])
    undo = html.unescape(re.search(r'action="([^"]*/documents/restore[^"]*)"', page)[1])
    assert hub.post(undo, f"{HOME}/documents").status_code == 303
    assert path.read_text() == words


@pytest.mark.parametrize(
    "name", ["../prototype.yaml", "/etc/passwd", "..", "", "missing.md", "a/../../app.py"]
)
def test_only_documents_can_be_removed(hub, name):
    before = sorted(hub.folder("hr").rglob("*"))
    assert hub.post(f"{HOME}/documents/remove", f"{HOME}/documents", name=name).status_code == 422
    assert sorted(hub.folder("hr").rglob("*")) == before


# The guided path


def test_a_path_is_put_together_ordered_and_kept_in_the_folder(hub):
    steps = {"question": ["One?", "Two?"], "say": ["First.", ""], "opening": "Hello.", "offer": ["Three?"]}
    page = hub.post(f"{HOME}/story", f"{HOME}/story", **steps, do="offer-1").text
    assert "Not saved yet" in page
    assert not (hub.folder("hr") / "story.yaml").exists()
    assert re.findall(r'name="question"[^>]*>([^<]*)', page) == ["One?", "Two?", "Three?"]
    page = hub.post(f"{HOME}/story", f"{HOME}/story", **steps, do="down-1").text
    assert re.findall(r'name="question"[^>]*>([^<]*)', page) == ["Two?", "One?"]
    page = hub.post(f"{HOME}/story", f"{HOME}/story", **steps, do="remove-1").text
    assert re.findall(r'name="question"[^>]*>([^<]*)', page) == ["Two?"]
    assert hub.post(f"{HOME}/story", f"{HOME}/story", **steps, do="save").status_code == 303
    story = read_story(hub.folder("hr"))
    assert (story.opening, [(step.question, step.say) for step in story.steps]) == (
        "Hello.",
        [("One?", "First."), ("Two?", "")],
    )
    assert hub.post(f"{HOME}/story", f"{HOME}/story", do="save").status_code == 303
    assert not (hub.folder("hr") / "story.yaml").exists()


def test_a_sentence_without_a_question_is_told(hub):
    answer = hub.post(f"{HOME}/story", f"{HOME}/story", question=["One?", ""], say=["", "Lost."], do="save")
    assert answer.status_code == 422
    assert "Step 2" in answer.text
    assert "Lost." in answer.text


def test_visitors_never_stumble_over_a_path_that_was_broken_by_hand(hub):
    (hub.folder("hr") / "story.yaml").write_text("steps: [{quesion: x}]\n")
    page = hub.get(f"{HOME}/story")
    assert "quesion" in page
    assert 'action="/prototypes/hr/story"' not in page  # saving an empty form would throw the file away
    assert "Guided path" not in hub.get("/p/hr/")


# Links


def test_a_link_is_made_with_a_code_and_shut_at_once(hub):
    wanted = {"name": "Board, June", "passcode": "tea-at-four", "expires": "2099-06-30", "max_visitors": "5"}
    assert hub.post(f"{HOME}/links", f"{HOME}/links", **wanted).status_code == 303
    page = hub.get(f"{HOME}/links")
    address = re.search(r'value="http://localhost:8400(/s/[^"]+)"', page)[1]
    assert "<svg" in page[page.index('class="qr"') :]
    assert "tea-at-four" not in page
    assert "30 Jun 2099" in page
    stranger = {"Cookie": "", "Accept": "text/html"}
    assert "passcode" in hub.client.get(address, headers=stranger).text
    link = hub.hub.store.links("hr")[0]
    assert hub.post(f"{HOME}/links/{link.id}/revoke", f"{HOME}/links").status_code == 303
    assert hub.client.get(address, headers=stranger).status_code == 410
    assert "Revoked" in hub.get(f"{HOME}/links")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "x" * 81),
        ("expires", "2001-01-01"),
        ("expires", "soon"),
        ("max_visitors", "0"),
    ],
)
def test_a_link_that_nobody_could_use_is_not_made(hub, field, typed):
    answer = hub.post(f"{HOME}/links", f"{HOME}/links", **{"name": "Board"} | {field: typed})
    assert answer.status_code == 422
    assert hub.hub.store.links("hr") == []


def test_a_link_of_another_prototype_cannot_be_shut_from_here(made_once, tmp_path):
    other = tmp_path / "other"
    made(other)
    with site(tmp_path / "home", made_once, other) as hub:
        link = hub.hub.store.make_link("other", "Board")
        assert hub.post(f"{HOME}/links/{link.id}/revoke", f"{HOME}/links").status_code == 404
        assert hub.hub.store.links("other")[0].revoked is None


# What visitors asked and said


def ask(folder: Path, question: str, *, found: bool = True, thumbs: int | None = None, **fields) -> int:
    log = EventLog(folder / ".protokit" / "events.db")
    answer = Answer(
        question,
        "An answer." if found else "I could not find this.",
        found=found,
        **{"model": "offline", **fields},
    )
    event = log.record(answer, session="one")
    if thumbs:
        log.feedback(event, thumbs, "It helped <b>me</b>.")
    return event


def test_what_went_unanswered_is_counted_and_shown_first(hub):
    folder = hub.folder("hr")
    ask(folder, "How many days of leave?", thumbs=1)
    for question in ("Is there parking?", "is there parking", "Who is the CEO?"):
        ask(folder, question, found=False)
    totals, gaps = UsageAnalytics(folder).totals(), UsageAnalytics(folder).gaps()
    assert (totals.questions, totals.unanswered, totals.up, totals.down) == (4, 3, 1, 0)
    assert [(gap.question.casefold().rstrip("?"), gap.times) for gap in gaps] == [
        ("is there parking", 2),
        ("who is the ceo", 1),
    ]
    page = hub.get(f"{HOME}/questions")
    assert "25%" in page
    assert "2 times" in page
    assert "It helped &lt;b&gt;me&lt;/b&gt;." in page
    assert "How many days" not in hub.get(f"{HOME}/questions?show=unanswered").split('id="asked"')[1]
    assert sum(day.questions for day in UsageAnalytics(folder).days()) == 4


def test_a_long_list_is_read_page_by_page(hub):
    for number in range(65):
        ask(hub.folder("hr"), f"Question number {number}?")
    seen, path = [], f"{HOME}/questions"
    while path:
        page = hub.get(path)
        seen += re.findall(r"<h3><a[^>]*>Question number (\d+)\?", page)
        more = re.search(r'href="([^"]+before=\d+)[^"]*"', page)
        path = html.unescape(more[1]) if more else ""
    assert seen == [str(number) for number in reversed(range(65))]


def test_an_answer_shows_where_it_came_from(hub):
    from vectorstore.passage import Passage

    passages = tuple(Passage(f"Text {n}.", f"file{n}.md", 0, 7) for n in range(3))
    event = ask(
        hub.folder("hr"), "<script>alert(1)</script>", passages=passages, passages_sent=2, model="openai:x"
    )
    page = hub.get(f"{HOME}/questions/{event}")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert page.count("did not fit") == 1
    assert "Text 2." in page
    hub.get(f"{HOME}/questions/999", 404)


@pytest.mark.slow
def test_the_stage_at_which_an_answer_was_lost_is_found(hub):
    event = ask(hub.folder("hr"), "How deep is the sea at Guam?", found=False)
    page = f"{HOME}/questions/{event}"
    assert "Find out where it was lost" in hub.get(page)
    with hub.client:  # a Hub that is served: only then are there processes
        assert "Add a document that says it." in hub.post(page, page).text


def test_the_budget_is_shown_with_what_is_left_of_it(hub):
    from protokit.runtime.prototype_fields import SpendingLimits
    from protokit.runtime.usage.budget import Budget

    assert (
        hub.post(f"{HOME}/edit", f"{HOME}/edit", **form_of(hub) | {"dollars_per_day": "2"}).status_code == 303
    )
    budget = Budget(str(hub.folder("hr") / ".protokit" / "budget.db"), SpendingLimits(dollars_per_day=2))
    budget.settle(budget.reserve(0.5, 10, session="s", visitor="v"), 0.5, 10)
    ask(hub.folder("hr"), "Anything?")
    page = hub.get(f"{HOME}/questions")
    assert "$0.50 of $2.00" in page
    assert re.search(r'<meter[^>]*value="0.5"', page)


def test_one_visitor_counts_once_and_every_word_is_kept(tmp_path):
    log = EventLog(tmp_path / "events.db")
    log.record_opinion("ann", "board", 1, 3, "First thought.")
    log.record_opinion("bob", "board", -1, None)
    log.record_opinion("ann", "board", None, 8, "")
    ann, bob = latest(log.opinions())
    assert (ann.visitor, ann.thumbs, ann.would_use, ann.comment) == ("ann", 1, 8, "First thought.")
    assert (bob.thumbs, bob.would_use) == (-1, None)
    assert len(log.opinions()) == 3


@pytest.mark.parametrize(
    ("thumbs", "score", "comment"), [(2, None, ""), (None, 11, ""), (None, -1, ""), (None, None, " ")]
)
def test_an_opinion_that_says_nothing_or_nonsense_is_refused(tmp_path, thumbs, score, comment):
    with pytest.raises(ValueError, match=r"0 to 10|nothing"):
        EventLog(tmp_path / "events.db").record_opinion("ann", "", thumbs, score, comment)


def test_opinions_live_beside_events_of_earlier_versions(tmp_path):
    path = tmp_path / "events.db"
    ask(tmp_path, "Old?")
    (tmp_path / ".protokit" / "events.db").rename(path)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE events DROP COLUMN comment")
    database.close()
    EventLog(path).record_opinion("ann", "", 1, None)
    assert [event.fields["question"] for event in EventLog(path).events()] == ["Old?"]
    assert EventLog(path).opinions()[0].thumbs == 1


def test_the_owner_reads_what_visitors_think(hub):
    log = EventLog(hub.folder("hr") / ".protokit" / "events.db")
    link = hub.hub.store.make_link("hr", "Board, June")
    log.record_opinion("ann", link.id, 1, 9, "Add <parking>.")
    log.record_opinion("bob", link.id, -1, 4)
    page = hub.get(f"{HOME}/feedback")
    assert "6.5" in page
    assert "Add &lt;parking&gt;." in page
    assert "Board, June" in page
    assert "6.5 of 10" in hub.get(f"{HOME}/links")


def test_feedback_needs_no_script_and_has_an_end(hub):
    link = hub.hub.store.make_link("hr", "Board")
    hub.client.cookies.clear()
    way_in = hub.hub.doors.path(link)
    assert hub.post(way_in, way_in).headers["location"] == "/p/hr/"
    thanks = hub.post("/p/hr/feedback", "/p/hr/", would_use="7", comment="Fine.")
    assert (thanks.status_code, thanks.headers["location"]) == (303, "/p/hr/?thanks=1")
    assert "Thank you!" in hub.get("/p/hr/?thanks=1")
    assert hub.post("/p/hr/feedback", "/p/hr/", would_use="much").headers["location"] == "/p/hr/?unsaid=1"
    for _ in range(60):
        hub.post("/p/hr/feedback", "/p/hr/", thumbs="up")
    said = EventLog(hub.folder("hr") / ".protokit" / "events.db").opinions()
    assert len(said) == 50
    assert {(each.link, each.visitor) for each in said} == {(link.id, hub.hub.store.visits("hr")[0].id)}


def test_pages_of_a_prototype_that_is_not_there_are_not_there(hub):
    for path in ("", "/edit", "/links", "/questions/1"):
        hub.get(f"/prototypes/nowhere{path}", 404)
    hub.get("/p/nowhere/", 404)


def test_at_the_hubs_own_address_no_page_of_the_owner_shows_a_prototype_inside(hub):
    page = hub.get(HOME)
    assert "<iframe" not in page
    assert 'href="/p/hr/" target="_blank" rel="noopener">Open</a>' in page


def test_a_spec_made_elsewhere_is_edited_too(hub):
    """Fields that the form does not know stay as they are."""
    path = hub.folder("hr") / "prototype.yaml"
    path.write_text(path.read_text() + "thresholds:\n  right: 0.9\n")
    assert hub.post(f"{HOME}/edit", f"{HOME}/edit", **form_of(hub) | {"title": "New"}).status_code == 303
    spec: Spec = read_spec(path)
    assert (spec.title, spec.thresholds.right) == ("New", 0.9)
