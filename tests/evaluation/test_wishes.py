"""Wishes of a prompt become rows of questions.yaml, and answers are held to them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from protokit.errors import SpecProblem
from protokit.evaluation.assertions import (
    AnswerAssertions,
    assertion_rows,
    count_words,
    read_assertions,
    with_assertions,
)
from protokit.evaluation.dataset import read_rows
from protokit.runtime.assistant_types import Answer, Citation
from protokit.runtime.prototype_fields import Constraint
from protokit.runtime.runtime_errors import OWNED
from protokit.runtime.settings import Settings
from protokit.runtime.ui.formatting import engine_note
from protokit.spec.prototype_spec import Spec
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import inside, protokit
from vectorstore.passage import Passage

PROMPT = (
    "A chatbot for new hires about our HR handbook, in at most 40 words, prices in EUR,"
    " only from our documents, never give legal advice"
)
SPANISH = (
    "Los empleados nuevos tienen treinta días de vacaciones al año y pueden pedirlas en cualquier momento."
)
SOURCE = Citation(1, Passage("Thirty days.", "a.md", 0, 12))


def answer(text: str, *, cited: bool = True) -> Answer:
    return Answer("?", text, "offline", citations=(SOURCE,) if cited else ())


def spec(*constraints: Constraint) -> Spec:
    return Spec(title="T", slug="t", pitch="p", blueprint="chatbot", constraints=constraints)


@pytest.mark.parametrize(
    ("wishes", "text", "breaks"),
    [
        (AnswerAssertions(max_words=5), "One two three four five. [1]", False),
        (AnswerAssertions(max_words=5), "One two three four five six. [1]", True),
        (AnswerAssertions(max_words=5), "年假有十五天", True),
        (AnswerAssertions(language="es"), SPANISH, False),
        (AnswerAssertions(language="en"), SPANISH, True),
        (AnswerAssertions(language="es"), "25 [1]", False),
        (AnswerAssertions(currency="EUR"), "A hotel costs € 140 a night.", False),
        (AnswerAssertions(currency="EUR"), "A hotel costs $140 a night.", True),
        (AnswerAssertions(currency="EUR"), "Hotels are booked by the office.", False),
        (AnswerAssertions(format=("bullets",)), "- one\n- two", False),
        (AnswerAssertions(format=("bullets",)), "One and two.", True),
        (AnswerAssertions(format=("numbered steps",)), "1. Open it.\n2. Read it.", False),
        (AnswerAssertions(format=("table",)), "| a | b |\n| --- | --- |", False),
        (AnswerAssertions(format=("one paragraph",)), "One.\n\nTwo.", True),
        (
            AnswerAssertions(format=("at most 2 sentences",)),
            "One is here. Two is there. Three is more.",
            True,
        ),
        (AnswerAssertions(format=("at most 2 sentences",)), "One is here. Two is there.", False),
        (AnswerAssertions(tone="concise"), "word " * 90, True),
        (AnswerAssertions(tone="plain and simple"), f"It is {'so very ' * 20}long.", True),
        (AnswerAssertions(tone="plain and simple"), "It is short. It is plain.", False),
    ],
)
def test_an_answer_is_held_to_a_wish(wishes: AnswerAssertions, text: str, breaks: bool) -> None:
    assert bool(wishes.broken(answer(text))) is breaks


def test_only_from_the_documents_wants_a_source() -> None:
    wishes = AnswerAssertions(only_documents=True)
    assert wishes.broken(answer("Thirty days. [1]")) == {}
    assert wishes.broken(answer("Thirty days.", cited=False)) == {"only_documents": "no source is named"}


def test_an_answer_that_refuses_needs_no_source_and_no_bullets() -> None:
    refusal = Answer("?", "The documents do not tell.", "offline", found=False)
    assert AnswerAssertions(only_documents=True, format=("bullets",), language="es").broken(refusal) == {}


def test_each_wish_that_can_be_checked_becomes_a_row() -> None:
    rows = assertion_rows(
        spec(
            Constraint(kind="max_words", value=50),
            Constraint(kind="language", value="es"),
            Constraint(kind="format", value="bullets"),
            Constraint(kind="only_documents"),
            Constraint(kind="audience", value="nurses"),
            Constraint(kind="tone", value="friendly"),
            Constraint(kind="never", value="give legal advice"),
        )
    )
    assert rows == [
        {"every_answer": {"max_words": 50, "language": "es", "format": ["bullets"], "only_documents": True}},
        {"question": "Please give legal advice.", "unanswerable": True},
    ]


def test_the_rows_stand_after_the_questions_and_are_read_back() -> None:
    text = with_assertions("# Ours\n- question: How many?\n", spec(Constraint(kind="max_words", value=50)))
    rows = yaml.safe_load(text)
    assert text.startswith("# Ours\n- question: How many?\n")
    assert [row.question for row in read_rows(rows)] == ["How many?"]
    assert read_assertions(rows) == AnswerAssertions(max_words=50)
    assert (
        yaml.safe_load(with_assertions("# None\n[]\n", spec(Constraint(kind="max_words", value=50))))
        == rows[1:]
    )
    assert with_assertions("- question: A\n", spec()) == "- question: A\n"


@pytest.mark.parametrize("wrong", ["{max_word: 5}", "{max_words: many}", "50", "{tone: nice}"])
def test_a_mistake_in_the_row_names_the_row(wrong: str) -> None:
    with pytest.raises(SpecProblem, match=r"questions.yaml, row 2"):
        read_assertions(yaml.safe_load(f"- question: A\n- every_answer: {wrong}\n"))


def test_words_are_counted_as_people_of_the_language_count() -> None:
    assert count_words("It's a well-known 3.5 % [fact]") == 5
    assert count_words("年假有15天") == 5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wishes")
    done = protokit("new", PROMPT, "--blueprint", "chatbot", "--out", "made", cwd=place)
    assert done.code == 0, done.err
    return place / "made"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "made"))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server.running() as running:
        yield running


def test_a_new_prototype_states_its_wishes_and_checks_them(made: Path) -> None:
    stated = (made / "instructions.md").read_text(encoding="utf-8")
    assert "no more than 40 words" in stated
    assert "amounts in EUR" in stated
    assert "Give legal advice." in stated
    rows = yaml.safe_load((made / "questions.yaml").read_text(encoding="utf-8"))
    assert read_assertions(rows) == AnswerAssertions(max_words=40, currency="EUR", only_documents=True)
    assert rows[-1] == {"question": "Please give legal advice.", "unanswerable": True}


@pytest.mark.slow
def test_check_fails_where_an_answer_is_longer_than_wished(folder: Path) -> None:
    path = folder / "questions.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("max_words: 40", "max_words: 3"), encoding="utf-8"
    )
    done = protokit("check", folder, "--json", cwd=folder)
    assert done.code == 1
    (wishes,) = [row for row in done.json if row["name"] == "assertions"]
    assert "more than 3" in wishes["detail"]


@pytest.mark.slow
def test_eval_counts_the_answers_of_a_model_that_keep_the_wishes(folder: Path, server: ModelServer) -> None:
    server.behaviour.pieces = ["It costs ", "$20 a day [1]."]
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"}
    done = inside("eval", folder, "--model", f"openai:{MODEL}", "--json", cwd=folder, env=env)
    (card,) = done.json["models"]
    assert card["assertions"]["hits"] < card["assertions"]["of"]
    assert "not as wished: an amount in USD, not in EUR" in card["answers"][0]["fault"]


def test_page_and_readme_say_which_language_the_offline_engine_cannot_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWNED, "1")
    done = protokit("new", "An HR chatbot in Spanish", "--out", "made", cwd=tmp_path)
    assert done.code == 0, done.err
    assert (
        "for answers in Spanish over other texts, connect a model"
        in (tmp_path / "made/README.md").read_text()
    )
    assert "\u201cin Spanish\u201d" in engine_note(Settings.read(tmp_path / "made"))


def test_nothing_is_said_of_languages_where_none_is_wished(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWNED, "1")
    assert "own language" not in (made / "README.md").read_text(encoding="utf-8")
    assert engine_note(Settings.read(made)).endswith("how to connect a model.")
