"""From a prompt to a Spec that can be shown: title, people, language, looks and starter questions."""

import re
import time

import pytest

from protokit import catalog
from protokit.beyond import read_beyond
from protokit.drafting import draft, find_domain, language_of
from protokit.errors import NameProblem
from protokit.routing import route
from protokit.spec import Spec, parse_spec, write_spec


def drafted(prompt: str, **given: object) -> Spec:
    choice = route(prompt, catalog.blueprints(), read_beyond(catalog.home()))
    assert choice.blueprint, choice
    domain = find_domain(prompt, catalog.domains())
    return draft(prompt, catalog.blueprints()[choice.blueprint], domain=domain, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("A chatbot that answers new hires' questions about our HR handbook", "HR Handbook Helper"),
        ("AI-powered platform that lets teams ask questions of their contracts", "Contract Search"),
        ("Summarize my podcast transcripts", "Podcast Transcript Summarizer"),
        ("Semantic search over research papers for biologists", "Research Paper Search"),
        ("A personal fitness coach you can chat with every morning", "Fitness Coach"),
        ("Let my users chat with a virtual Shakespeare", "Virtual Shakespeare Helper"),
        ("Un chatbot que atienda a los clientes de nuestra tienda", "Asistente de Tienda"),
        ("帮我做一个智能客服,能和客户多轮对话", "客服助手"),
        ("make me a chatbot", "Chatbot"),
    ],
)
def test_the_title_says_what_it_is_about(prompt: str, title: str) -> None:
    assert drafted(prompt).title == title


def test_a_name_of_the_person_wins_and_must_be_usable() -> None:
    assert drafted("A chatbot for nurses", title="Ward Buddy").title == "Ward Buddy"
    assert drafted("A chatbot for nurses", title="护士助手").slug == "hu-shi-zhu-shou"
    with pytest.raises(NameProblem):
        drafted("A chatbot for nurses", title="🤖")


@pytest.mark.parametrize(
    ("prompt", "audience"),
    [
        ("A chatbot for busy nurses on night shift", "busy nurses"),
        ("A chatbot that answers new hires' questions about our HR handbook", "new hires"),
        ("A bot that helps students with algebra", "students"),
        ("Un chatbot para pacientes con diabetes", "pacientes"),
        ("Ein Chatbot für neue Mitarbeiter", "neue Mitarbeiter"),
    ],
)
def test_the_audience_comes_from_the_prompt(prompt: str, audience: str) -> None:
    assert drafted(prompt).audience == audience
    assert drafted(prompt, audience="pilots").audience == "pilots"


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("A chatbot for nurses", "en"),
        ("Un buscador en nuestros contratos", "es"),
        ("Un assistant pour nos clients", "fr"),
        ("Durchsuche unsere Verträge", "de"),
        ("Um chatbot para os funcionários", "pt"),
        ("Un chatbot per i clienti della banca", "it"),
        ("做一个聊天机器人", "zh"),
        ("チャットボットを作って", "ja"),
        ("RAG demo", "en"),
    ],
)
def test_the_language_of_the_prompt_is_told(prompt: str, language: str) -> None:
    assert language_of(prompt) == language


def test_the_page_greets_in_the_language_asked_for() -> None:
    spec = drafted("An HR chatbot in Spanish")
    assert spec.language == "es"
    assert spec.welcome.startswith("¡Hola!")
    assert "Spanish" not in spec.title


def test_every_blueprint_speaks_every_language_without_holes() -> None:
    prompts = {"en": "A bot", "es": "Para los clientes", "fr": "Pour les clients", "de": "Für unsere Kunden"}
    prompts |= {
        "pt": "Para os funcionários",
        "it": "Per i clienti della banca",
        "zh": "客户",
        "ja": "お客様のため",
    }
    for blueprint in catalog.blueprints().values():
        for language, prompt in prompts.items():
            for domain in (None, *catalog.domains().values()):
                spec = draft(prompt, blueprint, domain=domain, language=language)
                assert spec.language == language
                assert not re.search(r"[{}]|\bNone\b|  ", f"{spec.title} {spec.pitch} {spec.welcome}")
                assert parse_spec(write_spec(spec)) == spec


@pytest.mark.parametrize(
    ("prompt", "domain"),
    [
        ("A chatbot about parental leave and payroll", "hr"),
        ("Search our lease agreements and NDAs for clauses", "legal"),
        ("Un asistente para los empleados sobre vacaciones y nómina", "hr"),
        ("回答员工年假问题", "hr"),
        ("Summarize meeting minutes", "meetings"),
    ],
)
def test_the_domain_is_told_by_its_words(prompt: str, domain: str) -> None:
    found = find_domain(prompt, catalog.domains())
    assert found is not None
    assert found.name == domain


def test_no_word_of_a_domain_means_no_domain() -> None:
    assert find_domain("xyzzy plugh", catalog.domains()) is None


def test_sample_starters_come_from_the_domain_and_looks_too() -> None:
    spec = draft("A chatbot", catalog.blueprints()["chatbot"], domain=catalog.domains()["hr"])
    assert len(spec.starter_questions) == 4
    assert (spec.emoji, spec.accent) == (catalog.domains()["hr"].emoji, catalog.domains()["hr"].accent)


def test_route_and_draft_are_quick() -> None:
    drafted("A chatbot for nurses")
    started = time.process_time()
    for number in range(10):
        drafted(
            f"A chatbot number {number} for our employees, in Spanish, under 50 words, never give legal advice"
        )
    assert (time.process_time() - started) / 10 < 0.03
