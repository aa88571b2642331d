"""A file that takes its reader down costs nobody else anything, is set aside, and is read again when somebody asks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from protokit.cli.main import main
from protokit.hub.content import knowledge_files
from protokit.hub.hosting.resource_limits import MIB, ResourceLimits
from protokit.runtime.ui.formatting import files_html
from tests.support.hosting_server import NAVIGATION, hosting_in, prototype
from tests.support.pdf_bomb import pdf_bomb
from vectorstore import KnowledgeBase
from vectorstore.index.set_aside import read_again, set_aside
from vectorstore.loaders import ReaderFailure, read
from vectorstore.loaders.host_memory import HOST_MEMORY, reader_memory
from vectorstore.progress import SyncReport

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
BOMB = pdf_bomb()
HOST_MB = 512


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOST_MEMORY, str(HOST_MB))
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "leave.md").write_text("# Leave\n\nThirty days a year.\n")
    (documents / "bomb.pdf").write_bytes(BOMB)
    return documents


def sync(index: Path, folder: Path) -> SyncReport:
    with KnowledgeBase.open(index, embedding="none") as knowledge:
        return knowledge.sync(folder)


def statuses(report: SyncReport) -> dict[str, str]:
    return {file.file: file.status for file in report.files}


def test_a_reader_takes_at_most_half_of_what_its_host_may(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 3_000_000_000
    monkeypatch.setenv(HOST_MEMORY, "1024")
    assert reader_memory(most) == 512 * MIB
    monkeypatch.setenv(HOST_MEMORY, "16")
    assert reader_memory(most) < 256 * MIB
    monkeypatch.delenv(HOST_MEMORY)
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert reader_memory(10**15) <= physical // 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.pdf", BOMB),
        ("lists.json", b"[" + b"[]," * 5_000_000 + b"[]]"),
        ("rows.csv", b"a\n" * 2_400_000),
    ],
)
def test_bombs_are_refused_within_the_memory_of_the_host(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ReaderFailure) as refused:
        read(folder / name)
    assert "memory" in refused.value.what
    assert refused.value.where == name


def test_a_file_that_broke_its_reader_is_set_aside_and_not_read_again(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = sync(index, folder)
    assert statuses(first) == {"bomb.pdf": "set aside", "leave.md": "read"}
    assert [file.file for file in first.failed] == ["bomb.pdf"]
    assert "until it changes or you ask" in first.failed[0].fix
    (folder / "bomb.pdf").chmod(0o600)
    (folder / "bomb.pdf").rename(folder / "renamed.pdf")
    (folder / "copy.pdf").write_bytes(BOMB)
    with KnowledgeBase.open(index, embedding="none") as knowledge:
        steps: list[str] = []
        second = knowledge.sync(folder, lambda step: steps.append(f"{step.step} {step.note}"))
        assert "renamed.pdf" in files_html(knowledge)
    assert statuses(second)["renamed.pdf"] == statuses(second)["copy.pdf"] == "set aside"
    third = sync(index, folder)
    assert statuses(third) == {"copy.pdf": "set aside", "leave.md": "unchanged", "renamed.pdf": "set aside"}


def test_it_is_read_again_when_it_changes(folder: Path, tmp_path: Path) -> None:
    sync(tmp_path / "index", folder)
    (folder / "bomb.pdf").write_text("{\\rtf1 Now it is small.}")
    assert statuses(sync(tmp_path / "index", folder))["bomb.pdf"] == "read"


def test_it_is_read_again_when_somebody_asks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, slow = tmp_path / "index", folder / "lists.json"
    slow.write_text('[{"a": 1}' + ',{"a": 1}' * 1_000_000 + "]")
    assert statuses(sync(index, folder))["lists.json"] == "set aside"
    monkeypatch.setenv(HOST_MEMORY, "6000")
    assert statuses(sync(index, folder))["lists.json"] == "set aside"
    read_again(index, "knowledge", "lists.json")
    assert [file.file for file in set_aside(index, "knowledge")] == ["bomb.pdf"]
    assert statuses(sync(index, folder))["lists.json"] == "failed", "it has too many rows, and says so"


KILLED = """
import os, signal, sys
from vectorstore import KnowledgeBase
from vectorstore.ingestion import folder_sync
def killed(path, **_):
    print(path.name, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
folder_sync.read_file = killed
with KnowledgeBase.open(sys.argv[1], embedding="none") as knowledge:
    knowledge.sync(sys.argv[2])
"""


def test_a_file_over_which_the_whole_program_was_killed_twice_is_set_aside(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "bomb.pdf").unlink()
    index = tmp_path / "index"
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, str(index), str(folder)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stdout.strip()) == (-signal.SIGKILL, "leave.md")
    (folder / "more.md").write_text("# More\n\nMore of it.\n")
    report = sync(index, folder)
    assert statuses(report) == {"leave.md": "set aside", "more.md": "read"}
    assert "2 times" in report.failed[0].reason


APP = """
import streamlit as st
from vectorstore import KnowledgeBase
knowledge = KnowledgeBase.open(".protokit/index", embedding="none")
knowledge.sync("knowledge")
st.title("Calm words")
"""


def test_a_bomb_leaves_a_hosted_prototype_awake_and_its_owner_told(tmp_path: Path) -> None:
    home = tmp_path / "prototypes" / "calm"
    prototype(home, "streamlit", APP)
    (home / "knowledge").mkdir()
    (home / "knowledge" / "leave.md").write_text("# Leave\n\nThirty days a year.\n")
    (home / "knowledge" / "bomb.pdf").write_bytes(BOMB)
    with hosting_in(tmp_path, ResourceLimits(memory=600 * MIB, attempts=1)) as hub:
        hub.hosting.add("calm", home)
        assert hub.wake("calm"), hub.hosting.log("calm")
        assert hub.get("/p/calm/app/", **NAVIGATION).status_code == 200
        assert hub.hosting.status("calm").restarts == 0
    states = {file.row.file: (file.row.state, file.row.note) for file in knowledge_files.documents(home)}
    assert states["leave.md"][0] == "read"
    state, note = states["bomb.pdf"]
    assert state == "set aside"
    assert "memory" in note
    knowledge_files.read_again(home, "bomb.pdf")
    assert {file.row.file: file.row.state for file in knowledge_files.documents(home)} == {
        "leave.md": "read",
        "bomb.pdf": "waiting",
    }


def test_ask_says_what_is_left_out_and_how_it_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOST_MEMORY, str(HOST_MB))
    home = tmp_path / "leave-helper"
    made = CliRunner().invoke(main, ["new", "Answer questions about leave", "--out", str(home), "--yes"])
    assert made.exit_code == 0, made.output
    (home / "knowledge" / "bomb.pdf").write_bytes(BOMB)
    asked = CliRunner().invoke(main, ["ask", str(home), "How many days of leave?"])
    assert asked.exit_code == 0, asked.output
    assert "bomb.pdf is left out" in asked.stderr
    assert "--read-again" in asked.stderr
