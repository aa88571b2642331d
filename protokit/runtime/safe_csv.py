"""Tables as CSV in which no cell is taken for a formula, wherever they are opened."""

import csv
import io
from collections.abc import Iterable, Sequence

_BEGINS_A_FORMULA = tuple("=+-@")


def safe_csv(columns: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\n") -> str:
    """The rows under the names of their columns; a text that would be a formula is marked as text."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerow(map(_as_text, columns))
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return file.getvalue()


def _as_text(cell: object) -> object:
    if cell is None:
        return ""
    # Spreadsheets pass over white space, tabs and line ends before the sign.
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(_BEGINS_A_FORMULA) else cell
