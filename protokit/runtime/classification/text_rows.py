"""What a visitor gives, as the texts to sort: one text, one a line, or the column of a table."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.runtime.runtime_errors import RuntimeProblem

if TYPE_CHECKING:
    from vectorstore.tables.table import Table

LABEL_COLUMNS = frozenset(
    "label labels class category categories tag kind type sentiment intent etiqueta étiquette kategorie 标签".split()
)
"""What the column of right labels is called in tables."""

_MAILS = frozenset({".eml", ".mbox", ".msg"})
_HEADING = 2
"""Words that the name of a column has at most."""


@dataclass(frozen=True, slots=True)
class TextRows:
    """Some texts, and the labels that somebody had given them, each "" where there is none."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]


def read_texts(text: str, *, lines: bool = False, column: str = "") -> TextRows:
    """The texts in `text`: it may be a JSON list of texts or of rows, of which `column` or the wordiest is read.

    Raises RuntimeProblem where there is no such column.
    """
    if (rows := _json_rows(text)) is not None:
        return _of_rows(rows, column)
    texts = [line.strip() for line in text.splitlines() if line.strip()] if lines else [text.strip()]
    return TextRows(tuple(texts), ("",) * len(texts))


def read_text_file(path: Path) -> str:
    """The texts of a file as `read_texts` takes them: the rows of its table, its mails, else its text."""
    from vectorstore.loaders import read

    document = read(path)
    if path.suffix.lower() in _MAILS:
        mails = [_mail(document.text[each.start : each.end]) for each in document.sections]
        return json.dumps(mails, ensure_ascii=False) if len(mails) > 1 else _mail(document.text)
    if path.suffix.lower() in (".csv", ".tsv") and all(len(table.columns) < 2 for table in document.tables):
        return _one_column(document.text)
    if not document.tables:
        return document.text
    rows = [row for table in document.tables for row in _rows(table)]
    return json.dumps(rows, ensure_ascii=False)


def text_columns(text: str) -> list[str]:
    """The names of the columns in `text`, the one that would be read first; empty where it is no table."""
    rows = _json_rows(text) or []
    tables = [row for row in rows if isinstance(row, dict)]
    names = list(dict.fromkeys(name for row in tables for name in row))
    return sorted(names, key=lambda name: -_wordiness(tables, name))


def _mail(text: str) -> str:
    """Its subject and what it says: who wrote to whom decides nothing."""
    return re.sub(r"\A(?:[A-Z][\w-]+: .*(?:\n|\Z))*", _subject, text).strip()


def _subject(head: re.Match[str]) -> str:
    subject = re.search(r"^Subject: (.*)$", head[0], re.MULTILINE)
    return f"{subject[1]}\n" if subject else ""


def _rows(table: "Table") -> list[dict[str, str]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row.cells, strict=False)) for row in table.rows]


def _one_column(text: str) -> str:
    """The lines of a table of a single column as JSON, without the column's name."""
    lines = [line.strip().strip('"') for line in text.splitlines() if line.strip()]
    headed = len(lines) > 1 and len(lines[0].split()) <= _HEADING
    return json.dumps(lines[headed:], ensure_ascii=False)


def _json_rows(text: str) -> list[str | dict[str, str]] | None:
    if not text.lstrip().startswith("["):
        return None
    try:
        rows = json.loads(text)
    except ValueError:
        return None
    plain = isinstance(rows, list) and all(isinstance(row, str | dict) for row in rows)
    return rows if plain and rows else None


def _of_rows(rows: Sequence[str | dict[str, str]], column: str) -> TextRows:
    tables = [row for row in rows if isinstance(row, dict)]
    names = text_columns(json.dumps(tables)) if tables else []
    if column and column not in names:
        what = f'There is no column "{column}"; there are: {", ".join(names)}.'
        raise RuntimeProblem(what, friendly=what)
    label = next((name for name in names if name.strip().lower() in LABEL_COLUMNS), "")
    chosen = column or next((name for name in names if name != label), "")
    texts, labels = [], []
    for row in rows:
        told = row if isinstance(row, str) else str(row.get(chosen) or "")
        if told.strip():
            texts.append(told.strip())
            labels.append(
                "" if isinstance(row, str) or label == chosen else str(row.get(label) or "").strip()
            )
    return TextRows(tuple(texts), tuple(labels))


def _wordiness(rows: Sequence[Mapping[str, str]], name: str) -> int:
    return sum(len(str(row.get(name) or "").split()) for row in rows[:200])
