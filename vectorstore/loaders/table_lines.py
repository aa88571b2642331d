"""Tables as lines a person can read and a search can find: every row carries the names of its columns.

"Team: Hawks; Cups: 13" can be understood when the row is found alone; a bare "Hawks 13" cannot.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vectorstore.loaders.table_header import Header, filled, find_header, is_value

_NUMBER = re.compile(r"[-+−(]?\s*[$€£¥₹%]?\s*[-+−]?\d[\d.,' ]*\s*(?:[%$€£¥₹)kKmM]|[A-Z]{3})?\)?")
_LABEL = 80
"""Characters of a label at most."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row as text, and its number in the table, counted from 0."""

    text: str
    row: int
    title: bool = False
    """It stands alone in its row and names what follows."""
    cells: tuple[str, ...] = ()
    """Its cells where it is a row of data; none for a header line or a title."""


def lines(
    rows: Sequence[Sequence[str]],
    headers: int | None = None,
    names: Sequence[str] = (),
    *,
    headed: bool = False,
) -> Iterator[TableLine]:
    """The rows that hold anything, as lines. `headers` says how many rows at the top name the columns.

    Where the source does not say (None), the first full row is taken as the names if it cannot be a row of data, with
    one above or below it that groups or divides columns; else `names` are, which a table further up may have given.
    Two columns without names read as "label: value". `headed` says that the source usually names its columns, as CSV
    does.
    """
    return named_lines(rows, headers, names, headed=headed)[1]


def named_lines(
    rows: Sequence[Sequence[str]],
    headers: int | None = None,
    names: Sequence[str] = (),
    *,
    headed: bool = False,
) -> tuple[list[str], Iterator[TableLine]]:
    """The names of the columns, none where neither the rows nor `names` give any, and the rows as of `lines`."""
    table = _tidy(rows)
    header = find_header(table, headers, headed=headed)
    names = header.names or tuple(names)
    return list(names), _table_lines(table, header, names)


def _table_lines(table: list[list[str]], header: Header, names: Sequence[str]) -> Iterator[TableLine]:
    width = max(map(filled, table), default=0)
    for number, row in enumerate(table):
        if cells := [cell for cell in row if cell]:
            yield _table_line(row, cells, number, header, names, width)


def fits(rows: Sequence[Sequence[str]], names: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """Whether `rows` go on a table with `names` and the rows `above`: not wider, values where there are values."""
    table, before = _tidy(rows), _tidy(above)
    before = before[find_header(before, None, headed=True).end :]
    if not names or max((len(row) for row in table if any(row[len(names) :])), default=0):
        return False
    if not any(filled(row) * 2 >= sum(map(bool, names)) for row in table):
        return False
    for column in range(len(names)):
        ours, theirs = (
            [is_value(row[column]) for row in part if column < len(row) and row[column]]
            for part in (table, before)
        )
        if ours and theirs and {all(ours), any(ours)}.isdisjoint({all(theirs), any(theirs)}):
            return False
    return True


def _tidy(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[" ".join(cell.split()) if cell else cell for cell in row] for row in rows]


def _table_line(
    row: list[str], cells: list[str], number: int, header: Header, names: Sequence[str], width: int
) -> TableLine:
    alone = len(cells) == 1 and width > 1
    if number < header.first:
        return TableLine(cells[0] if alone else _unnamed(cells, len(cells)), number, alone)
    if number < header.end:
        return TableLine(" | ".join(cells), number, alone)
    if alone and not (names and not row[0] and is_value(cells[0])):
        return TableLine(cells[0], number, True)
    if header.names and _repeats(row, header.names):
        return TableLine(" | ".join(cells), number)
    return TableLine(_named(row, names) if names else _unnamed(cells, width), number, False, tuple(row))


def _repeats(row: list[str], names: Sequence[str]) -> bool:
    """Whether a row says the names of the columns again, as on the next page."""
    return row == list(names[: len(row)])


def _named(row: list[str], names: Sequence[str]) -> str:
    pairs = zip(row, [*names, *[""] * (len(row) - len(names))], strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for cell, name in pairs if cell)


def _unnamed(cells: list[str], width: int) -> str:
    """Cells without names: labels and values where they are that."""
    if width == 2 and len(cells[0]) <= _LABEL:
        return ": ".join([cells[0].rstrip(": "), *cells[1:]])
    labels, values = cells[::2], cells[1::2]
    in_pairs = len(labels) == len(values) and not any(map(is_value, labels))
    if in_pairs and (all(label.endswith(":") for label in labels) or all(map(is_value, values))):
        return "; ".join(
            f"{label.rstrip(': ')}: {value}" for label, value in zip(labels, values, strict=True)
        )
    return " | ".join(cells)


def is_number(cell: str) -> bool:
    """Whether `cell` is a number, an amount of money or a share: "1.299,00 €", "-12 %", "(4,500)"."""
    return bool(_NUMBER.fullmatch(cell))
