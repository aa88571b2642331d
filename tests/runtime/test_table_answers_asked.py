"""Table answers where they are asked: in `ask`, in a conversation, in `trace`, of a model, in a visitor's own file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.runtime import Question, Turn, VisitorFiles, answer_from_tables
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import inside, protokit

PLANS = "Plan,Price per user per month (EUR),Users\nSolo,0,1\nTeam,6.9,50\nBusiness,11.5,500\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("plans")
    (place / "docs").mkdir()
    (place / "docs" / "plans.csv").write_text(PLANS, encoding="utf-8")
    (place / "docs" / "support.md").write_text(
        "# Support\n\nSupport answers on working days.\n", encoding="utf-8"
    )
    words = ("new", "Answer questions about our plans", "--docs", place / "docs", "--blueprint", "chatbot")
    done = protokit(*words, "--out", place / "made", "--yes", cwd=place)
    assert done.code == 0, done.err
    return place / "made"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server.running() as running:
        yield running


def test_the_command_line_answers_from_a_table_and_trace_tells_how(made: Path) -> None:
    asked = inside("ask", made, "What is the average price per user?", "--json", cwd=made).json
    assert asked["answer"].startswith(
        "6.13 EUR on average (price per user per month), over 3 rows of plans.csv"
    )
    assert asked["found"]
    assert [citation["file"] for citation in asked["citations"]] == ["plans.csv"]
    told = inside("trace", made, cwd=made).out
    assert "computed: average of Price per user per month (EUR), in plans.csv" in told
    assert 'SELECT avg("Price per user per month (EUR)") FROM rows' in told
    assert "unsupported" not in told


def test_a_follow_up_is_looked_up_too(made: Path) -> None:
    with Prototype.open(made).assistant("offline") as assistant:
        assert assistant.knowledge
        assistant.knowledge.wait()
        first = assistant.reply("What does Team cost?").answer
        assert first.text == "6.90 EUR per user per month (Team) [1]."
        history = [Turn("What does Team cost?", first.text)]
        answer = assistant.reply("and Business?", history=history).answer
        assert answer.text == "11.50 EUR per user per month (Business) [1]."
        assert answer.citations[0].passage.text.startswith("Plan: Business")
        assert [check.verdict for check in answer.checks] == ["supported"]


def test_a_model_reads_the_result_as_a_passage_and_may_state_it(
    made: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    server.behaviour.pieces = ["The sum of users is 551 over the 3 rows of plans.csv [1]."]
    with Prototype.open(made).assistant(f"openai:{MODEL}") as assistant:
        assert assistant.knowledge
        assistant.knowledge.wait()
        answer = assistant.reply("How many users in total?").answer
    asked = server.asked[-1]["messages"][-1]["content"]
    assert "551 in total (users)" in asked
    assert answer.passages[0].text.startswith("Computed from the table (sum of Users, in plans.csv)")
    assert [check.verdict for check in answer.checks] == ["supported"]
    assert answer.citations[0].passage is answer.passages[0]


def test_the_table_of_a_visitors_own_file_is_private(made: Path) -> None:
    own = VisitorFiles("none")
    own.add("mine.csv", b"City,Stores\nOslo,12\nRome,7\n", "somebody")
    assert own.wait(60)
    computed = answer_from_tables("Which city has the most stores?", [own])
    assert computed
    assert computed.text.startswith(
        "Oslo has the highest stores: 12 (over 2 rows of your file: mine.csv) [1]."
    )
    question = Question("Which city has the most stores?", computed.before([]), computed=computed)
    assert question.private
    assert question.computation == ""
    own.clear()
