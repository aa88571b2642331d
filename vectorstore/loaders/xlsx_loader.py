"""Excel workbooks: every sheet, every row with the names of its columns, values as the sheet shows them."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from vectorstore.loaders.csv_loader import write_rows
from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, too_long
from vectorstore.loaders.office_zip import check_unpacked

_UNCALCULATED = re.compile(rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<v></v>)?</(?:\w+:)?c>")
_CURRENCY = re.compile(r"[$€£¥₹]")
_EMPTY_ROWS = 1_000
"""So many empty rows in a row end a sheet: formatting often reaches to row 1,048,576."""


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All sheets in order, hidden ones too; `place` is "sheet NAME", rows are numbered as Excel does."""
    from openpyxl import load_workbook

    check_unpacked(path, limits)
    draft = DocumentBuilder(kind, limits.characters)
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            draft.go_to(None, f"sheet {sheet.title}")
            sheet.reset_dimensions()  # the stored size is often wrong
            write_rows(draft, _cells(sheet, limits))
    finally:
        book.close()
    if missing := _uncalculated(path):
        draft.notes.append(f"{missing} formulas have no stored result; open the file in Excel and save it")
    return draft.finish()


def _cells(sheet: Any, limits: LoaderLimits) -> list[list[str]]:
    rows: list[list[str]] = []
    empty = characters = 0
    for row in sheet.iter_rows():
        shown = [_shown(cell) for cell in row]
        characters += sum(map(len, shown))
        if characters > limits.characters:
            raise too_long(limits.characters)
        empty = 0 if any(shown) else empty + 1
        if empty > _EMPTY_ROWS:
            break
        rows.append(shown)
    return rows


def _shown(cell: Any) -> str:
    """The value of `cell` much as Excel shows it: dates as YYYY-MM-DD, shares with %, money with its sign."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return str(value).strip()


def _number(value: float, form: str) -> str:
    shown = form.split(";")[0]
    if "%" in shown:
        return f"{round(value * 100, 4):.10g}%"
    sign = _CURRENCY.search(shown)
    text = f"{value:.2f}" if sign and value != int(value) else f"{round(value, 10):.15g}"
    if not sign:
        return text
    return (
        sign[0] + text if shown.find(sign[0]) < max(shown.find("0"), shown.find("#")) else f"{text} {sign[0]}"
    )


def _uncalculated(path: Path) -> int:
    """How many cells hold a formula without the result that Excel stores beside it."""
    return sum(len(_UNCALCULATED.findall(part)) for part in _sheet_parts(path))


def _sheet_parts(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                yield archive.read(name)
