"""Tables as questions are asked of them: under names that stand below notes, and sheets of one kind as one."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from protokit.runtime.tables.table_answer import TableSource
from protokit.runtime.tables.vocabulary import fold
from vectorstore.loaders.table_header import is_value
from vectorstore.tables.cell_words import is_gap
from vectorstore.tables.column_types import type_columns
from vectorstore.tables.table import Column, Table, TableRow

_MOST_NOTES = 10
"""Rows above the names."""
_LEAST_ROWS = 3
_LONGEST_NAME = 40
_MOST = 0.75
"""Share of the cells of a column that must be values for it to be one of values."""
_FLAGS = frozenset({"true", "false", "yes", "no", "ja", "nein", "sí", "oui", "non", "x"})
_MOST_KEPT = 256
_KEPT: OrderedDict[int, tuple[Table, Table]] = OrderedDict()


class HeadedSource:
    """Tables of a source, each under its names."""

    def __init__(self, source: TableSource) -> None:
        self._source = source

    def tables(self, file: str | None = None) -> list[Table]:
        """Every table, or those of one file; sheets of one kind are one table that says of each row which it is of."""
        groups: dict[tuple[object, ...], list[Table]] = {}
        for table in map(headed_table, self._source.tables(file)):
            groups.setdefault(_kind(table), []).append(table)
        return [_stacked(tuple(group)) for group in groups.values()]

    def source_text(self, file: str) -> str:
        """The text of a file as it was read."""
        return self._source.source_text(file)


def _kind(table: Table) -> tuple[object, ...]:
    """The file and the columns of a sheet; of anything else the place where it stands too."""
    columns = tuple((column.name, column.type, column.unit) for column in table.columns)
    is_sheet = table.place.startswith("sheet ") and all(column.name for column in table.columns)
    return (table.file, columns) if is_sheet else (table.file, columns, table.place, id(table))


@lru_cache(maxsize=64)
def _stacked(tables: tuple[Table, ...]) -> Table:
    """The rows of all, with the name of its sheet behind each."""
    first = tables[0]
    sheets = [table.place.removeprefix("sheet ") for table in tables]
    if len(set(sheets)) < 2:
        return first
    column = "sheet" if all(fold(each.name) != "sheet" for each in first.columns) else "name of the sheet"
    width = len(first.columns)
    rows = tuple(
        replace(row, cells=(*(*row.cells, *[""] * width)[:width], sheet))
        for table, sheet in zip(tables, sheets, strict=True)
        for row in table.rows
    )
    place = f"sheets {', '.join(sheets)}"
    return replace(
        first, columns=(*first.columns, Column(column)), rows=rows, place=place, title="", heading=""
    )


def headed_table(table: Table) -> Table:
    """`table` itself where its names stand over it; the same object each time."""
    known = _KEPT.pop(id(table), None)
    made = known[1] if known and known[0] is table else _headed(table)
    _KEPT[id(table)] = (table, made)
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return made


def _headed(table: Table) -> Table:
    at = _name_row(table)
    if at is None:
        return table
    rows = _without_notes(table.rows[at + 1 :])
    columns = tuple(Column(name) for name in table.rows[at].cells)
    decimal = next((column.decimal for column in table.columns if column.decimal), "")
    text = " ".join(table.rows[at].cells)
    return type_columns([replace(table, columns=columns, rows=rows)], text, decimal=decimal)[0]


def _name_row(table: Table) -> int | None:
    """The row of data that names the columns; None where the table has names, or no row surely is one."""
    names = [column.name for column in table.columns]
    if any(map(is_value, names)):
        return None
    first = 0 if not all(names) else 1
    for at, row in enumerate(table.rows[:_MOST_NOTES]):
        if any(map(is_value, row.cells)):
            return None
        if at >= first and len(table.rows) - at > _LEAST_ROWS and _names(row, table.rows[at + 1 :]):
            return at
    return None


def _names(row: TableRow, body: Sequence[TableRow]) -> bool:
    """Whether each cell is a name of its own that does not come again below it, and values stand below one at least."""
    cells = row.cells
    if len(set(cells)) < len(cells) or not all(map(_is_name, cells)):
        return False
    below = [
        [each.cells[at] for each in body if at < len(each.cells) and each.cells[at]]
        for at in range(len(cells))
    ]
    if any(cell in column for cell, column in zip(cells, below, strict=True)):
        return False
    return any(len(c) >= _LEAST_ROWS and sum(map(is_value, c)) >= _MOST * len(c) for c in below)


def _is_name(cell: str) -> bool:
    return bool(cell) and len(cell) <= _LONGEST_NAME and not is_gap(cell) and cell.casefold() not in _FLAGS


def _without_notes(rows: tuple[TableRow, ...]) -> tuple[TableRow, ...]:
    """The rows up to the last that holds a value and fills half of the columns: what stands below are notes."""
    end = len(rows)
    while end > _LEAST_ROWS and (
        2 * sum(map(bool, rows[end - 1].cells)) <= len(rows[end - 1].cells)
        or not any(map(is_value, rows[end - 1].cells))
    ):
        end -= 1
    return rows[:end]
