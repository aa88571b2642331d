"""`protokit mcp`: the protocol's own client uses a prototype as tools, over stdio and over HTTP."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import openai
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from tests.deploy.test_serve import QUESTION, kept_key, make, serving, started
from tests.support.terminal import COMMAND, environment, protokit

LONGEST_QUESTION = 8_000
SICK = "How long does sick pay last?"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made"), "chatbot")


def over_stdio(folder: Path, use: Callable[[Client], Awaitable[Any]]) -> Any:
    """What `use` returns of a client whose server is `protokit mcp`."""
    server = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], "mcp", str(folder)], env=environment(), cwd=folder.parent
    )

    async def talk() -> Any:
        with Path(os.devnull).open("w") as nowhere, anyio.fail_after(120):
            async with Client(stdio_client(server, errlog=nowhere)) as client:
                return await use(client)

    return anyio.run(talk)


def words(result: CallToolResult) -> str:
    return " ".join(block.text for block in result.content)


def test_an_agent_asks_and_searches(made: Path) -> None:
    async def use(client: Client) -> tuple[Any, ...]:
        tools = await client.list_tools()
        answer = await client.call_tool("ask", {"question": QUESTION})
        follow = {"question": "and paid leave?", "earlier": [{"question": SICK, "answer": "12 weeks."}]}
        return (
            tools,
            answer,
            await client.call_tool("ask", follow),
            await client.call_tool("search", {"query": SICK}),
        )

    tools, answer, follow, found = over_stdio(made, use)
    assert [tool.name for tool in tools.tools] == ["ask", "search"]
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools.tools)
    said = answer.structured_content
    assert said["text"].startswith("Employees get 25 days of paid leave a year. [1]")
    assert (said["found"], said["sources"][0]["where"]) == (True, "handbook.md, Leave")
    assert "25 days" in words(follow)
    assert found.structured_content["result"][0]["file"] == "handbook.md"
    assert 0 <= found.structured_content["result"][0]["support"] <= 1


def test_what_cannot_be_done_comes_back_as_the_tool_s_error(made: Path) -> None:
    async def use(client: Client) -> list[CallToolResult]:
        calls = [
            ("ask", {"question": ""}),
            ("ask", {"earlier": []}),
            ("search", {"query": "leave", "limit": 1000}),
            ("ask", {"question": QUESTION, "tone": "rude"}),
        ]
        return [await client.call_tool(name, said) for name, said in calls]

    results = over_stdio(made, use)
    assert all(result.is_error for result in results)
    empty, missing, many, unknown = map(words, results)
    assert empty == "question: string should have at least 1 character."
    assert missing == "question: is missing."
    assert many == "limit: input should be less than or equal to 20."
    assert unknown == 'ask takes no argument "tone", only question, earlier.'


@pytest.mark.slow
def test_a_writer_says_the_fields_of_its_form_and_refuses_others(tmp_path: Path) -> None:
    words_of = ["--blueprint", "writer", "--name", "Notes", "--out", "made"]
    assert protokit("new", "Write release notes from a changelog", *words_of, cwd=tmp_path).code == 0
    form = '{"Nonsense": 3}'

    async def use(client: Client) -> tuple[Any, ...]:
        return await client.list_tools(), await client.call_tool("write", {"form": form})

    tools, result = over_stdio(tmp_path / "made", use)
    (tool,) = tools.tools
    assert all(each["description"] for each in tool.input_schema["properties"].values())
    assert "Fields: " in tool.description
    assert result.is_error
    asked = protokit("ask", "made", "--input", form, cwd=tmp_path)
    with serving(tmp_path / "made") as served, served.client() as api:
        messages = [{"role": "user", "content": form}]
        with pytest.raises(openai.BadRequestError) as refused:
            api.chat.completions.create(model="notes", messages=messages)
    assert asked.code == 1
    for told in (words(result), str(refused.value), asked.err):
        assert 'The form has no field "Nonsense", only' in told


def test_what_is_too_long_or_leads_elsewhere_is_refused_and_the_next_call_is_answered(made: Path) -> None:
    too_long = {
        "question": ("ask", {"question": "x" * (LONGEST_QUESTION + 1)}),
        "query": ("search", {"query": "x" * (LONGEST_QUESTION + 1)}),
        "file": ("search", {"query": "leave", "file": "x" * 300}),
        "earlier": ("ask", {"question": QUESTION, "earlier": [{"question": "x" * 200_000, "answer": ""}]}),
        "at most 50": ("ask", {"question": QUESTION, "earlier": [{"question": "a", "answer": "b"}] * 51}),
    }
    places = [
        "/etc/passwd",
        "../.env",
        "..%2f.env",
        "file:///etc/passwd",
        "..\\.env",
        ".env",
        "a\0b",
        "~/.bashrc",
    ]

    async def use(client: Client) -> tuple[Any, ...]:
        refused = {said: await client.call_tool(*call) for said, call in too_long.items()}
        elsewhere = [await client.call_tool("search", {"query": "root", "file": place}) for place in places]
        return refused, elsewhere, await client.call_tool("ask", {"question": QUESTION})

    refused, elsewhere, answer = over_stdio(made, use)
    for said, result in refused.items():
        assert result.is_error
        assert said in words(result)
        assert "Traceback" not in words(result)
    for place, result in zip(places, elsewhere, strict=True):
        assert result.is_error or result.structured_content == {"result": []}, place
        assert "root:" not in words(result)
    assert "25 days" in words(answer)


def test_a_summarizer_gives_the_tool_summarize(tmp_path: Path) -> None:
    text = "The board met on Monday. Anna will send the contract by Friday. The budget was approved. " * 3

    async def use(client: Client) -> tuple[Any, ...]:
        wrong = await client.call_tool("summarize", {"text": text, "shape": "haiku"})
        return (
            await client.list_tools(),
            await client.call_tool("summarize", {"text": text, "shape": "actions"}),
            wrong,
        )

    tools, told, wrong = over_stdio(make(tmp_path, "summarizer"), use)
    assert [tool.name for tool in tools.tools] == ["summarize"]
    assert "Anna will send the contract by Friday" in told.structured_content["text"]
    assert told.structured_content["sources"]
    assert wrong.is_error
    assert "bullets, paragraph, actions" in words(wrong)


def test_over_http_it_asks_for_the_key(made: Path) -> None:
    with started(made, "mcp", "--http") as (url, wrote):
        assert url.endswith("/mcp")
        assert httpx.post(url, json={}).status_code == 401
        assert "25 days" in anyio.run(asked_over_http, url, kept_key(made))
        assert through_a_proxy(url, kept_key(made), "tools.example.com") == 421
    with started(made, "mcp", "--http", "--name", "tools.example.com") as (url, _):
        assert through_a_proxy(url, kept_key(made), "tools.example.com") == 200
        assert through_a_proxy(url, kept_key(made), "evil.example.com") == 421
    assert "Traceback" not in wrote[1], wrote[1]


def through_a_proxy(url: str, key: str, host: str) -> int:
    """The status of a first message that comes under the host name of a proxy."""
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
    accept = "application/json, text/event-stream"
    head = {"Authorization": f"Bearer {key}", "Host": host, "Accept": accept}
    return httpx.post(url, json=body, headers=head, timeout=60).status_code


async def asked_over_http(url: str, key: str) -> str:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as web,
        Client(streamable_http_client(url, http_client=web)) as client,
    ):
        return words(await client.call_tool("ask", {"question": QUESTION}))


def test_a_missing_package_is_named_with_its_command(made: Path) -> None:
    code = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'mcp' else real(name)\n"
        "from protokit.cli.main import main; main(['mcp', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(made)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'pip install "protokit-studio[mcp]"' in done.stderr


def test_a_folder_that_is_no_prototype_is_said(tmp_path: Path) -> None:
    done = protokit("mcp", tmp_path, cwd=tmp_path)
    assert done.code == 1
    assert "not a prototype" in done.err
