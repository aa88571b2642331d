"""An answer is one sentence as a reader would have it: rows in words, lists whole, small talk met, wishes heard."""

import pytest

from protokit.runtime import Question, Turn
from protokit.runtime.qa.offline_answer import answer
from vectorstore.passage import Passage

ROOMS = (
    "Room: Twin; Price per night (EUR): 84; Beds: 2; View: garden\n"
    "Room: Family; Price per night (EUR): 132; Beds: 4; View: lake"
)
FAQ = (
    "QUESTIONS GUESTS ASK\nLast reviewed: 2 March 2026\n\nWho can bring a dog?\nGuests of the Garden wing may, for "
    "9 euros a night.\n\nIs parking free?\nParking costs 6 euros a day. Page 3 of 12"
)
RISKS = "Risks\n\n- Rain in the first week\n- The ferry may not sail\n- Too few guides"


def passage(text: str, file: str = "hotel.md", heading: str = "") -> Passage:
    return Passage(text, file, 0, len(text), heading=heading, support=0.9)


def said(question: str, *passages: Passage, history: tuple[Turn, ...] = (), welcome: str = "Hello!") -> str:
    return answer(Question(question, passages, history, welcome=welcome))[0]


def test_a_row_is_said_with_the_cell_that_was_asked_for_its_unit_and_its_name() -> None:
    assert (
        said("What is the price of the Family room?", passage(ROOMS))
        == "Price per night: 132 EUR (Family) [1]"
    )
    assert said("What view does the Twin room have?", passage(ROOMS)) == "View: garden (Twin) [1]"
    scan = passage(
        "Scan: Abdomen; Duration (minutes): 25; Preparation: fasting 6 hours\nScan: Knee; Duration: 40"
    )
    text = said("How long must I fast before the scan of the abdomen?", scan)
    assert text == "Preparation: fasting 6 hours (Abdomen) [1]"


def test_what_a_row_does_not_have_is_refused() -> None:
    text, citations, found = answer(Question("What is the minimum stay in the Suite?", [passage(ROOMS)]))
    assert not found
    assert not citations
    assert "minimum stay" in text


def test_the_sentence_below_the_heading_that_asks_the_same_answers_and_no_title_does() -> None:
    text = said("Who can bring a dog?", passage(FAQ))
    assert text == "Guests of the Garden wing may, for 9 euros a night. [1]"


def test_a_list_is_answered_whole_and_more_of_it_is_not_said_twice() -> None:
    text = said("Which risks are there?", passage(RISKS, heading="Risks"))
    assert "Rain in the first week [1] The ferry may not sail [1] Too few guides [1]" in text
    history = (Turn("Which risks are there?", text),)
    assert "[1]" not in said("Any more?", passage(RISKS, heading="Risks"), history=history)


def test_of_two_editions_the_newer_value_comes_first_and_the_older_is_named() -> None:
    older = passage("The notice period is 30 days.", "terms issue 3.md")
    newer = passage("The notice period is 14 days.", "terms issue 4.md")
    text = said("What is the notice period?", older, newer)
    assert text.index("14 days") < text.index("terms issue 3.md") < text.index("30 days")
    assert "14 days" not in said("What is the notice period in issue 3?", older, newer)
    text = said("How do issue 3 and issue 4 differ in the notice period?", older, newer)
    assert text.index("14 days") < text.index("terms issue 3.md") < text.index("30 days")


def test_an_edition_is_called_by_its_year_or_by_any_word_for_an_edition() -> None:
    older = passage("Instruments are boiled for 20 minutes.", "cleaning policy 2025.md")
    newer = passage("Instruments are boiled for 7 minutes.", "cleaning policy 2026.md")
    assert said("How long were instruments boiled under the 2025 policy?", older, newer).startswith(
        "Instruments are boiled for 20 minutes."
    )
    second, third = passage("Na naczepę 6 pasów.", "pasy v2.md"), passage("Na naczepę 8 pasów.", "pasy v3.md")
    text = said("Czym różni się wersja 2 od wersji 3, ile pasów na naczepę?", second, third)
    assert text.index("8 pasów") < text.index("6 pasów")


def test_action_items_are_answered_whole_and_more_is_only_what_answers() -> None:
    minutes = passage(
        "The printer broke in May.\n\nAction items\n- Ana: order a printer by 3 June\n- Tom: call Norvik",
        "minutes.txt",
    )
    text = said("What are the action items?", minutes)
    assert text == "Ana: order a printer by 3 June [1] Tom: call Norvik [1]"
    history = (Turn("When did the printer break?", "The printer broke in May. [1]"),)
    assert "Norvik" not in said("Anything else?", minutes, history=history)


def test_a_question_in_polish_for_a_day_is_answered_with_one() -> None:
    notes = passage(
        "Irena przygotuje ofertę.\n\nZadania\n- Irena: oferta dla browaru do 20 czerwca\n- Tomasz: rampa",
        "n.txt",
    )
    assert "20 czerwca" in said("Do kiedy Irena ma przygotować ofertę?", notes)


def test_a_section_that_is_numbered_is_a_heading_and_a_reason_said_before_answers_why() -> None:
    minutes = passage(
        "2. Customer Castle Brewery\nThe Castle Brewery wants pickups on Sunday, because it brews on Saturday.",
        "minutes.txt",
    )
    text = said("What does the Castle Brewery want?", minutes)
    assert text.startswith("The Castle Brewery wants pickups on Sunday")
    assert text in said("Why?", minutes, history=(Turn("What does the Castle Brewery want?", text),))


def test_what_is_no_sum_does_not_answer_a_question_for_one_and_a_no_answers_whether() -> None:
    desk = passage(
        "At least one receptionist speaks English. Dental implants are not covered at all.", "desk.md"
    )
    assert not answer(Question("What is the salary of a receptionist?", [desk]))[2]
    assert said("Are dental implants covered?", desk) == "Dental implants are not covered at all. [1]"


@pytest.mark.parametrize(
    "talk",
    ["Hi there!", "Guten Morgen zusammen", "Bonjour !", "你好", "สวัสดีครับ", "Perfect, thank you!", "谢谢你的帮助！",
     "Vielen Dank für die Hilfe", "Спасибо большое", "Who are you?", "¿Qué puedes hacer?", "何ができますか",
     "Kim jesteś?", "ok thanks, that helped"],
)  # fmt: skip
def test_small_talk_is_answered_and_nothing_is_searched(talk: str) -> None:
    text, citations, found = answer(Question(talk, [passage(ROOMS)], welcome="Hello!"))
    assert found
    assert not citations
    assert "[1]" not in text


def test_a_question_behind_a_greeting_is_a_question() -> None:
    assert "132 EUR" in said("Hello, what is the price of the Family room?", passage(ROOMS))


def test_slips_of_the_pen_are_read_as_what_the_passages_say() -> None:
    assert "132 EUR" in said("wht is teh prise of the Familly room", passage(ROOMS))


def test_another_language_is_a_wish_that_nothing_is_searched_for() -> None:
    history = (Turn("Is parking free?", "Parking costs 6 euros a day. [1]"),)
    text = said("auf Deutsch bitte", passage(FAQ), history=history)
    assert "Sprachmodell" in text


def test_a_refusal_is_in_the_language_of_the_question_and_offers_one_that_can_be_answered() -> None:
    asked = Question(
        "Wer ist der Direktor der Bank?", [passage(ROOMS)], offers=["What is the price of Twin?"]
    )
    text = answer(asked)[0]
    assert "Direktor" in text
    assert "nicht finden" in text
    assert text.endswith("„What is the price of Twin?“")
