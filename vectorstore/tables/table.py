"""A table as it was read: columns with a type, rows that say where they stand in the source."""

from dataclasses import dataclass
from typing import Any, Literal

ColumnType = Literal["number", "money", "share", "date", "yes/no", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what its cells hold, and the unit or currency that they share."""

    name: str
    """As the source says it, lines of a header joined by a space; empty where the source names none."""
    type: ColumnType = "text"
    unit: str = ""
    """ISO code of a currency ("EUR"), or a unit ("kg"); empty where cells differ or have none."""


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


def table_of(stored: dict[str, Any]) -> Table:
    """The table of which `dataclasses.asdict` made `stored`, perhaps by way of JSON."""
    columns = tuple(Column(**column) for column in stored["columns"])
    rows = tuple(TableRow(**{**row, "cells": tuple(row["cells"])}) for row in stored["rows"])
    return Table(**{**stored, "columns": columns, "rows": rows})
