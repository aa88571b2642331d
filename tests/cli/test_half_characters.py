"""Half of a character (a lone surrogate, a byte that is no UTF-8) is refused by name, or replaced, everywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.test_serve import QUESTION, Served, kept_key, make, started
from tests.support.hub_server import served as hub_served
from tests.support.terminal import COMMAND, environment, inside, protokit

HALF = "\ud800"
ASKED = {"role": "user", "content": QUESTION}
BODIES: dict[str, dict[str, Any]] = {
    "messages.0.content": {"messages": [{"role": "user", "content": f"leave {HALF}"}]},
    "messages.0.content.0.text": {
        "messages": [{"role": "user", "content": [{"type": "text", "text": HALF}]}]
    },
    "messages.1.content": {"messages": [ASKED, {"role": "assistant", "content": HALF}, ASKED]},
    "model": {"messages": [ASKED], "model": HALF},
    "user": {"messages": [ASKED], "user": HALF},
    "protokit.file": {"messages": [ASKED], "protokit": {"file": HALF}},
    "protokit.a key": {"messages": [ASKED], "protokit": {HALF: "x"}},
    "seed": {"messages": [ASKED], "seed": HALF},
    "a key": {"messages": [ASKED], HALF: 1},
}


@pytest.fixture(scope="module")
def chatbot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = make(tmp_path_factory.mktemp("half"), "chatbot")
    with started(folder, "serve") as (url, _):
        yield Served(url.removesuffix("/v1"), kept_key(folder), folder)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("field", list(BODIES))
def test_the_api_answers_400_and_names_the_field(chatbot: Served, field: str, stream: bool) -> None:
    body = json.dumps({"model": "leave-helper", "stream": stream, **BODIES[field]})
    headers = {"Authorization": f"Bearer {chatbot.key}", "Content-Type": "application/json"}
    answer = httpx.post(f"{chatbot.url}/v1/chat/completions", content=body, headers=headers, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"{field}: holds half of a character"


def test_a_tool_call_that_holds_one_leaves_the_next_one_answered(chatbot: Served) -> None:
    def call(number: int, question: str) -> str:
        params = {"name": "ask", "arguments": {"question": question}}
        return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})

    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        call(2, HALF),
        call(3, QUESTION),
    ]
    with subprocess.Popen(
        [*COMMAND, "mcp", str(chatbot.folder)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin
        assert server.stdout
        assert server.stderr
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        told = [json.loads(line) for line in (server.stdout.readline(), server.stdout.readline())]
        server.stdin.close()
        said = server.stderr.read()
    assert "25 days" in json.dumps(told[-1])
    assert "Traceback" not in said


@pytest.mark.parametrize("kind", ["unicode_escape", "utf-7", "raw_unicode_escape", "utf-16"])
def test_a_form_in_another_encoding_is_refused_by_the_hub(tmp_path: Path, kind: str) -> None:
    """With some of them a form could hold what neither a file nor a database can."""
    with hub_served(tmp_path / "home", "leave") as hub:
        owner = hub.owner()
        token = hub.ask("/new", cookie=owner).seen["csrf"]
        own: dict[str, Any] = {"method": "POST", "cookie": owner, "X_CSRF_Token": token}
        form = "multipart/form-data; boundary=x"
        assert hub.ask("/new", Content_Type=f'{form}; charset="{kind}"', body=b"", **own).status == 400
        assert hub.ask("/new", Content_Type=f"{form}; charset=UTF-8", body=b"", **own).status == 200


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names there are always text")
def test_names_of_documents_and_folders_that_are_no_utf8_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / os.fsdecode(b"leave\xff.md")).write_text("Annual leave is 25 days a year.")
    odd = os.fsdecode(b"made\xff")
    words = ["new", "Answer questions about leave", "--docs", "docs", "--yes", "--out", odd]
    made = protokit(*words, cwd=tmp_path)
    assert made.code == 0, made.err
    asked = inside("ask", odd, "How many days is annual leave?", "--json", cwd=tmp_path)
    assert asked.rows[0]["citations"][0]["file"] == "leave\ufffd.md"
    (tmp_path / odd / "knowledge" / os.fsdecode(b"more\xfe.md")).write_text("Sick pay lasts 12 weeks.")
    for verb in (["ask", odd, "How many days is annual leave?"], ["update", odd], ["list"]):
        done = protokit(*verb, cwd=tmp_path)
        assert done.code == 0, done.err
        assert "Traceback" not in done.err


def test_what_was_typed_or_stands_in_a_file_is_refused_by_name(tmp_path: Path) -> None:
    protokit("new", "Answer questions about leave", "--yes", "--out", "made", cwd=tmp_path)
    (tmp_path / "asked.jsonl").write_text('{"question": "leave?"}\n{"question": "\\ud800"}\n')
    (tmp_path / "spoiled").mkdir()
    spec = (tmp_path / "made" / "prototype.yaml").read_text("utf-8")
    (tmp_path / "spoiled" / "prototype.yaml").write_text(f'{spec}\naudience: "\\ud800"\n')
    typed = os.fsdecode(b"leave \xff?")
    for words, told in {
        ("ask", "made", typed): "QUESTIONS",
        ("ask", "made", "--file", "asked.jsonl"): "asked.jsonl, line 2",
        ("new", typed): "PROMPT",
        ("new", "Answer questions about leave", "--set", f"a={typed}"): "DECIDED",
        ("ask", "spoiled", "leave?"): "prototype.yaml",
    }.items():
        done = inside(*words, cwd=tmp_path)
        assert done.code == 1, words
        assert told in done.err
        assert len(done.err.strip().splitlines()) == 1
