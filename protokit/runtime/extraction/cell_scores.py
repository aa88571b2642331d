"""How an answer's cells compare with what was expected: right, wrong, missed, rightly empty, invented."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Literal

from protokit.runtime.assistant_types import Answer, Measures
from protokit.runtime.extraction.typed_values import iso_day, number_of
from protokit.runtime.measure_share import measure_share
from vectorstore.text.plain_words import fold

CellScore = Literal["right", "wrong", "missed", "rightly empty", "invented"]


def cell_faults(answer: Answer, expected: Mapping[str, object]) -> str:
    """What is not as expected, for a person; empty where all is. None in `expected` means not stated.

    Where a document has several rows, `expected["rows"]` has what each holds; they are "Amount (row 2)" here.
    """
    faults = [
        f"{name} is {_shown(cell)}, not {_shown(wanted)} ({score})"
        for name, cell, wanted in _pairs(answer, expected)
        if (score := _score(cell, wanted)) in ("wrong", "missed", "invented")
    ]
    return "; ".join(faults)


def cell_measures(results: Sequence[tuple[Mapping[str, object], Answer | None]]) -> Measures | None:
    """The shares of cells that are right, to the letter or in meaning, rightly empty, and made up; None where no
    cell is known."""
    scored = [
        (cell, wanted, _score(cell, wanted))
        for expected, answer in results
        if answer and expected
        for _, cell, wanted in _pairs(answer, expected)
    ]
    if not scored:
        return None
    stated = [each for each in scored if each[2] in ("right", "wrong", "missed")]
    empty = [each for each in scored if each[2] in ("rightly empty", "invented")]
    exact = sum(_exact(cell, wanted) for cell, wanted, _ in stated)
    return Measures(
        (
            measure_share("stated cells right", sum(each[2] == "right" for each in stated), len(stated)),
            measure_share("right to the letter", exact, len(stated)),
            measure_share("missed", sum(each[2] == "missed" for each in stated), len(stated)),
            measure_share("rightly empty", sum(each[2] == "rightly empty" for each in empty), len(empty)),
            measure_share(
                "invented, of all cells", sum(each[2] == "invented" for each in empty), len(scored)
            ),
        ),
        (),
    )


def _exact(cell: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return str(cell) == "; ".join(map(str, wanted))
    return cell == wanted and isinstance(cell, bool) == isinstance(wanted, bool)


def _pairs(answer: Answer, expected: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    """Each cell's name, what it holds and what was expected."""
    names = [column.name for column in answer.table.columns] if answer.table else []
    rows = [dict(zip(names, row, strict=True)) for row in answer.table.rows] if answer.table else []
    for name, wanted in expected.items():
        if name != "rows":
            yield name, rows[0].get(name) if rows else None, wanted
    listed = expected.get("rows")
    wanted_rows = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    columns = dict.fromkeys(name for row in wanted_rows for name in row)
    none: Mapping[str, object] = {}
    for number, (cells, wanted_row) in enumerate(zip_longest(rows, wanted_rows, fillvalue=none), 1):
        for name in columns:
            yield f"{name} (row {number})", cells.get(name), wanted_row.get(name)


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
