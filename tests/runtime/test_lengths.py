"""Every text that somebody types or sends has a length, said kindly at the border; behind it nothing takes long."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from protokit.cli.main import main
from protokit.deploy.serving.openai_schema import ChatRequest
from protokit.errors import SpecProblem
from protokit.evaluation.dataset import read_rows
from protokit.runtime import EventLog, Question, Reply, Settings, SettingsProblem, SummaryRequest
from protokit.runtime.models.model_factory import connect
from protokit.runtime.prompting.pii import PiiMasker
from protokit.runtime.prototype_fields import PrototypeFields
from protokit.runtime.qa.answer_types import find
from protokit.runtime.qa.question_type import Kind
from protokit.runtime.runtime_errors import TooLong
from protokit.runtime.summarization import extractive_summary
from protokit.runtime.summarization.offline_summary import summarize
from protokit.runtime.text_limits import COMMENT, FILE, TEXT
from protokit.runtime.yaml_checks import validate
from protokit.spec.prototype_spec import read_spec
from tests.support.work import calls
from vectorstore import KnowledgeBase
from vectorstore.chunking import chunk
from vectorstore.loaders import DEFAULT_LIMITS
from vectorstore.loaders.csv_loader import read as read_csv
from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.markdown_loader import read as read_markdown
from vectorstore.passage import Passage
from vectorstore.text.query_limits import QUESTION
from vectorstore.text.sentences import split

LONG = "x" * 5_000_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A prototype of each of two kinds."""
    place, found = tmp_path_factory.mktemp("made"), {}
    for kind in ("chatbot", "summarizer"):
        words = [
            "new",
            "Answer questions about leave",
            "--blueprint",
            kind,
            "--yes",
            "--out",
            str(place / kind),
        ]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        found[kind] = place / kind
    return found


def test_a_question_of_five_megabytes_is_refused_kindly_and_at_once(tmp_path: Path) -> None:
    told, log = Settings(tmp_path, title="Leave"), EventLog(tmp_path / "events.db")
    reply = Reply(lambda: Question(LONG), connect("offline"), told, log)
    with pytest.raises(
        TooLong, match=r"question has 5,000,000 characters, and 8,000 are the most"
    ) as problem:
        list(reply)
    assert "shorten" in problem.value.friendly
    assert log.events() == []
    whole = Reply(lambda: Question("x" * QUESTION), connect("offline"), told, log)
    assert whole.answer.text


def test_a_text_of_five_megabytes_is_refused_too(tmp_path: Path) -> None:
    told, log = Settings(tmp_path, title="Leave"), EventLog(tmp_path / "events.db")
    with pytest.raises(TooLong, match=r"text has 5,000,000 characters"):
        list(Reply(lambda: SummaryRequest(LONG), connect("offline"), told, log))


def test_a_search_looks_at_no_more_than_a_question(tmp_path: Path) -> None:
    (tmp_path / "leave.md").write_text("# Leave\n\nThirty days of leave a year.\n")
    (tmp_path / "travel.md").write_text("# Expenses\n\nHotels are paid.\n")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(tmp_path)
        assert knowledge.search("leave " + LONG)[0].file == "leave.md"
        first = "leave " + "word " * (QUESTION // 5)
        assert knowledge.search(first + "expenses") == knowledge.search(first)
        work = [calls(lambda n=n: knowledge.search(first + LONG * n, [LONG] * 10 * n)) for n in (1, 10)]
    assert work[1] < 2 * work[0]


@pytest.mark.parametrize(("kind", "most"), [("chatbot", QUESTION), ("summarizer", TEXT)])
def test_ask_refuses_what_is_too_long_in_one_line(made: dict[str, Path], kind: str, most: int) -> None:
    words = ["--input", LONG] if kind == "summarizer" else [LONG]
    done = CliRunner().invoke(main, ["ask", str(made[kind]), *words])
    assert done.exit_code == 1
    assert f"{most:,} are the most" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 500


def test_messages_and_options_of_the_api_have_a_length() -> None:
    def asked(content: object) -> ChatRequest:
        return ChatRequest.model_validate(
            {"model": "leave", "messages": [{"role": "user", "content": content}]}
        )

    with pytest.raises(TooLong, match="message has 5,000,000 characters"):
        asked(LONG).exchange()
    with pytest.raises(TooLong, match="message"):
        asked([{"type": "text", "text": "x" * 150_000}] * 2).exchange()


def test_a_comment_is_kept_to_its_length(tmp_path: Path) -> None:
    told, log = Settings(tmp_path, title="Leave"), EventLog(tmp_path / "events.db")
    answer = Reply(lambda: Question("Hello"), connect("offline"), told, log).answer
    log.feedback(answer.event, 1, LONG)
    (event,) = log.events()
    assert event.fields["comment"] == "x" * COMMENT


@pytest.mark.parametrize("name", ["prototype.yaml", "instructions.md"])
def test_files_that_a_person_writes_have_a_size(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("title: " + "x" * FILE)
    with pytest.raises(SettingsProblem, match=name):
        _ = (
            Settings.read(tmp_path)
            if name == "prototype.yaml"
            else Settings(tmp_path, title="x").instructions
        )
    with pytest.raises(SpecProblem, match="larger than 1,000,000 bytes"):
        read_spec(tmp_path / name)


HARD = {
    "digits": "1",
    "abbreviations": "e.g. i.e. ",
    "capitals": "A.",
    "backticks": "`",
    "spaces": " ",
    "word": "x",
    "no stop": "the board agreed that leave and ",
    "signs": "!?",
    "letters of other scripts": "休暇",
}


@pytest.mark.timeout(100)  # a pattern whose time grows with the square takes minutes
@pytest.mark.parametrize("unit", HARD.values(), ids=HARD.keys())
def test_hard_texts_as_long_as_they_may_be_take_a_bounded_time(unit: str) -> None:
    from protokit.runtime.qa.offline_answer import answer

    split("Once before, so that nothing is loaded.")
    text = "a" + unit * (QUESTION // len(unit)) + "b"
    leave = Passage(text, "h.md", 0, len(text))
    for question in (text, "How many days of leave?"):
        assert answer(Question(question, passages=[leave] * 6))
    for kind in Kind:
        find(kind, text)
    long = "a" + unit * (50_000 // len(unit)) + "b"
    assert summarize(SummaryRequest(long))


def words_of(number: int) -> str:
    """A word of its own for each number: "baa", "bab", ..."""
    return "".join(chr(97 + number // 26**place % 26) for place in (3, 2, 1, 0))


MANY = {
    "sections": lambda i: f"# {words_of(i)}\nThe board met about {words_of(i)}.\n\n",
    "tasks": lambda i: f"{words_of(i).title()} will send {words_of(i)} by Friday. ",
    "tasks of one kind": lambda i: f"{words_of(i).title()} will send it. ",
    "questions to somebody": lambda i: f"Anna: Could you send {words_of(i)}?\n",
    "rows": lambda i: f"| {words_of(i)} | Bob |\n",
    "sentences of a row": lambda i: f"{'' if i else '| '}The {words_of(i)} met. ",
    "items that say nothing": lambda i: (
        "- !\n" if i else "Here is the list of all that we have to do until May:\n"
    ),
    "addresses": lambda i: f"{words_of(i)}@example.com ",
}
"""Texts of many parts, of which none was foreseen to be there by the thousand; each gives part number `i`."""


@pytest.mark.parametrize("part", MANY.values(), ids=MANY.keys())
def test_twice_as_many_parts_make_about_twice_the_work(part: Callable[[int], str]) -> None:
    def work(count: int) -> int:
        text = "".join(map(part, range(count)))
        return calls(
            lambda: (
                extractive_summary(text),
                extractive_summary(text, shape="actions", max_words=50),
                PiiMasker().mask(text),
            )
        )

    work(50)  # what is loaded or remembered at first
    once, twice = work(1_000), work(2_000)
    assert twice < 2.6 * once


@pytest.mark.timeout(60)  # it took a minute for the square of them
def test_a_line_without_words_as_long_as_a_document_may_be_is_cut(tmp_path: Path) -> None:
    draft = DocumentBuilder("txt", DEFAULT_LIMITS.characters)
    draft.write("|" * (DEFAULT_LIMITS.characters - 10) + " and done")
    assert [passage.text[-8:] for passage in chunk(draft.finish(), "pipes.txt")] == ["and done"]


UNCLOSED = {
    "comments": "<!-- ",
    "emphasis": "_a ",
    "strong": "__a ",
    "addresses": "<http://",
    "links": "[a](",
    "spaces": " ",
    "hashes": "#",
    "rules": "-- ",
    "cells": "|",
}


@pytest.mark.parametrize("unit", UNCLOSED.values(), ids=UNCLOSED.keys())
def test_marks_that_nothing_closes_are_read_in_a_bounded_time(tmp_path: Path, unit: str) -> None:
    path = tmp_path / "x.md"

    def work(size: int) -> int:
        hard = unit * (size // len(unit))
        path.write_text(f"# a{hard}b\n\na|b\n{hard}c\n\nx{hard}y\n", encoding="utf-8")
        return calls(lambda: read_markdown(path, "md", DEFAULT_LIMITS))

    work(100)
    once, twice = work(5_000), work(10_000)
    assert twice < 2.6 * once
    hard = unit * (TEXT // len(unit))
    assert summarize(SummaryRequest(f"# a{hard}b\n\nx{hard}y"[:TEXT]))


def test_a_table_of_empty_rows_takes_no_more_than_its_rows(tmp_path: Path) -> None:
    def work(rows: int) -> int:
        (tmp_path / "x.csv").write_text("\n" * rows + "a,b\n1,2\n", encoding="utf-8")
        return calls(lambda: read_csv(tmp_path / "x.csv", "csv", DEFAULT_LIMITS))

    work(10)
    assert work(2_000) < 2.6 * work(1_000)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"question": "x" * (TEXT + 1)}, "question: 200,001 characters"),
        ({"question": "q", "must_contain": ["x"] * 51}, "must_contain: 51 entries"),
        ({"question": "q", "cites": ["x" * (TEXT + 1)]}, "cites: 200,001 characters"),
        ({"question": "q", "options": {"o": "x" * (TEXT + 1)}}, "options: 200,001 characters"),
        ({"question": "q", "expected": {str(n): n for n in range(51)}}, "expected: 51 entries"),
    ],
)
def test_a_row_of_questions_has_a_length(row: dict[str, object], problem: str) -> None:
    with pytest.raises(SpecProblem, match=problem) as told:
        read_rows([{"question": "fine"}, row])
    assert told.value.where == "questions.yaml, row 2"


def test_there_is_a_most_of_questions() -> None:
    assert len(read_rows([{"question": "q"}] * 2_000)) == 2_000
    with pytest.raises(SpecProblem, match="2,001 questions, at most 2,000"):
        read_rows([{"question": "q"}] * 2_001)


@pytest.mark.parametrize(
    "field",
    [
        "parameters: {note: " + "x" * 2_001 + "}",
        "parameters: {" + ", ".join(f"p{n}: 1" for n in range(51)) + "}",
        "constraints: [{kind: never, value: " + "x" * 401 + "}]",
        "constraints: [{kind: never, words: " + "x" * 2_001 + "}]",
    ],
)
def test_a_field_of_a_prototype_has_a_length(field: str) -> None:
    with pytest.raises(SettingsProblem, match="length"):
        validate(PrototypeFields, f"title: T\n{field}\n", where="prototype.yaml")
