"""Tables as lines a person can read and a search can find: every row carries the names of its columns.

"Team: Hawks; Cups: 13" can be understood when the row is found alone; a bare "Hawks 13" cannot.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"[-+−(]?\s*[$€£¥₹%]?\s*[-+−]?\d[\d.,' ]*\s*(?:[%$€£¥₹)kKmM]|[A-Z]{3})?\)?")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/]\d\d(?:\d\d)?)?")
_HEADER_LENGTH = 80


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

    Where the source does not say (None), a first full row of words over rows of other things is taken as the
    names, else `names` are, which a table further up may have given; two columns without names read as
    "label: value". `headed` says that the source usually names its columns, as CSV does.
    """
    table = _tidy(rows)
    width = max((_filled(row) for row in table), default=0)
    headers, found = _header(table, headers, headed)
    names = found or list(names)
    for number, row in enumerate(table):
        if filled := [cell for cell in row if cell]:
            alone = len(filled) == 1 and width > 1
            if number < headers:
                yield TableLine(" | ".join(filled), number, alone)
            else:
                yield TableLine(_line(row, filled, names, width), number, alone, () if alone else tuple(row))


def column_names(
    rows: Sequence[Sequence[str]], headers: int | None = None, *, headed: bool = False
) -> list[str]:
    """The names of the columns as `lines` finds them; none where the rows name no columns."""
    return _header(_tidy(rows), headers, headed)[1]


def _tidy(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def _header(table: list[list[str]], headers: int | None, headed: bool) -> tuple[int, list[str]]:
    """How many rows at the top are not data, and the names of the columns that the last of them give."""
    width = max((_filled(row) for row in table), default=0)
    enough = min(width, max(2, width * 0.6))
    first = next((number for number, row in enumerate(table) if _filled(row) >= enough), 0)
    if headers is None:
        headers = first + 1 if _names_columns(table, first, width, headed) else 0
    return headers, _names(table[min(first, headers - 1) : headers]) if 0 < headers < len(table) else []


def _line(row: list[str], filled: list[str], names: list[str], width: int) -> str:
    if len(filled) == 1 and width > 1:
        return filled[0]
    if names:
        pairs = zip(row, [*names, *[""] * (len(row) - len(names))], strict=False)
        return "; ".join(f"{name}: {cell}" if name else cell for cell, name in pairs if cell)
    if width == 2 and len(filled[0]) <= _HEADER_LENGTH:
        return ": ".join([filled[0].rstrip(": "), *filled[1:]])
    return " | ".join(filled)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _names(rows: list[list[str]]) -> list[str]:
    """One name a column out of all header rows; one spanning columns stands left and counts for all."""
    if len(rows) > 1:
        rows = [*(_spread(row) for row in rows[:-1]), rows[-1]]
    columns = max(len(row) for row in rows)
    joined = []
    for column in range(columns):
        parts = [row[column] for row in rows if column < len(row) and row[column]]
        joined.append(" ".join(dict.fromkeys(parts)).rstrip(": "))
    return joined


def _spread(row: list[str]) -> list[str]:
    for column in range(1, len(row)):
        row[column] = row[column] or row[column - 1]
    return row


def _names_columns(table: list[list[str]], first: int, width: int, headed: bool) -> bool:
    """Whether row `first` of `table` looks like column names rather than like one more row."""
    header, body = table[first], [row for row in table[first + 1 :] if _filled(row) > 1]
    names = [cell for cell in header if cell]
    if width < 2 or not body or len(names) < 2 or len(set(names)) < len(names):
        return False
    if any(len(cell) > _HEADER_LENGTH or (is_number(cell) and not _YEAR.fullmatch(cell)) for cell in names):
        return False
    return width > 2 or headed or _names_two(names[-1], [[cell for cell in row if cell][-1] for row in body])


def _names_two(name: str, values: list[str]) -> bool:
    """Whether two cells are names over numbers or over long texts; else they may be a label and its value."""
    if len(values) < 2:
        return False
    numbers = any(map(is_number, values)) and not is_number(name)
    return numbers or sum(map(len, values)) > len(values) * max(40, 4 * len(name))


def is_number(cell: str) -> bool:
    """Whether `cell` is a number, an amount of money or a share: "1.299,00 €", "-12 %", "(4,500)"."""
    return bool(_NUMBER.fullmatch(cell))
