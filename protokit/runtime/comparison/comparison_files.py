"""A comparison to take along: as a Word document with the words marked, and as an Excel workbook."""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.runtime.assistant_types import Answer
from protokit.runtime.comparison.change_words import place_of, ranked, reasons, wording
from protokit.runtime.comparison.changes import ClauseChange, Excerpt
from protokit.runtime.comparison.comparison_request import ComparisonRequest

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_RED, _GREEN = (0xB0, 0x20, 0x20), (0x0B, 0x6B, 0x3A)
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
"""Characters of a cell of a workbook."""


def comparison_docx(request: ComparisonRequest, answer: Answer) -> bytes:
    """The summary, then every change with both sides: what went struck out and red, what came underlined and green."""
    import docx

    document = docx.Document()
    document.add_heading(_plain(request.title), 1)
    for line in answer.text.splitlines():
        if line.strip():
            document.add_paragraph(
                _plain(line.removeprefix("- ")), "List Bullet" if line[:2] == "- " else None
            )
    for old, comparison in zip(request.old, request.comparisons, strict=True):
        document.add_heading(_plain(f"{old.name} → {request.new.name}"), 2)
        table = document.add_table(1, 4, "Table Grid")
        for cell, name in zip(table.rows[0].cells, ("Change", "Place", "Before", "After"), strict=True):
            cell.paragraphs[0].add_run(name).bold = True
        for change in ranked(comparison):
            _write_change(table, change, request.language)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _write_change(table: "Table", change: ClauseChange, language: str) -> None:
    cells = table.add_row().cells  # type: ignore[no-untyped-call]
    kind = wording(language)["kinds"][change.kind] + (f" ({change.count})" if change.count > 1 else "")
    why = reasons(change, language)
    cells[0].paragraphs[0].add_run(_plain(f"{'! ' if change.important else ''}{kind}"))
    if why:
        cells[0].add_paragraph(_plain(why))
    cells[1].paragraphs[0].add_run(_plain(place_of(change)))
    _write_side(cells[2].paragraphs[0], change.old, gone=True)
    _write_side(cells[3].paragraphs[0], change.new, gone=False)


def _write_side(paragraph: "Paragraph", side: Excerpt | None, *, gone: bool) -> None:
    from docx.shared import RGBColor

    for text, marked in _pieces(side) if side else ():
        run = paragraph.add_run(re.sub(r"\s+", " ", _UNSEEN.sub("", text)))
        if marked:
            run.font.color.rgb = RGBColor(*(_RED if gone else _GREEN))
            run.font.strike, run.font.underline = gone, not gone


def _pieces(side: Excerpt) -> Iterator[tuple[str, bool]]:
    """The text of a side cut where marks begin and end."""
    at = 0
    for start, end in side.marks:
        yield side.text[at:start], False
        yield side.text[start:end], True
        at = end
    yield side.text[at:], False


def comparison_xlsx(request: ComparisonRequest, answer: Answer) -> bytes:
    """Every change as a row; the second sheet has both documents side by side."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        table = answer.table
        sheet = book.add_worksheet("Changes" if request.old else "List")
        for line, row in enumerate(table.rows if table else (), 1):
            for column, cell in enumerate(row):
                sheet.write(line, column, _cell(cell), wrap)
        sheet.write_row(0, 0, [each.name for each in table.columns] if table else [], bold)
        sheet.set_column(0, 20, 30)
        if request.old:
            both = book.add_worksheet("Side by side")
            both.write_row(0, 0, [request.old[0].name, request.new.name, "Change"], bold)
            both.set_column(0, 1, 70)
            for line, sides in enumerate(request.comparisons[0].rows, 1):
                change = request.comparisons[0].changes[sides.change] if sides.change is not None else None
                kind = wording(request.language)["kinds"][change.kind] if change else ""
                texts = [side.text if side else "" for side in (sides.old, sides.new)]
                both.write_row(line, 0, [_cell(each) for each in (*texts, kind)], wrap)
    return stream.getvalue()


def _cell(value: str | float | bool | None) -> str | float | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _plain(value)[:_LONGEST] if isinstance(value, str) else value


def _plain(text: str) -> str:
    """`text` on one line without what no file may hold."""
    return " ".join(_UNSEEN.sub("", text).split())
