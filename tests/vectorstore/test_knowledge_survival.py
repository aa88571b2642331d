"""A store outlives kills, other processes, and both at once: nothing complete is lost, nothing is found twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import embedding_server
from vectorstore import KnowledgeBase, VectorstoreError
from vectorstore.index.chroma import Vectors
from vectorstore.progress import Progress

FILES, PARAGRAPHS = 30, 8
SYNC = """
import sys
from vectorstore import KnowledgeBase
with KnowledgeBase.open(sys.argv[1], embedding="openai:words") as knowledge:
    report = knowledge.sync(sys.argv[2], lambda step: print(step.step, step.done, flush=True))
    print("report", report.added, report.changed, report.removed, flush=True)
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[embedding_server.EmbeddingServer]:
    with embedding_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    for number in range(FILES):
        write(documents / f"house{number}.txt", number, "blue")
    return documents


def write(path: Path, house: int, colour: str, rooms: int = PARAGRAPHS) -> None:
    """A file of paragraphs that are a passage each, and told apart by a word."""
    walls = f"Its walls are {colour} and its roof is made of tiles that nobody has counted. " * 9
    path.write_text("\n\n".join(f"House{house}room{room} is a room. {walls}" for room in range(rooms)))


def begin(index: Path, folder: Path) -> subprocess.Popen[str]:
    """A sync in a process of its own, which prints its steps."""
    command = [sys.executable, "-c", SYNC, str(index), str(folder)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    )


def follow(process: subprocess.Popen[str], beginning: str) -> str:
    """Read what the process says until a line that begins so; "" if it ends before."""
    assert process.stdout
    return next((line for line in process.stdout if line.startswith(beginning)), "")


def end(process: subprocess.Popen[str]) -> str:
    """Wait for a process that must succeed."""
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def check_complete(index: Path, folder: Path) -> None:
    """Every passage is in the store once, in Chroma too, and is found by its word."""
    with KnowledgeBase.open(index, embedding="openai:words") as knowledge:
        assert knowledge.status.phase == "ready"
        for house in (0, FILES // 2, FILES - 1):
            best = knowledge.search(f"House{house}room3", limit=1)[0]
            assert f"House{house}room3" in best.text
            assert knowledge.source_text(best.file) == (folder / best.file).read_text().strip()
        passages = knowledge.status.passages
    with sqlite3.connect(index / "knowledge.catalogue") as database:
        ids = {id for (id,) in database.execute("SELECT id FROM passages")}
    database.close()
    vectors = Vectors(index / "knowledge.vectors", "knowledge")
    stored = vectors.ids()
    vectors.close()
    assert stored == ids
    assert len(ids) == passages


def check_partial(index: Path, folder: Path) -> int:
    """Whatever is found is true: a slice of a file as it is or was. Returns how many passages have vectors."""
    with KnowledgeBase.open(index, embedding="openai:words") as knowledge:
        found = knowledge.search("rooms with blue walls, or green", limit=20)
        for passage in found:
            assert knowledge.source_text(passage.file)[passage.start : passage.end] == passage.text
        places = [(passage.file, passage.start) for passage in found]
        assert len(set(places)) == len(places)
        return knowledge.status.embedded


@pytest.mark.slow
def test_killed_again_and_again_a_sync_still_finishes(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    index = tmp_path / "index"
    server.delay = 0.05
    moments = [
        "looking 20",
        "reading 1",
        "reading 15",
        "embedding 0",
        "embedding 64",
        "embedding 128",
        "checking 0",
    ]
    progress = []
    for moment in moments:
        process = begin(index, folder)
        follow(process, moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        progress.append(check_partial(index, folder))
    assert progress == sorted(progress)
    assert progress[-1] > 0
    end(begin(index, folder))
    check_complete(index, folder)


@pytest.mark.slow
def test_killed_at_any_moment_while_files_change_nothing_is_mixed_up(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    index = tmp_path / "index"
    end(begin(index, folder))
    server.delay = 0.02
    pause = threading.Event()
    for turn, seconds in enumerate((0.9, 1.2, 1.5, 1.8, 2.1, 2.5)):
        for number in range(turn, FILES, 5):
            write(folder / f"house{number}.txt", number, f"green{turn}")
        (folder / f"house{turn}.txt").rename(folder / f"moved{turn}.txt")
        (folder / f"house{turn + 20}.txt").unlink()
        process = begin(index, folder)
        pause.wait(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        check_partial(index, folder)
        write(folder / f"house{turn}.txt", turn, "blue")
        write(folder / f"house{turn + 20}.txt", turn + 20, "blue")
    for moved in folder.glob("moved*.txt"):
        moved.unlink()
    end(begin(index, folder))
    check_complete(index, folder)


def test_two_processes_that_sync_at_once_leave_one_whole_store(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    server.delay = 0.05
    first, second = begin(tmp_path / "index", folder), begin(tmp_path / "index", folder)
    reports = sorted(
        line for said in (end(first), end(second)) for line in said.splitlines() if "report" in line
    )
    assert reports == ["report 0 0 0", f"report {FILES} 0 0"]
    check_complete(tmp_path / "index", folder)
    assert len(server.texts) < 2 * FILES * PARAGRAPHS


def test_a_sync_says_that_it_waits_and_gives_up_in_the_end(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    server.open.clear()
    other = begin(tmp_path / "index", folder)
    follow(other, "embedding")
    steps: list[Progress] = []
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        with pytest.raises(VectorstoreError, match="another process has been writing"):
            knowledge.sync(folder, steps.append, wait=0.3)
        assert {step.step for step in steps} == {"waiting"}
        assert "Waiting for another process" in steps[0].note
        assert "House7room3" in knowledge.search("House7room3")[0].text
        server.open.set()
        assert knowledge.sync(folder).added == 0
    end(other)
    check_complete(tmp_path / "index", folder)


def test_an_open_reader_notices_what_another_process_changed(
    tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    """With few passages: among hundreds of near copies an approximate index may miss the one that differs."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(3):
        write(folder / f"house{number}.txt", number, "blue", rooms=2)
    end(begin(tmp_path / "index", folder))
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as reader:
        assert "House1room1" in reader.search("House1room1")[0].text
        write(folder / "house99.txt", 99, "golden", rooms=2)
        (folder / "house1.txt").unlink()
        end(begin(tmp_path / "index", folder))
        assert "House99room1" in reader.search("House99room1")[0].text
        assert reader.search("aureate", limit=1)[0].file == "house99.txt"
        assert all(passage.file != "house1.txt" for passage in reader.search("House1room1", limit=20))
        assert reader.status.phase == "ready"
        assert reader.status.passages == reader.status.embedded


@pytest.mark.slow
def test_a_writer_goes_on_from_what_another_process_wrote(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
        for turn in range(3):
            write(folder / "house2.txt", 2, f"silver{turn}")
            end(begin(tmp_path / "index", folder))
            write(folder / "house3.txt", 3, f"bronze{turn}")
            assert knowledge.sync(folder).changed == 1
            for house, colour in ((2, "silver"), (3, "bronze")):
                assert f"{colour}{turn}" in knowledge.search(f"House{house}room1")[0].text
    check_complete(tmp_path / "index", folder)


@pytest.mark.slow
def test_readers_in_other_processes_answer_all_the_while_a_store_is_written(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    write(tmp_path / "documents" / "house0.txt", 0, "blue")
    end(begin(tmp_path / "index", folder))
    reader = """
import sys
from vectorstore import KnowledgeBase
with KnowledgeBase.open(sys.argv[1], embedding="openai:words") as knowledge:
    for turn in range(60):
        found = knowledge.search("House0room2 and its walls")
        assert any("House0room2" in passage.text for passage in found), found
        assert "failed" != knowledge.status.phase, knowledge.status
    print("fine")
"""
    server.delay = 0.02
    command = [sys.executable, "-c", reader, str(tmp_path / "index")]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        turn = 0
        while any(process.poll() is None for process in readers):
            turn += 1
            write(folder / "house5.txt", 5, f"colour{turn}")
            knowledge.sync(folder)
    assert [end(process).strip() for process in readers] == ["fine", "fine"]
    check_complete(tmp_path / "index", folder)
