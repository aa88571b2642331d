"""With a model named, it words the draft; whatever it sends, the prototype is whole, valid and says who drafted it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.drafting.llm_draft import draft_by_model
from protokit.prototype.prototype_folder import free_port
from protokit.spec.prototype_spec import Spec, read_spec
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import Done, inside, protokit, tree

SERVED = f"openai:{MODEL}"
PROMPT = "A chatbot that answers new hires' questions about our HR handbook, never give legal advice"
DRAFT = {
    "title": "First Weeks Guide",
    "pitch": "Answers what newcomers ask in their first weeks, with the page it stands on.",
    "tone": "warm and clear",
    "welcome": "Welcome aboard! What would you like to know?",
    "will_not": ["give legal advice", "guess"],
}
OFFLINE = Spec(
    title="HR Helper", slug="hr-helper", pitch="Answers.", prompt=PROMPT, blueprint="chatbot@1.0.0"
)
HANDBOOK = """# Handbook

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.

## Hotels

A hotel may cost 140 euros a night, breakfast included.
"""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server.running() as running:
        yield running


def drafted(place: Path, server: ModelServer | None, *words: str, model: str = SERVED) -> Done:
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-secret"} if server else {}
    chosen = ["--model", model] if model else []
    return inside("new", PROMPT, "--out", "made", *chosen, *words, cwd=place, env=env)


def spec_in(place: Path) -> Spec:
    return read_spec(place / "made" / "prototype.yaml")


def replies(server: ModelServer, *texts: str) -> None:
    server.behaviour.replies = [[text] for text in texts]


def test_the_model_words_the_draft_and_people_keep_what_they_decide(
    tmp_path: Path, server: ModelServer
) -> None:
    replies(server, json.dumps(DRAFT))
    done = drafted(tmp_path, server)
    assert done.code == 0, done.err
    assert f"drafted by {SERVED}" in done.err
    spec = spec_in(tmp_path)
    assert (spec.title, spec.slug, spec.tone) == ("First Weeks Guide", "first-weeks-guide", "warm and clear")
    assert spec.will_not == ("give legal advice", "guess")
    assert spec.model == SERVED
    assert [wish.kind for wish in spec.constraints] == ["never"]
    assert len(spec.starter_questions) == 4


def test_the_model_sees_the_line_the_schema_and_the_draft(tmp_path: Path, server: ModelServer) -> None:
    replies(server, json.dumps(DRAFT))
    drafted(tmp_path, server)
    asked = server.asked[0]
    schema = asked["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["title"]["maxLength"] == 80
    assert not {"model", "limits", "prices", "starter_questions"} & set(schema["properties"])
    instructions, material = (message["content"] for message in asked["messages"])
    assert '"maxLength": 80' in instructions
    assert "[[" not in instructions
    assert PROMPT in material
    assert "HR Handbook Helper" in material


def test_a_name_and_an_audience_of_the_person_win(tmp_path: Path, server: ModelServer) -> None:
    replies(server, json.dumps({"pitch": "Answers."}))
    done = drafted(tmp_path, server, "--name", "Ask Ada", "--audience", "interns")
    assert done.code == 0, done.err
    assert (spec_in(tmp_path).title, spec_in(tmp_path).audience) == ("Ask Ada", "interns")
    properties = server.asked[0]["response_format"]["json_schema"]["schema"]["properties"]
    assert not {"title", "audience"} & set(properties)


@pytest.fixture
def connected(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    return server


def test_a_draft_in_a_fence_is_read_and_a_wrong_one_is_mended_once(connected: ModelServer) -> None:
    replies(connected, '{"title": "", "colour": "red"}', f"Here you are:\n```json\n{json.dumps(DRAFT)}\n```")
    made = draft_by_model(SERVED, OFFLINE)
    assert made.by_model
    assert made.spec.title == "First Weeks Guide"
    again = connected.asked[1]["messages"][1]["content"]
    assert "colour: not a field" in again
    assert PROMPT in again


@pytest.mark.parametrize(
    "wrong",
    [
        "I would love to help!",
        "[1, 2]",
        '{"title": 5}',
        '{"title": "../../etc"}',
        '{"title": "\\u001b[31mred"}',
        '{"model": "openai:dear"}',
        '{"limits": {"dollars_total": 9}}',
        '{"welcome": ["a", "b"]}',
        '{"will_not": "everything"}',
        '{"pitch": "two\\nlines"}',
        f'{{"title": "{"x" * 81}"}}',
    ],
)
def test_what_is_not_valid_twice_is_refused_and_the_offline_draft_stands(
    connected: ModelServer, wrong: str
) -> None:
    replies(connected, wrong, wrong)
    made = draft_by_model(SERVED, OFFLINE)
    assert made.spec == OFFLINE
    assert not made.by_model
    assert f"drafted offline: {SERVED} wrote no usable draft, twice" in made.note
    assert len(connected.asked) == 2


@pytest.mark.parametrize("failure", [(401, {}), (404, {}), (500, {"Retry-After": "0"})])
def test_a_server_that_fails_leaves_the_offline_draft_and_no_key_in_sight(
    connected: ModelServer, failure: tuple[int, dict[str, str]]
) -> None:
    connected.behaviour.failure = failure
    made = draft_by_model(SERVED, OFFLINE)
    assert made.spec == OFFLINE
    assert made.note.startswith("drafted offline: model")
    assert "sk-secret" not in made.note


def test_an_answer_that_breaks_off_is_not_half_used(connected: ModelServer) -> None:
    text = json.dumps(DRAFT)
    connected.behaviour.pieces, connected.behaviour.cut_after = [text[:60], text[60:]], 1
    made = draft_by_model(SERVED, OFFLINE)
    assert made.spec == OFFLINE
    assert "drafted offline" in made.note


def test_a_server_that_is_not_there_leaves_the_offline_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_port(20_000)}/v1")
    made = draft_by_model(SERVED, OFFLINE)
    assert made.spec == OFFLINE
    assert "drafted offline" in made.note


def test_a_server_without_structured_output_is_asked_without(tmp_path: Path, server: ModelServer) -> None:
    server.behaviour.takes_response_format = False
    replies(server, json.dumps(DRAFT))
    done = drafted(tmp_path, server)
    assert spec_in(tmp_path).title == "First Weeks Guide", done.err
    assert ["response_format" in asked for asked in server.asked][:2] == [True, False]


def test_questions_that_the_documents_do_not_answer_are_left_out(tmp_path: Path, server: ModelServer) -> None:
    (tmp_path / "handbook.md").write_text(HANDBOOK)
    questions = ["How many days of annual leave does an employee have?", "Who won the match on Sunday?"]
    replies(server, json.dumps({"title": "Leave Guide", "starter_questions": questions}))
    done = drafted(tmp_path, server, "--docs", "handbook.md")
    assert done.code == 0, done.err
    assert "handbook.md: Handbook; Annual leave; Hotels" in server.asked[0]["messages"][1]["content"]
    starters = spec_in(tmp_path).starter_questions
    assert starters[0] == questions[0]
    assert questions[1] not in starters


def test_the_model_of_the_environment_drafts_and_the_prototype_stays_offline(
    tmp_path: Path, server: ModelServer
) -> None:
    replies(server, json.dumps(DRAFT))
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "k", "PROTOKIT_MODEL": SERVED}
    done = protokit("new", PROMPT, "--out", "made", "--json", cwd=tmp_path, env=env)
    assert done.json["drafted"].startswith(f"drafted by {SERVED} (321 tokens in, 7 out")
    assert (spec_in(tmp_path).title, spec_in(tmp_path).model) == ("First Weeks Guide", "offline")


def test_without_a_key_nothing_is_waited_for(tmp_path: Path) -> None:
    done = drafted(tmp_path, None, model="openai:gpt-4.1-mini")
    assert done.code == 0, done.err
    assert "drafted offline: model openai:gpt-4.1-mini: OPENAI_API_KEY is not set" in done.err
    assert "handbook" in spec_in(tmp_path).title.lower()


def test_a_dry_run_with_a_model_makes_nothing(tmp_path: Path, server: ModelServer) -> None:
    replies(server, json.dumps(DRAFT))
    done = drafted(tmp_path, server, "--dry-run")
    assert "title: First Weeks Guide" in done.out
    assert tree(tmp_path) == {}
