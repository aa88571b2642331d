"""A prototype with a language model: it streams, cites, counts, and a model that fails harms nobody."""

import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.runtime import Answer, ModelProblem
from protokit.runtime.models.model_factory import connect
from tests.support import model_server
from tests.support.model_server import MODEL, Behaviour, ModelServer
from tests.support.terminal import inside, protokit

KEY = "sk-planted-7f3a9c51e0"
QUESTION = "How many days of annual leave does an employee have?"
HANDBOOK = """# Handbook

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.

## Hotels

A hotel may cost 140 euros a night, breakfast included.
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rag-search prototype that is asked once, so that its documents are indexed."""
    place = tmp_path_factory.mktemp("made")
    (place / "handbook.md").write_text(HANDBOOK)
    words = ["--docs", "handbook.md", "--blueprint", "rag-search", "--out", "leave"]
    done = protokit("new", "Search our handbook", *words, "--model", f"openai:{MODEL}", cwd=place)
    assert done.code == 0, done.err
    with Prototype.open(place / "leave").assistant("offline") as assistant:
        assistant.knowledge.wait()
    return place / "leave"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "leave"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield running


def asked(folder: Path, question: str = QUESTION) -> Answer:
    with Prototype.open(folder).assistant() as assistant:
        assistant.knowledge.wait()
        answer: Answer = assistant.reply(question).answer
        return answer


def without_fallback(folder: Path) -> None:
    path = folder / "prototype.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("fall_back_offline: true", "fall_back_offline: false")
    )


def error_in(folder: Path) -> str:
    with sqlite3.connect(folder / ".protokit/events.db") as database:
        (error,) = database.execute("SELECT error FROM events ORDER BY id DESC LIMIT 1").fetchone()
    database.close()
    return str(error)


def test_the_text_streams_in_pieces_as_the_server_sends_them(folder: Path, server: ModelServer) -> None:
    with Prototype.open(folder).assistant() as assistant:
        assistant.knowledge.wait()
        pieces = list(assistant.reply(QUESTION))
    assert pieces == server.behaviour.pieces


def test_the_model_reads_the_instructions_the_passages_and_the_question(
    folder: Path, server: ModelServer
) -> None:
    (folder / "instructions.md").write_text("Speak like a pirate.")
    asked(folder)
    (sent,) = server.asked
    assert sent["model"] == MODEL
    assert sent["messages"][0]["role"] == "system"
    assert "Speak like a pirate." in sent["messages"][0]["content"]
    assert sent["messages"][-1]["role"] == "user"
    assert "thirty days of paid annual leave" in sent["messages"][-1]["content"]
    assert sent["messages"][-1]["content"].endswith(QUESTION)


def test_the_passage_the_model_cites_is_given_with_the_words_marked(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.pieces = ["Employees have thirty days of paid annual leave", " [1]", " and [99]."]
    answer = asked(folder)
    assert [citation.number for citation in answer.citations] == [1]
    citation = answer.citations[0]
    assert citation.passage is answer.passages[0]
    assert "thirty days" in " ".join(citation.passage.text[start:end] for start, end in citation.marks)


def test_the_servers_own_count_of_tokens_is_taken(folder: Path, server: ModelServer) -> None:
    answer = asked(folder)
    assert (answer.tokens_in, answer.tokens_out, answer.tokens_estimated) == (321, 7, False)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": "many", "completion_tokens": "few", "total_tokens": "?"},
        {"prompt_tokens": -1, "completion_tokens": -5, "total_tokens": -6},
    ],
)
def test_a_missing_or_senseless_count_is_estimated_here_and_says_so(
    folder: Path, server: ModelServer, usage: dict[str, object] | None
) -> None:
    server.behaviour.usage = usage
    answer = asked(folder)
    assert answer.text == "Thirty days of leave [1]."
    assert answer.tokens_estimated
    assert answer.tokens_in > 50
    assert 3 <= answer.tokens_out <= 20


def test_a_server_on_this_machine_costs_nothing(folder: Path, server: ModelServer) -> None:
    assert asked(folder).dollars == 0


def test_the_cost_of_an_unknown_model_is_unknown_and_never_zero(folder: Path, server: ModelServer) -> None:
    from protokit.runtime.usage.prices import cost

    assert cost(f"openai:{MODEL}", 321, 7).dollars is None
    assert cost(f"openai:{MODEL}", 321, 7, base_url="https://models.example.org/v1").dollars is None


def test_prices_of_the_owner_go_first(folder: Path, server: ModelServer) -> None:
    with (folder / "prototype.yaml").open("a", encoding="utf-8") as spec:
        spec.write(f"prices:\n  openai:{MODEL}: [10, 100]\n")
    assert asked(folder).dollars == pytest.approx((321 * 10 + 7 * 100) / 1e6)


def test_a_slow_first_token_is_waited_for_and_measured(folder: Path, server: ModelServer) -> None:
    server.behaviour.first_token, server.behaviour.between = 0.4, 0.1
    answer = asked(folder)
    assert answer.text == "Thirty days of leave [1]."
    assert 0.4 <= answer.seconds_to_first <= answer.seconds - 0.25
    assert answer.search_seconds is not None
    assert (
        0 < answer.search_seconds <= answer.seconds_to_first - 0.4
    )  # the model's slowness is not the search's


def test_a_busy_server_is_asked_again_after_the_time_it_names(folder: Path, server: ModelServer) -> None:
    server.behaviour.failure, server.behaviour.failures = (429, {"Retry-After": "1"}), 1
    answer = asked(folder)
    assert (answer.text, answer.note) == ("Thirty days of leave [1].", "")
    assert answer.seconds_to_first >= 1
    assert len(server.asked) == 2


FAULTS = {
    "a refused key": (Behaviour(key="sk-another"), "refused the key"),
    "a forbidden model": (Behaviour(failure=(403, {})), "refused the key"),
    "an unknown model": (Behaviour(failure=(404, {})), "does not know the model"),
    "too many requests": (Behaviour(failure=(429, {"Retry-After": "0"})), "too many requests"),
    "a broken server": (Behaviour(failure=(500, {"Retry-After": "0"})), "error"),
    "a request it cannot take": (Behaviour(failure=(400, {})), "error"),
    "a stream that is cut": (Behaviour(cut_after=2), "broke off"),
    "a stream that is cut at once": (Behaviour(cut_after=0), "no connection"),
    "a line that is not JSON": (Behaviour(junk_after=1), "broke off"),
    "an answer without a word": (Behaviour(pieces=[]), "nothing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_model_that_fails_is_replaced_by_the_offline_engine_and_that_is_said(
    folder: Path, server: ModelServer, fault: str
) -> None:
    server.behaviour, cause = FAULTS[fault]
    answer = asked(folder)
    assert answer.model == "offline"
    assert "thirty days of paid annual leave" in answer.text
    assert answer.citations
    assert "offline engine" in answer.note
    assert cause in error_in(folder)
    assert KEY not in error_in(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_fallback_a_failure_is_one_friendly_error(
    folder: Path, server: ModelServer, fault: str
) -> None:
    without_fallback(folder)
    server.behaviour, cause = FAULTS[fault]
    with pytest.raises(ModelProblem, match=cause) as raised:
        asked(folder)
    assert KEY not in f"{raised.value} {raised.value.friendly}"
    assert MODEL not in raised.value.friendly
    assert cause in error_in(folder)


def test_what_was_said_before_a_stream_was_cut_stays_apart_from_the_offline_answer(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.cut_after = 2
    answer = asked(folder)
    said, _, offline = answer.text.partition("\n\n")
    assert said == "Thirty days …"
    assert "thirty days of paid annual leave" in offline


def test_a_server_that_is_not_there_is_survived(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/v1")
        answer = asked(folder)
    assert answer.model == "offline"
    assert answer.citations
    assert "no connection" in error_in(folder)


def test_a_local_server_needs_no_key(
    folder: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert asked(folder).model == f"openai:{MODEL}"


def test_without_key_and_server_the_owner_is_told_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert asked(folder).model == "offline"
    assert "OPENAI_API_KEY is not set" in error_in(folder)


@pytest.mark.parametrize("model", ["offlin", "openai", "openai:", ""])
def test_a_string_that_names_no_model_is_refused(model: str) -> None:
    with pytest.raises(ModelProblem, match="provider:name"):
        connect(model)


def test_a_provider_that_is_not_installed_says_which_package_is_missing() -> None:
    from protokit.runtime import Question
    from protokit.runtime.prompting.build_messages import ModelOutcome

    with pytest.raises(ModelProblem, match=r"model mistralai:small: .*langchain-mistralai"):
        list(connect("mistralai:small").stream(Question(QUESTION), ModelOutcome()))


def test_the_key_in_the_env_file_is_used_and_appears_nowhere_else(folder: Path, server: ModelServer) -> None:
    lines = f"OPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.url}\n"
    (folder / ".env").write_text(lines, encoding="utf-8")
    good = inside("ask", folder, QUESTION, "--json", cwd=folder)
    assert good.rows[0]["model"] == f"openai:{MODEL}"
    server.behaviour.key = "sk-another"
    bad = protokit("ask", folder, QUESTION, cwd=folder)
    without_fallback(folder)
    worse = inside("ask", folder, QUESTION, cwd=folder)
    assert set(server.keys) == {KEY}
    assert (good.code, bad.code, worse.code) == (0, 0, 1)
    assert "refused the key" in bad.err
    assert "refused the key" in worse.err
    assert "Traceback" not in worse.err
    shown = [text for done in (good, bad, worse) for text in (done.out, done.err)]
    assert not [text for text in shown if KEY in text]
    holders = [
        path.name for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()
    ]
    assert holders == [".env"]


def test_an_empty_line_for_the_server_is_no_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    without_fallback(folder)
    with pytest.raises(ModelProblem, match="OPENAI_API_KEY is not set"):
        asked(folder)


def test_a_model_summarizes_and_each_sentence_points_into_the_text(
    tmp_path: Path, server: ModelServer
) -> None:
    server.behaviour.pieces = ["- The launch moves to ", "12 May.\n", "- Ana writes the release notes.\n"]
    done = protokit("new", "Summarize meeting notes", "--out", "notes", cwd=tmp_path)
    assert done.code == 0, done.err
    text = "We met on Monday. The launch moves to 12 May because of the audit. Ana writes the release notes."
    with Prototype.open(tmp_path / "notes").assistant(f"openai:{MODEL}") as assistant:
        answer = assistant.reply(text).answer
    assert [text[c.passage.start : c.passage.end] for c in answer.citations] == [
        "The launch moves to 12 May because of the audit.",
        "Ana writes the release notes.",
    ]
    assert server.asked[0]["messages"][-1]["content"] == text


def test_what_an_answer_would_cost_elsewhere_is_told_on_request(folder: Path) -> None:
    words = ["--model", "offline", "--cost-on", "openai:gpt-4.1-mini"]
    shown = inside("ask", folder, QUESTION, *words, cwd=folder)
    assert re.search(r"\$0 \(\$0\.000\d+ on openai:gpt-4\.1-mini\)", shown.out), shown.out
    (row,) = inside("ask", folder, QUESTION, *words, "--json", cwd=folder).rows
    assert row["dollars"] == 0
    expected = (row["tokens_in"] * 0.4 + row["tokens_out"] * 1.6) / 1e6
    assert row["elsewhere"] == {"model": "openai:gpt-4.1-mini", "dollars": pytest.approx(expected, rel=0.2)}


def test_the_numbers_of_every_answer_can_hold_that_comparison(folder: Path) -> None:
    with (folder / "prototype.yaml").open("a", encoding="utf-8") as spec:
        spec.write("compare_cost_to: openai:big\nprices:\n  openai:big: [100, 100]\n")
    done = inside("ask", folder, QUESTION, "--model", "offline", cwd=folder)
    assert "on openai:big)" in done.out
    (row,) = inside("ask", folder, QUESTION, "--model", "offline", "--json", cwd=folder).rows
    assert row["elsewhere"]["dollars"] == pytest.approx((row["tokens_in"] + row["tokens_out"]) / 1e4)


def test_a_price_that_nobody_knows_is_unknown_elsewhere_too(folder: Path) -> None:
    done = inside("ask", folder, QUESTION, "--model", "offline", "--cost-on", "openai:nosuch", cwd=folder)
    assert "(cost unknown on openai:nosuch)" in done.out
