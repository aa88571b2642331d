"""The cells of one sheet of a workbook, row by row, as the sheet shows them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import IO

from lxml import etree

from vectorstore.loaders.office_zip import attribute, local
from vectorstore.loaders.xlsx_styles import CellStyle, Font, font_of, text_in_fonts

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINK = re.compile(r'^\s*=?\s*HYPERLINK\(\s*"([^"]+)"(?:\s*[,;]\s*"([^"]*)")?', re.I)
_EMPTY_ROWS = 1_000
"""After so many empty rows only those that hold something are looked at: formatting often reaches to row 1,048,576."""

Runs = str | tuple[tuple[str, Font | None], ...]
"""A stored text: plain, or in pieces with fonts of their own."""
Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, all counted from 0."""


@dataclass(slots=True)
class SheetCells:
    """What one sheet holds."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    """Shown texts by row and column, both counted from 0; only what is not empty."""
    merged: list[Range] = field(default_factory=list)
    links: list[tuple[Range, str]] = field(default_factory=list)
    """Ranges, and the id of the relation that holds the address."""
    addresses: dict[tuple[int, int], str] = field(default_factory=dict)
    """Addresses that formulas give, by row and column."""
    header_rows: set[int] = field(default_factory=set)
    """Rows that look like names of columns: all of their cells are bold, a filter hangs on them."""
    left_out: set[int] = field(default_factory=set)
    """Rows that hold something of which nothing is to be read, such as struck text."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    uncalculated: int = 0
    """Formulas without the result that Excel stores beside them."""


def shared_strings(stream: "IO[bytes] | None") -> list[Runs]:
    """The texts that cells refer to by number."""
    found: list[Runs] = []
    for item in _elements(stream, "si") if stream else ():
        found.append(_runs(item))
        _forget(item)
    return found


def read_cells(stream: IO[bytes], texts: list[Runs], styles: list[CellStyle], most: int) -> SheetCells:
    """The cells of the sheet in `stream`; ends early once they hold more than `most` characters."""
    sheet = SheetCells()
    characters = row = 0
    last = -1
    for element in _elements(stream, "row", "cols", "mergeCell", "hyperlink", "autoFilter"):
        tag = local(element)
        if tag == "row":
            row = _row_number(element, row)
            if row - 1 > last + _EMPTY_ROWS and next(element.iter("{*}v", "{*}t", "{*}f"), None) is None:
                _forget(element)
                continue
            shown = _row(sheet, element, row - 1, texts, styles)
            last = row - 1 if shown else last
            characters += shown
            _forget(element)
            if characters > most:
                break
        elif tag == "cols":
            sheet.hidden_columns |= set(_hidden_columns(element))
        elif (place := parse_range(element.get("ref", ""))) is not None:
            if tag == "mergeCell":
                sheet.merged.append(place)
            elif tag == "autoFilter":
                sheet.header_rows.add(place[0])
            elif link := attribute(element, "id"):
                sheet.links.append((place, link))
    return sheet


def parse_range(text: str) -> Range | None:
    """ "B2:C5" or "B2" counted from 0; None for anything else."""
    first, _, last = text.partition(":")
    ends = [_REFERENCE.fullmatch(part) for part in (first, last or first)]
    if not all(ends):
        return None
    (top, left), (bottom, right) = ((int(end[2]) - 1, column_number(end[1])) for end in ends if end)
    return top, left, bottom, right


@cache
def column_number(letters: str) -> int:
    """ "A" is 0, "AB" is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _elements(stream: IO[bytes], *tags: str) -> "Iterator[etree._Element]":
    names = [f"{{*}}{tag}" for tag in tags]
    options = {"resolve_entities": False, "no_network": True, "recover": True, "huge_tree": True}
    for _, element in etree.iterparse(stream, tag=names, **options):
        yield element


def _forget(element: "etree._Element") -> None:
    """Free what was read: a sheet can be larger than its tree could be."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _row_number(element: "etree._Element", before: int) -> int:
    number = element.get("r", "")
    return int(number) if number.isdecimal() else before + 1


def _row(
    sheet: SheetCells, element: "etree._Element", row: int, texts: list[Runs], styles: list[CellStyle]
) -> int:
    """Take the cells of a row in, and return how many characters they show."""
    cells: dict[int, str] = {}
    bold = True
    column = -1
    most = len(styles)
    for cell in element:
        letters = cell.get("r", "").rstrip("0123456789")
        is_named = len(letters) < 4 and letters.isascii() and letters.isalpha()
        column = column_number(letters) if is_named else column + 1
        number = cell.get("s", "0")
        style = styles[int(number)] if number.isdecimal() and int(number) < most else styles[0]
        if text := _shown(sheet, cell, row, column, texts, style):
            cells[column] = text
            bold = bold and style.font.bold
    if cells:
        sheet.rows[row] = cells
        if bold:
            sheet.header_rows.add(row)
        if _is_hidden(element, "ht"):
            sheet.hidden_rows.add(row)
    elif next(element.iter("{*}v", "{*}is"), None) is not None:
        sheet.left_out.add(row)
    return sum(map(len, cells.values()))


def _shown(
    sheet: SheetCells, cell: "etree._Element", row: int, column: int, texts: list[Runs], style: CellStyle
) -> str:
    kind, value, runs = cell.get("t", "n"), "", None
    formula, label = False, ""
    for child in cell:
        tag = local(child)
        if tag == "v":
            value = child.text or ""
        elif tag == "is":
            runs = _runs(child)
        elif tag == "f":
            formula = True
            if link := _LINK.match(child.text or ""):
                sheet.addresses[row, column], label = link[1], link[2] or link[1]
    if formula and not value and kind != "str":
        if label:
            return label
        sheet.uncalculated += 1
        return ""
    if kind == "s":
        runs = texts[int(value)] if value.isdecimal() and int(value) < len(texts) else ""
    elif kind in ("str", "inlineStr") and runs is None:
        runs = _unescaped(value)
    if runs is not None:
        return style.text(_text(runs, style.font)).strip()
    return _text(_plain_value(value, kind, style), style.font) if value else ""


def _plain_value(value: str, kind: str, style: CellStyle) -> str:
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "e":
        return value
    if kind == "d":
        return value.replace("T00:00:00", "").replace("T", " ")
    try:
        return style.number(float(value))
    except (ValueError, OverflowError, ArithmeticError):
        return value


def _runs(item: "etree._Element") -> Runs:
    """The text of a shared or inline string, without the readings above Japanese words."""
    pieces: list[tuple[str, Font | None]] = []
    for child in item:
        tag = local(child)
        if tag == "t":
            pieces.append((_unescaped(child.text or ""), None))
        elif tag == "r":
            text = "".join(part.text or "" for part in child.iterfind("{*}t"))
            properties = child.find("{*}rPr")
            pieces.append((_unescaped(text), None if properties is None else font_of(properties)))
    if all(font is None for _, font in pieces):
        return "".join(text for text, _ in pieces)
    return tuple(pieces)


def _text(runs: Runs, font: Font) -> str:
    if isinstance(runs, str):
        return text_in_fonts([(runs, font)]) if font.struck or font.shift else runs
    return text_in_fonts((text, own or font) for text, own in runs)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _hidden_columns(columns: "etree._Element") -> Iterator[int]:
    for column in columns:
        if _is_hidden(column, "width"):
            first, last = (int(column.get(name, "0") or 0) for name in ("min", "max"))
            yield from range(first - 1, min(last, 16_384))


def _is_hidden(element: "etree._Element", size: str) -> bool:
    if element.get("hidden") in ("1", "true"):
        return True
    try:
        return float(element.get(size, "1")) == 0
    except ValueError:
        return False
