"""The owner judges answers, keeps questions as tests, and reads criteria, numbers and SQL on the page Decision."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.analytics.metrics import metrics
from protokit.hub.content.usage_analytics import UsageAnalytics, events_file
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime import Answer, EventLog
from tests.support.hub_site import Site, made, site

HOME = "/prototypes/hr-helper"


@pytest.fixture(scope="module")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("made") / "hr-helper", name="HR Helper")


@pytest.fixture
def hub(tmp_path: Path, prototype: Path) -> Iterator[Site]:
    with site(tmp_path / "home", prototype) as there:
        yield there


def asked(hub: Site, question: str, *, found: bool = True) -> int:
    answer = Answer(question, "25 days.", "offline", dollars=0.0, found=found)
    log = EventLog(events_file(hub.folder("hr-helper")))
    return log.record(answer, session="one", visitor="ann", traffic="guest")


def test_an_answer_is_judged_and_judged_otherwise(hub: Site) -> None:
    number = asked(hub, "How many days of leave?")
    page = f"{HOME}/questions/{number}"
    for judgement, sums in (("wrong", (0, 1)), ("right", (1, 0)), ("", (0, 0))):
        assert hub.post(f"{page}/mark", page, judgement=judgement).status_code == 303
        totals = UsageAnalytics(hub.folder("hr-helper")).totals()
        assert (totals.right, totals.wrong) == sums
    assert hub.post(f"{page}/mark", page, judgement="splendid").status_code == 422
    hub.post(f"{page}/mark", page, judgement="should refuse")
    assert "0 right" in hub.get(f"{HOME}/questions")
    assert "How many days of leave?" in hub.get(f"{HOME}/questions?show=wrong")
    assert "answer judged" in hub.get("/activity").lower()


def test_a_question_of_a_visitor_is_tested_from_then_on(hub: Site) -> None:
    file = hub.folder("hr-helper") / "questions.yaml"
    before = file.read_text(encoding="utf-8")
    number = asked(hub, "May I carry days over?")
    page = f"{HOME}/questions/{number}"
    hub.post(f"{page}/mark", page, judgement="right")
    refusal = hub.post(f"{page}/keep", page, contains="", source="")
    assert "nothing is said of the right answer" in refusal.text
    assert hub.post(f"{page}/keep", page, contains="31 March", source="leave-policy.md").status_code == 303
    assert file.read_text(encoding="utf-8").startswith(before.rstrip())
    row = Prototype.open(hub.folder("hr-helper")).questions()[-1]
    assert row == {
        "question": "May I carry days over?",
        "must_contain": ["31 March"],
        "cites": ["leave-policy.md"],
    }
    assert "is there already" in hub.post(f"{page}/keep", page, contains="31 March", source="").text
    other = asked(hub, "Who won the cup?")
    page = f"{HOME}/questions/{other}"
    hub.post(f"{page}/mark", page, judgement="should refuse")
    assert hub.post(f"{page}/keep", page).status_code == 303
    assert Prototype.open(hub.folder("hr-helper")).questions()[-1]["unanswerable"] is True


def test_the_page_decision_tells_criteria_numbers_and_rows(hub: Site) -> None:
    for number in range(20):
        asked(hub, f"Question {number}?", found=number > 4)
    page = hub.get(f"{HOME}/decision")
    assert "No criteria were set" in page
    assert "75% (53% to 89%, of 20)" in page
    query = "SELECT question FROM questions WHERE NOT answered ORDER BY id"
    rows = hub.get(f"{HOME}/decision?query={query}")
    assert "<td>Question 4?</td>" in rows
    assert "5 rows" in rows
    assert hub.get(f"{HOME}/decision/rows.csv?query={query}").splitlines()[:2] == ["question", "Question 0?"]
    assert "Only a SELECT can be run here" in hub.get(f"{HOME}/decision?query=DROP TABLE questions")
    assert "Decision memo" in hub.get(f"{HOME}/decision/memo.html")
    assert hub.client.get(f"{HOME}/decision/memo.xlsx").content.startswith(b"PK")
    hub.get(f"{HOME}/decision/memo.exe", 404)


def test_every_number_of_the_page_opens_the_sql_that_gives_it(hub: Site) -> None:
    for number in range(24):
        asked(hub, f"Question {number}?", found=number % 3 > 0)
    page = hub.get(f"{HOME}/decision").partition('id="numbers"')[2].partition("</section>")[0]
    rows = re.findall(
        r"<li>.*?<strong>(.*?)</strong>.*?<span class=\"number\">(.*?)</span>(.*?)</li>", page, re.DOTALL
    )
    assert len(rows) == len(metrics())
    for label, shown, link in rows:
        address = re.search(r'href="([^"]*query=[^"]*)#sql"', link)
        assert address, label
        lines = hub.get(html.unescape(address[1]).replace("/decision?", "/decision/rows.csv?")).splitlines()
        row = dict(zip(*(line.split(",") for line in lines), strict=True))
        cases = float(row["cases"] or 0)
        if " of " in shown and "people" not in shown:
            assert f"of {cases:.0f})" in shown or f"({cases:.0f} of" in shown, label
        if row.get("hits") and "too few" not in shown:
            assert shown.startswith(f"{float(row['hits']) / cases:.0%}"), label


def test_what_was_not_answered_is_grouped_by_stage_and_by_theme(hub: Site) -> None:
    assert "Nothing went unanswered" in hub.get(f"{HOME}/decision/gaps")
    for number in range(8):
        asked(hub, f"May I bring my dog to the office on day {number}?", found=False)
        asked(hub, f"How do I get a parking space for car {number}?", found=False)
    number = asked(hub, "Who won the cup?")
    page = f"{HOME}/questions/{number}"
    hub.post(f"{page}/mark", page, judgement="wrong")
    shown = hub.get(f"{HOME}/decision/gaps")
    assert '<strong>No answer in the documents</strong> <span class="badge">16</span>' in shown
    assert '<strong>Wrong answer</strong> <span class="badge">1</span>' in shown
    about = shown.partition("What it was about")[2]
    groups = [each.partition("</details>")[0] for each in about.split("<summary>")[1:]]
    assert any("dog" in each and "parking" not in each for each in groups)
    assert "Set criteria of your own" in hub.get(f"{HOME}/decision")


def test_a_criterion_that_says_nothing_is_told_on_the_page(hub: Site) -> None:
    path = hub.folder("hr-helper") / "prototype.yaml"
    path.write_text(
        f"{path.read_text(encoding='utf-8')}success:\n- metric: joy\n  at_least: 1\n", encoding="utf-8"
    )
    assert "there is no metric &#34;joy&#34;" in hub.get(f"{HOME}/decision")


def test_assumptions_are_tried_with_sliders_and_kept(hub: Site) -> None:
    page = f"{HOME}/decision/case"
    assert "left a month at 1,000 users" in hub.get(page)
    tried = hub.get(f"{page}?users=3010&joy=1&fixed_costs=nan")
    assert "left a month at 3,000 users" in tried  # in steps of the slider
    assert 'name="users" value="3000' in tried
    assert hub.post(page, f"{page}?users=3000", users="3000", joy="1").status_code == 303
    assert Prototype.open(hub.folder("hr-helper")).spec.assumptions == {"users": 3000}
    assert "left a month at 3,000 users" in hub.get(page)
    assert hub.post(page, page).status_code == 303
    assert Prototype.open(hub.folder("hr-helper")).spec.assumptions == {}
    assert "no price is known" in hub.get(f"{page}?model=openai:none")


def test_the_form_takes_a_hypothesis_into_the_prototype(hub: Site) -> None:
    page = hub.get("/new")
    assert "What would show that it is worth building?" in page
    words = "We believe new hires will ask it first; we will know when half would use it by May."
    sent = hub.post("/new", "/new", prompt="Search our HR policies", hypothesis=words)
    job = hub.hub.jobs.job(sent.headers["location"].rpartition("/")[2])
    assert job
    assert job.hypothesis == words
    assert "400 fit" in hub.post("/new", "/new", prompt="Search our HR policies", hypothesis="x" * 401).text
