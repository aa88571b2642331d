"""Wishes in a prompt become data, and each is stated in instructions.md."""

import json
from pathlib import Path
from typing import Any

import pytest

from protokit.catalog import lookup
from protokit.drafting.constraints import find_constraints
from protokit.drafting.draft import draft
from protokit.evaluation.assertions import count_words
from protokit.scaffold.instructions import instruction_lines, instructions
from protokit.spec.prototype_spec import parse_spec, read_spec, write_spec
from tests.support.terminal import protokit


def wishes(prompt: str) -> set[tuple[str, str | int]]:
    return {(wish.kind, wish.value) for wish in find_constraints(prompt)}


@pytest.mark.parametrize(
    ("prompt", "kind", "value"),
    [
        ("Answer in under 50 words", "max_words", 50),
        ("a bot, no more than eighty words", "max_words", 80),
        ("respuestas de menos de 80 palabras", "max_words", 80),
        ("höchstens fünfzig Wörter", "max_words", 50),
        ("en moins de 40 mots", "max_words", 40),
        ("回答不超过100字", "max_words", 100),
        ("an HR bot in Spanish", "language", "es"),
        ("ein Bot, der auf Englisch antwortet", "language", "en"),
        ("un bot qui répond en anglais", "language", "en"),
        ("用中文回答问题", "language", "zh"),
        ("answers only from our documents", "only_documents", ""),
        ("strictly based on the employee handbook", "only_documents", ""),
        ("no hallucinations please", "only_documents", ""),
        ("nur aus unseren Unterlagen", "only_documents", ""),
        ("只根据公司文档回答", "only_documents", ""),
        ("a helper for our nurses", "audience", "nurses"),
        ("for busy product managers", "audience", "busy product managers"),
        ("un bot para pacientes", "audience", "pacientes"),
        ("给新员工的助手", "audience", "新员工"),
        ("it must never give legal advice", "never", "give legal advice"),
        ("a bot, no medical advice", "never", "give medical advice"),
        ("but don't promise refunds, please", "never", "promise refunds"),
        ("without revealing customer names", "never", "reveal customer names"),
        ("prices in EUR", "currency", "EUR"),
        ("show amounts in US dollars", "currency", "USD"),
        ("a friendly bot", "tone", "friendly"),
        ("explain in plain language", "tone", "plain and simple"),
        ("as bullet points", "format", "bullets"),
        ("in at most three sentences", "format", "at most 3 sentences"),
        ("explain it step by step", "format", "numbered steps"),
        ("HR bot only about parental leave and holidays", "only", "parental leave and holidays"),
        ("nur Fragen zu Urlaub", "only", "Urlaub"),
        ("solo sobre vacaciones", "only", "vacaciones"),
        ("an assistant only for premium users", "only_for", "premium users"),
        ("nur für Azubis", "only_for", "Azubis"),
        ("un assistant réservé aux abonnés", "only_for", "abonnés"),
        ("gifts with a budget of 500 EUR", "budget", "500 EUR"),
        ("trips under $2,000", "budget", "$2,000"),
        ("Budget von 300 Euro", "budget", "300 Euro"),
        ("start each answer with Hello there", "opening", "Hello there"),
        ('empieza cada respuesta con "Hola"', "opening", "Hola"),
        ("always says that it is not a doctor", "disclaimer", "It is not a doctor."),
        ("FAQ with a 'not tax advice' disclaimer", "disclaimer", "Not tax advice."),
        ("never discuss salaries or bonuses", "never", "discuss salaries or bonuses"),
    ],
)
def test_a_wish_is_found(prompt: str, kind: str, value: str | int) -> None:
    assert (kind, value) in wishes(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "A chatbot so that we never miss a question",
        "Summarize 50 words lists of customers' complaints about the German embassy",
        "An English-German dictionary search",
        "We should not have to read these reports",
        "Search over 100 contracts",
        "A search for meeting notes",
        "User-friendly search of the euro zone archive",
        "We open every day with a standup",
        "Add-ons just for fun",
    ],
)
def test_words_that_only_look_like_a_wish_are_left_alone(prompt: str) -> None:
    assert wishes(prompt) == set()


def test_each_wish_keeps_the_words_it_came_from() -> None:
    prompt = "A chatbot for nurses in Spanish, under 50 words, never give legal advice"
    assert all(wish.words and wish.words in prompt for wish in find_constraints(prompt))


def test_every_wish_is_stated_in_the_instructions_and_survives_the_file() -> None:
    prompt = (
        "A friendly HR chatbot for nurses, under 50 words, in Spanish, only from our handbook, prices in EUR,"
        " as bullet points, never give legal advice"
    )
    blueprint = lookup.blueprints()["chatbot"]
    spec = draft(prompt, blueprint)
    text = instructions(spec, blueprint.folder)
    for stated in (
        "50 words",
        "Answer in Spanish",
        "nurses",
        "EUR",
        "only what stands in the documents",
        "bullets",
    ):
        assert stated.lower() in text.lower()
    assert "- Give legal advice." in text
    assert "[[" not in text
    assert parse_spec(write_spec(spec)).constraints == spec.constraints


def test_a_spec_without_wishes_still_states_its_language() -> None:
    spec = draft("Ein Chatbot für unsere Mieter", lookup.blueprints()["chatbot"])
    assert any("German" in line for line in instruction_lines(spec))


def test_tokens_in_a_person_s_words_are_not_filled_in() -> None:
    blueprint = lookup.blueprints()["chatbot"]
    spec = draft("a chatbot", blueprint, title="[[persona]] {{ 7*7 }}")
    assert "# How [[persona]] {{ 7*7 }} behaves" in instructions(spec, blueprint.folder)


GUIDE = """# Staff guide

## Parental leave

Parental leave lasts fourteen weeks and is paid in full. It is asked for two months ahead, on the form in the portal.

## Salaries

Salaries are paid on the 25th of each month.

## Parking

Parking costs 40 euros a month.
"""


def answers(place: Path, line: str, *questions: str, ui: str = "streamlit") -> list[dict[str, Any]]:
    """What a prototype made from `line` over the guide answers offline."""
    (place / "guide.md").write_text(GUIDE, encoding="utf-8")
    done = protokit("new", line, "--docs", "guide.md", "--out", "made", "--ui", ui, cwd=place)
    assert done.code == 0, done.err
    return [
        json.loads(row) for row in protokit("ask", "made", *questions, "--json", cwd=place).out.splitlines()
    ]


def test_how_an_answer_begins_closes_and_how_long_it_is_holds_without_a_model(tmp_path: Path) -> None:
    line = (
        "A chatbot for new hires, under 20 words, that starts every answer with “Ahoy!”,"
        " with a disclaimer that this is not legal advice, never discuss salaries or parking"
    )
    leave, salary, parking, hello = answers(
        tmp_path,
        line,
        "How long does parental leave last?",
        "When are salaries paid?",
        "What does parking cost?",
        "Hello!",
    )
    assert leave["answer"].startswith("Ahoy! ")
    assert "fourteen weeks" in leave["answer"]
    assert leave["answer"].endswith("\n\nThis is not legal advice.")
    assert count_words(leave["answer"].replace("[1]", "")) <= 20
    for ruled_out in (salary, parking):
        assert (
            "I do not answer questions about this here (discuss salaries or parking)" in ruled_out["answer"]
        )
        assert not ruled_out["citations"]
        assert "25th" not in ruled_out["answer"]
    assert "I do not answer" not in hello["answer"]


def test_only_a_topic_is_answered_where_the_line_says_so(tmp_path: Path) -> None:
    line = "A document search only about parental leave, only for managers, with a budget of 500 EUR"
    leave, parking = answers(tmp_path, line, "How long is parental leave paid?", "What does parking cost?")
    assert "fourteen weeks" in leave["answer"]
    assert "I only answer questions about parental leave." in parking["answer"]
    assert "40" not in parking["answer"]
    spec = read_spec(tmp_path / "made" / "prototype.yaml")
    kept = {(wish.kind, wish.value) for wish in spec.constraints}
    assert {("only", "parental leave"), ("only_for", "managers"), ("budget", "500 EUR")} <= kept
    assert spec.audience == "managers"
    told = (tmp_path / "made" / "instructions.md").read_text(encoding="utf-8")
    assert "Keep whatever you propose within 500 EUR." in told
    assert "This is for managers alone" in told
