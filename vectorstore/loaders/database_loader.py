"""SQLite databases and Parquet files: every table, its columns by their names, a row as a line."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable, too_long

_MOST_TABLES = 200


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All tables in the order of their names; `place` is "table NAME" of a database. Raises Unreadable."""
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden, decimal=".")
    if kind == "parquet":
        _read_parquet(path, draft, limits)
    else:
        _read_sqlite(path, draft, limits)
    return draft.finish()


def _read_sqlite(path: Path, draft: DocumentBuilder, limits: LoaderLimits) -> None:
    """Plain tables alone: a view or a virtual table is code that the file brings along."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        names = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        ).fetchmany(_MOST_TABLES + 1)
        if len(names) > _MOST_TABLES:
            raise Unreadable(f"has more than {_MOST_TABLES} tables", fix="Save those that matter as a file.")
        for (name,) in names:
            draft.go_to(None, f"table {name}")
            quoted = '"' + name.replace('"', '""') + '"'
            rows = database.execute(f"SELECT * FROM {quoted}")
            _write(draft, [each[0] for each in rows.description], rows, limits)


def _read_parquet(path: Path, draft: DocumentBuilder, limits: LoaderLimits) -> None:
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "1",
    }
    with duckdb.connect(":memory:", config=settings) as database:
        rows = database.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [each[0] for each in rows.description or []]
        _write(draft, names, iter(rows.fetchone, None), limits)


def _write(
    draft: DocumentBuilder, names: Sequence[str], rows: Iterable[Sequence[object]], limits: LoaderLimits
) -> None:
    """Write a table; one without rows says only what it would hold."""
    grid = [list(names)]
    size = 0
    for row in rows:
        cells = [_text(value) for value in row]
        size += sum(map(len, cells))
        if size > limits.characters:
            raise too_long(limits.characters)
        grid.append(cells)
    if len(grid) > 1:
        draft.write_table(grid, headers=1, numbers=range(len(grid)))
    else:
        draft.write("; ".join(names))


def _text(value: object) -> str:
    """A cell as text: nothing for NULL and for bytes, "yes" and "no", a day without midnight."""
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).removesuffix(" 00:00:00").split())
