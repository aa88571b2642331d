"""JSON and JSON lines: a list of records reads like a table, anything deeper as "path: value" lines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.notebook import write_notebook

_MAX_DEPTH = 100


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """One line a record, or a value where there are no records. Raises Unreadable for broken JSON."""
    text = decode(path.read_bytes())
    draft = DocumentBuilder(kind, limits.characters)
    try:
        if kind == "jsonl":
            _write_records(draft, [json.loads(line) for line in text.splitlines() if line.strip()])
        else:
            data = json.loads(text)
            if (
                path.suffix.lower() == ".ipynb"
                and isinstance(data, dict)
                and isinstance(data.get("cells"), list)
            ):
                write_notebook(draft, data["cells"])
            else:
                write_data(draft, data)
    except json.JSONDecodeError as problem:
        raise Unreadable(
            f"is not valid JSON (line {problem.lineno}: {problem.msg})",
            fix="Export it again, or correct that line.",
        ) from None
    return draft.finish()


def write_data(draft: DocumentBuilder, data: Any) -> None:
    """Write what JSON, or anything like it, says: lists of records as lines, anything deeper by its path."""
    if isinstance(data, list):
        _write_records(draft, data)
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
                draft.head(1, str(key))
                _write_records(draft, value)
                draft.under(1, "")
            else:
                draft.write("\n".join(_pairs(value, str(key))))
    else:
        draft.write(_shown(data))


def _write_records(draft: DocumentBuilder, records: list[Any]) -> None:
    for number, record in enumerate(records, start=1):
        pairs = list(_pairs(record, ""))
        long = sum(map(len, pairs)) > 400
        draft.write("\n".join(pairs) if long else "; ".join(pairs), row=number, tight=number > 1 and not long)


def _pairs(value: Any, path: str, depth: int = 0) -> Iterator[str]:
    """ "plan.price: 20" for every value below `value`; plain lists of short values stay on one line."""
    if depth > _MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list) and all(not isinstance(item, dict | list) for item in value):
        if value:
            yield _labelled(path, ", ".join(_shown(item) for item in value))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _pairs(inner, f"{path}.{number}" if path else str(number), depth + 1)
    elif value is not None and value != "":
        yield _labelled(path, _shown(value))


def _labelled(path: str, text: str) -> str:
    return f"{path}: {text}" if path else text


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
