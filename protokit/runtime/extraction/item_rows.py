"""The items that a document lists, such as the lines of an invoice: a row for each, every cell with its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.extraction.concepts import plain_name
from protokit.runtime.extraction.document_layout import Line, lines
from protokit.runtime.extraction.extract_fields import ExtractedCell
from protokit.runtime.extraction.field_values import ExtractedValue
from protokit.runtime.extraction.typed_values import find_values
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import ExtractionField
from vectorstore.text.plain_words import fold

_ITEMS = PatternFile(Path(__file__).with_name("items.yaml"))
_GAP = re.compile(r"\s*\|\s*|\s*\t\s*|\s{2,}")
_PAIR = re.compile(r"([^;:]{1,40}): ([^;]+?)(?=;|$)")
_MOST_BETWEEN, _MOST_ITEMS = 12, 500
"""Lines that are no items before the list is at its end, and items that are read of one document."""
_SURE, _LESS_SURE = 0.85, 0.6

Row = tuple[ExtractedCell, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a line between wide gaps."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Head:
    """A column: where its name stands, and the field it holds."""

    piece: _Piece
    field: ExtractionField | None


def find_items(fields: Sequence[ExtractionField], text: str) -> list[Row]:
    """A row of cells in the order of `fields` for each item that `text` lists; none where it lists none."""
    heads: list[_Head] = []
    rows: list[Row] = []
    between = 0
    for line in lines(text):
        pieces = _pieces(line, text)
        if found := _heads(pieces, fields):
            heads, between = found, 0
            continue
        if len(rows) >= _MOST_ITEMS or between > _MOST_BETWEEN or (rows and _ends(line, text)):
            heads, between = [], 0
        cells = _named(line, fields, text) or (_row(pieces, heads, text) if heads else {})
        if cells and _is_item(cells, heads, fields) and not _is_sum(line, cells, text):
            rows.append(_in_order(cells, fields))
            between = 0
        else:
            between += bool(rows)
    return rows or [_in_order(cells, fields) for cells in _without_heads(fields, text)]


def column_of(field: ExtractionField) -> str:
    """Which column of a list `field` usually is: "quantity"; empty for one that is known by its own name alone."""
    name = re.sub(r"(?<=\w{3})s$", "", re.sub(r"ies$", "y", plain_name(field.name)))
    columns: Mapping[str, list[str]] = _ITEMS.get("columns")
    exact = next(
        (column for column, names in columns.items() if {name, f"{name}s"} & {*map(fold, names)}), ""
    )
    ends = (
        column
        for column, names in columns.items()
        if any(name.endswith(f" {fold(each)}") for each in names if len(each) > 3)
    )
    return exact or next(ends, "")


def _pieces(line: Line, text: str) -> list[_Piece]:
    pieces, start = [], line.start
    for gap in _GAP.finditer(text, line.start, line.end):
        if gap.start() > start:
            pieces.append(_Piece(start, gap.start(), text[start : gap.start()]))
        start = gap.end()
    if start < line.end:
        pieces.append(_Piece(start, line.end, text[start : line.end]))
    return pieces


def _heads(pieces: Sequence[_Piece], fields: Sequence[ExtractionField]) -> list[_Head]:
    """The columns, where the line names at least two of `fields`, or the only one, and holds no values."""
    if len(pieces) < 2 or sum(any(map(str.isdigit, each.text)) for each in pieces) > 0:
        return []
    chosen: dict[int, ExtractionField] = {}
    for exact in (True, False):
        for field in fields:
            names = _names(field)
            for at, piece in enumerate(pieces):
                told = fold(re.sub(r"\([^)]*\)", " ", piece.text).strip(" *:#"))
                fits = told in names if exact else any(f" {name} " in f" {told} " for name in names)
                if fits and at not in chosen and field not in chosen.values():
                    chosen[at] = field
                    break
    if len(chosen) < min(2, len(fields)):
        return []
    return [_Head(piece, chosen.get(at)) for at, piece in enumerate(pieces)]


def _names(field: ExtractionField) -> list[str]:
    column = column_of(field)
    known: list[str] = _ITEMS.get("columns", column) if column else []
    return [fold(each) for each in (plain_name(field.name), *field.labels, *known)]


def _row(pieces: Sequence[_Piece], heads: Sequence[_Head], text: str) -> dict[str, ExtractedValue]:
    """What stands in each column of a line: by its count where they are as many, else by type and place."""
    if not 2 <= len(pieces) <= len(heads) + 1:
        return {}
    columns = range(len(heads)) if len(pieces) == len(heads) else _aligned(pieces, heads, text)
    cells: dict[str, ExtractedValue] = {}
    for piece, column in zip(pieces, columns, strict=False):
        head = heads[column] if 0 <= column < len(heads) else None
        if head and head.field and (value := _value(head.field, piece.start, piece.end, text)):
            reason = f'in the column "{head.piece.text.strip()}"'
            cells[head.field.name] = ExtractedValue(value[0], value[1], value[2], _SURE, reason, value[3])
    return cells


def _aligned(pieces: Sequence[_Piece], heads: Sequence[_Head], text: str) -> list[int]:
    """The column of each piece, in order, so that types fit and places are near; -1 for none."""
    best: dict[tuple[int, int], tuple[float, list[int]]] = {}

    def align(at: int, column: int) -> tuple[float, list[int]]:
        if at == len(pieces):
            return 0.0, []
        if (at, column) in best:
            return best[at, column]
        score, rest = align(at + 1, column)
        chosen = (score - 1.0, [-1, *rest])
        for place in range(column, len(heads)):
            score, rest = align(at + 1, place + 1)
            score += _fit(pieces[at], heads[place], text)
            if score > chosen[0]:
                chosen = (score, [place, *rest])
        best[at, column] = chosen
        return chosen

    return align(0, 0)[1]


def _fit(piece: _Piece, head: _Head, text: str) -> float:
    start = _on_line(piece.start, text)
    end = start + len(piece.text)
    first = _on_line(head.piece.start, text)
    last = first + len(head.piece.text)
    near = 0.5 * (min(end, last) > max(start, first))
    if head.field is None:
        return 0.2 + near
    typed = head.field.type == "text" or _value(head.field, piece.start, piece.end, text) is not None
    worded = any(map(str.isalpha, piece.text)) == (head.field.type == "text")
    return (1.0 if typed else -2.0) + (0.5 if worded else 0.0) + near


def _on_line(at: int, text: str) -> int:
    return at - text.rfind("\n", 0, at) - 1


def _value(
    field: ExtractionField, start: int, end: int, text: str
) -> tuple[str | float | bool, int, int, str] | None:
    """The value, where it stands and its unit; None where the stretch holds none of its type."""
    if field.type == "text":
        told = text[start:end].strip()
        return (" ".join(told.split()), start, start + len(told), "") if told else None
    value = next(iter(find_values(field, text[start:end])), None)
    if value is None:
        return None
    beside = text[start : start + value.start] + text[start + value.end : end]
    words = re.findall(r"\w+", beside)
    if len(words) > 1 or any(map(str.isdigit, beside)) or (words and not value.sure):
        return None
    return value.value, start + value.start, start + value.end, value.unit


def _named(line: Line, fields: Sequence[ExtractionField], text: str) -> dict[str, ExtractedValue]:
    """The cells of a line that names its columns itself: "Item: lamp; Qty: 2; Amount: 9.00"."""
    cells: dict[str, ExtractedValue] = {}
    if line.text(text).count(": ") < 2:
        return cells
    for pair in _PAIR.finditer(text[line.start : line.end]):
        told = fold(pair[1].strip())
        field = next((each for each in fields if each.name not in cells and told in _names(each)), None)
        start = line.start + pair.start(2)
        if field and (value := _value(field, start, start + len(pair[2]), text)):
            reason = f'behind "{pair[1].strip()}"'
            cells[field.name] = ExtractedValue(value[0], value[1], value[2], _SURE, reason, value[3])
    return cells


def _is_item(
    cells: Mapping[str, ExtractedValue], heads: Sequence[_Head], fields: Sequence[ExtractionField]
) -> bool:
    """Whether so much of a line fits the columns that it is an item: half of them, a name and what counts it."""
    there = [head.field for head in heads if head.field] or list(fields)
    kinds = {field.type for field in there}
    needed = [{"money"} if "money" in kinds else kinds - {"text"}, kinds & {"text"}]
    given = {field.type for field in there if field.name in cells}
    return 2 * len(cells) >= len(there) and all(not each or each & given for each in needed)


def _is_sum(line: Line, cells: Mapping[str, ExtractedValue], text: str) -> bool:
    """Whether a line sums up the others, by how it begins or by what it calls itself."""
    pattern = _ITEMS.pattern("no_item")
    told = (each.value for each in cells.values() if isinstance(each.value, str))
    return bool(pattern.match(line.text(text))) or any(map(pattern.match, told))


def _ends(line: Line, text: str) -> bool:
    return bool(_ITEMS.pattern("ends").match(line.text(text)))


def _without_heads(fields: Sequence[ExtractionField], text: str) -> Iterator[dict[str, ExtractedValue]]:
    """The lines of a receipt that end in an amount, up to its sum."""
    by_column = {column_of(field): field for field in fields}
    if "description" not in by_column or "amount" not in by_column:
        return
    count = 0
    for line in lines(text):
        words = line.text(text)
        if _ITEMS.pattern("no_item").match(words):
            if count:
                return
            continue
        match = _ITEMS.pattern("plain").match(words)
        if match is None:
            continue
        count += 1
        cells = {}
        for group, column in _GROUPS:
            if match[group] and column in by_column and by_column[column].name not in cells:
                field = by_column[column]
                start = line.start + match.start(group)
                if value := _value(field, start, start + len(match[group]), text):
                    told = "on a line that ends in an amount"
                    cells[field.name] = ExtractedValue(
                        value[0], value[1], value[2], _LESS_SURE, told, value[3]
                    )
        yield cells


_GROUPS = (
    ("description", "description"),
    ("quantity", "quantity"),
    ("quantity2", "quantity"),
    ("price", "unit price"),
    ("price2", "unit price"),
    ("amount", "amount"),
)


def _in_order(cells: Mapping[str, ExtractedValue], fields: Sequence[ExtractionField]) -> Row:
    return tuple(
        ExtractedCell(field, (cells[field.name],) if field.name in cells else ()) for field in fields
    )
