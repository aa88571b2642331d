"""What visitors asked and did not get becomes a team's backlog, and what people approved becomes examples."""

import csv
import json
from pathlib import Path

import pytest

from protokit.analytics.backlog import TRACKERS, backlog, themes_of
from protokit.analytics.training_examples import approved_examples
from tests.analytics.test_decision import SPEC, Usage
from tests.support.terminal import inside

CONDITIONS = """constraints:
- kind: max_words
  value: 50
  words: in under 50 words
"""


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    usage = Usage(tmp_path / "leave", SPEC + CONDITIONS)
    for number in range(10):
        usage.ask(f"v{number}", 0, "Is there a company car?", found=False)
    usage.ask("ann", 1, "=HYPERLINK(1), write to ann@example.org?", found=False)
    wrong = usage.ask("ann", 1, "How many days?")
    usage.log.mark(wrong, "wrong")
    usage.log.record_opinion("ann", "board", 1, 9, "Let me export it.")
    return usage


def test_a_backlog_holds_gaps_wrong_answers_wishes_and_conditions(usage: Usage) -> None:
    items = {each.title: each for each in backlog(usage.folder)}
    car = items["Is there a company car?"]
    assert (car.kind, car.times, car.visitors, car.priority) == ("unanswered", 10, 10, "High")
    assert car.description == "No answer in the documents. 10 times by 10 visitors, last on 2026-11-02."
    assert (items["How many days?"].kind, items["How many days?"].priority) == ("wrong", "High")
    assert items["Let me export it."].kind == "wish"
    assert items["in under 50 words"].kind == "constraint"
    assert "=HYPERLINK(1), write to [email 1]?" in items


@pytest.mark.parametrize("tracker", ["jira", "linear", "github"])
def test_trackers_get_their_columns_and_no_formula(usage: Usage, tracker: str, tmp_path: Path) -> None:
    out = tmp_path / "backlog.csv"
    done = inside("backlog", str(usage.folder), "--to", tracker, "--out", str(out), cwd=tmp_path)
    assert done.code == 0, done.err
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    title = {"jira": "Summary", "linear": "Title", "github": "title"}[tracker]
    assert len(rows) == 5
    assert "Is there a company car?" in [row[title] for row in rows]
    assert all(not cell.startswith("=") for row in rows for cell in row.values())


def test_markdown_has_a_box_for_each(usage: Usage) -> None:
    assert TRACKERS["markdown"][1](backlog(usage.folder)).count("- [ ] ") == 5
    assert inside("backlog", str(usage.folder), "--to", "trello", cwd=usage.folder).code != 0


@pytest.mark.slow
def test_many_questions_are_grouped_by_what_they_are_about() -> None:
    cars = [
        f"May I have a company car of the brand {brand}?"
        for brand in ("Audi", "BMW", "Fiat", "Kia", "Opel", "Seat", "VW")
    ]
    pensions = [f"What does the pension plan pay after {years} years of saving?" for years in range(5, 12)]
    themes = themes_of(cars + pensions)
    assert themes[cars[0]] == themes[cars[1]] != themes[pensions[0]]
    assert themes_of(cars[:3]) == {}


def test_approved_answers_are_examples_without_duplicates_leaks_and_personal_data(usage: Usage) -> None:
    (usage.folder / "questions.yaml").write_text("- question: How long is leave?\n", encoding="utf-8")
    for question in ("How long is leave?", "Who pays?", "who pays", "Is a@b.example the address?"):
        usage.ask("bob", 2, question, thumbs=1)
    disliked = usage.ask("bob", 2, "Is it paid?", thumbs=1)
    usage.log.mark(disliked, "wrong")
    examples = approved_examples(usage.folder)
    asked = [json.loads(line)["messages"][-2]["content"] for line in examples.lines]
    assert sorted(asked) == ["Is [email 1] the address?", "who pays"]
    assert (examples.approved, examples.duplicates, examples.leaked, examples.masked) == (4, 1, 1, 1)
    assert not examples.ready
    done = inside("examples", str(usage.folder), cwd=usage.folder)
    assert "2 examples of 4 approved answers (too few" in done.err
    assert "Not measured: whether a model taught by them beats" in done.err
    assert len((usage.folder / "examples.jsonl").read_text(encoding="utf-8").splitlines()) == 2
