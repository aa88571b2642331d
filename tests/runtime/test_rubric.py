"""Texts are scored by criteria, each with the words it rests on."""

import json
from pathlib import Path

import pytest

from protokit.drafting.criteria import criteria_of, find_criteria
from protokit.drafting.labels import find_steps
from protokit.runtime.assistant_types import RequestResult
from protokit.runtime.classification.rubric import steps_of
from protokit.runtime.classification.rubric_request import RubricRequest
from protokit.runtime.classification.text_rows import TextRows, read_text_file, read_texts
from protokit.runtime.prototype_fields import Criterion, Label
from protokit.runtime.runtime_errors import UnusableReply

SCALE = tuple(Label(name=name) for name in "12345")
NURSE = (
    Criterion(name="At least 4 years of experience as a nurse"),
    Criterion(name="Certificate in intensive care"),
    Criterion(name="Willing to work night shifts", weight=0.5),
)
SENIOR = (
    "Registered nurse since 2015.\nExperience: 8 years as a nurse.\n"
    "Certificate in intensive care (2019).\nI like to work night shifts."
)
JUNIOR = "Experience: 1 year as a nurse.\nI have no certificate in intensive care yet."


def request(*texts: str, criteria: tuple[Criterion, ...] = NURSE) -> RubricRequest:
    return RubricRequest(TextRows(texts, ("",) * len(texts)), SCALE, criteria=criteria)


def rows(result: RequestResult) -> list[tuple[object, ...]]:
    assert result.table
    return [row[1:2] + row[4:] for row in result.table.rows]


def test_who_has_what_is_asked_for_scores_above_who_has_less_and_who_says_nothing_is_unsure() -> None:
    senior, junior, cook = rows(request(SENIOR, JUNIOR, "I love football.").offline())
    assert senior == ("5", "5", "5", "5")
    assert junior[:2] == ("1", "2")  # one year of the four
    assert junior[2:] == ("1", None)  # what a text denies is quoted, and what it does not say is not stated
    assert cook == ("unsure", None, None, None)


def test_every_score_has_its_words_and_they_stand_in_the_text() -> None:
    result = request(SENIOR).offline()
    (citation,) = result.citations
    quotes = [citation.passage.text[start:end] for start, end in citation.marks]
    assert "Certificate in intensive care (2019)." in quotes
    assert "At least 4 years of experience as a nurse: **5** “Experience: 8 years as a nurse.”" in result.text
    assert "not how well" in result.note


def test_a_model_s_score_without_words_of_the_text_is_none() -> None:
    scores = [
        {"criterion": NURSE[0].name, "score": "4", "quote": "8 years as a nurse"},
        {"criterion": NURSE[1].name, "score": "5", "quote": "has every certificate"},
        {"criterion": NURSE[2].name, "score": "9", "quote": "night shifts"},
    ]
    reply = json.dumps({"results": [{"number": 1, "scores": scores}]})
    assert rows(request(SENIOR).read(reply)) == [("2", "4", None, None)]  # two of three say nothing
    with pytest.raises(UnusableReply):
        request(SENIOR).read("He is great.")


@pytest.mark.parametrize(
    ("line", "names", "steps"),
    [
        (
            "Rate grant proposals from 1 to 10 by novelty, feasibility and impact",
            "novelty feasibility impact",
            10,
        ),
        (
            "Grade student essays A to F with a rubric: argument, evidence, style",
            "argument evidence style",
            6,
        ),
        ("Score support calls on friendliness and clarity", "friendliness clarity", 5),
        ("Bewerte Bewerbungen von 1 bis 5 nach Erfahrung und Motivation", "Erfahrung Motivation", 5),
        ("Classify support tickets by urgency and department", "", 0),
        ("Rate reviews 1 to 5 stars", "", 0),
    ],
)
def test_a_line_names_what_texts_are_scored_by(line: str, names: str, steps: int) -> None:
    assert " ".join(each.name for each in find_criteria(line)) == names
    assert not names or len(find_steps(line)) == steps


def test_the_lowest_step_comes_first_whether_numbers_or_letters() -> None:
    assert steps_of([Label(name=name) for name in ("10", "9", "8")]) == ("8", "9", "10")
    assert steps_of([Label(name=name) for name in "ABC"]) == ("C", "B", "A")


def test_a_document_s_requirements_are_the_criteria_and_what_is_wished_for_counts_half() -> None:
    ad = "# Baker\n\nYour tasks\n- Bake bread\n\nYour profile\n"
    ad += "- Two years in a bakery\n- Early riser\n\nNice to have\n- Driving licence\n"
    assert [(each.name, each.weight) for each in criteria_of(["A letter.\n- one\n- two", ad])] == [
        ("Two years in a bakery", 1.0),
        ("Early riser", 1.0),
        ("Driving licence", 0.5),
    ]


def test_each_mail_is_a_text_without_who_wrote_it(tmp_path: Path) -> None:
    mails = [
        f"From a@x.org Thu Jan  1 00:00:0{n} 2026\nFrom: A <a@x.org>\nSubject: Order {n}\n\nWhere is it?\n"
        for n in (1, 2)
    ]
    box = tmp_path / "box.mbox"
    box.write_text("\n".join(mails), encoding="utf-8")
    assert read_texts(read_text_file(box)).texts == ("Order 1\n\nWhere is it?", "Order 2\n\nWhere is it?")
