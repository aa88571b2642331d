"""Tables and sheets of OpenDocument: rows that are repeated, merged or hidden, each at its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from lxml import etree

from vectorstore.loaders.merged_cells import MergedCells
from vectorstore.loaders.odf.odf_styles import OdfStyles, is_hidden
from vectorstore.loaders.office_zip import attribute, local

_GROUPS = ("table-header-rows", "table-rows", "table-row-group", "table-header-columns", "table-columns")
_HIDING = ("collapse", "filter")
_NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = f"{_NAMESPACE}style-name"
_MOST_REPEATED = 1_000
"""Repeated empty rows and cells fill a sheet to its edge; those are not made real."""
_WIDEST = 1_024
_DEEPEST = 1_000
"""Rows over which a cell may be merged."""


@dataclass(slots=True)
class OdfGrid:
    """The rows of a table that are to be read."""

    cells: MergedCells = field(default_factory=MergedCells)
    numbers: list[int] = field(default_factory=list)
    """The number of each row, counted from 1 with those that are hidden."""
    left_out: set[int] = field(default_factory=set)
    """The numbers of the rows that are hidden."""
    bold: set[int] = field(default_factory=set)
    """The numbers of the rows that are all bold."""
    headers: int = 0
    """How many rows at the top are marked as names of the columns."""
    asides: "list[tuple[str, etree._Element]]" = field(default_factory=list)
    """The comments on cells, with the names of the cells: "B3"."""


def read_grid(
    table: "etree._Element",
    styles: OdfStyles,
    read: "Callable[[etree._Element], str]",
    reads_hidden: Callable[[str, int], bool],
    *,
    all_columns: bool = False,
) -> OdfGrid:
    """The cells of `table` with the texts that `read` gives; hidden rows and columns are counted and left out."""
    grid = OdfGrid()
    hidden_columns = set() if all_columns else _hidden_columns(table)
    used: set[int] = set()
    rows = [_read_row(*row, hidden_columns, styles) for row in _rows(table, hidden=False, header=False)]
    for row in rows:
        used |= {column for _, column, hides in row.cells if hides}
        row.is_hidden = row.is_hidden and bool(row.cells) and not reads_hidden("row", row.repeated)
    number = 0
    for at, row in enumerate(rows):
        times = min(row.repeated, _MOST_REPEATED) if row.cells else 1
        for place in range(number + 1, number + times + 1) if not row.is_hidden else ():
            _place(grid, row, place, partial(_shown_rows, rows, at), read)
            if row.is_header and len(grid.numbers) == grid.headers + 1:
                grid.headers += 1
        if row.is_hidden:
            grid.left_out.update(range(number + 1, number + times + 1))
        if row.is_bold:
            grid.bold.add(number + 1)
        number += row.repeated
    if used and reads_hidden("column", len(used)):
        return read_grid(table, styles, read, lambda what, count: True, all_columns=True)
    return grid


@dataclass(slots=True)
class _Row:
    cells: "list[tuple[etree._Element, int, bool]]"
    """Each cell that holds anything, its column as shown, from 0, and whether that column is hidden."""
    repeated: int
    is_header: bool
    is_hidden: bool
    is_bold: bool


def _read_row(
    row: "etree._Element", is_header: bool, folded: bool, hidden_columns: set[int], styles: OdfStyles
) -> _Row:
    hides = attribute(row, "visibility") in _HIDING
    hides = hides or is_hidden(styles.look("table-row", attribute(row, "style-name")))
    cells = list(_cells(row, hidden_columns))
    bold = bool(cells) and all(
        styles.look("table-cell", cell.get(_STYLE, "")).get("weight") == "bold" for cell, _, _ in cells
    )
    return _Row(cells, _whole(row, "number-rows-repeated"), is_header, folded or hides, bold)


def _shown_rows(rows: list[_Row], at: int, down: int) -> int:
    return down if down == 1 else sum(not row.is_hidden for row in rows[at : at + min(down, _DEEPEST)])


def _place(
    grid: OdfGrid,
    row: _Row,
    number: int,
    shown: Callable[[int], int],
    read: "Callable[[etree._Element], str]",
) -> None:
    """Put the cells of `row` into the grid; `shown` tells how many are shown of so many rows from this one on."""
    at = len(grid.numbers)
    grid.numbers.append(number)
    grid.cells.open_row(at)
    for cell, column, hides in row.cells:
        if hides:
            continue
        if text := read(cell):
            down = shown(_whole(cell, "number-rows-spanned"))
            grid.cells.place(at, column, text, _whole(cell, "number-columns-spanned"), down)
        for note in cell.iterfind("{*}annotation"):
            grid.asides.append((f"{_letters(column)}{number}", note))


def _rows(
    table: "etree._Element", *, hidden: bool, header: bool
) -> "Iterator[tuple[etree._Element, bool, bool]]":
    """Each row, whether it is marked as one of names, and whether it is in a group that is folded away."""
    for child in table:
        tag = local(child)
        if tag == "table-row":
            yield child, header, hidden
        elif tag in _GROUPS:
            folded = hidden or attribute(child, "display") == "false"
            yield from _rows(child, hidden=folded, header=header or tag == "table-header-rows")


def _cells(row: "etree._Element", hidden: set[int]) -> "Iterator[tuple[etree._Element, int, bool]]":
    """Each cell with its column as shown, from 0, and whether that column is hidden."""
    column = shown = 0
    for cell in row:
        tag = local(cell)
        if tag not in ("table-cell", "covered-table-cell"):
            continue
        times = min(_whole(cell, "number-columns-repeated"), _WIDEST - min(column, _WIDEST))
        for at in range(column, column + times):
            if tag == "table-cell" and _has_content(cell):
                yield cell, at if at in hidden else shown, at in hidden
            shown += at not in hidden
        column += times


def _hidden_columns(table: "etree._Element") -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column, folded in _columns(table, folded=False):
        times = min(_whole(column, "number-columns-repeated"), _WIDEST)
        if folded or attribute(column, "visibility") in _HIDING:
            hidden |= set(range(at, at + times))
        at += times
    return hidden


def _columns(parent: "etree._Element", *, folded: bool) -> "Iterator[tuple[etree._Element, bool]]":
    for child in parent:
        if local(child) == "table-column":
            yield child, folded
        elif local(child) in ("table-columns", "table-header-columns", "table-column-group"):
            yield from _columns(child, folded=folded or attribute(child, "display") == "false")


def _has_content(cell: "etree._Element") -> bool:
    return len(cell) > 0 or bool(shown_value(cell))


def shown_value(cell: "etree._Element") -> str:
    """The value of a cell that a program stored without the text that it shows."""
    if cell.find("{*}p") is not None:
        return ""
    kind, value = attribute(cell, "value-type"), attribute(cell, "value")
    if kind == "currency" and value:
        return f"{value} {attribute(cell, 'currency')}".strip()
    if kind == "percentage" and value:
        try:
            return f"{float(value) * 100:.6f}".rstrip("0").rstrip(".") + "%"
        except ValueError:
            return value
    if kind == "boolean":
        return {"true": "yes", "false": "no"}.get(attribute(cell, "boolean-value"), "")
    return value or attribute(cell, "date-value") or attribute(cell, "string-value")


def _whole(element: "etree._Element", name: str) -> int:
    value = element.get(f"{_NAMESPACE}{name}")  # asked for three times of each cell, and seldom there
    return max(1, min(int(value), 2_000_000)) if value and value.isdecimal() else 1


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
