"""A document and what to find in it -> its rows: one, one for each item it lists, or one for each record in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from protokit.runtime.extraction.extract_fields import ExtractedCell, extract_fields
from protokit.runtime.extraction.item_rows import Row, find_items
from protokit.runtime.prototype_fields import ExtractionField
from vectorstore.loaders.document import Document

_BREAK = re.compile(r"\f|\n[ \t]*([-=*_#~])\1{5,}[ \t]*(?=\n)|\n(?:[ \t]*\n){2,}")
_KNOWN = 0.5
"""How sure a value must be to tell that a record begins."""


def extract_rows(
    fields: Sequence[ExtractionField], text: str, *, several: bool = False, document: Document | None = None
) -> tuple[Row, ...]:
    """The rows of `text`, at least one, each with a cell for each of `fields` in their order.

    Fields with `item` make a row for each item, in which the others are repeated. Where a document may hold
    `several` records, such as receipts scanned into one file, each has rows of its own.
    """
    spans = record_spans(fields, text, document) if several else [(0, len(text))]
    return tuple(
        tuple(_moved(cell, start) for cell in row)
        for start, end in spans
        for row in _rows_of(fields, text[start:end])
    )


def _rows_of(fields: Sequence[ExtractionField], text: str) -> Iterator[Row]:
    of_item = [field for field in fields if field.item]
    shared = {
        cell.field.name: cell for cell in extract_fields([each for each in fields if not each.item], text)
    }
    for item in (find_items(of_item, text) if of_item else []) or [()]:
        cells = shared | {cell.field.name: cell for cell in item}
        yield tuple(cells.get(field.name, ExtractedCell(field)) for field in fields)


def _moved(cell: ExtractedCell, by: int) -> ExtractedCell:
    values = tuple(replace(each, start=each.start + by, end=each.end + by) for each in cell.values)
    return replace(cell, values=values) if by else cell


def record_spans(
    fields: Sequence[ExtractionField], text: str, document: Document | None = None
) -> list[tuple[int, int]]:
    """Where each record of `text` stands: between pages, rules and wide gaps, from where the fields begin anew."""
    shared = [field for field in fields if not field.item]
    spans: list[tuple[int, int]] = []
    for start, end in _stretches(text, document):
        cells = extract_fields(shared, text[start:end])
        known = [cell for cell in cells if cell.values and cell.values[0].confidence >= _KNOWN]
        begins = bool(known) and 2 * len(known) >= len(shared)
        if spans and not begins:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans or [(0, len(text))]


def _stretches(text: str, document: Document | None) -> Iterator[tuple[int, int]]:
    """The parts of `text` that may be records."""
    pages = {each.page: each.start for each in reversed(document.sections)} if document else {}
    starts = {match.end() for match in _BREAK.finditer(text)} | {pages[page] for page in pages if page}
    edges = sorted({0, len(text)} | starts)
    for start, end in pairwise(edges):
        if text[start:end].strip():
            yield start, end
