"""`protokit serve`: OpenAI's own client talks to a prototype, in a server process of its own."""

import base64
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import openai
import pytest
from ag_ui.core import BaseEvent, Event
from pydantic import TypeAdapter

from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.usage.events import EventLog
from tests.support.browser import own_port
from tests.support.model_server import MODEL, running
from tests.support.terminal import COMMAND, environment, protokit

HANDBOOK = (
    "# Leave\n\nEmployees get 25 days of paid leave a year.\n\n# Sickness\n\nSick pay lasts for 12 weeks.\n"
)
QUESTION = "How many days of paid leave do employees get?"


def make(place: Path, blueprint: str) -> Path:
    (place / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    words = ["--docs", "handbook.md", "--blueprint", blueprint, "--name", "Leave Helper", "--out", "made"]
    done = protokit("new", "Answer questions about our handbook", *words, cwd=place)
    assert done.code == 0, done.err
    return place / "made"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address without /v1, its key, and the prototype's folder."""

    url: str
    key: str
    folder: Path

    def client(self, key: str = "") -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, timeout=60)

    def ask(self, *said: str, **more: object) -> openai.types.chat.ChatCompletion:
        """Ask with the conversation `said`: a visitor's and the assistant's lines in turn."""
        with self.client() as client:
            return client.chat.completions.create(model="leave-helper", messages=messages(*said), **more)


def messages(*said: str) -> list[dict[str, str]]:
    return [{"role": "assistant" if n % 2 else "user", "content": text} for n, text in enumerate(said)]


@contextmanager
def started(folder: Path, verb: str, *words: str, **env: str) -> Iterator[tuple[str, list[str]]]:
    """The address that `protokit VERB folder` tells, and a list that holds what it wrote to stderr at the end."""
    command = [*COMMAND, verb, str(folder), "--port", str(own_port()), *words]
    wrote: list[str] = []
    with subprocess.Popen(
        command, env=environment(**env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            address = child.stdout.readline().strip()
            assert address.startswith("http://localhost:"), child.communicate(timeout=60)
            wait_until_open(child, int(address.rpartition(":")[2].partition("/")[0]))
            yield address, wrote
        finally:
            child.terminate()
            wrote += child.communicate(timeout=60)
    assert wrote[0] == ""


@contextmanager
def serving(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """`protokit serve` over `folder`, until the block ends."""
    with started(folder, "serve", **(env or {})) as (address, wrote):
        key = (env or {}).get("PROTOKIT_API_KEY") or kept_key(folder)
        yield Served(address.removesuffix("/v1"), key, folder)
    assert "Traceback" not in wrote[1], wrote[1]
    assert key not in wrote[1]


def kept_key(folder: Path) -> str:
    (line,) = [
        line for line in (folder / ".env").read_text().splitlines() if line.startswith("PROTOKIT_API_KEY=")
    ]
    return line.partition("=")[2]


@pytest.fixture(scope="module")
def chatbot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(make(tmp_path_factory.mktemp("chatbot"), "chatbot")) as served:
        yield served


@pytest.fixture(scope="module")
def summarizer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(make(tmp_path_factory.mktemp("summarizer"), "summarizer")) as served:
        yield served


def test_an_answer_comes_with_its_source_and_usage(chatbot: Served) -> None:
    told = chatbot.ask(QUESTION)
    assert told.choices[0].message.content.startswith("Employees get 25 days of paid leave a year. [1]")
    assert told.choices[0].finish_reason == "stop"
    (citation,) = told.protokit["citations"]
    assert (citation["number"], citation["file"]) == (1, "handbook.md")
    assert "25 days" in citation["text"]
    assert told.protokit["found"] is True
    assert told.usage.total_tokens == told.usage.prompt_tokens + told.usage.completion_tokens > 0
    (event,) = [
        e for e in EventLog(chatbot.folder / ".protokit/events.db").events() if e.id == told.protokit["event"]
    ]
    assert event.fields["question"] == QUESTION


def test_a_stream_holds_the_same_text_then_the_sources_then_the_usage(chatbot: Served) -> None:
    whole = chatbot.ask(QUESTION)
    with chatbot.client() as client:
        asked = {
            "model": "leave-helper",
            "messages": messages(QUESTION),
            "stream_options": {"include_usage": True},
        }
        chunks = list(client.chat.completions.create(stream=True, **asked))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 3
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].protokit["citations"][0]["file"] == "handbook.md"
    assert (chunks[-1].choices, chunks[-1].usage.total_tokens > 0) == ([], True)


def test_a_follow_up_is_understood_from_the_turns_before_it(chatbot: Served) -> None:
    first = chatbot.ask("How long does sick pay last?").choices[0].message.content
    assert "12 weeks" in first
    told = chatbot.ask("How long does sick pay last?", first, "and paid leave?")
    assert "25 days" in told.choices[0].message.content


def test_what_the_documents_do_not_tell_is_not_made_up(chatbot: Served) -> None:
    told = chatbot.ask("What is the wifi password of the Berlin office?")
    assert told.protokit["found"] is False
    assert told.protokit["citations"] == []


def test_eight_visitors_at_once_each_get_their_own_answer(chatbot: Served) -> None:
    asked = {QUESTION: "25 days", "How long does sick pay last?": "12 weeks"}
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda question: (question, chatbot.ask(question)), [*asked] * 4))
    assert all(asked[question] in answer.choices[0].message.content for question, answer in told)
    assert len({answer.protokit["event"] for _, answer in told}) == 8


def test_what_the_prototype_decides_itself_is_said_to_be_unused(chatbot: Served) -> None:
    with chatbot.client() as client:
        said = [{"role": "system", "content": "Answer in verse."}, *messages(QUESTION)]
        told = client.chat.completions.create(model="leave-helper", messages=said, temperature=0.9)
    assert told.protokit["not_used"] == ["messages with role system", "temperature"]


def test_the_one_model_is_listed_and_another_is_refused(chatbot: Served) -> None:
    with chatbot.client() as client:
        assert [model.id for model in client.models.list()] == ["leave-helper"]
        assert client.models.retrieve("leave-helper").owned_by == "protokit"
        with pytest.raises(openai.NotFoundError, match='only "leave-helper"'):
            client.chat.completions.create(model="gpt-4.1", messages=messages(QUESTION))


@pytest.mark.parametrize("key", ["pk-wrong", "ключ".encode().decode("latin-1")])
def test_a_wrong_key_opens_nothing(chatbot: Served, key: str) -> None:
    for path in ("/v1/models", "/v1/chat/completions", "/anything"):
        told = httpx.post(chatbot.url + path, headers={b"Authorization": f"Bearer {key}".encode("latin-1")})
        assert (told.status_code, told.json()["error"]["code"]) == (401, "invalid_api_key")
    assert httpx.get(f"{chatbot.url}/v1/models").status_code == 401
    with chatbot.client("pk-wrong") as client, pytest.raises(openai.AuthenticationError):
        client.models.list()


@pytest.mark.slow
def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = make(tmp_path, "rag-search")
    (folder / ".env").write_text("OPENAI_API_KEY=mine", encoding="utf-8")
    with serving(folder) as first:
        pass
    with serving(folder) as second:
        assert second.key == first.key
    assert (folder / ".env").read_text() == f"OPENAI_API_KEY=mine\nPROTOKIT_API_KEY={first.key}\n"
    assert len(first.key) > 40
    if os.name != "nt":
        assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    done = protokit("serve", folder, cwd=tmp_path, env={"PROTOKIT_API_KEY": "secret"})
    assert done.code == 1
    assert "has only 6 characters" in done.err


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON"),
        (b'{"model": "leave-helper"}', "messages: Field required"),
        (b'{"model": "leave-helper", "messages": [], "n": 1}', "messages: "),
        (b'{"model": "leave-helper", "messages": [{"role": "user", "content": " "}]}', "asks nothing"),
        (b'{"model": "leave-helper", "n": 2, "messages": [{"role": "user", "content": "a"}]}', "n: "),
        (
            b'{"model": "leave-helper", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}',
            "only text can be answered, not image_url",
        ),
        (
            b'{"model": "leave-helper", "protokit": {"shape": "x"}, "messages": [{"role": "user", "content": "a"}]}',
            'option "shape" is not one of none',
        ),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(chatbot: Served, body: bytes, said: str) -> None:
    head = {"Authorization": f"Bearer {chatbot.key}", "Content-Type": "application/json"}
    told = httpx.post(f"{chatbot.url}/v1/chat/completions", content=body, headers=head)
    assert told.status_code == 400
    assert said in told.json()["error"]["message"]


TOOL = {"type": "function", "function": {"name": "book", "parameters": {"type": "object"}}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
            "response_format",
        ),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tools": [TOOL]}, "tools"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"logprobs": True}, "logprobs"),
        ({"n": 3}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": [{"role": "tool", "tool_call_id": "1", "content": "x"}]}, "messages.0"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages.0"),
    ],
)
def test_what_the_prototype_cannot_do_is_refused_by_the_field(
    chatbot: Served, fields: dict[str, object], param: str
) -> None:
    with chatbot.client() as client, pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(**{"model": "leave-helper", "messages": messages(QUESTION), **fields})
    assert refused.value.param == param


def test_null_is_as_absent_and_tools_that_may_not_be_called_do_not_matter(chatbot: Served) -> None:
    fields = dict.fromkeys(("stop", "max_tokens", "n", "tools", "tool_choice", "response_format", "user"))
    with chatbot.client() as client:
        said = [{"role": "user", "content": [IMAGE, {"type": "text", "text": "Hello"}]}]
        said += [{"role": "assistant", "content": "Hi.", "refusal": None}, *messages(QUESTION)]
        more = {**fields, "stream": None, "stream_options": None, "protokit": None}
        told = client.chat.completions.create(model="leave-helper", messages=said, extra_body=more)
        again = chatbot.ask(QUESTION, tools=[TOOL], tool_choice="none", response_format={"type": "text"})
    assert "25 days" in told.choices[0].message.content
    assert told.protokit["not_used"] == ["pictures in earlier messages"]
    assert "25 days" in again.choices[0].message.content


def test_an_answer_ends_before_a_stop_and_at_its_longest(chatbot: Served) -> None:
    whole = chatbot.ask(QUESTION).choices[0]
    assert whole.finish_reason == "stop"
    stopped = chatbot.ask(QUESTION, stop=["of paid", "never"]).choices[0]
    assert stopped.message.content == whole.message.content.partition("of paid")[0]
    assert (stopped.finish_reason, stopped.message.annotations) == ("stop", [])
    short = chatbot.ask(QUESTION, max_tokens=3).choices[0]
    assert short.finish_reason == "length"
    assert whole.message.content.startswith(short.message.content)
    assert len(short.message.content) < 30
    with chatbot.client() as client:
        chunks = list(
            client.chat.completions.create(
                model="leave-helper",
                messages=messages(QUESTION),
                stream=True,
                stop="of paid",
                max_completion_tokens=50,
            )
        )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == stopped.message.content


def test_citations_are_annotations_at_their_place(chatbot: Served) -> None:
    message = chatbot.ask(QUESTION).choices[0].message
    (annotation,) = [each.url_citation for each in message.annotations]
    assert message.content[annotation.start_index : annotation.end_index] == "[1]"
    assert annotation.url == "urn:document:handbook.md"
    assert "Leave" in annotation.title


def test_a_response_is_the_same_answer_whole_and_in_events(chatbot: Served) -> None:
    with chatbot.client() as client:
        whole = client.responses.create(model="leave-helper", input=QUESTION)
        assert "25 days" in whole.output_text
        (annotation,) = whole.output[0].content[0].annotations
        assert (annotation.type, annotation.filename) == ("file_citation", "handbook.md")
        assert whole.usage.total_tokens > 0
        with client.responses.stream(model="leave-helper", input=messages(QUESTION)) as stream:
            text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
            final = stream.get_final_response()
        assert text == final.output_text == whole.output_text
        assert final.status == "completed"
        turn = [
            *messages(QUESTION),
            *(item.model_dump() for item in whole.output),
            *messages("And sick pay?"),
        ]
        assert "12 weeks" in client.responses.create(model="leave-helper", input=turn).output_text
        cut = client.responses.create(model="leave-helper", input=QUESTION, max_output_tokens=3)
        assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model="leave-helper", input=QUESTION, previous_response_id="resp_1")
        assert refused.value.param == "previous_response_id"


def run_events(served: Served, **fields: object) -> list[BaseEvent]:
    """The events of an AG-UI run, each as the protocol's own models read it."""
    body = {"threadId": "t1", "runId": "r1", "messages": [], **fields}
    head = {"Authorization": f"Bearer {served.key}"}
    told = httpx.post(f"{served.url}/ag-ui", json=body, headers=head, timeout=60)
    assert told.headers["content-type"].startswith("text/event-stream"), told.text
    lines = told.text.strip().split("\n\n")
    return [TypeAdapter(Event).validate_json(line.removeprefix("data: "), strict=True) for line in lines]


def agui_messages(*said: str) -> list[dict[str, str]]:
    return [{"id": f"m{number}", **message} for number, message in enumerate(messages(*said))]


def test_a_run_of_an_agent_front_end_streams_one_message_and_tells_its_sources(chatbot: Served) -> None:
    tool = {"name": "open_page", "description": "x", "parameters": {}}
    said = agui_messages(
        "How long does sick pay last?", "Sick pay lasts for 12 weeks. [1]", "and paid leave?"
    )
    started, *events, custom, finished = run_events(chatbot, messages=said, tools=[tool], state={"a": 1})
    assert (started.type, started.thread_id, started.run_id) == ("RUN_STARTED", "t1", "r1")
    assert [event.type for event in (events[0], events[-1])] == ["TEXT_MESSAGE_START", "TEXT_MESSAGE_END"]
    assert {event.type for event in events[1:-1]} == {"TEXT_MESSAGE_CONTENT"}
    assert len({event.message_id for event in events}) == 1
    assert "25 days of paid leave" in "".join(event.delta for event in events[1:-1])
    assert custom.value["citations"][0]["file"] == "handbook.md"
    assert custom.value["not_used"] == ["tools", "state"]
    assert (finished.type, finished.run_id, finished.usage[0].model) == ("RUN_FINISHED", "r1", "offline")


def test_a_run_that_fails_says_so_in_its_events_and_a_wrong_one_by_its_status(chatbot: Served) -> None:
    started, failed = run_events(chatbot, messages=agui_messages("x" * 8001))
    assert (started.type, failed.type, failed.code) == ("RUN_STARTED", "RUN_ERROR", "context_length_exceeded")
    head = {"Authorization": f"Bearer {chatbot.key}", "Content-Type": "application/json"}
    picture = {"type": "image", "source": {"type": "url", "value": "http://x/y.png"}}
    asked = {"threadId": "t", "runId": "r", "messages": agui_messages(QUESTION)}
    for body, where in (
        ({"threadId": "t", "messages": []}, "runId"),
        ({"threadId": "t", "runId": "r", "messages": []}, "messages"),
        ({**asked, "messages": [{"id": "1", "role": "user", "content": [picture]}]}, "messages.0"),
        ({**asked, "runId": "\ud800"}, "threadId or runId"),
        ({**asked, "forwardedProps": {"protokit": {"shape": "haiku"}}}, "option"),
    ):
        told = httpx.post(f"{chatbot.url}/ag-ui", content=json.dumps(body), headers=head, timeout=60)
        assert told.status_code == 400, where
        assert where in told.json()["error"]["message"]
    assert httpx.post(f"{chatbot.url}/ag-ui", json=asked).status_code == 401


def test_embeddings_are_the_same_as_numbers_and_as_bytes(chatbot: Served) -> None:
    with chatbot.client() as client:
        texts = ["paid leave", "holidays with pay", "a red bicycle"]
        coded = [each.embedding for each in client.embeddings.create(model="leave-helper", input=texts).data]
        plain = client.embeddings.create(model="leave-helper", input=texts[0], encoding_format="float")
        assert plain.data[0].embedding == pytest.approx(coded[0], abs=1e-6)
        near, far = (sum(a * b for a, b in zip(coded[0], other, strict=True)) for other in coded[1:])
        assert near > far
        for wrong, param in (
            ({"input": [[1, 2]]}, "input"),
            ({"input": " "}, "input"),
            ({"dimensions": 7}, "dimensions"),
        ):
            with pytest.raises(openai.BadRequestError) as refused:
                client.embeddings.create(**{"model": "leave-helper", "input": "a", **wrong})
            assert refused.value.param.startswith(param)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/", 404),
        ("DELETE", "/v1/models", 405),
        ("POST", "/v1/embeddings", 400),
    ],
)
def test_errors_have_one_form_on_every_path(chatbot: Served, method: str, path: str, status: int) -> None:
    told = httpx.request(method, chatbot.url + path, headers={"Authorization": f"Bearer {chatbot.key}"})
    assert told.status_code == status
    assert set(told.json()["error"]) == {"message", "type", "param", "code"}


def test_each_key_has_a_name_and_only_listed_pages_may_call(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    (folder / ".env").write_text(f"PROTOKIT_API_KEY_SHOP={'s' * 20}\n", encoding="utf-8")
    env = {"PROTOKIT_API_KEY_ANNA": "a" * 20}
    with started(folder, "serve", "--allow-origin", "https://app.example.com", **env) as (address, _):
        served = Served(address.removesuffix("/v1"), "a" * 20, folder)
        assert "25 days" in served.ask(QUESTION, user="7").choices[0].message.content
        assert [each.id for each in served.client("s" * 20).models.list()] == ["leave-helper"]
        with pytest.raises(openai.AuthenticationError):
            served.client("x" * 20).models.list()
        ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        allowed, other = (
            httpx.options(f"{address}/chat/completions", headers={"Origin": f"https://{name}", **ask})
            for name in ("app.example.com", "evil.example.com")
        )
        assert allowed.headers["access-control-allow-origin"] == "https://app.example.com"
        assert other.status_code == 400
        assert "access-control-allow-origin" not in other.headers
    assert "PROTOKIT_API_KEY=" not in (folder / ".env").read_text(encoding="utf-8")
    (event,) = EventLog(folder / ".protokit" / "events.db").columns(["session"])
    assert str(event[1]).startswith("api anna 7 ")


def test_a_request_of_many_megabytes_is_refused(chatbot: Served) -> None:
    head = {"Authorization": f"Bearer {chatbot.key}", "Content-Type": "application/json"}
    told = httpx.post(f"{chatbot.url}/v1/chat/completions", content=b" " * 11_000_000, headers=head)
    assert (told.status_code, told.json()["error"]["code"]) == (413, "request_too_large")


def test_its_openapi_describes_the_calls_and_needs_no_key(chatbot: Served) -> None:
    told = httpx.get(f"{chatbot.url}/openapi.json").json()
    assert set(told["paths"]) == {"/health", "/v1/models", "/v1/models/{name}", "/v1/chat/completions"} | {
        "/v1/responses",
        "/v1/embeddings",
        "/ag-ui",
    }
    assert told["info"]["title"] == "Leave Helper"
    assert httpx.get(f"{chatbot.url}/health").json()["status"] == "ok"
    assert "http://" not in json.dumps(told).replace("http://localhost", "")


def test_a_summarizer_takes_a_text_and_a_shape(summarizer: Served) -> None:
    text = "The board met on Monday. Anna will send the contract by Friday. The budget was approved. " * 3
    told = summarizer.ask(text, extra_body={"protokit": {"shape": "actions"}})
    assert "Anna will send the contract by Friday" in told.choices[0].message.content
    assert all(c["text"] == text[c["start"] : c["end"]] for c in told.protokit["citations"])
    with pytest.raises(openai.BadRequestError, match="is not one of bullets, paragraph, actions"):
        summarizer.ask(text, extra_body={"protokit": {"shape": "haiku"}})


def test_a_file_is_answered_as_its_text_is_and_a_chatbot_takes_none(
    summarizer: Served, chatbot: Served
) -> None:
    text = "The board met on Monday. Anna will send the contract by Friday. The budget was approved. " * 3

    def ask(served: Served, name: str, data: str) -> openai.types.chat.ChatCompletion:
        part = {"type": "file", "file": {"filename": name, "file_data": data}}
        with served.client() as client:
            return client.chat.completions.create(
                model="leave-helper", messages=[{"role": "user", "content": [part]}]
            )

    data = f"data:text/plain;base64,{base64.b64encode(text.encode()).decode()}"
    told = ask(summarizer, "../minutes.txt", data)
    assert "Anna will send the contract" in told.choices[0].message.content
    assert {source["file"] for source in told.protokit["citations"]} == {"minutes.txt"}
    with pytest.raises(openai.BadRequestError, match="no base64"):
        ask(summarizer, "minutes.txt", "data:text/plain;base64,%%%")
    with pytest.raises(openai.BadRequestError, match=r"broken\.pdf"):
        ask(summarizer, "broken.pdf", base64.b64encode(b"%PDF-1.4 nothing").decode())
    with pytest.raises(openai.BadRequestError, match="takes questions, no files"):
        ask(chatbot, "minutes.txt", data)


def test_the_api_spends_from_the_page_s_budget_and_says_when_it_is_used_up(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    spec = folder / "prototype.yaml"
    words = spec.read_text(encoding="utf-8").replace("model: offline", f"model: openai:{MODEL}")
    words = words.replace("fall_back_offline: true", "fall_back_offline: false")
    spec.write_text(words + "limits: {questions_per_minute: 1}\n", encoding="utf-8")
    with running() as model:
        keys = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-test", "PROTOKIT_API_KEY": "k" * 20}
        with serving(folder, keys) as served:
            assert served.ask(QUESTION).choices[0].message.content == "Thirty days of leave [1]."
            assert served.ask(QUESTION, user="anna").usage.total_tokens == 328
            with pytest.raises(openai.RateLimitError, match="1 questions within a minute"):
                served.ask(QUESTION)
            with pytest.raises(openai.RateLimitError), served.client() as client:
                client.chat.completions.create(model="leave-helper", messages=messages(QUESTION), stream=True)
    assert (folder / ".protokit/budget.db").is_file()
    assert len(model.asked) == 2


def test_a_caller_who_hangs_up_stops_the_model(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    spec = folder / "prototype.yaml"
    spec.write_text(spec.read_text().replace("model: offline", f"model: openai:{MODEL}"), encoding="utf-8")
    with running() as model:
        model.behaviour.pieces, model.behaviour.between = ["word "] * 600, 0.05
        keys = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-test", "PROTOKIT_API_KEY": "k" * 20}
        with serving(folder, keys) as served, served.client() as client:
            stream = client.chat.completions.create(
                model="leave-helper", messages=messages(QUESTION), stream=True
            )
            assert next(stream).choices[0].delta.content == "word "
            stream.close()
            assert model.left.wait(30)


@pytest.mark.slow
def test_a_model_that_breaks_off_is_said_in_the_stream_and_before_it_by_the_status(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    spec = folder / "prototype.yaml"
    words = spec.read_text(encoding="utf-8").replace("model: offline", f"model: openai:{MODEL}")
    spec.write_text(words.replace("fall_back_offline: true", "fall_back_offline: false"), encoding="utf-8")
    with running() as model:
        keys = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-test", "PROTOKIT_API_KEY": "k" * 20}
        with serving(folder, keys) as served, served.client() as client:
            model.behaviour.cut_after = 2
            asked = {"model": "leave-helper", "messages": messages(QUESTION)}
            with pytest.raises(openai.APIError, match="could not answer"):
                list(client.chat.completions.create(stream=True, **asked))
            model.behaviour.failure = (401, {})
            with pytest.raises(openai.InternalServerError) as refused:
                client.chat.completions.create(stream=True, **asked)
            assert refused.value.status_code == 503
            assert "sk-test" not in str(refused.value)


@pytest.mark.slow
def test_a_fault_in_the_prototype_s_own_code_is_said_without_its_details(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    path = folder / "assistant.py"
    source = path.read_text(encoding="utf-8")
    path.write_text(
        source.replace("        history = history[-REMEMBERED:]\n", "        raise OSError('private')\n")
    )
    with started(folder, "serve", PROTOKIT_API_KEY="k" * 20) as (address, wrote):
        served = Served(address.removesuffix("/v1"), "k" * 20, folder)
        with pytest.raises(openai.InternalServerError, match="protokit check") as broken:
            served.ask(QUESTION)
        assert "private" not in str(broken.value)
    assert "OSError: private" in wrote[1]


def test_a_missing_package_is_named_with_its_command(tmp_path: Path) -> None:
    folder = make(tmp_path, "chatbot")
    code = (
        "import sys; sys.modules['fastapi'] = None\nimport importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'fastapi' else real(name)\n"
        "from protokit.cli.main import main; main(['serve', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'pip install "protokit-studio[serve]"' in done.stderr


def test_headers_without_end_are_refused(chatbot: Served) -> None:
    port = int(chatbot.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 200)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")
