"""CSV and its kin: the separator is found out, every row becomes a line with the names of its columns."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.table_lines import fits

_SEPARATORS = "\t;,|"
"""In order of preference: commas also stand inside numbers and sentences."""
_SAMPLE_ROWS = 100


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """One line a row; rows are counted as a spreadsheet shows them, the first being row 1."""
    text = decode(path.read_bytes()).replace("\0", "")
    draft = DocumentBuilder(kind, limits.characters)
    write_rows(draft, _rows(text), headed=True)
    return draft.finish()


def write_rows(
    draft: DocumentBuilder,
    rows: list[list[str]],
    *,
    headed: bool = False,
    bold: Collection[int] = (),
    left_out: Collection[int] = (),
) -> None:
    """Write `rows` as lines, numbered from 1. Empty rows end a table; `headed` as for `table_lines.lines`.

    A lone cell above a table becomes its heading; a part without names of its own has those of the table before where
    it goes that one on. `bold` holds the rows, counted from 0, that are all bold, as names often are; `left_out` those
    that are not read and end no table.
    """
    draft.under(1, "")
    names: list[str] = []
    above: list[list[str]] = []
    parts = list(_tables(rows, left_out))
    widest = max((_width(part) for _, part in parts), default=0)
    for begin, part in parts:
        numbers = range(begin + 1, begin + len(part) + 1)
        usual = (headed and 2 * _width(part) > widest) or _begins_bold(part, begin, bold)
        if not fits(part, names, above):
            names = []
        names = draft.write_table(part, names=names, headed=usual, numbers=numbers, titled=True)
        above = part
        headed = headed and 2 * _width(part) <= widest


def _width(part: list[list[str]]) -> int:
    return max((sum(map(bool, row)) for row in part), default=0)


def _begins_bold(part: list[list[str]], begin: int, bold: Collection[int]) -> bool:
    """Whether the first row of more than one cell is bold and the one after it is not."""
    first = next((at for at, row in enumerate(part) if sum(map(bool, row)) > 1), None)
    return first is not None and begin + first in bold and begin + first + 1 not in bold


def _tables(rows: list[list[str]], left_out: Collection[int]) -> Iterator[tuple[int, list[list[str]]]]:
    """Rows up to an empty one, with the number of the first; a lone cell belongs to the table below it."""
    begin = 0
    for number in range(len(rows) + 1):
        if number < len(rows) and (any(rows[number]) or number in left_out):
            continue
        part = rows[begin:number]
        if number < len(rows) and max((sum(map(bool, row)) for row in part), default=0) < 2:
            continue
        yield begin, part
        begin = number + 1


def _rows(text: str) -> list[list[str]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head, _, rest = text.partition("\n")
    if head.lower().startswith("sep=") and len(head) == 5:
        return [[], *_split(rest, head[4])]
    return _split(text, _separator(text))


def _split(text: str, separator: str) -> list[list[str]]:
    """The cells; where quotes do not pair up, they are taken as plain characters."""
    plain = text.splitlines()
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=separator))
    except csv.Error:
        rows = []
    if len(rows) * 20 < len(plain):  # a quote never closed has swallowed the lines after it
        rows = list(csv.reader(plain, delimiter=separator, quoting=csv.QUOTE_NONE))
    return rows


def _separator(text: str) -> str:
    """The separator that cuts most rows into the same number of cells, more than one."""
    sample = [line for line in text[:200_000].split("\n") if line.strip()][:_SAMPLE_ROWS]
    agreement = {}
    for separator in _SEPARATORS:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=separator))
        except csv.Error:
            continue
        agreement[separator] = max((count for width, count in widths.items() if width > 1), default=0)
    best = max(agreement.values(), default=0)
    return next((one for one, rows in agreement.items() if rows >= max(1, 0.9 * best)), ",")
