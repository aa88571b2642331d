"""How an answer's cells compare with what was expected: right, wrong, missed, rightly empty, invented."""

from collections.abc import Mapping
from typing import Literal

from protokit.runtime.assistant_types import Answer
from protokit.runtime.extraction.typed_values import iso_day, number_of
from vectorstore.text.plain_words import fold

CellScore = Literal["right", "wrong", "missed", "rightly empty", "invented"]


def score_cells(answer: Answer, expected: Mapping[str, object]) -> dict[str, CellScore]:
    """A score for each field that `expected` names; None there means that the document does not state it."""
    row = answer.table.rows[0] if answer.table and answer.table.rows else ()
    names = [column.name for column in answer.table.columns] if answer.table else []
    cells = dict(zip(names, row, strict=True))
    return {name: _score(cells.get(name), value) for name, value in expected.items()}


def cell_faults(answer: Answer, expected: Mapping[str, object]) -> str:
    """What is not as expected, for a person; empty where all is."""
    row = answer.table.rows[0] if answer.table and answer.table.rows else ()
    names = [column.name for column in answer.table.columns] if answer.table else []
    cells = dict(zip(names, row, strict=True))
    faults = [
        f"{name} is {_shown(cells.get(name))}, not {_shown(expected[name])} ({score})"
        for name, score in score_cells(answer, expected).items()
        if score in ("wrong", "missed", "invented")
    ]
    return "; ".join(faults)


def _shown(value: object) -> str:
    return "not stated" if value in (None, "") else str(value)


def _score(cell: object, expected: object) -> CellScore:
    if expected in (None, "", []):
        return "rightly empty" if cell is None else "invented"
    if cell is None:
        return "missed"
    wanted = expected if isinstance(expected, list) else [expected]
    parts = str(cell).split("; ") if isinstance(expected, list) else [cell]
    same = len(parts) == len(wanted) and all(any(_same(part, each) for each in wanted) for part in parts)
    return "right" if same else "wrong"


def _same(cell: object, expected: object) -> bool:
    if isinstance(expected, bool) or isinstance(cell, bool):
        return cell is expected
    if isinstance(cell, float):
        try:
            return abs(cell - number_of(str(expected))) < 0.005
        except ValueError:
            return False
    return fold(str(cell)) == fold(str(expected)) or iso_day(str(cell)) == iso_day(str(expected))
