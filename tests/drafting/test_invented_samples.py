"""With a model, sample documents are invented for the idea; whatever it sends, only what holds together is taken."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protokit.catalog import lookup
from protokit.drafting.draft import draft
from protokit.drafting.llm_samples import invent_samples
from protokit.spec.prototype_spec import read_spec
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import Done, protokit

SERVED = f"openai:{MODEL}"
PROMPT = "A chatbot for members of our beekeeping club about swarms and honey"


def _document(name: str, fact: str) -> dict[str, str]:
    text = (
        f"# {name}\n\nThis page is for the members of the Larkhill Beekeepers and is kept by the committee.\n\n"
        f"## What to know\n\n{fact} Whoever is unsure asks the warden before anything is opened.\n"
    )
    return {"name": name, "text": text}


INVENTION: dict[str, Any] = {
    "organisation": "Larkhill Beekeepers",
    "documents": [
        _document("swarm-guide", "A swarm must be reported to the warden within 2 hours."),
        _document("honey-rules", "A jar of club honey costs 7 euros at the market stall."),
        _document("hive-care", "Each hive is inspected every 9 days from April to July."),
        _document("membership", "The yearly fee for a family is 48 euros and is due in March."),
    ],
    "questions": [
        {
            "question": "Within how many hours must a swarm be reported?",
            "answer": "within 2 hours",
            "document": "swarm-guide",
        },
        {"question": "What does a jar of club honey cost?", "answer": "7 euros", "document": "honey-rules"},
        {"question": "How often is each hive inspected?", "answer": "every 9 days", "document": "hive-care"},
    ],
}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server.running() as running:
        yield running


def made(place: Path, server: ModelServer, *replies: str, env: dict[str, str] | None = None) -> Done:
    """The prototype after the model words the draft ("{}": as it is) and then sends `replies`."""
    server.behaviour.replies = [["{}"], *([text] for text in replies)]
    keys = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-secret", **(env or {})}
    return protokit("new", PROMPT, "--out", "made", "--model", SERVED, cwd=place, env=keys)


def changed(**parts: Any) -> str:
    return json.dumps({**copy.deepcopy(INVENTION), **parts})


def documents(place: Path) -> list[str]:
    return sorted(path.name for path in (place / "made" / "knowledge").iterdir())


def test_documents_of_the_idea_are_marked_cited_and_their_cost_is_told(
    tmp_path: Path, server: ModelServer
) -> None:
    done = made(tmp_path, server, json.dumps(INVENTION))
    assert done.code == 0, done.err
    assert documents(tmp_path) == ["hive-care.md", "honey-rules.md", "membership.md", "swarm-guide.md"]
    before, _, after = done.err.partition("4 documents and 3 questions invented for this demo")
    assert "invents the sample documents" in before
    assert "tokens at most" in before
    assert "321 tokens in, 7 out" in after
    text = (tmp_path / "made" / "knowledge" / "honey-rules.md").read_text(encoding="utf-8")
    assert text.startswith(f"---\nnote: invented for this demo by {SERVED}\n---\n")
    spec = read_spec(tmp_path / "made" / "prototype.yaml")
    assert spec.sample_documents is not None
    assert spec.sample_documents.about == "Larkhill Beekeepers, invented for this demo"
    assert set(spec.starter_questions) == {each["question"] for each in INVENTION["questions"]}
    asked = server.asked[1]["messages"]
    assert PROMPT in asked[1]["content"]
    assert "[[" not in asked[0]["content"]
    offline = {"PROTOKIT_MODEL": "offline"}
    question = INVENTION["questions"][0]["question"]
    answer = protokit("ask", "made", question, "--json", cwd=tmp_path, env=offline).json
    assert "within 2 hours" in answer["answer"]
    assert "invented" not in answer["answer"]
    assert [each["file"] for each in answer["citations"]] == ["swarm-guide.md"]


def test_what_does_not_hold_is_left_out_and_named(tmp_path: Path, server: ModelServer) -> None:
    german = (
        "# Honig\n\nDer Honig der Imkerei wird im Sommer geerntet und in Gläser gefüllt. Die Mitglieder erhalten davon"
        " einen Teil und verkaufen den Rest auf dem Markt in der Stadt, wo er sehr beliebt ist.\n"
    )
    bad = [
        {"name": "honig", "text": german},
        _document("other-rules", "A jar of club honey costs 9 euros at the market stall."),
        {"name": "../../etc/passwd", "text": ""},
        {
            "name": "prices",
            "text": _document("prices", "See below.")["text"]
            + "\n| Thing | Euro |\n|---|---|\n| Jar | 7 |\n| Candle | 5 |\n| Total | 20 |\n",
        },
        "nonsense",
    ]
    wrong = [
        {"question": "Who won the match on Sunday?", "answer": "the visitors", "document": "membership"},
        {"question": "What is the fee for a family?", "answer": "52 euros", "document": "membership"},
    ]
    reply = changed(documents=[*INVENTION["documents"], *bad], questions=[*INVENTION["questions"], *wrong])
    done = made(tmp_path, server, reply)
    assert done.code == 0, done.err
    assert documents(tmp_path) == ["hive-care.md", "honey-rules.md", "membership.md", "swarm-guide.md"]
    assert "honig.md: it is written in another language (de)" in done.err
    assert "other-rules.md: it says 9 where honey-rules.md says 7" in done.err
    assert "prices.md: the total 20 is not the sum of its rows" in done.err
    assert "document 9" in done.err
    assert "Who won the match on Sunday?\u201d: its answer does not stand in the document" in done.err
    assert "52 euros" not in (tmp_path / "made" / "questions.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "reply",
    [
        "Sure, here is something nice!",
        json.dumps(INVENTION)[:700],
        changed(documents=INVENTION["documents"][:2]),
        changed(documents="none"),
        json.dumps({"organisation": "X\nY", "documents": []}),
        "[" * 5000,
        "x" * 120_000,
    ],
)
def test_of_what_is_not_whole_nothing_is_taken(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, reply: str
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    server.behaviour.replies = [[reply], [reply]]
    blueprint = lookup.blueprints()["chatbot"]
    invented, note = invent_samples(SERVED, draft(PROMPT, blueprint), blueprint)
    assert invented is None
    assert "documents: those of protokit, as" in note
    assert "tokens in" in note
    assert "sk-secret" not in note


def test_without_a_usable_reply_the_samples_of_protokit_are_there(
    tmp_path: Path, server: ModelServer
) -> None:
    done = made(tmp_path, server, "Sure!", json.dumps(INVENTION)[:700])
    assert done.code == 0, done.err
    assert "documents: those of protokit, as" in done.err
    assert "invented" not in (tmp_path / "made" / "prototype.yaml").read_text(encoding="utf-8")
    assert documents(tmp_path)


def test_a_reply_that_is_wrong_once_is_mended(tmp_path: Path, server: ModelServer) -> None:
    done = made(tmp_path, server, "I would love to!", json.dumps(INVENTION))
    assert len(documents(tmp_path)) == 4, done.err
    assert "642 tokens in, 14 out" in done.err


def test_what_may_cost_more_than_the_limit_is_not_asked_for(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("PROTOKIT_DRAFT_DOLLARS", "0.001")
    blueprint = lookup.blueprints()["chatbot"]
    invented, note = invent_samples("openai:gpt-4o", draft(PROMPT, blueprint), blueprint)
    assert invented is None
    assert "PROTOKIT_DRAFT_DOLLARS" in note
    assert server.asked == []


def test_fields_are_drafted_for_a_table_and_a_wrong_one_is_left_out(
    tmp_path: Path, server: ModelServer
) -> None:
    fields = [
        {"name": "Fee", "type": "money"},
        {"name": "Due", "type": "date"},
        {"name": "Mood", "type": "feeling"},
    ]
    server.behaviour.replies = [["{}"], [changed(fields=fields)]]
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "k"}
    line = "Pull the fee and when it is due out of our club letters"
    done = protokit(
        "new", line, "--blueprint", "extractor", "--out", "made", "--model", SERVED, cwd=tmp_path, env=env
    )
    assert done.code == 0, done.err
    spec = read_spec(tmp_path / "made" / "prototype.yaml")
    assert [(each.name, each.type) for each in spec.fields] == [("Fee", "money"), ("Due", "date")]
    assert "field 3" in done.err
