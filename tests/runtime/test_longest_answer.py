"""What an answer may cost is reserved before it begins, sent to the server, and kept whatever the server does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.errors import SpecProblem
from protokit.runtime import EventLog, ModelProblem, Question, Reply, Settings
from protokit.runtime.assistant_types import Answer
from protokit.runtime.models.model_factory import connect
from protokit.runtime.models.openai_model import OpenAIEngine
from protokit.runtime.prompting.build_messages import CUT, ModelOutcome
from protokit.runtime.prompting.tokens import count
from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.usage.budget import Budget
from protokit.spec.prototype_spec import parse_spec
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer

PRICE = 10.0
"""Dollars a million tokens, in and out."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-any")
        running.behaviour.pieces = ["word ", "after ", "word, "]
        yield running


def settings(folder: Path, **fields: object) -> Settings:
    shown = {"prices": {MODEL: (PRICE, PRICE)}, "fall_back_offline": False, **fields}
    return Settings(folder, title="Leave Helper", model=f"openai:{MODEL}", **shown)  # type: ignore[arg-type]


def asked(told: Settings, question: str = "How many days of leave?", session: str = "s") -> Answer:
    log = EventLog(told.folder / ".protokit" / "events.db")
    return Reply(lambda: Question(question), connect(told.model), told, log, session).answer


def spent(folder: Path) -> float:
    return Budget(str(folder / ".protokit" / "budget.db"), SpendingLimits()).spent().in_all


def test_the_longest_answer_and_the_temperature_are_sent(server: ModelServer, tmp_path: Path) -> None:
    asked(settings(tmp_path))
    assert server.asked[-1]["max_tokens"] == 1024
    assert "temperature" not in server.asked[-1]
    asked(settings(tmp_path, max_tokens=77, temperature=0))
    assert (server.asked[-1]["max_tokens"], server.asked[-1]["temperature"]) == (77, 0)
    asked(settings(tmp_path, context_tokens=512))
    assert server.asked[-1]["max_tokens"] == 128


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-mini", "max_tokens"),
        ("llama3", "max_tokens"),
        ("gpt-oss:20b", "max_tokens"),
        ("o3-mini", "max_completion_tokens"),
        ("gpt-5-nano", "max_completion_tokens"),
        ("openai/o4-mini", "max_completion_tokens"),
    ],
)
def test_models_that_reason_are_told_by_the_name_they_know(
    server: ModelServer, model: str, name: str
) -> None:
    with pytest.raises(ModelProblem, match="does not know the model"):
        list(OpenAIEngine(model).stream(Question("How?"), ModelOutcome(max_tokens=99)))
    assert {field: value for field, value in server.asked[-1].items() if "tokens" in field} == {name: 99}


@pytest.mark.parametrize("refused", ["max_tokens", "max_completion_tokens", "temperature"])
def test_a_server_that_refuses_a_field_is_asked_again_without(server: ModelServer, refused: str) -> None:
    server.behaviour.refused = (refused,)
    outcome = ModelOutcome(max_tokens=5, temperature=0.2)
    server.behaviour.endless = True
    text = "".join(OpenAIEngine(MODEL).stream(Question("How?"), outcome))
    assert count(text, MODEL) <= 5
    sent = server.asked[-1]
    assert refused not in sent
    assert sent.get("max_tokens", sent.get("max_completion_tokens")) == 5


def test_a_server_that_knows_neither_name_is_asked_without_and_left_at_the_limit(server: ModelServer) -> None:
    server.behaviour.refused, server.behaviour.endless = ("max_tokens", "max_completion_tokens"), True
    engine, outcome = OpenAIEngine(MODEL), ModelOutcome(max_tokens=20)
    text = "".join(engine.stream(Question("How?"), outcome))
    assert 15 <= count(text, MODEL) <= 20
    assert not {"max_tokens", "max_completion_tokens"} & server.asked[-1].keys()
    assert server.left.wait(60), "the connection is closed, so that the server stops"
    before = len(server.asked)
    list(engine.stream(Question("How?"), ModelOutcome(max_tokens=20)))
    assert len(server.asked) == before + 1, "it remembers"


def test_a_server_that_streams_on_cannot_spend_more_than_the_budget(
    server: ModelServer, tmp_path: Path
) -> None:
    server.behaviour.endless = True
    told = settings(tmp_path, max_tokens=500, limits=SpendingLimits(dollars_total=0.02))
    answers = []
    for _ in range(20):
        try:
            answers.append(asked(told))
        except ModelProblem as problem:
            assert "budget" in problem.friendly  # noqa: PT017 - the last of several calls
            break
    assert 2 <= len(answers) <= 4
    assert all(answer.note == CUT for answer in answers)
    assert 0.01 < spent(tmp_path) <= 0.02
    assert sum(answer.dollars or 0 for answer in answers) == pytest.approx(spent(tmp_path))


def test_what_does_not_fit_is_refused_before_the_server_hears_of_it(
    server: ModelServer, tmp_path: Path
) -> None:
    told = settings(tmp_path, limits=SpendingLimits(dollars_total=0.01))
    with pytest.raises(ModelProblem, match=r"Too little is left of the budget of \$0\.01"):
        asked(told)  # 1,024 tokens would cost more than that alone
    with pytest.raises(ModelProblem, match="Too little is left"):
        asked(settings(tmp_path, max_tokens=20, limits=SpendingLimits(dollars_total=0.01)), "word " * 1500)
    assert server.asked == []
    assert spent(tmp_path) == 0


def test_one_huge_piece_is_cut_to_the_limit(server: ModelServer) -> None:
    server.behaviour.pieces = ["word after word, " * 20_000]
    text = "".join(OpenAIEngine(MODEL).stream(Question("How?"), ModelOutcome(max_tokens=50)))
    assert 40 <= count(text, MODEL) <= 50


def test_thoughts_count_and_an_answer_that_only_thinks_says_so(server: ModelServer) -> None:
    server.behaviour.thoughts = ["let me think about this "] * 40
    outcome = ModelOutcome(max_tokens=100)
    with pytest.raises(ModelProblem, match=r"took its 100 tokens to think\. Raise max_tokens"):
        list(OpenAIEngine(MODEL).stream(Question("How?"), outcome))
    assert outcome.unseen > 100


def test_an_answer_the_server_cut_says_so(server: ModelServer, tmp_path: Path) -> None:
    server.behaviour.finish = "length"
    assert asked(settings(tmp_path)).note == CUT


def test_a_caller_killed_between_the_pieces_has_spent_what_was_reserved(
    server: ModelServer, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.runtime.test_longest_answer import settings\n"
        "from protokit.runtime import EventLog, Question, Reply\n"
        "from protokit.runtime.models.model_factory import connect\n"
        "from protokit.runtime.prototype_fields import SpendingLimits\n"
        "told = settings(Path(sys.argv[1]), limits=SpendingLimits(dollars_total=1.0))\n"
        "log = EventLog(told.folder / '.protokit' / 'events.db')\n"
        "for piece in Reply(lambda: Question('How?'), connect(told.model), told, log, 's'):\n"
        "    print(piece, flush=True)\n"
    )
    server.behaviour.endless, server.behaviour.between = True, 0.05
    root = str(Path(__file__).parents[2])
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert child.stdout
    assert child.stdout.readline().strip() == b"word"
    child.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    child.communicate(timeout=10)
    where = str(tmp_path / ".protokit" / "budget.db")
    reserved = Budget(where, SpendingLimits()).spent().held
    assert reserved > 1024 * PRICE / 1e6
    later = Budget(where, SpendingLimits(), clock=lambda: time.time() + 301).spent()
    assert (later.in_all, later.held) == (pytest.approx(reserved), 0)


SPEC = "schema: 1\ntitle: Leave\nslug: leave\npitch: Ask.\nblueprint: chatbot@1.0.0\n"


def test_both_are_checked_options_of_the_prototype(tmp_path: Path) -> None:
    spec = parse_spec(f"{SPEC}max_tokens: 300\ntemperature: 0.3\n")
    assert (spec.max_tokens, spec.temperature) == (300, 0.3)
    (tmp_path / "prototype.yaml").write_text(f"{SPEC}max_tokens: 300\ntemperature: 0\n")
    read = Settings.read(tmp_path)
    assert (read.max_tokens, read.temperature) == (300, 0)
    for wrong in ("max_tokens: 1", "max_tokens: many", "temperature: 3", "temperature: hot"):
        with pytest.raises(SpecProblem, match=wrong.partition(":")[0]):
            parse_spec(f"{SPEC}{wrong}\n")
