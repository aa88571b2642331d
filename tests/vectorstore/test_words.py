"""Texts and questions as terms: languages, scripts, numbers, misspellings, and questions that lean on earlier ones."""

from pathlib import Path

import pytest

from vectorstore import KnowledgeBase
from vectorstore.index.spelling import spelt_like
from vectorstore.search.follow_up import resolve, standalone_question
from vectorstore.text.languages import guess
from vectorstore.text.terms import content_words, query_words, tokenize


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How many days of leave do I get?", "en"),
        ("Wie viele Tage Urlaub habe ich im Jahr?", "de"),
        ("¿Cuántos días de vacaciones tengo en el primer año?", "es"),
        ("Combien de jours de congé est-ce que j'ai dans l'année ?", "fr"),
        ("كم عدد أيام الإجازة السنوية؟", "ar"),
        ("我每年有多少天年假?", "zh"),
        ("ฉันมีวันลากี่วัน", "th"),
        ("Сколько дней отпуска у меня есть?", "ru"),
    ],
)
def test_the_language_of_a_question_is_told(text: str, code: str) -> None:
    assert guess(text) == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("refunded refunds", "refund refunding"),
        ("Die Kündigungen und das Gehalt", "Die Kündigung und die Gehälter"),
        ("las políticas de los reembolsos", "la política de los reembolsos"),
        ("les remboursements dans le magasin", "le remboursement dans les magasins"),
        ("الإجازات السنوية", "الاجازات السنويه"),
    ],
)
def test_forms_of_a_word_give_one_term(one: str, other: str) -> None:
    assert tokenize(one) == tokenize(other)


def test_a_number_is_one_term_however_its_thousands_are_written() -> None:
    assert tokenize("1,000 boxes") == tokenize("1000 boxes") == tokenize("1.000 boxes")
    assert tokenize("3.5 litres")[0] == "3.5"


def test_scripts_without_spaces_give_pairs_of_characters() -> None:
    assert tokenize("年假天数") == ["年假", "假天", "天数"]
    assert "休暇" in tokenize("年次有給休暇は20日です")


def test_words_of_grammar_are_no_terms() -> None:
    assert tokenize("What is the of and to") == []
    assert [word.forms for word in query_words("Who is the owner?")] == [("owner",)]


def test_offsets_of_words_refer_to_the_text() -> None:
    text = "The Müller contract ends in 2031."
    assert [text[start:end] for _, start, end in content_words(text)] == [
        "Müller",
        "contract",
        "ends",
        "2031",
    ]


def test_a_question_is_stemmed_in_every_language_searched() -> None:
    (word,) = query_words("Gehälter", ["de"])
    assert tokenize("die Gehälter und das Haus")[0] in word.forms


def test_a_misspelt_word_finds_what_was_meant() -> None:
    words = ["vacat", "vocal", "incorpor", "parent", "reimburs"]
    assert spelt_like("vacaton", words)[:1] == ["vacat"] or spelt_like("vacatt", words)[:1] == ["vacat"]
    assert spelt_like("incorper", words) == ["incorpor"]
    assert spelt_like("reimbrus", words) == ["reimburs"]


def test_short_words_and_numbers_are_never_respelt() -> None:
    words = ["car", "2024", "cat"]
    assert spelt_like("cab", words) == []
    assert spelt_like("2025", words) == []


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (
            "How many days of leave for employees?",
            "and for contractors?",
            "How many days of leave for contractors?",
        ),
        ("What is the hotel limit?", "What about Berlin?", "Berlin? (What is the hotel limit)"),
        (
            "What is the travel insurance?",
            "Does it cover children?",
            "Does the travel insurance cover children?",
        ),
        ("Are gift cards refundable?", "why?", "why are gift cards refundable?"),
        ("How many days of leave for staff?", "And sick leave?", "How many days of sick leave for staff?"),
        ("What does the Nook chair weigh?", "And the Nook table?", "What does the Nook table weigh?"),
        ("What does the Twin room cost?", "and the Family room?", "What does the Family room cost?"),
        (
            "How many nurses are there in Leeds?",
            "And for North Yorkshire?",
            "How many nurses are there for North Yorkshire?",
        ),
        ("What does Basic cost?", "Premium?", "What does Premium cost?"),
        ("Tell me about the old mill", "When was it built?", "When was the old mill built?"),
        ("Who is Ada Brook?", "What is her budget?", "What is Ada Brook's budget?"),
        (
            "What does Kestrel charge in Norway?",
            "how many clients do they have there?",
            "how many clients do Kestrel have in Norway?",
        ),
        (
            "How much does a call-out cost?",
            "How much does it cost on Sundays?",
            "How much does a call-out cost on Sundays?",
        ),
        (
            "How many days of annual leave do I get?",
            "How do I ask for it?",
            "How do I ask for it? (How many days of annual leave do I get)",
        ),
        ("What does Basic cost?", "Is there a set-up fee?", "Is there a set-up fee?"),
        ("What does Basic cost?", "How can I pay?", "How can I pay?"),
        ("What does Basic cost?", "opening hours", "opening hours"),
        ("What does Basic cost?", "Different topic: who is the chair?", "who is the chair?"),
        ("What does Basic cost?", "Let's talk about something else. Who is the chair?", "Who is the chair?"),
        ("Was kostet der Tarif Solo?", "Und der Tarif Duo?", "Was kostet der Tarif Duo?"),
        ("Was kostet der Tarif Solo?", "Anderes Thema: Wer leitet das Lager?", "Wer leitet das Lager?"),
        ("¿Cuánto cuesta el plan Básico?", "¿Y el plan Premium?", "¿Cuánto cuesta el plan Premium?"),
        ("套餐A多少钱？", "那套餐B呢？", "套餐B多少钱？"),
    ],
)
def test_a_question_that_leans_takes_over_the_topic(before: str, question: str, whole: str) -> None:
    assert standalone_question(question, [before]).lower() == whole.lower()


@pytest.mark.parametrize(
    ("question", "answer", "whole", "wish"),
    [
        ("Any more of those?", "Rain.", "Which risks are named?", "more"),
        ("yes please", "Rain.", "Which risks are named?", "more"),
        (
            "yes please",
            "I could not find it. Do you want to know “Who is the chair?”",
            "Who is the chair?",
            "",
        ),
        ("ja bitte", "Das steht nicht darin. Oder: „Wer leitet das Lager?“", "Wer leitet das Lager?", ""),
        ("Why?", "Rain.", "Why? (Which risks are named)", "why"),
        ("in German please", "Rain.", "Which risks are named?", "manner"),
        ("shorter please", "Rain.", "Which risks are named?", "manner"),
        ("在说一遍？", "Rain.", "在说一遍？", ""),
    ],
)
def test_what_is_wished_of_an_answer_is_no_search_of_its_own(
    question: str, answer: str, whole: str, wish: str
) -> None:
    found = resolve(question, ["Which risks are named?"], [answer])
    assert (found.text, found.wish) == (whole, wish)


def test_he_is_who_was_named_and_a_chain_of_questions_keeps_its_topic() -> None:
    said = "Iolo Marsh: order the second rig by 10 July. [1]"
    assert "Iolo Marsh" in standalone_question("What does he have to do?", ["Who orders the rig?"], [said])
    chain = ["What does the Twin room cost?", "and the Family room?"]
    assert standalone_question("and the Garden room?", chain) == "What does the Garden room cost?"


def test_a_new_question_is_not_polluted_by_the_old_one() -> None:
    question = "How long is the warranty on the thermostat?"
    assert standalone_question(question, ["How many days of leave do employees get?"]) == question
    assert standalone_question("and for contractors?", []) == "and for contractors?"


def test_a_search_mends_slips_by_the_words_of_the_documents_and_searches_for_each_of_two_questions(
    tmp_path: Path,
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    rows = "\n".join(f"T-{n};Norvik Biobank;printer" for n in range(1, 40))
    (docs / "tickets.csv").write_text(f"ticket;account;module\n{rows}\n", encoding="utf-8")
    (docs / "visits.md").write_text(
        "# Visits\n\nFor a missed appointment we pay 40 pounds.\n", encoding="utf-8"
    )
    (docs / "mail.md").write_text("# Mail\n\nNorvik Biobank may leave on 31 March.\n", encoding="utf-8")
    with KnowledgeBase.open(tmp_path / "store", embedding="none") as knowledge:
        knowledge.sync(docs)
        (first, *_) = knowledge.search("hw much 4 a missd apointment")
        assert first.file == "visits.md"
        both = knowledge.search(
            "How much is a missed appointment, and when may Norvik Biobank leave?", limit=4
        )
        assert {"visits.md", "mail.md"} <= {passage.file for passage in both}
        assert "mail.md" in {passage.file for passage in knowledge.search("Norvik Biobank module", limit=6)}
