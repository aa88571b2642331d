"""What a cell of a table is worth: a number, an amount of money, a share, a day, yes or no, or its text."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vectorstore.tables.cell_dates import day_order, parse_date
from vectorstore.tables.cell_numbers import parse_number
from vectorstore.tables.cell_words import is_gap, yes_or_no
from vectorstore.tables.table import Column


@dataclass(frozen=True, slots=True)
class CellValue:
    """The value of one cell."""

    value: Decimal | date | bool | str | None
    """A number (12.5 for "12.5 %", 1200000 for "1.2 Mio. €"), a day, yes or no; None for a gap such as "n/a".

    The text of the cell where the column is text, or where this cell is not of the column's type ("unlimited")."""
    unit: str = ""
    """Of a number: the ISO code of its currency, "%", or what is counted ("kg"); empty without one."""


def cell_value(cell: str, column: Column) -> CellValue:
    """The value of `cell`, which stands in `column`; a footnote mark at its end does not count.

    Nothing is guessed: where a column does not tell whether 1.234 is more than a thousand, or 03/04/2026 in March,
    its type is "text", and so is the value.
    """
    cell = " ".join(cell.split())
    if is_gap(cell):
        return CellValue(None)
    if column.type in ("number", "money", "share"):
        return _number(cell, column)
    value: date | bool | None = None
    if column.type == "date":
        order = day_order(cell)
        value = parse_date(cell, column.day_first if order is None else order)
    elif column.type == "yes/no":
        value = yes_or_no(cell)
    return CellValue(cell if value is None else value)


def _number(cell: str, column: Column) -> CellValue:
    number = parse_number(cell)
    if number is None or number.decimal == "?":
        return CellValue(cell)
    if number.decimal and column.decimal and number.decimal != column.decimal:
        return CellValue(cell)
    return CellValue(number.value(column.decimal), number.unit or column.unit)
