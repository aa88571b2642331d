"""The same knowledge base on a Chroma server: shared by machines, honest when the server is away."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vectorstore import KnowledgeBase, VectorstoreError


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real server, which ends with the tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("chroma")
    folder = tmp_path_factory.mktemp("chroma")
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    pause = threading.Event()
    for _ in range(600):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.1)
    raise AssertionError("the Chroma server did not start")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "leave.md").write_text(
        "# Leave\n\nEvery employee has thirty days of paid holiday each year.\n"
    )
    (documents / "travel.md").write_text(
        "# Travel\n\nTrips by train are booked in second class, never in first.\n"
    )
    return documents


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Work as another machine: one with a cache of its own."""

    def use(name: str) -> None:
        monkeypatch.setenv("VECTORSTORE_CACHE", str(tmp_path / name))

    use("first")
    return use


def test_another_machine_searches_what_one_has_synced_without_the_documents(
    chroma: str, folder: Path, machine: Callable[[str], None], request: pytest.FixtureRequest
) -> None:
    name = request.node.name[:40]
    with KnowledgeBase.open(chroma, name) as knowledge:
        report = knowledge.sync(folder)
        assert knowledge.ready
    shutil.rmtree(folder)
    machine("second")
    with KnowledgeBase.open(chroma, name) as knowledge:
        best = knowledge.search("How much vacation do workers get?")[0]
        assert best.file == "leave.md"
        assert best.heading == "Leave"
        assert knowledge.source_text(best.file)[best.start : best.end] == best.text
        assert knowledge.ready
        assert [(f.file, f.passages) for f in knowledge.files()] == [
            (f.file, f.passages) for f in report.files
        ]


def test_another_machine_has_the_tables_of_what_one_has_synced(
    chroma: str, folder: Path, machine: Callable[[str], None]
) -> None:
    rows = "".join(f"Plan {number},{number}.50 €\n" for number in range(1, 300))
    (folder / "prices.csv").write_text(f"Plan,Price\n{rows}")
    with KnowledgeBase.open(chroma, "tables", embedding="none") as knowledge:
        knowledge.sync(folder)
        tables = knowledge.tables()
        assert len(tables[0].rows) == 299
    machine("second")
    with KnowledgeBase.open(chroma, "tables", embedding="none") as knowledge:
        assert knowledge.tables() == tables
        assert knowledge.search_tables("price") == tables


def test_a_second_machine_embeds_nothing_again_and_its_changes_reach_the_first(
    chroma: str, folder: Path, machine: Callable[[str], None]
) -> None:
    with KnowledgeBase.open(chroma, "changes") as first:
        first.sync(folder)
        machine("second")
        with KnowledgeBase.open(chroma, "changes") as second:
            steps: list[str] = []
            report = second.sync(folder, lambda step: steps.append(step.step))
            assert (report.added, report.changed, report.removed) == (0, 0, 0)
            assert "reading" not in steps
            (folder / "travel.md").unlink()
            (folder / "pets.md").write_text("# Pets\n\nDogs may come to the office on Fridays.\n")
            report = second.sync(folder)
            assert (report.added, report.removed) == (1, 1)
        assert first.sync(folder).added == 0
        assert first.search("dogs in the office")[0].file == "pets.md"
        assert all(passage.file != "travel.md" for passage in first.search("trips by train"))


def test_two_processes_sync_one_server_store_at_once(
    chroma: str, folder: Path, tmp_path: Path, machine: Callable[[str], None]
) -> None:
    script = """
import sys
from vectorstore import KnowledgeBase
with KnowledgeBase.open(sys.argv[1], "together") as knowledge:
    print(knowledge.sync(sys.argv[2]).added)
"""
    for number in range(20):
        (folder / f"note{number}.txt").write_text(f"Room {number} has {number + 3} chairs and a blue door.\n")
    command = [sys.executable, "-c", script, chroma, str(folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(2)]
    assert sorted(process.communicate(timeout=120)[0].strip() for process in both) == ["0", "22"]
    machine("third")
    with KnowledgeBase.open(chroma, "together") as knowledge:
        assert len(knowledge.files()) == 22
        assert "Room 7 has 10 chairs" in knowledge.search("How many chairs are in room 7?")[0].text


def test_a_store_without_a_model_is_shared_by_words(
    chroma: str, folder: Path, machine: Callable[[str], None]
) -> None:
    with KnowledgeBase.open(chroma, "words-only", embedding="none") as knowledge:
        knowledge.sync(folder)
    machine("second")
    with KnowledgeBase.open(chroma, "words-only", embedding="none") as knowledge:
        assert knowledge.search("paid holiday")[0].file == "leave.md"
    with KnowledgeBase.open(chroma, "words-only") as knowledge:
        report = knowledge.sync(folder)
        assert "made by none" in report.rebuilt
        assert knowledge.search("How much vacation do workers get?")[0].file == "leave.md"


def test_without_its_server_a_store_answers_from_this_machines_copy_and_says_so(
    folder: Path, tmp_path: Path, chroma: str, machine: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeBase.open("http://127.0.0.1:9", "away") as knowledge:
        with pytest.raises(VectorstoreError, match="no Chroma server answers") as caught:
            knowledge.sync(folder)
        assert "chroma run --path" in str(caught.value)
        knowledge.sync_in_background(folder)
        assert knowledge.wait(60)
        assert knowledge.status.phase == "failed"
        assert "no Chroma server answers" in str(knowledge.status)
        assert knowledge.search("paid holiday")[0].file == "leave.md"


def test_headers_that_are_no_json_object_are_explained(
    folder: Path, chroma: str, machine: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMA_HEADERS", "Authorization: Bearer x")
    with (
        KnowledgeBase.open(chroma, "headers") as knowledge,
        pytest.raises(VectorstoreError, match="CHROMA_HEADERS: is not a JSON object"),
    ):
        knowledge.sync(folder)


def test_an_unknown_tenant_is_explained(folder: Path, chroma: str, machine: Callable[[str], None]) -> None:
    script = """
import sys
from vectorstore import KnowledgeBase, VectorstoreError
with KnowledgeBase.open(sys.argv[1], "tenants") as knowledge:
    try:
        knowledge.sync(sys.argv[2])
    except VectorstoreError as problem:
        print(problem)
"""
    # In a process of its own: Chroma leaves the connection open on which it was refused.
    command = [sys.executable, "-c", script, chroma, str(folder)]
    env = os.environ | {"CHROMA_TENANT": "nobody"}
    said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "nobody" in said
    assert len(said.splitlines()) == 1
