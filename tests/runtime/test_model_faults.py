"""What servers do to an answer on its way: they are slow, busy, full, fussy, or nobody waits for them any more."""

import re
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from protokit.runtime import ModelProblem, Question
from protokit.runtime.models.langchain_model import LangChainEngine
from protokit.runtime.models.model_factory import connect
from protokit.runtime.models.openai_model import OpenAIEngine
from protokit.runtime.models.openai_server import connect_openai, likely_url
from protokit.runtime.models.stream_timeout import StreamTimeouts
from protokit.runtime.prompting.build_messages import CUT, ModelOutcome
from protokit.runtime.prompting.tokens import count
from protokit.spec.prototype_spec import PROVIDERS
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import protokit

KEY = "sk-planted-51b0c2"
SHORT = StreamTimeouts(first=0.4, between=0.3)
WHOLE = "Thirty days of leave [1]."


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield running


def answered(patience: StreamTimeouts | None = None, outcome: ModelOutcome | None = None) -> str:
    engine = OpenAIEngine(MODEL, patience)
    return "".join(engine.stream(Question("How many days of leave?"), outcome or ModelOutcome()))


def test_a_server_that_never_begins_is_given_up(server: ModelServer) -> None:
    server.behaviour.first_token = 60
    with pytest.raises(ModelProblem, match="did not answer in time"):
        answered(SHORT)
    assert len(server.asked) == 1


def test_signs_of_life_are_no_answer(server: ModelServer) -> None:
    server.behaviour.alive = 1000
    with pytest.raises(ModelProblem, match="did not answer in time"):
        answered(SHORT)


def test_a_server_that_falls_silent_half_way_is_given_up(server: ModelServer) -> None:
    server.behaviour.between = 60
    with pytest.raises(ModelProblem, match="stopped half-way"):
        answered(StreamTimeouts(first=30, between=0.3))


def test_the_first_word_may_take_longer_than_the_next(server: ModelServer) -> None:
    server.behaviour.first_token = 2.5
    assert answered(StreamTimeouts(first=30, between=2)) == WHOLE


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again(server: ModelServer, status: int) -> None:
    server.behaviour.failure, server.behaviour.failures = (status, {"Retry-After": "0"}), 2
    assert answered() == WHOLE
    assert len(server.asked) == 3


def test_the_time_to_come_back_may_be_a_date(server: ModelServer) -> None:
    past, far = (formatdate(time.time() + seconds, usegmt=True) for seconds in (-2, 3600))
    server.behaviour.failure, server.behaviour.failures = (503, {"Retry-After": past}), 1
    assert answered() == WHOLE
    server.behaviour.failure, server.behaviour.failures = (503, {"Retry-After": far}), 1
    with pytest.raises(ModelProblem):
        answered()
    assert len(server.asked) == 3


def test_a_server_that_wants_minutes_is_not_waited_for(server: ModelServer) -> None:
    server.behaviour.failure = (429, {"Retry-After": "600"})
    with pytest.raises(ModelProblem, match="too many requests"):
        answered()
    assert len(server.asked) == 1


def test_an_account_without_credit_is_not_asked_again(server: ModelServer) -> None:
    server.behaviour.failure, server.behaviour.complaint = (429, {}), {"code": "insufficient_quota"}
    with pytest.raises(ModelProblem, match="no credit"):
        answered()
    assert len(server.asked) == 1


def test_a_stream_that_breaks_before_the_first_word_is_asked_for_once_more(server: ModelServer) -> None:
    server.behaviour.cut_after, server.behaviour.cuts = 0, 1
    assert answered() == WHOLE
    assert len(server.asked) == 2


def test_words_that_were_read_are_not_said_twice(server: ModelServer) -> None:
    server.behaviour.cut_after = 2
    with pytest.raises(ModelProblem, match="broke off"):
        answered()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "complaint",
    [
        {"code": "context_length_exceeded", "message": "too long"},
        {"message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"},
        {"type": "exceed_context_size_error", "message": "the request exceeds the available context size"},
    ],
)
def test_a_full_window_is_told_apart(server: ModelServer, complaint: dict[str, str]) -> None:
    server.behaviour.failure, server.behaviour.complaint = (400, {}), complaint
    with pytest.raises(ModelProblem, match=r"context window.*context_tokens") as raised:
        answered()
    assert "too long" in raised.value.friendly
    assert len(server.asked) == 1


def test_a_request_the_maker_declines_is_told_apart(server: ModelServer) -> None:
    server.behaviour.failure, server.behaviour.complaint = (400, {}), {"code": "content_filter"}
    with pytest.raises(ModelProblem, match="content rules") as raised:
        answered()
    assert "ask in another way" in raised.value.friendly


def test_an_answer_that_a_filter_ends_is_declined_too(server: ModelServer) -> None:
    server.behaviour.pieces, server.behaviour.finish = [], "content_filter"
    with pytest.raises(ModelProblem, match="declined"):
        answered()


def test_a_server_that_knows_no_stream_options_is_asked_without(server: ModelServer) -> None:
    server.behaviour.takes_stream_options = False
    outcome = ModelOutcome()
    assert answered(outcome=outcome) == WHOLE
    assert outcome.tokens_in is None
    assert ["stream_options" in sent for sent in server.asked] == [True, False]


@pytest.mark.parametrize("read", [0, 1])
def test_a_visitor_who_stops_closes_the_connection(server: ModelServer, read: int) -> None:
    server.behaviour.pieces = ["word "] * 2000
    server.behaviour.between = 0.02
    pieces = OpenAIEngine(MODEL).stream(Question("Tell me everything"), ModelOutcome())
    for _ in range(read + 1):
        next(pieces)
    pieces.close()
    assert server.left.wait(5), "the server went on talking"
    assert not [thread for thread in threading.enumerate() if thread.name == "model stream"]


@pytest.mark.parametrize(
    "pieces",
    [
        [[{"type": "text", "text": "Thirty days "}], [{"type": "text", "text": "of leave [1]."}]],
        [[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}], "Thirty days of leave [1]."],
        ["<thi", "nk>Is it 20 [1]?</th", "ink>\n\nThirty days ", "of leave [1]."],
        ["[THINK]Hm.[/THINK]Thirty days of leave [1]."],
        ["<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>", WHOLE],
    ],
)
def test_what_a_model_thinks_is_never_a_part_of_the_answer(server: ModelServer, pieces: list[object]) -> None:
    server.behaviour.pieces = pieces
    assert answered() == WHOLE


def test_thoughts_whose_beginning_stood_in_the_question_are_not_shown_where_the_model_is_known_for_them(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_server, "MODEL", "deepseek-r1:7b")
    engine = OpenAIEngine("deepseek-r1:7b")
    server.behaviour.pieces = ["Hm, 20?", " No.</think>", "Thirty days."]
    assert "".join(engine.stream(Question("How many?"), ModelOutcome())) == "Thirty days."
    server.behaviour.pieces = ["Thirty ", "days."]
    assert "".join(engine.stream(Question("How many?"), ModelOutcome())) == "Thirty days."


def test_thinking_is_no_silence_but_ends_after_a_total(server: ModelServer) -> None:
    server.behaviour.thoughts, server.behaviour.between = ["Hm. "] * 12, 0.15
    server.behaviour.pieces = [WHOLE]
    assert answered(StreamTimeouts(first=0.9, between=5)) == WHOLE
    server.behaviour.thoughts = ["Hm. "] * 100
    with pytest.raises(ModelProblem, match="did not answer in time"):
        answered(StreamTimeouts(first=5, between=5, total=0.8))


def test_empty_pieces_are_silence(server: ModelServer) -> None:
    server.behaviour.pieces, server.behaviour.between = [""] * 100, 0.1
    with pytest.raises(ModelProblem, match="did not answer in time"):
        answered(SHORT)


@pytest.mark.parametrize(
    ("path", "meant"), [("", "/v1"), ("/", "/v1"), ("/v1/chat/completions", "/v1"), ("/v1/", "")]
)
def test_an_address_that_is_not_the_api_comes_with_the_one_that_is(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, path: str, meant: str
) -> None:
    root = server.url.removesuffix("/v1")
    monkeypatch.setenv("OPENAI_BASE_URL", root.replace("//", "//user:word@") + path)
    if meant:
        with pytest.raises(ModelProblem, match=re.escape(f"Did you mean OPENAI_BASE_URL={root}{meant}.")):
            answered()
    else:
        assert answered() == WHOLE


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://acme.openai.azure.com", "https://acme.openai.azure.com/openai/v1"),
        ("https://acme.openai.azure.com/openai/v1/", ""),
        ("https://openrouter.ai/api/v1", ""),
    ],
)
def test_azure_and_openrouter_get_the_headers_they_want(
    monkeypatch: pytest.MonkeyPatch, url: str, meant: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-01-01-preview")
    assert likely_url() == meant
    with connect_openai(1) as client:
        headers = client.default_headers
        assert headers.get("api-key") == (KEY if "azure" in url else None)
        assert headers.get("X-Title") == ("prototype" if "openrouter" in url else None)
        assert client.default_query == {"api-version": "2025-01-01-preview"}


def test_no_error_repeats_what_the_server_said(server: ModelServer) -> None:
    for status in (400, 401, 403, 404, 422, 429, 500):
        server.behaviour.failure = (status, {"Retry-After": "0"})
        server.behaviour.complaint = {"message": f"key {KEY} is bad"}
        with pytest.raises(ModelProblem) as raised:
            answered()
        assert KEY not in f"{raised.value} {raised.value.friendly}"


def test_a_model_asked_for_by_name_that_does_not_answer_ends_with_1_and_the_offline_answer(
    server: ModelServer, tmp_path: Path
) -> None:
    assert (
        protokit(
            "new", "Search our help centre", "--blueprint", "rag-search", "--out", "s", cwd=tmp_path
        ).code
        == 0
    )
    words = ["ask", "s", "How long is the warranty on the T2?", "--model", f"openai:{MODEL}", "--json"]
    done = protokit(*words, cwd=tmp_path)
    assert (done.code, done.rows[0]["model"]) == (1, "offline")
    assert done.rows[0]["citations"]
    assert "OPENAI_API_KEY is not set" in done.err
    given = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    assert protokit(*words, cwd=tmp_path, env=given).code == 0


def test_a_missing_package_comes_with_the_command_that_installs_it() -> None:
    with pytest.raises(ModelProblem, match=r"Run: pip install langchain-mistralai$"):
        list(connect("mistralai:small").stream(Question("How?"), ModelOutcome()))


def test_without_langchain_its_extra_is_in_the_command_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "langchain"] + ["langchain"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        ModelProblem, match=r'pip install "protokit-studio\[langchain\]" langchain-mistralai$'
    ):
        list(connect("mistralai:small").stream(Question("How?"), ModelOutcome()))


def test_a_provider_nobody_knows_is_one_line() -> None:
    with pytest.raises(ModelProblem, match="nosuchprovider:small"):
        list(connect("nosuchprovider:small").stream(Question("How?"), ModelOutcome()))


def test_a_new_prototype_may_name_any_provider_that_langchain_knows() -> None:
    from langchain.chat_models import init_chat_model

    with pytest.raises(ValueError, match="Supported providers: ") as raised:
        init_chat_model("nosuchprovider:small")
    told = str(raised.value).partition("Supported providers: ")[2].splitlines()[0]
    assert set(told.split(", ")) == set(PROVIDERS)


PACKAGE = '''
"""A provider's package, as small as one can be: it fails as its model's name says."""
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

class ChatOllama(FakeListChatModel):
    model: str
    num_predict: int | None = None
    temperature: float | None = None
    responses: list[str] = []

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        if self.model == "endless":
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{self.num_predict} {self.temperature} "))
        while self.model == "endless":
            yield ChatGenerationChunk(message=AIMessageChunk(content="word after word, "))
        if self.model == "deepseek-r1" and self.temperature is not None:
            raise ValueError("temperature is not supported with this model")
        if self.model == "deepseek-r1":
            yield ChatGenerationChunk(message=AIMessageChunk(content="<think>20?</think>"))
            for told in (
                {"additional_kwargs": {"reasoning_content": "30?"}},
                {"response_metadata": {"done_reason": "length"}},
            ):
                yield ChatGenerationChunk(message=AIMessageChunk(content="", **told))
        if self.model == "silent":
            import time
            time.sleep(5)
        if self.model == "broken":
            raise ConnectionError("key sk-planted-51b0c2 at http://127.0.0.1:1")
        for word in ["Thirty ", "days."]:
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
'''


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A LangChain provider that is installed."""
    (tmp_path / "langchain_ollama.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("langchain_ollama", None)


@pytest.mark.usefixtures("provider")
def test_a_model_through_langchain_streams() -> None:
    pieces = list(connect("ollama:small").stream(Question("How many days?"), ModelOutcome()))
    assert "".join(pieces) == "Thirty days."


@pytest.mark.usefixtures("provider")
def test_a_provider_of_langchain_is_told_the_longest_answer_and_left_there() -> None:
    outcome = ModelOutcome("ollama:endless", max_tokens=50, temperature=0.5)
    text = "".join(connect("ollama:endless").stream(Question("How?"), outcome))
    assert text.startswith("50 0.5 word")
    assert 40 <= count(text) <= 50
    assert outcome.note == CUT


@pytest.mark.usefixtures("provider")
def test_a_model_through_langchain_thinks_apart_takes_no_temperature_and_says_where_it_was_cut() -> None:
    outcome = ModelOutcome("ollama:deepseek-r1", max_tokens=50, temperature=0.5)
    assert "".join(connect("ollama:deepseek-r1").stream(Question("How?"), outcome)) == "Thirty days."
    assert outcome.note == CUT
    assert outcome.unseen > 0


@pytest.mark.usefixtures("provider")
def test_a_silent_model_through_langchain_is_given_up() -> None:
    with pytest.raises(ModelProblem, match="did not answer in time"):
        list(LangChainEngine("ollama:silent", SHORT).stream(Question("How?"), ModelOutcome()))


@pytest.mark.usefixtures("provider")
def test_what_a_providers_package_raises_is_one_line_without_its_words() -> None:
    with pytest.raises(
        ModelProblem, match=r"ollama:broken: the model did not answer \(ConnectionError\)"
    ) as raised:
        list(connect("ollama:broken").stream(Question("How?"), ModelOutcome()))
    assert KEY not in str(raised.value)
