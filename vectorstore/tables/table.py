"""A table as it was read: columns with a type, rows that say where they stand in the source."""

from dataclasses import dataclass
from typing import Any, Literal

ColumnType = Literal["number", "money", "share", "date", "yes/no", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what its cells hold, and how they are written.

    `vectorstore.tables.cell_values.cell_value` gives the value of a cell.
    """

    name: str
    """As the source says it, lines of a header joined by a space; empty where the source names none."""
    type: ColumnType = "text"
    """What at least three quarters of the cells are; "text" also where nothing decides between two readings."""
    unit: str = ""
    """ISO code of a currency ("EUR"), or a unit ("kg"); empty where cells differ or have none."""
    decimal: str = ""
    """The sign before decimals, "." or ",", for a column of numbers; empty where no cell has such a sign."""
    day_first: bool = True
    """Whether 03/04/2026 is the third of April, for a column of dates."""
    chosen: bool = False
    """Whether a person has set the type, so that nothing guesses it again."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of data."""

    cells: tuple[str, ...]
    """As the source shows them, one a column, empty where the source is."""
    start: int
    end: int
    """Where its line stands in the text of the file, in characters."""
    number: int | None = None
    """Row of a sheet or record of a list, counted from 1 as the program that made the file shows it."""
    total: bool = False
    """It sums up other rows, so that a sum over the table must leave it out."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one file."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    title: str = ""
    """What stands right above it or is its caption; empty without one."""
    file: str = ""
    """Path relative to the synced folder, with forward slashes."""
    page: int | None = None
    place: str = ""
    """ "sheet Prices", "page 3", "slide 2"; empty where a file has no such thing."""
    heading: str = ""
    """The headings above it, outermost first: "Plans > Prices"."""


def packed_table(table: Table) -> list[Any]:
    """`table` as lists that JSON can hold, without the name of its file."""
    columns = [[each.name, each.type, each.unit, each.decimal, each.day_first] for each in table.columns]
    rows = [[each.cells, each.start, each.end, each.number, each.total] for each in table.rows]
    return [columns, rows, table.title, table.page, table.place, table.heading]


def unpacked_table(packed: list[Any], file: str = "") -> Table:
    """The table of which `packed_table` made `packed`, perhaps by way of JSON."""
    columns, rows, title, page, place, heading = packed
    return Table(
        tuple(Column(*each) for each in columns),
        tuple(TableRow(tuple(cells), *rest) for cells, *rest in rows),
        title,
        file,
        page,
        place,
        heading,
    )
