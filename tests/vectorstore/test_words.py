"""Texts and questions as terms: languages, scripts, numbers, misspellings, and questions that lean on earlier ones."""

import pytest

from vectorstore.index.spelling import spelt_like
from vectorstore.search.follow_up import standalone_question
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
    ("question", "history", "whole"),
    [
        (
            "and for contractors?",
            ["How many days of leave are there for employees?"],
            "How many days of leave are there for contractors?",
        ),
        ("What about Berlin?", ["What is the hotel limit?"], "Berlin? (What is the hotel limit)"),
        ("Does it cover children?", ["What is the travel insurance?"], None),
        ("why?", ["Are gift cards refundable?", "and why?"], "why? (Are gift cards refundable)"),
    ],
)
def test_a_question_that_leans_takes_over_the_topic(
    question: str, history: list[str], whole: str | None
) -> None:
    found = standalone_question(question, history)
    assert found == (whole or f"{question} (What is the travel insurance)")


def test_a_new_question_is_not_polluted_by_the_old_one() -> None:
    question = "How long is the warranty on the thermostat?"
    assert standalone_question(question, ["How many days of leave do employees get?"]) == question
    assert standalone_question("and for contractors?", []) == "and for contractors?"
