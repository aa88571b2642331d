"""Questions find what answers them in another language, and English stays as good as it was."""

import pytest

from protokit.runtime.qa import ANSWERABLE, answerable, extract
from vectorstore import KnowledgeBase
from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.text.languages import guess

DOCUMENTS = {
    "leave.md": "# Leave\n\nEmployees get 28 days of annual leave a year. Part-time staff get a share of that.\n",
    "pets.md": "# Dogs\n\nDogs may come to the office on Fridays.\n",
    "car.md": "# Dienstwagen\n\nDer Dienstwagen darf am Wochenende privat gefahren werden.\n",
    "cafe.md": "# Cafetería\n\nLa cafetería está abierta de lunes a viernes, de ocho a cuatro.\n",
}


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    knowledge = KnowledgeBase.open(tmp_path_factory.mktemp("store"))
    knowledge.sync(folder)
    return knowledge


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many days of annual leave do I get?", "Employees get 28 days of annual leave a year."),
        ("¿Cuántos días de vacaciones tengo?", "Employees get 28 days of annual leave a year."),
        ("Wie viele Tage Urlaub bekomme ich?", "Employees get 28 days of annual leave a year."),
        ("年假有多少天？", "Employees get 28 days of annual leave a year."),
        ("Darf mein Hund mit ins Büro?", "Dogs may come to the office on Fridays."),
        ("May I drive the company car at the weekend?", DOCUMENTS["car.md"].split("\n")[2]),
        ("When is the cafeteria open?", DOCUMENTS["cafe.md"].split("\n")[2]),
        ("Darf ich den Dienstwagen am Wochenende fahren?", DOCUMENTS["car.md"].split("\n")[2]),
    ],
)
def test_a_question_is_answered_from_a_document_in_any_language(
    knowledge: KnowledgeBase, question: str, sentence: str
) -> None:
    passages = knowledge.search(question)
    assert extract(question, passages, embed=knowledge.embed)[0].text == sentence
    assert answerable(question, passages, embed=knowledge.embed) >= ANSWERABLE


@pytest.mark.parametrize("question", ["Wie hoch ist der Mount Everest?", "¿Quién ganó el mundial de fútbol?"])
def test_what_no_document_says_is_refused_across_languages(knowledge: KnowledgeBase, question: str) -> None:
    assert answerable(question, knowledge.search(question), embed=knowledge.embed) < ANSWERABLE


def test_similarities_of_two_languages_are_on_the_scale_of_one() -> None:
    model = embedder("default")
    texts = [
        "Employees get 28 days of leave.",
        "Die Mitarbeiter bekommen im Jahr 28 Tage Urlaub.",
        "The sea is deep.",
    ]
    assert [guess(text) for text in texts] == ["en", "de", "en"]
    for question in (
        "How many days of leave do employees get?",
        "Wie viele Tage Urlaub bekommen die Mitarbeiter?",
    ):
        english, german, other = model.similarity(model.question_views(question), model.embed(texts))
        assert min(english, german) > 0.4 > other
        assert abs(english - german) < 0.25
