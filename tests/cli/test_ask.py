"""`protokit ask` is the prototype's assistant in the terminal: cited, counted and recorded."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from protokit.evaluation.assertions import count_words
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime import Answer, EventLog
from tests.support import terminal
from tests.support.terminal import inside, protokit

HANDBOOK = """# Handbook

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year. Part-time staff have a share of it.

## Hotels

A hotel may cost 140 euros a night, breakfast included. – Größe und Café are no reason for more.
"""
POLICY = """# Security

## Passwords

A password has at least fourteen characters and is never written down.

## Badges

A lost badge is reported to the front desk within one hour.
"""
MINUTES = (
    "The board met on Monday. It approved the budget of 40,000 euros for the new booking system. "
    "Ana will ask three suppliers for offers by 12 May. The old system stays in use until December. "
    "Ben reported that the audit found no errors. The next meeting is on 2 June."
)
KNOWN = {
    "How many days of paid annual leave does an employee have?": ("thirty days", "handbook.md"),
    "How much may a hotel cost?": ("140 euros", "handbook.md"),
    "When is a lost badge reported?": ("one hour", "rules/security.md"),
}
UNKNOWN = "Who won the chess championship in 1972?"
NAMES = {
    "gen_ai.request.model",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.server.time_to_first_token",
    "gen_ai.client.operation.duration",
}
"""Of OpenTelemetry's semantic conventions for generative AI."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A prototype, and what it told when it was asked everything in one process, by words and by file."""
    place = tmp_path_factory.mktemp("asked")
    (place / "docs" / "rules").mkdir(parents=True)
    (place / "docs" / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (place / "docs" / "rules" / "security.md").write_text(POLICY, encoding="utf-8")
    words = ["--blueprint", "rag-search", "--docs", "docs", "--out", "search"]
    done = protokit("new", "Search our handbook", *words, cwd=place)
    assert done.code == 0, done.err
    first, *others = KNOWN
    lines = [
        json.dumps({"question": others[0], "id": 7}),
        "",
        json.dumps(others[1]),
        json.dumps({"query": UNKNOWN}),
    ]
    (place / "questions.jsonl").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    done = protokit("ask", "search", first, "--file", "questions.jsonl", "--json", cwd=place)
    assert (done.code, done.err) == (0, "")
    return place / "search", done.rows


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("notes")
    assert protokit("new", "Summarize meeting notes", "--out", "notes", cwd=place).code == 0
    return place / "notes"


def test_words_and_file_are_asked_in_their_order(asked: tuple[Path, list[dict[str, Any]]]) -> None:
    assert [row["question"] for row in asked[1]] == [*KNOWN, UNKNOWN]


def test_every_answer_is_right_and_names_its_file_and_heading(
    asked: tuple[Path, list[dict[str, Any]]],
) -> None:
    for row in asked[1][:-1]:
        words, file = KNOWN[row["question"]]
        assert row["found"]
        assert words in row["answer"]
        assert "[1]" in row["answer"]
        citation = row["citations"][0]
        assert (citation["number"], citation["file"], citation["page"]) == (1, file, None)
        assert citation["heading"]


def test_an_unknown_answer_says_so_and_cites_nothing(asked: tuple[Path, list[dict[str, Any]]]) -> None:
    row = asked[1][-1]
    assert (row["found"], row["citations"]) == (False, [])
    assert "could not find" in row["answer"].lower()


def test_offsets_point_at_the_text_as_it_was_read(asked: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, rows = asked
    with Prototype.open(folder).assistant("offline") as assistant:
        assistant.knowledge.wait()
        checked = 0
        for row in rows:
            for place in [*row["passages"], *row["citations"]]:
                text = assistant.knowledge.source_text(place["file"])
                assert text[place["start"] : place["end"]] == place["text"]
                for quote in place.get("quotes", []):
                    assert text[quote["start"] : quote["end"]] == quote["text"]
                    assert " ".join(quote["text"].split()) in row["answer"]
                    checked += 1
    assert checked >= len(KNOWN)


def test_numbers_are_told(asked: tuple[Path, list[dict[str, Any]]]) -> None:
    for number, row in enumerate(asked[1], start=1):
        assert (row["model"], row["dollars"], row["tokens_estimated"]) == ("offline", 0, True)
        assert 0 < row["search_seconds"] < row["seconds_to_first_token"] <= row["seconds"] < 60
        assert row["tokens_in"] > 20
        assert row["tokens_out"] > 2
        assert row["event"] == number


def test_each_answer_leaves_an_event_with_the_names_of_opentelemetry(
    asked: tuple[Path, list[dict[str, Any]]],
) -> None:
    folder, rows = asked
    with closing(sqlite3.connect(folder / ".protokit/events.db")) as database:
        database.row_factory = sqlite3.Row
        events = [dict(row) for row in database.execute("SELECT * FROM events ORDER BY id")][: len(rows)]
    for event, row in zip(events, rows, strict=True):
        assert event.keys() >= NAMES
        assert (event["question"], event["answer"]) == (row["question"], row["answer"])
        assert event["gen_ai.request.model"] == row["model"]
        assert event["gen_ai.usage.input_tokens"] == row["tokens_in"]
        assert event["gen_ai.usage.output_tokens"] == row["tokens_out"]
        assert event["gen_ai.client.operation.duration"] == pytest.approx(row["seconds"], abs=0.001)
        assert event["gen_ai.server.time_to_first_token"] == pytest.approx(
            row["seconds_to_first_token"], abs=0.001
        )
        assert (event["cost_usd"], event["found"], event["session"]) == (0, row["found"], "terminal")
        assert event["time"] <= time.time()
        cited = {
            (p["file"], p["start"], p["citation"]) for p in json.loads(event["passages"]) if p["citation"]
        }
        assert cited == {(c["file"], c["start"], c["number"]) for c in row["citations"]}


def test_for_a_person_the_answer_has_its_sources_and_numbers_under_it(
    asked: tuple[Path, list[dict[str, Any]]],
) -> None:
    question = next(iter(KNOWN))
    done = protokit("ask", asked[0], question, UNKNOWN, cwd=asked[0])
    assert done.code == 0
    known, unknown = done.out.split(f"? {UNKNOWN}")
    assert f"? {question}" in known
    assert "[1] handbook.md" in known
    assert re.search(r"^  \d+ ms · offline$", known, re.MULTILINE)
    assert "could not find" in unknown.lower()


def test_the_page_is_told_where_a_document_has_pages(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "handbook.pdf"))
    for text in ("Every employee has thirty days of annual leave.", "A hotel may cost 140 euros a night."):
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    words = ["--blueprint", "rag-search", "--docs", "handbook.pdf", "--out", "search"]
    assert protokit("new", "Search our handbook", *words, cwd=tmp_path).code == 0
    (row,) = inside("ask", "search", "How much may a hotel cost?", "--json", cwd=tmp_path).rows
    assert [(c["file"], c["page"], c["place"]) for c in row["citations"]] == [("handbook.pdf", 2, "page 2")]


@pytest.mark.parametrize("given", ["text", "file"])
def test_a_summarizer_takes_a_text_or_a_file_and_every_point_has_its_place(notes: Path, given: str) -> None:
    path = notes.parent / "minutes.txt"
    path.write_text(MINUTES, encoding="utf-8")
    (row,) = inside("ask", notes, "--input", MINUTES if given == "text" else path, "--json", cwd=notes).rows
    assert row["citations"]
    assert {citation["file"] for citation in row["citations"]} == {
        "minutes.txt" if given == "file" else "pasted text"
    }
    for citation in row["citations"]:
        assert MINUTES[citation["start"] : citation["end"]] == citation["text"]
        assert f"[{citation['number']}]" in row["answer"]


def test_a_summarizer_keeps_to_the_length_its_prompt_asked_for(tmp_path: Path) -> None:
    words = ["Summarize our meeting notes in under 40 words", "--out", "short"]
    assert protokit("new", *words, cwd=tmp_path).code == 0
    for path in sorted((tmp_path / "short/knowledge").iterdir()):
        (row,) = inside("ask", "short", "--input", path, "--json", cwd=tmp_path).rows
        assert row["citations"]
        assert count_words(re.sub(r"\[\d+\]", "", row["answer"])) <= 40


def test_feedback_is_stored_with_its_event(asked: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    shutil.copy(asked[0] / ".protokit/events.db", tmp_path / "events.db")
    log = EventLog(tmp_path / "events.db")
    first, second, *others = log.events()
    log.feedback(first.id, 1, "helpful")
    log.feedback(second.id, -1)
    assert [event.fields["feedback"] for event in log.events()] == [1, -1, *(None for _ in others)]
    assert log.events()[0].fields["comment"] == "helpful"
    log.feedback(first.id, None)
    assert log.events()[0].fields["feedback"] is None


WRITER = """
import sys
from pathlib import Path
from protokit.runtime import Answer, EventLog
log = EventLog(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    event = log.record(Answer(f"{sys.argv[2]} {number}", "yes", "offline"), session=sys.argv[2])
    log.feedback(event, 1)
"""


def test_processes_that_write_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    each, names = 60, ["a", "b", "c"]
    path = tmp_path / "new" / "events.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name, str(each)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=terminal.environment(),
        )
        for name in names
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # all are up, so all meet at a file that is not there yet
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [writer.communicate(timeout=60)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], told
    events = EventLog(path).events()
    assert {event.fields["question"] for event in events} == {f"{n} {i}" for n in names for i in range(each)}
    assert len(events) == each * len(names)
    assert all(event.fields["feedback"] == 1 for event in events)


def test_the_first_answers_may_come_at_the_same_moment(tmp_path: Path) -> None:
    answer = Answer("How?", "So.", "offline")
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            log, start = EventLog(tmp_path / f"{number}.db"), threading.Barrier(8)
            list(pool.map(lambda _, log=log, start=start: (start.wait(), log.record(answer)), range(8)))
            assert len(log.events()) == 8


def test_an_answer_that_is_stopped_half_way_leaves_its_event(notes: Path) -> None:
    with Prototype.open(notes).assistant("offline") as assistant:
        before = len(assistant.events.events())
        pieces = iter(assistant.reply(MINUTES, session="stopped"))
        said = next(pieces) + next(pieces)
        pieces.close()
        *_, last = assistant.events.events()
        assert len(assistant.events.events()) == before + 1
    assert (last.fields["answer"], last.fields["session"]) == (said, "stopped")


def test_the_log_of_an_answer_holds_any_text(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.db")
    text = "'; DROP TABLE events; -- \x00 \u202e 新 👩‍👩‍👧"
    number = log.record(Answer(text, text, "offline", dollars=None, note=text, problem=text), session=text)
    (event,) = log.events()
    assert event.id == number
    assert [event.fields[name] for name in ("question", "answer", "note", "session", "error")] == [text] * 5
    assert event.fields["cost_usd"] is None


def test_a_question_in_a_file_may_lean_on_what_was_said_before(
    asked: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    first = "How much may a hotel cost?"
    rows = [
        {"question": "And a badge?", "history": ["When is a lost password reported?"]},
        {"question": "Is breakfast part of it?", "history": [{"question": first, "answer": "140 euros."}]},
        {"question": "and?", "history": "no list"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows[:2])), encoding="utf-8")
    done = protokit("ask", str(asked[0]), "--file", str(path), "--json", cwd=tmp_path)
    badge, hotel = done.rows
    assert "one hour" in badge["answer"]
    assert "140 euros" in hotel["answer"]
    traced = protokit("trace", str(asked[0]), "--json", cwd=tmp_path)
    assert json.loads(traced.out)["standalone"]
    path.write_text(json.dumps(rows[2]), encoding="utf-8")
    refused = protokit("ask", str(asked[0]), "--file", str(path), cwd=tmp_path)
    assert refused.code == 1
    assert "history is no list" in refused.err
