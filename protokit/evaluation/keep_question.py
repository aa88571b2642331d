"""A visitor's question becomes a row of questions.yaml, so that `protokit eval` asks it from now on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.errors import ChoiceProblem
from protokit.evaluation.dataset import MOST_ROWS, Row, read_rows
from protokit.files.atomic import write_text
from protokit.files.layout import QUESTIONS_FILE
from protokit.prototype.prototype_folder import Prototype
from protokit.spec.yaml_io import dump_yaml, load_yaml, read_text


def keep_question(
    prototype: Prototype, question: str, *, contains: str = "", source: str = "", unanswerable: bool = False
) -> Mapping[str, Any]:
    """Add `question` to the prototype's questions.yaml and return its row: a right answer has the words `contains`
    and cites the file `source`, or, for one that is `unanswerable`, says that the documents do not tell.

    What stands in the file stays as it is, comments too. Raises ChoiceProblem where it is there already or nothing is
    said of the right answer, SpecProblem where the file cannot be read.
    """
    row: dict[str, Any] = {"question": question}
    if unanswerable:
        row["unanswerable"] = True
    else:
        row |= {"must_contain": [contains]} if contains else {}
        row |= {"cites": [source]} if source else {}
    if len(row) == 1:
        raise ChoiceProblem(
            "nothing is said of the right answer", fix="Give words that it has, or that it has to be refused."
        )
    rows = read_rows(prototype.questions())
    if any(each.question.strip().casefold() == question.strip().casefold() for each in rows):
        raise ChoiceProblem("is there already", where=f"{QUESTIONS_FILE}: {question}")
    if len(rows) >= MOST_ROWS:
        raise ChoiceProblem(f"holds {MOST_ROWS:,} questions already", where=QUESTIONS_FILE)
    Row.read(row, len(rows) + 1)
    path = prototype.folder / QUESTIONS_FILE
    write_text(path, _with(path, row))
    return row


def _with(path: Path, row: Mapping[str, Any]) -> str:
    text = read_text(path) if path.is_file() else ""
    there = load_yaml(text, where=path.name) or []
    addition = dump_yaml([row])
    longer = (
        f"{text.rstrip()}\n{addition}" if there else f"{text.replace('[]', '').rstrip()}\n{addition}".lstrip()
    )
    if load_yaml(longer, where=path.name) == [*there, row]:
        return longer
    return dump_yaml([*there, row])  # a list in brackets, or indented: it cannot be added to line by line
