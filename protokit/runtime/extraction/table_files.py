"""The rows of many documents as one table: as CSV, and as Excel with the quotes in a second sheet."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.assistant_types import Answer, CellSource, Citation
from protokit.runtime.page_texts import page_texts
from protokit.runtime.prototype_fields import ExtractionField
from protokit.runtime.safe_csv import safe_csv
from vectorstore.loaders.document import Document

Cell = str | float | bool | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A row of a document that was read: the answer holds it, or `problem` says why there is none."""

    file: str
    source: Path | Document
    """Where it is, or what was read of it."""
    answer: Answer | None
    problem: str = ""
    line: int = 0
    """Which of the document's rows it is, from 0."""
    version: str = ""
    """What it was read from and for, as `document_version` tells."""

    @property
    def cells(self) -> dict[str, Cell]:
        """The value of each field by its name, None where it is not stated."""
        table = self.answer.table if self.answer else None
        return (
            dict(zip([each.name for each in table.columns], table.rows[self.line], strict=True))
            if table
            else {}
        )

    def quotes(self, field: str) -> list[Citation]:
        """The passages that the cell of `field` rests on."""
        source = self._source(field)
        if self.answer is None or source is None:
            return []
        return [each for each in self.answer.citations if each.number in source.citations]

    def reason(self, field: str) -> str:
        """How the cell of `field` was found, or why it is empty."""
        cell = self._source(field)
        if cell is None:
            return ""
        sure = page_texts().sure.format(share=f"{cell.confidence:.0%}")
        return f"{cell.reason}, {sure}" if cell.confidence else cell.reason

    def _source(self, field: str) -> CellSource | None:
        table = self.answer.table if self.answer else None
        if table is None or not table.cells:
            return None
        return table.cells[self.line][[each.name for each in table.columns].index(field)]


def rows_of(file: str, source: Path | Document, answer: Answer, version: str = "") -> list[DocumentRow]:
    """The rows of a document that was read."""
    count = len(answer.table.rows) if answer.table else 1
    return [DocumentRow(file, source, answer, line=line, version=version) for line in range(count)]


def document_version(source: Path | Document, fields: Sequence[ExtractionField]) -> str:
    """Tells a document as it is now, read for `fields`, from any other: while it is the same, so are its rows."""
    if isinstance(source, Path):
        state = source.stat() if source.exists() else None
        told = f"{source} {state.st_mtime_ns} {state.st_size}" if state else str(source)
    else:
        told = source.text
    return hashlib.sha256(f"{told} {fields}".encode("utf-8", "surrogatepass")).hexdigest()


def with_rows(rows: Sequence[DocumentRow], again: Sequence[DocumentRow]) -> list[DocumentRow]:
    """`rows` with the rows of the document that was read `again` in place of its old ones."""
    places = [at for at, row in enumerate(rows) if again and row.file == again[0].file]
    if not places:
        return [*rows, *again]
    others = [row for row in rows if row.file != again[0].file]
    return [*others[: places[0]], *again, *others[places[0] :]]


def as_csv(rows: Sequence[DocumentRow], fields: Sequence[str]) -> bytes:
    """A line a document, as UTF-8 that spreadsheets open; a text that would be a formula is kept a text."""
    lines = ([row.file, *(row.cells.get(name) for name in fields)] for row in rows)
    return safe_csv(["Document", *fields], lines).encode("utf-8-sig")


def as_xlsx(rows: Sequence[DocumentRow], fields: Sequence[str]) -> bytes:
    """The same as an Excel workbook; the second sheet has a line for each cell with its quote and its place."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        values, quotes = book.add_worksheet("Values"), book.add_worksheet("Quotes")
        values.write_row(0, 0, ["Document", *fields], bold)
        for line, row in enumerate(rows, 1):
            values.write_string(line, 0, row.file)
            for column, name in enumerate(fields, 1):
                values.write(line, column, row.cells.get(name))
        heads = ["Document", "Field", "Value", "Quote", "Page", "Start", "End", "How it was found"]
        quotes.write_row(0, 0, heads, bold)
        for line, cells in enumerate((each for row in rows for each in _quoted(row, fields)), 1):
            quotes.write_row(line, 0, cells)
        values.autofit(max_width=320)
        quotes.autofit(max_width=420)
    return stream.getvalue()


def _quoted(row: DocumentRow, fields: Sequence[str]) -> list[list[Cell]]:
    lines: list[list[Cell]] = []
    for name in fields:
        for quote in row.quotes(name):
            start, end = (quote.passage.start + at for at in quote.marks[0])
            words = quote.passage.text[slice(*quote.marks[0])]
            found = [
                row.file,
                name,
                row.cells.get(name),
                words,
                quote.passage.page,
                start,
                end,
                row.reason(name),
            ]
            lines.append(found)
    return lines
