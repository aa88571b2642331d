"""A prototype's assistant in the terminal: many questions in one process, each answer with its numbers."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from protokit.errors import DocumentProblem, PromptProblem
from protokit.prototype.assistant_class import check_options
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant import NO_OPTIONS, BaseAssistant, Input, Options
from protokit.runtime.assistant_types import Answer, Turn
from protokit.runtime.models.model_factory import connect
from protokit.runtime.reply import Reply
from protokit.runtime.ui.formatting import numbers
from protokit.runtime.usage.prices import elsewhere
from protokit.runtime.yaml_checks import lone_surrogates
from protokit.spec.yaml_io import read_text

MOST_PATH = 255
"""Bytes that a name may have on every system."""


@dataclass(frozen=True, slots=True)
class QuestionInFile:
    """A line of a file of questions: the question, and the turns before it. One without an answer is asked first."""

    text: str
    history: tuple[Turn, ...] = ()


def ask_prototype(
    folder: Path,
    questions: Sequence[str | QuestionInFile],
    text: str | None = None,
    model: str = "",
    cost_on: str = "",
    options: Options = NO_OPTIONS,
) -> Iterator[Answer]:
    """Yield an answer for each question, or for `text` (a text or a file's path).

    `cost_on` names a model whose price for the same tokens each answer should tell.
    """
    prototype = Prototype.open(folder)
    prices = prototype.spec.prices
    for answer in _answers(prototype, questions, text, model, options):
        there = elsewhere(cost_on, answer.tokens_in, answer.tokens_out, prices) or answer.elsewhere
        yield replace(answer, elsewhere=there)


def _answers(
    prototype: Prototype,
    questions: Sequence[str | QuestionInFile],
    text: str | None,
    model: str,
    options: Options,
) -> Iterator[Answer]:
    connect(model or prototype.spec.model)  # a name that means nothing is said before anything is loaded
    kind = prototype.assistant_class()
    options = {name: _text_of(kind, name, value) for name, value in options.items()}
    check_options(kind.inputs, options)
    batch = [QuestionInFile(each) if isinstance(each, str) else each for each in questions]
    if kind.inputs[0].kind == "question":
        _require_questions(batch, text)
        if not kind.remembers and any(each.history for each in batch):
            raise PromptProblem(
                "a question has a history, and this one remembers nothing", fix="Leave the history out."
            )
    elif folder := _folder_in(kind.inputs, batch, text):
        yield from _of_folder(prototype, folder, model, options)
        return
    else:
        _require_text(batch, text)
        with prototype.assistant(model) as assistant:
            yield _reply_to_input(assistant, str(text), options).answer
        return
    with prototype.assistant(model) as assistant:
        if assistant.knowledge:
            assistant.knowledge.wait()
        for each in batch:
            history = _turns(assistant, each.history)
            yield assistant.reply(each.text, history=history, options=options, session="terminal").answer


def _of_folder(prototype: Prototype, folder: Path, model: str, options: Options) -> Iterator[Answer]:
    """An answer for each document in `folder`; one that cannot be read says why and stops nothing."""
    from vectorstore import VectorstoreError
    from vectorstore.loaders import find_files

    with prototype.assistant(model) as assistant:
        for path in sorted(find_files(folder)):
            try:
                yield assistant.reply_to_file(path, options=options, session="terminal").answer
            except VectorstoreError as problem:
                yield Answer(path.name, "", assistant.model, found=False, problem=str(problem))


def _folder_in(inputs: Sequence[Input], questions: Sequence[QuestionInFile], text: str | None) -> Path | None:
    """The folder of documents that `text` names, for what takes texts."""
    if questions or not text or "\n" in text or len(os.fsencode(text)) > MOST_PATH:
        return None
    return Path(text) if inputs[0].kind == "text" and Path(text).is_dir() else None


def _turns(assistant: BaseAssistant, history: Sequence[Turn]) -> list[Turn]:
    """The turns with their answers: a question without one is asked."""
    turns: list[Turn] = []
    for turn in history:
        text = turn.answer or assistant.reply(turn.question, history=turns, session="terminal").answer.text
        turns.append(Turn(turn.question, text))
    return turns


def _require_questions(questions: Sequence[QuestionInFile], text: str | None) -> None:
    if text is not None:
        raise PromptProblem(
            "--input is for what takes texts, and this one takes questions", fix="Leave it out."
        )
    if not questions:
        raise PromptProblem(
            "nothing was asked", fix='protokit ask DIR "your question", or --file questions.jsonl'
        )
    if not all(question.text.strip() for question in questions):
        raise PromptProblem("a question is empty", fix="Leave it out.")


def _require_text(questions: Sequence[QuestionInFile], text: str | None) -> None:
    if questions or text is None or not text.strip():
        what = "this one takes a text and no questions" if questions else "no text was given"
        raise PromptProblem(what, fix="protokit ask DIR --input FILE_OR_TEXT")


def _reply_to_input(assistant: BaseAssistant, text: str, options: Options) -> Reply:
    """The reply to a text, or to the file that it names."""
    path = _file_in(text)
    if assistant.knowledge:
        assistant.knowledge.wait()
    if path and assistant.inputs[0].kind != "json":
        return assistant.reply_to_file(path, options=options, session="terminal")
    return assistant.reply(read_text(path) if path else text, options=options, session="terminal")


def _text_of(kind: type[BaseAssistant], name: str, value: str) -> str:
    """What an option says: of one that is a text, the text of the file that it names."""
    texts = [each.name for each in kind.inputs if each.kind == "text"]
    named = (
        name in texts and Path(value).suffix and len(os.fsencode(value)) <= MOST_PATH and "\n" not in value
    )
    return kind.read_file(Path(value)) if named and Path(value).is_file() else value


def _file_in(text: str) -> Path | None:
    """The file that `text` names, None where it is a text. Raises DocumentProblem for what looks like a file."""
    if len(os.fsencode(text)) > MOST_PATH or "\n" in text:
        return None
    path = Path(text)
    if path.is_file():
        return path
    if path.is_dir() or (path.suffix and " " not in text):
        what = "this is a folder" if path.is_dir() else "no such file"
        raise DocumentProblem(what, where=text, fix="Check the path given with --input.")
    return None


def read_options(pairs: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE as typed, by name. Raises PromptProblem."""
    for pair in pairs:
        if "=" not in pair:
            raise PromptProblem(f'"{pair}" is no option', fix="Write --option NAME=VALUE.")
    return dict(pair.split("=", 1) for pair in pairs)


def read_questions(path: Path) -> list[QuestionInFile]:
    """The questions in a JSON Lines file, each `{"question": "..."}` or a plain string.

    `"history"` lists what was said before: questions, or `{"question": "...", "answer": "..."}`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DocumentProblem(
            f"cannot be read ({why})", where=str(path), fix="Check the path given with --file."
        ) from None
    return [
        _question(line, f"{path.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()
    ]


def _question(line: str, where: str) -> QuestionInFile:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise DocumentProblem(
            f"not JSON ({error.msg})", where=where, fix='Write {"question": "..."}'
        ) from None
    history = row.get("history") or [] if isinstance(row, dict) else []
    if not isinstance(history, list):
        fix = 'Write "history": ["the question before"]'
        raise DocumentProblem("history is no list", where=where, fix=fix)
    turns = tuple(Turn(_question_text(turn, where), _answer_text(turn)) for turn in history)
    return QuestionInFile(_question_text(row, where), turns)


def _question_text(row: object, where: str) -> str:
    question = row.get("question", row.get("query")) if isinstance(row, dict) else row
    if not isinstance(question, str) or not question.strip():
        raise DocumentProblem("no question in this line", where=where, fix='Write {"question": "..."}')
    if next(lone_surrogates(question), None):
        raise DocumentProblem("the question holds half of a character", where=where, fix="Write it anew.")
    return question


def _answer_text(turn: object) -> str:
    answer = turn.get("answer") if isinstance(turn, dict) else ""
    return answer if isinstance(answer, str) else ""


def render_answer(answer: Answer) -> str:
    """An answer for a person: text, citations, numbers."""
    lines = [f"? {answer.question}", "", answer.text, *_rows(answer), ""]
    lines += [
        f"  {citation} ({citation.passage.start}-{citation.passage.end})" for citation in answer.citations
    ]
    lines += [f"  {answer.note}"] if answer.note else []
    return "\n".join([*lines, f"  {numbers(answer)} · {answer.model}", ""])


def _rows(answer: Answer) -> list[str]:
    """The table of an answer, a line each row."""
    if answer.table is None:
        return []
    head = [column.name for column in answer.table.columns]
    cells = [["-" if cell is None else str(cell) for cell in row] for row in answer.table.rows]
    return ["", *(f"  {' | '.join(row)}" for row in [head, *cells])]


def table_as_dict(answer: Answer) -> dict[str, Any] | None:
    """The table of an answer, None where it has none; a row is a list of cells."""
    if answer.table is None:
        return None
    return {
        "columns": [column.name for column in answer.table.columns],
        "rows": [list(row) for row in answer.table.rows],
        **(
            {"cells": [[cell._asdict() for cell in row] for row in answer.table.cells]}
            if answer.table.cells
            else {}
        ),
    }


def answer_as_dict(answer: Answer) -> dict[str, Any]:
    """An answer for a program; offsets are characters in the text that was read from the file."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "table": table_as_dict(answer),
        "found": answer.found,
        "citations": [
            {
                "number": citation.number,
                "file": citation.passage.file,
                "page": citation.passage.page,
                "place": citation.passage.place,
                "heading": citation.passage.heading,
                "start": citation.passage.start,
                "end": citation.passage.end,
                "quotes": [
                    {
                        "start": citation.passage.start + start,
                        "end": citation.passage.start + end,
                        "text": citation.passage.text[start:end],
                    }
                    for start, end in citation.marks
                ],
                "text": citation.passage.text,
            }
            for citation in answer.citations
        ],
        "passages": [
            {
                "file": p.file,
                "where": p.where,
                "start": p.start,
                "end": p.end,
                "support": p.support,
                "text": p.text,
            }
            for p in answer.passages
        ],
        "model": answer.model,
        "seconds_to_first_token": round(answer.seconds_to_first, 4),
        "seconds": round(answer.seconds, 4),
        "search_seconds": None if answer.search_seconds is None else round(answer.search_seconds, 4),
        "tokens_in": answer.tokens_in,
        "tokens_out": answer.tokens_out,
        "tokens_estimated": answer.tokens_estimated,
        "dollars": answer.dollars,
        "elsewhere": answer.elsewhere._asdict() if answer.elsewhere else None,
        "note": answer.note,
        "problem": answer.problem,
        "event": answer.event,
    }
