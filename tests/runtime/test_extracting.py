"""The sentences that answer, the words in them that do, and knowing when nothing does."""

import pytest

from protokit.runtime.qa.answerability import ANSWERABLE, answerable
from protokit.runtime.qa.extract import Evidence, extract
from vectorstore import Passage
from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.embeddings.embedding_cache import CachedEmbedding

LEAVE = (
    "Full-time employees earn 25 days of paid annual leave per calendar year. "
    "Requests are approved by the line manager. "
    "Up to five unused days may be carried over and must be taken by 31 March. "
    "Contractors are not entitled to paid leave."
)
LEASE = (
    "The landlord, Immo Nord GmbH, lets 640 square metres in Hamburg. "
    "The lease starts on 1 January 2023. The monthly rent is 11,520 euros."
)
REFUNDS = (
    "## Refunds\n"
    "- Gift cards are not refundable.\n"
    "- The amount is paid back to the original payment method within five business days.\n"
    "## Shipping\n"
    "- Parcels leave our warehouse on the next working day."
)
CUPS = "Team: Canadiens; Location: Montreal; Cups: 24\nTeam: Maple Leafs; Location: Toronto; Cups: 13"


def passages(*texts: str) -> list[Passage]:
    heading = {LEAVE: "Annual leave", LEASE: "Lease of the office"}
    return [
        Passage(text, f"{n}.md", 0, len(text), heading=heading.get(text, "")) for n, text in enumerate(texts)
    ]


def first(question: str, *texts: str) -> Evidence:
    return extract(question, passages(*texts))[0]


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("How many days of annual leave do employees earn?", LEAVE, "25 days"),
        ("By when must unused days be taken?", LEAVE, "31 March"),
        ("Who approves requests?", LEAVE, "the line manager"),
        ("When does the lease start?", LEASE, "1 January 2023"),
        ("How much is the monthly rent?", LEASE, "11,520 euros"),
        ("Who is the landlord?", LEASE, "Immo Nord GmbH"),
        ("Where are the 640 square metres?", LEASE, "Hamburg"),
        ("How many cups did the Maple Leafs win?", CUPS, "13"),
        ("Wann beginnt der Mietvertrag?", "Der Mietvertrag beginnt am 1. Januar 2023.", "1. Januar 2023"),
        ("¿Cuánto cuesta la entrada?", "La entrada cuesta 20 euros. La visita dura dos horas.", "20 euros"),
        ("项目什么时候开始?", "项目于2024年3月4日开始。预算为五百万元。", "2024年3月4日"),
        ("متى يبدأ العقد؟", "يبدأ العقد في 4 مارس 2020. مدته سنتان.", "4 مارس 2020"),
    ],
)
def test_the_words_that_answer_are_marked(question: str, text: str, answer: str) -> None:
    evidence = first(question, text)
    assert evidence.answer is not None
    start, end = evidence.answer
    assert answer in text[start:end]
    assert evidence.start <= start < end <= evidence.end


def test_evidence_is_a_whole_sentence_of_the_passage_it_names() -> None:
    found = extract("When does the lease start?", passages(LEAVE, LEASE))
    assert found[0].passage == 1
    assert found[0].text == "The lease starts on 1 January 2023."
    for evidence in found:
        assert (LEAVE, LEASE)[evidence.passage][evidence.start : evidence.end] == evidence.text


def test_an_item_under_a_heading_answers_and_the_heading_does_not() -> None:
    assert "original payment method" in first("How are refunds paid back?", REFUNDS).text
    assert not any(
        evidence.text.startswith("#") for evidence in extract("How do refunds work?", passages(REFUNDS))
    )


def test_a_question_that_asks_two_things_gets_a_sentence_for_each() -> None:
    found = extract("How much is the monthly rent, and who approves requests?", passages(LEASE, LEAVE))
    assert {evidence.passage for evidence in found} == {0, 1}


def test_nothing_comes_of_nothing() -> None:
    assert extract("When does it start?", []) == []
    assert answerable("When does it start?", []) == 0.0
    assert extract("", passages(LEAVE)) is not None


@pytest.mark.parametrize(
    "question",
    [
        "How many days of annual leave do I get?",
        "How much holiday can I carry over?",
        "Who approves requests?",
        "Do contractors get paid leave?",
        "What is the monthly rent?",
        "When does the lease start?",
        "Are gift cards refundable?",
        "How long does it take until a refund is paid back?",
    ],
)
def test_an_ordinary_question_is_not_refused(question: str) -> None:
    embed = CachedEmbedding(embedder("default"))
    assert answerable(question, passages(LEAVE, LEASE, REFUNDS), embed=embed) >= ANSWERABLE


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Peru?",
        "Who won the World Cup in 1998?",
        "How do I bake sourdough bread?",
        "How tall is Mount Everest?",
        "What is the Wi-Fi password?",
        "Who is the chief executive officer?",
    ],
)
def test_a_question_about_something_else_is_refused(question: str) -> None:
    embed = CachedEmbedding(embedder("default"))
    assert answerable(question, passages(LEAVE, LEASE, REFUNDS), embed=embed) < ANSWERABLE


def test_a_question_that_changes_one_word_is_less_answerable_than_the_true_one() -> None:
    embed = CachedEmbedding(embedder("default"))
    true = answerable("When does the lease start?", passages(LEASE), embed=embed)
    assert answerable("When was the lease terminated?", passages(LEASE), embed=embed) < true
    assert answerable(
        "How much is the yearly rent of the warehouse?", passages(LEASE), embed=embed
    ) < answerable("How much is the monthly rent?", passages(LEASE), embed=embed)


def test_a_model_without_vectors_of_tokens_judges_too() -> None:
    embed = embedder("default").embed
    assert answerable("When does the lease start?", passages(LEASE), embed=embed) >= ANSWERABLE
    assert answerable("What is the Wi-Fi password?", passages(LEASE), embed=embed) < ANSWERABLE


def test_a_rare_word_that_is_nowhere_to_be_found_weighs_more_than_a_common_one() -> None:
    text = "The clinic offers vaccinations and blood tests from Monday to Friday."
    common = answerable("Does the clinic offer good vaccinations?", passages(text))
    assert answerable("Does the clinic offer antivenom vaccinations?", passages(text)) < common


def test_an_example_in_a_question_need_not_be_in_the_text() -> None:
    text = "Tenants pay small repairs of parts that they use every day."
    example = answerable("Who pays for small repairs such as a dripping tap?", passages(text))
    assert example > answerable("Who pays for small repairs of a dripping tap?", passages(text))
