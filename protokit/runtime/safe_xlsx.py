"""Tables as Excel workbooks in which a text stays a text: no formula, no link, nothing that Excel cannot hold."""

import io
from collections.abc import Iterable, Sequence

MOST_ROWS = 1_048_575
"""Rows below the names of the columns; Excel has no more."""
_MOST_LETTERS = 32_767
"""In one cell; Excel refuses files with more."""


def safe_xlsx(columns: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "List") -> bytes:
    """The rows under the names of their columns, as a workbook. Raises ValueError for more than MOST_ROWS."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, list(columns), book.add_format({"bold": True}))
        page.freeze_panes(1, 0)
        for line, row in enumerate(rows, 1):
            if line > MOST_ROWS:
                raise ValueError("these are more rows than Excel holds")
            for column, value in enumerate(row):
                if isinstance(value, bool):
                    page.write_boolean(line, column, value)
                elif isinstance(value, int | float):
                    page.write_number(line, column, value)
                elif value is not None:
                    page.write_string(line, column, _plain(str(value)))
        page.autofit(max_width=420)
    return stream.getvalue()


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:_MOST_LETTERS]
