"""A language model reads the line and edits the code: what is good is kept, all else leaves the folder as it was."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.revise.change_plan import plan_change
from protokit.revise.change_prototype import try_plan
from protokit.revise.code_guard import code_problem
from protokit.revise.llm_changes import TRIES, ModelBudget, change_by_model
from protokit.revise.requested_change import ChangeRequest, RequestedChange
from tests.support import model_server
from tests.support.model_server import MODEL, ModelServer
from tests.support.releases import HANDBOOK
from tests.support.terminal import protokit, tree

SERVED = f"openai:{MODEL}"
TITLE = {"what": "title", "value": "Leave Desk"}
CODE = "from pathlib import Path\n\nPASSAGES = 6\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "test")
        yield running


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("first")
    (place / "handbook.md").write_text(HANDBOOK)
    words = ["--docs", "handbook.md", "--blueprint", "rag-search", "--out", "leave"]
    done = protokit("new", "Search our handbook", *words, cwd=place)
    assert done.code == 0, done.err
    spec = place / "leave/prototype.yaml"
    spec.write_text(spec.read_text().replace("embedding: default", "embedding: none"))
    return place / "leave"


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "leave"))


def reply(*changes: dict[str, str], **patch: str) -> list[str]:
    return [json.dumps({"changes": list(changes), "patches": [patch] if patch else []})]


def files(folder: Path) -> dict[str, object]:
    return {name: text for name, text in tree(folder).items() if not name.startswith(".protokit/")}


@pytest.mark.slow
def test_a_broken_reply_and_one_that_reaches_out_are_sent_back_and_a_good_edit_is_kept(
    folder: Path, server: ModelServer
) -> None:
    evil = "import socket\nPASSAGES = 6"
    server.behaviour.replies = [
        ["no JSON at all"],
        reply(file="assistant.py", old="PASSAGES = 6", new=evil),
        reply(TITLE, file="assistant.py", old="PASSAGES = 6", new="PASSAGES = 4"),
    ]
    ended = change_by_model(folder, "call it Leave Desk and show fewer passages", SERVED, who="Ada")
    assert (ended.verdict, ended.why) == ("changed", "")
    assert "PASSAGES = 4" in (folder / "assistant.py").read_text()
    assert "title: Leave Desk" in (folder / "prototype.yaml").read_text()
    assert len(server.asked) == TRIES
    assert "socket" in server.asked[-1]["messages"][-1]["content"].split("## What is wrong with it")[1]


@pytest.mark.parametrize(
    "bad",
    [
        reply(file="tests/test_demo.py", old="import", new=""),
        reply(file="../outside.py", old="x", new="y"),
        reply(file="assistant.py", old="PASSAGES = 6", new='Path("/tmp/evil").write_text("x")\nPASSAGES = 6'),
        reply(file="assistant.py", old="PASSAGES = 6", new="PASSAGES = ("),
        reply(file="app.py", old="no such line", new="x"),
        reply({"what": "field", "do": "explode", "value": "x"}),
    ],
    ids=["removes tests", "outside", "writes", "no Python", "no such line", "no such action"],
)
def test_what_may_not_be_is_refused_three_times_and_nothing_is_touched(
    folder: Path, server: ModelServer, bad: list[str]
) -> None:
    before, server.behaviour.pieces = files(folder), bad
    ended = change_by_model(folder, "make it nicer somehow", SERVED)
    assert ended.verdict == "left as it was"
    assert f"in {TRIES} tries" in ended.why
    assert len(server.asked) == TRIES
    assert files(folder) == before


def test_a_reply_without_end_is_ended(folder: Path, server: ModelServer) -> None:
    before = files(folder)
    server.behaviour.pieces, server.behaviour.endless = ["x" * 5_000], True
    ended = change_by_model(folder, "make it nicer somehow", SERVED)
    assert ended.verdict == "left as it was"
    assert files(folder) == before


def test_money_and_files_are_decided_by_the_persons_words_alone(folder: Path, server: ModelServer) -> None:
    greedy = {"what": "budget", "of": "dollars_per_day", "value": "$900"}
    file = {"what": "document", "do": "add", "value": "/etc/passwd"}
    before, server.behaviour.pieces = files(folder), reply(greedy, file)
    assert change_by_model(folder, "make it nicer somehow", SERVED).verdict == "nothing to change"
    assert files(folder) == before


@pytest.mark.parametrize(
    "line",
    [
        "import subprocess",
        "from os import system",
        "open('/etc/passwd')",
        "eval('1')",
        "Path('x').unlink()",
        "Path.__subclasses__()",
        "import uuid\nuuid.os.remove('x')",
        "getattr(Path, 'un' + 'link')",
        "__import__('socket')",
    ],
)
def test_code_that_reaches_out_is_refused_before_it_runs(line: str) -> None:
    assert "which an edit may not" in code_problem("assistant.py", CODE, f"{CODE}{line}\n")
    assert (
        code_problem("assistant.py", CODE, f"{CODE}import datetime\n\nTODAY = datetime.date.today()\n") == ""
    )


@pytest.mark.slow
def test_what_a_copy_runs_reaches_no_file_and_no_server(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        evil = (
            "\nimport contextlib as _c, socket as _s\n"
            f"with _c.suppress(OSError): Path({str(outside)!r}).write_text('x')\n"
            f"with _c.suppress(OSError): _s.create_connection({listener.getsockname()!r}, 1)\n"
        )
        code = (folder / "assistant.py").read_bytes() + evil.encode()
        request = ChangeRequest(
            line="x", changes=(RequestedChange(what="code", of="assistant.py", value="x"),)
        )
        plan = plan_change(folder, request, code={"assistant.py": code})
        assert try_plan(plan, who="", tell=lambda step: None).verdict == "changed"
        with pytest.raises(TimeoutError):
            listener.accept()
    assert not outside.exists()


def test_what_the_tries_may_cost_is_said_before(folder: Path) -> None:
    assert str(ModelBudget.of("openai:gpt-4.1-mini", folder, "shorter")).startswith(
        "openai:gpt-4.1-mini reads the line, for $0."
    )


@pytest.mark.slow
def test_a_line_from_a_browser_takes_no_file_of_the_machine_through_a_model_either(
    folder: Path, server: ModelServer
) -> None:
    private = folder.parent / "salaries.md"
    private.write_text("Ada earns 100.")
    server.behaviour.replies = [reply()] * TRIES
    before = files(folder)
    ended = change_by_model(folder, f"add the document {private}", SERVED, reads_paths=False)
    assert ended.verdict != "changed"
    assert files(folder) == before
