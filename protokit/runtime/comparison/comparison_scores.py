"""How an answer's changes compare with those that questions.yaml expects: each there, with its kind and its weight."""

from collections.abc import Iterable, Mapping

from protokit.runtime.assistant_types import Answer
from protokit.runtime.comparison.change_words import kind_named


def comparison_faults(answer: Answer, expected: Mapping[str, object]) -> str:
    """What is not as expected, for a person; empty where all is.

    `changes` lists what must be told, each with `kind` and words of the older text (`before`) and the newer one
    (`after`), `important` where that is held, too. `most` is how many changes there may be at most. For a list:
    `stated` and `missing` name points.
    """
    rows = _rows(answer)
    faults = [fault for wanted in _list(expected.get("changes")) if (fault := _change_fault(wanted, rows))]
    most = expected.get("most")
    if isinstance(most, int) and len(rows) > most:
        faults.append(f"{len(rows)} changes, at most {most} were made")
    points = {str(row.get("Point")): row.get("Stated") for row in rows}
    for name, stated in (("stated", True), ("missing", False)):
        faults += [
            f"{point} is not {name}"
            for point in map(str, _list(expected.get(name)))
            if points.get(point) is not stated
        ]
    return "; ".join(faults)


def _rows(answer: Answer) -> list[dict[str, object]]:
    table = answer.table
    names = [column.name for column in table.columns] if table else []
    return [dict(zip(names, row, strict=True)) for row in table.rows] if table else []


def _change_fault(wanted: object, rows: Iterable[Mapping[str, object]]) -> str:
    if not isinstance(wanted, Mapping):
        return f"{wanted!r} is no change"
    before, after = (_folded(wanted.get(side)) for side in ("before", "after"))
    shown = str(wanted.get("after") or wanted.get("before"))
    for row in rows:
        if before in _folded(row.get("Before")) and after in _folded(row.get("After")):
            kind, important = wanted.get("kind"), wanted.get("important")
            if kind and kind_named(str(row.get("Change")).partition(" (")[0]) != kind:
                return f"“{shown}” is {row.get('Change')}, not {kind}"
            return (
                ""
                if important is None or row.get("Matters") is important
                else f"“{shown}”: how much it matters"
            )
    return f"“{shown}” is not told"


def _folded(value: object) -> str:
    return " ".join(str(value or "").split()).casefold()


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
