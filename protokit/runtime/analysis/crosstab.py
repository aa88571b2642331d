"""Sheets whose rows and columns both have labels: each number with the labels left of it and above it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from vectorstore.loaders.table_header import is_value
from vectorstore.tables.cell_numbers import parse_number
from vectorstore.tables.cell_words import is_gap
from vectorstore.tables.table import Table

_MOST_HEADS = 8
_RANGE = re.compile(r"\d+\s*[-–]\s*\d+|\d+\s*\+")
"""What groups are called: "18-24", "65+"."""
_MOST_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A row or a column of numbers: its labels, the outermost first."""

    at: int
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called by itself."""
        return self.labels[-1] if self.labels else ""


@dataclass(frozen=True, eq=False)
class Crosstab:
    """A grid of numbers between labels."""

    table: Table
    rows: tuple[LabelledLine, ...]
    columns: tuple[LabelledLine, ...]
    grid: tuple[tuple[str, ...], ...]
    decimal: str = ""
    corner: tuple[str, ...] = ()
    """What stands over the labels of the rows."""

    def number(self, row: LabelledLine, column: LabelledLine) -> float | None:
        """The number in a cell; None where it holds none."""
        return number_of(self.grid[row.at][column.at], self.decimal)

    def text(self, row: LabelledLine, column: LabelledLine) -> str:
        """A cell as the sheet shows it."""
        return self.grid[row.at][column.at]


def number_of(cell: str, decimal: str) -> float | None:
    """The number that a cell shows, of money and shares too; None where it may be one of two ("1.234")."""
    number = parse_number(cell) if cell else None
    if number is None or number.decimal == "?":
        return None
    sign = number.decimal or (decimal if number.separator else ".")
    return float(number.value(sign)) if sign else None


def _decimal(tables: Sequence[Table]) -> str:
    """The decimal sign of a sheet: that of its columns or of cells that prove one; empty where they differ."""
    if tables[0].file.lower().endswith((".xlsx", ".xlsm")):
        return "."  # as the reader shows every number of a workbook
    signs = {column.decimal for table in tables for column in table.columns} - {""}
    if not signs:
        cells = (cell for table in tables for row in table.rows for cell in row.cells if is_value(cell))
        numbers = (parse_number(cell) for cell in cells)
        signs = {number.decimal for number in numbers if number and number.decimal in (".", ",")}
    return signs.pop() if len(signs) == 1 else ""


def crosstabs_of(tables: Sequence[Table]) -> list[Crosstab]:
    """The sheets that are such grids; what goes on below an empty row belongs to the grid above it."""
    groups: list[list[Table]] = []
    for table in tables:
        last = groups[-1][-1] if groups else None
        same = last and (last.file, last.place, len(last.columns)) == (
            table.file,
            table.place,
            len(table.columns),
        )
        if same and not any(column.name for column in table.columns):
            groups[-1].append(table)
        else:
            groups.append([table])
    return [made for group in groups if (made := _crosstab(tuple(group)))]


@lru_cache(maxsize=64)
def _crosstab(tables: tuple[Table, ...]) -> Crosstab | None:
    """The tables as labels and numbers; None where they have no rows or no columns of labels."""
    width = len(tables[0].columns)
    names = tuple(column.name for column in tables[0].columns)
    grid = [tuple((*row.cells, *[""] * width)[:width]) for table in tables for row in table.rows]
    grid = [names, *grid] if any(names) else grid
    if not grid or len(grid) * width > _MOST_CELLS:
        return None
    body = next((at for at, row in enumerate(grid) if _has_data(row)), -1)
    if not 0 < body <= _MOST_HEADS:
        return None
    left = _labels_left(grid[body:])
    columns = [
        LabelledLine(at, _distinct([_unnumbered(grid[line][at]) for line in range(body)]))
        for at in range(left, width)
    ]
    numbered = [c for c in columns if c.labels and any(_is_number(row[c.at]) for row in grid[body:])]
    seen = {
        (c.labels, tuple(row[c.at] for row in grid)): c for c in reversed(numbered)
    }  # of merged cells one
    numbered = sorted(seen.values(), key=lambda line: line.at)
    rows = _rows(grid, body, left) if left else []
    if len(numbered) < 2 or not rows:
        return None
    corner = _distinct([_unnumbered(cell) for row in grid[:body] for cell in row[:left]])
    return Crosstab(tables[0], tuple(rows), tuple(numbered), tuple(grid), _decimal(tables), corner)


def _has_data(row: tuple[str, ...]) -> bool:
    """Whether a row holds numbers other than years that name columns."""
    numbers = [number_of(cell, ".") for cell in row if _is_number(cell)]
    years = [number for number in numbers if number is not None and 1900 <= number <= 2100]
    return bool(numbers) and not (len(years) == len(numbers) > 1 and sorted(set(years)) == years)


def _is_number(cell: str) -> bool:
    return is_value(cell) and not _RANGE.fullmatch(cell.strip()) and parse_number(cell) is not None


def _labels_left(body: list[tuple[str, ...]]) -> int:
    """How many columns at the left hold words in nearly all rows that hold anything there."""
    for width, column in enumerate(zip(*body, strict=True)):
        cells = [cell for cell in column if cell]
        if cells and sum(map(_is_number, cells)) > 0.1 * len(cells):
            return width
    return 0


def _rows(grid: list[tuple[str, ...]], body: int, left: int) -> list[LabelledLine]:
    """The rows with numbers; a label that stands alone in its row is over those below it."""
    over: list[str] = [""] * left
    rows: list[LabelledLine] = []
    for at in range(body, len(grid)):
        labels = [" ".join(cell.split()) for cell in grid[at][:left]]
        own = _distinct(labels)
        has_numbers = any(_is_number(cell) for cell in grid[at][left:])
        first = next((i for i, label in enumerate(labels) if label), None)
        if first is None:
            continue
        if has_numbers:
            rows.append(LabelledLine(at, _distinct([*filter(None, over[:first]), *own])))
        last = max(i for i, label in enumerate(labels) if label)
        over[first:] = [*labels[first : last + (not has_numbers)], *[""] * left][: left - first]
    return rows


def _distinct(labels: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for label in labels if label and not is_gap(label)))


def _unnumbered(name: str) -> str:
    """ "Score" of "Score (2)", which only keeps two names of one table apart."""
    head, _, tail = name.rpartition(" (")
    return head if head and tail.rstrip(")").isdigit() else name
