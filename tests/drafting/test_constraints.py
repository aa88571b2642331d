"""Wishes in a prompt become data, and each is stated in instructions.md."""

import pytest

from protokit.catalog import lookup
from protokit.drafting.constraints import find_constraints
from protokit.drafting.draft import draft
from protokit.scaffold.instructions import instruction_lines, instructions
from protokit.spec.prototype_spec import parse_spec, write_spec


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
