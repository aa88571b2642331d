"""From a prompt to a Spec that can be shown: title, people, language, looks and starter questions."""

import re
from pathlib import Path

import pytest

from protokit.catalog import lookup
from protokit.catalog.out_of_scope import read_out_of_scope
from protokit.drafting.draft import draft, find_domain, language_of
from protokit.drafting.router import route
from protokit.errors import NameProblem
from protokit.spec.names import clean_prompt
from protokit.spec.prototype_spec import Spec, parse_spec, write_spec


def drafted(prompt: str, **given: object) -> Spec:
    choice = route(prompt, lookup.blueprints(), read_out_of_scope(lookup.home()))
    assert choice.blueprint, choice
    domain = find_domain(prompt, lookup.domains())
    return draft(prompt, lookup.blueprints()[choice.blueprint], domain=domain, **given)  # type: ignore[arg-type]


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
        ("I want a bot for our gym members that knows classes and prices", "Gym Member Helper"),
        ("Turn customer calls into short summaries", "Customer Call Summarizer"),
        ("Let drivers search our depot's rules", "Depot Rule Search"),
        ("Help nurses find the right infection control procedure", "Infection Control Procedure Search"),
    ],
)
def test_the_title_says_what_it_is_about(prompt: str, title: str) -> None:
    assert drafted(prompt).title == title


@pytest.mark.parametrize(
    ("prompt", "title", "audience"),
    [
        ("make sense of 4,200 hotel reviews", "Hotel Review", ""),
        ("let historians query 30 years of our archive", "Archive", "historians"),
        ("help our tram drivers look up what to do when a door is stuck", "", "tram drivers"),
        ("Explain our pension plans to first time savers", "Pension Plan", "first time savers"),
        ("Cheese counter staff: quick answers on rinds, in Dutch", "rinds", "Cheese counter staff"),
        ("board pack digest for non-execs, 2 min read", "Board Pack", "non-execs"),
        ("answer RFP questionnaires from our past answers", "RFP Questionnaire", ""),
        ("Suchfunktion für unsere Bauvorschriften, für Bauleiter", "Bauvorschriften", "Bauleiter"),
        ("Bot per i soci della palestra: orari e disdette", "Orari", "soci della palestra"),
        ("Un chatbot pour les bénévoles du musée : horaires", "Horaires", "bénévoles du musée"),
        ("给社区居民用的垃圾分类问答助手", "垃圾分类", "社区居民"),
        ("倉庫の安全マニュアルを検索して作業者の質問に答える", "倉庫の安全マニュアル", "作業者"),
        ("HR chatbot", "HR", ""),
        ("Digest of reviews from guests", "Review", ""),
    ],
)
def test_the_idea_keeps_its_topic_and_whom_it_is_for(prompt: str, title: str, audience: str) -> None:
    spec = draft(prompt, lookup.blueprints()["rag-search"])
    assert title in f"{spec.title} {spec.pitch}"
    assert audience in spec.audience
    if not audience:
        assert spec.audience == "colleagues"


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Buscador de normas para motoristas de ônibus, respostas curtas", "pt"),
        ("Chatbot para os alunos sobre bolsas", "pt"),
        ("Asistente para estudiantes sobre becas", "es"),
        ("Buscador de normas para conductores, respuestas cortas", "es"),
    ],
)
def test_portuguese_is_not_spanish(prompt: str, language: str) -> None:
    assert language_of(prompt) == language


def test_letters_typed_with_their_accents_apart_are_the_same_letters() -> None:
    assert clean_prompt("Search our cafe\u0301 manuals") == "Search our caf\u00e9 manuals"


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
        ("Digest of weekly incident reports for the plant manager", "the plant manager"),
        ("Summarise long policy papers for ministers", "ministers"),
        ("An assistant to guide patients through insurance claims", "patients"),
        ("Recruiting assistant which explains our interview process to candidates", "candidates"),
        ("Chatbot pour aider les touristes à Lyon", "touristes"),
        ("Our sales team needs quick answers about pricing tiers and discounts", "the sales team"),
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
        ("Build a chatbot", "en"),
        ("Create a search app", "en"),
        ("Q&A over our museum's collection catalogue", "en"),
        ("HR bot, no fluff", "en"),
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
    for blueprint in lookup.blueprints().values():
        for language, prompt in prompts.items():
            for domain in (None, *lookup.domains().values()):
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
    found = find_domain(prompt, lookup.domains())
    assert found is not None
    assert found.name == domain


def test_the_pitch_never_says_people_twice_and_names_things_as_one_speaks_of_them() -> None:
    assert "with club members about everyday questions" in drafted("A bot for our club members").pitch
    assert "about contract matters" in drafted("Contract lookup for procurement managers; always cite").pitch
    assert "about the depot's rules" in drafted("Let drivers search our depot's rules").pitch
    assert "about HR and" in drafted("HR chatbot").pitch
    assert "about policy matters" in drafted("Policy search").pitch
    assert "about engineering runbooks" in drafted("search all our engineering runbooks, cite the page").pitch
    assert "about the SaaS documentation" in drafted("Customer-facing Q&A for our SaaS documentation").pitch
    assert "about onboarding and" in drafted("Onboarding buddy for remote engineers").pitch


def test_a_sample_that_stands_in_for_another_field_lends_its_documents_only() -> None:
    domain = lookup.domains()["hr"]
    gym = draft("A bot for our gym members", lookup.blueprints()["chatbot"], domain=domain)
    assert gym.persona == "a knowledgeable colleague who sticks to the facts"
    assert draft("An HR bot", lookup.blueprints()["chatbot"], domain=domain).persona == domain.persona


def test_what_it_will_not_do_is_a_whole_sentence_in_each_language() -> None:
    for blueprint in lookup.blueprints().values():
        assert len(draft("Ein Chatbot für Mieter mit Fragen", blueprint).will_not) == 2


def test_no_word_of_a_domain_means_no_domain() -> None:
    assert find_domain("xyzzy plugh", lookup.domains()) is None


def test_samples_of_another_field_are_never_taken_and_those_of_the_own_are_found() -> None:
    text = (Path(__file__).parents[1] / "data" / "fields.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    taken = [
        (line, domain.name if (domain := find_domain(line, lookup.domains())) else "", fields.split())
        for line, fields in rows
    ]
    assert [row for row in taken if row[1] and row[1] not in row[2]] == []
    assert sum(name in fields for _, name, fields in taken) >= 0.9 * sum(bool(row[2]) for row in taken)


def test_looks_come_from_the_domain() -> None:
    spec = draft("A chatbot", lookup.blueprints()["chatbot"], domain=lookup.domains()["hr"])
    assert (spec.emoji, spec.accent) == (lookup.domains()["hr"].emoji, lookup.domains()["hr"].accent)
