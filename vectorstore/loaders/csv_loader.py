"""CSV and its kin: the separator is found out, every row becomes a line with the names of its columns."""

import csv
from collections import Counter
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.sheet_tables import write_rows

_SEPARATORS = "\t;,|"
"""In order of preference: commas also stand inside numbers and sentences."""
_SAMPLE_ROWS = 100


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """One line a row; rows are counted as a spreadsheet shows them, the first being row 1."""
    text = decode(path.read_bytes()).replace("\0", "")
    draft = DocumentBuilder(kind, limits.characters)
    write_rows(draft, _rows(text), headed=True)
    return draft.finish()


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
    """The separator that cuts most rows into the same number of cells, more than one; best the first row too."""
    sample = [line for line in text[:200_000].split("\n") if line.strip()][:_SAMPLE_ROWS]
    agreement: dict[str, int] = {}
    first: set[str] = set()
    for separator in _SEPARATORS:
        try:
            rows = list(csv.reader(sample, delimiter=separator))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        agreement[separator] = max(widths.values(), default=0)
        first |= {separator for row in rows[:1] if widths and len(row) == widths.most_common(1)[0][0]}
    best = max(agreement.values(), default=0)
    good = [one for one, count in agreement.items() if count >= max(1, 0.9 * best)]
    return next((one for one in good if one in first), good[0] if good else ",")
