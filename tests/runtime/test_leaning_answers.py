"""A sentence is judged with what it leans on, and answers only where it can hold what is asked for."""

import pytest

from protokit.runtime.qa.offline_answer import Question, answer
from protokit.runtime.qa.question_type import Kind, TypedQuestion
from vectorstore.passage import Passage

LEASE = "Kitchen\n\nThe landlord lends you a kettle. Bring it back by the last day, or pay 35 euros.\n\nPets may stay."
VISITS = (
    "Osprey Rowing Club, 4 May, with Tilda Marsh\n- 40 boats, today with Harbourline; the contract ends 30 June\n"
    "- budget about 12k a year\n\nLinden Sailing School, 6 May, with Piet Moor\n- 15 boats, budget about 3k a year"
)
MINUTES = "Minutes of the garden club\n\nAuthor: Oda Brandvold\n\nThe club paid for six benches."
BENCHES = "The garden club ordered benches for the lower lawn. The benches cost 90 euros each."


def passage(text: str, file: str = "notes.md", heading: str = "") -> Passage:
    return Passage(text, file, 0, len(text), heading=heading, support=0.9)


def said(question: str, *passages: Passage) -> tuple[str, bool]:
    text, _, found = answer(Question(question, passages))
    return text, found


def test_a_sentence_that_says_it_is_judged_with_the_sentence_that_names_it() -> None:
    text, found = said("What do I pay if I do not bring the kettle back?", passage(LEASE))
    assert found
    assert "35 euros" in text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("When does the contract of Osprey Rowing Club with Harbourline end?", "30 June"),
        ("What is Tilda Marsh's budget?", "12k"),
    ],
)
def test_an_item_is_judged_with_the_line_over_its_list(question: str, told: str) -> None:
    text, found = said(question, passage(VISITS))
    assert found
    assert told in text


def test_who_wrote_it_is_told_by_the_line_that_names_the_author() -> None:
    text, _ = said("Who wrote the minutes of the garden club?", passage(MINUTES, "garden club minutes.md"))
    assert text.startswith("Author: Oda Brandvold [1]")


def test_a_question_for_a_date_is_not_answered_with_a_price() -> None:
    text, found = said("When did the garden club order the benches?", passage(BENCHES))
    assert not found
    assert "euros" not in text


def test_the_number_of_a_list_item_is_no_figure_that_was_asked_for() -> None:
    text, found = said(
        "What serial number is on the garden tractor?",
        passage("Work\n\n2. Garden tractor serial.\n3. Hedge."),
    )
    assert not found
    assert "Garden tractor serial." not in text


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What does a day ticket cost?", Kind.MONEY),
        ("What will a year at your school cost?", Kind.MONEY),
        ("What is the day ticket for?", Kind.OPEN),
        ("Which day is the canteen closed?", Kind.DATE),
        ("What is the date of the launch?", Kind.DATE),
    ],
)
def test_a_noun_that_only_begins_another_says_nothing_of_what_is_asked_for(question: str, kind: Kind) -> None:
    assert TypedQuestion.of(question).kind == kind
