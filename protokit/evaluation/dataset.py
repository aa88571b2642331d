"""questions.yaml: questions with what a good answer must contain, asked of a prototype's assistant."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

from protokit.errors import SpecProblem
from protokit.evaluation.assertions import EVERY_ANSWER
from protokit.runtime.assistant import NO_OPTIONS, BaseAssistant, Options, SampleRequest
from protokit.runtime.assistant_types import Answer, Turn
from protokit.runtime.text_limits import TEXT

MOST_ROWS = 2_000
"""Rows of questions.yaml: each is asked of the assistant in turn."""
MOST_TEXTS = 50
"""Texts in one field of a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of questions.yaml. `unanswerable` means the right answer is to say that the documents do not tell."""

    question: str
    must_contain: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Questions asked before it in the same conversation."""
    starter: bool = False
    unanswerable: bool = False
    options: Options = field(default_factory=lambda: NO_OPTIONS, hash=False)
    """What is chosen beside the text, by name."""
    expected: Mapping[str, object] = field(default_factory=dict, hash=False)
    """What its kind scores by, where it has a way of its own."""

    @property
    def sample(self) -> SampleRequest:
        """The row as its kind scores it."""
        return SampleRequest(self.question, self.question, options=self.options, expected=self.expected)

    @classmethod
    def read(cls, row: object, number: int) -> "Row":
        """Return the row, or raise SpecProblem naming the row and the field."""
        where = f"questions.yaml, row {number}"
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("question"), str)
            or not row["question"].strip()
        ):
            raise SpecProblem("no question", where=where, fix="Write `- question: ...`")
        _require_length(row["question"], "question", where)
        fields = {
            "question",
            "must_contain",
            "cites",
            "after",
            "starter",
            "unanswerable",
            "options",
            "expected",
        }
        if unknown := sorted(map(str, set(row) - fields)):
            raise SpecProblem(
                f"{unknown[0]}: no such field", where=where, fix=f"Known: {', '.join(sorted(fields))}"
            )
        texts = {name: _texts(row, name, where) for name in ("must_contain", "cites", "after")}
        return cls(
            row["question"],
            **texts,
            starter=bool(row.get("starter")),
            unanswerable=bool(row.get("unanswerable")),
            options={name: str(value) for name, value in _fields(row, "options", where).items()},
            expected=_fields(row, "expected", where),
        )


def read_rows(rows: Iterable[Any]) -> list[Row]:
    """The question rows; the one with assertions on every answer is none. Raises SpecProblem."""
    questions = [
        (number, row)
        for number, row in enumerate(rows, 1)
        if not (isinstance(row, dict) and EVERY_ANSWER in row)
    ]
    if len(questions) > MOST_ROWS:
        raise SpecProblem(
            f"{len(questions):,} questions, at most {MOST_ROWS:,} are asked",
            where="questions.yaml",
            fix="Keep those that matter.",
        )
    return [Row.read(row, number) for number, row in questions]


def ask(assistant: BaseAssistant, row: Row, session: str) -> Answer:
    """The assistant's answer to `row`, after the questions it follows on from."""
    history: list[Turn] = []
    for earlier in row.after:
        text = assistant.reply(earlier, history=history, session=session).answer.text
        history.append(Turn(earlier, text))
    return assistant.reply(row.question, history=history, options=row.options, session=session).answer


def askable(assistant: BaseAssistant, rows: Iterable[Row]) -> list[Row]:
    """The rows that can be asked: those that follow on only where the conversation is remembered."""
    return [row for row in rows if not row.after or assistant.remembers]


def wrong(row: Row, answer: Answer, assistant: BaseAssistant | None = None) -> str:
    """Why `answer` is not what `row` asks for, empty when it is; as the kind of `assistant` scores it, if it does."""
    if assistant and (score := assistant.score(row.sample, answer)) is not None:
        return score
    if fault := misses(row, answer):
        return fault
    files = uncited(row, answer)
    return f"{', '.join(files)} not cited" if files else ""


def misses(row: Row, answer: Answer) -> str:
    """Why the text of `answer` is not what `row` asks for, whatever it cites; empty when it is."""
    if row.unanswerable:
        return "" if not answer.found else f"answered, though the documents do not tell: {answer.text[:80]}"
    if not answer.found:
        return "not found"
    text = " ".join(answer.text.split()).casefold()
    missing = [words for words in row.must_contain if words.casefold() not in text]
    return f"{', '.join(map(repr, missing))} not in the answer: {answer.text[:80]}" if missing else ""


def uncited(row: Row, answer: Answer) -> list[str]:
    """The files that `row` wants cited and `answer` does not cite."""
    cited = {citation.passage.file for citation in answer.citations}
    return [] if row.unanswerable else [file for file in row.cites if file not in cited]


def _fields(row: dict[str, Any], name: str, where: str) -> dict[str, object]:
    mapping = row.get(name) or {}
    if not isinstance(mapping, dict):
        raise SpecProblem(f"{name}: expected fields", where=where, fix=f"Write {name}: {{name: value}}")
    _require_few(mapping, name, where)
    for key, value in mapping.items():
        _require_length(str(key), name, where)
        _require_length(str(value), name, where)
    return {str(key): value for key, value in mapping.items()}


def _texts(row: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    value: Sequence[Any] = row.get(name) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise SpecProblem(f"{name}: expected a list of texts", where=where, fix=f'Write {name}: ["..."]')
    _require_few(value, name, where)
    for text in value:
        _require_length(text, name, where)
    return tuple(value)


def _require_few(texts: Sized, name: str, where: str) -> None:
    if len(texts) > MOST_TEXTS:
        raise SpecProblem(
            f"{name}: {len(texts):,} entries, at most {MOST_TEXTS}",
            where=where,
            fix="Keep those that matter.",
        )


def _require_length(text: str, name: str, where: str) -> None:
    if len(text) > TEXT:
        raise SpecProblem(
            f"{name}: {len(text):,} characters, at most {TEXT:,}", where=where, fix="Shorten it."
        )
