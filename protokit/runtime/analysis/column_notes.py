"""The columns of the tables as a page shows them, and the types that a person has set."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import yaml

from protokit.runtime.runtime_errors import SettingsProblem, is_owners_page
from protokit.runtime.tables.table_answer import TableSource
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.visitor import HOSTED
from vectorstore.tables.table import Column, Table

ColumnType = Literal["number", "date", "yes/no", "text"]
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """What a column holds."""

    file: str
    table: str
    """Its name in SQL."""
    column: str
    type: str
    span: str
    """From the lowest to the highest value, or how many different ones."""
    gaps: int
    """Rows without a value of its type."""
    examples: tuple[str, ...]


def column_notes(table: TypedTable, name: str) -> list[ColumnNote]:
    """A note for each column of `table`, which SQL calls `name`."""
    return [
        ColumnNote(
            table.table.file, name, column.name, column.type, _span(column), _gaps(column), _examples(column)
        )
        for column in table.columns
    ]


def _span(column: TypedColumn) -> str:
    values = [value for value in column.values if value is not None]
    if not values:
        return "no value"
    if column.type == "number":
        numbers = [float(value) for value in values if isinstance(value, float | int)]
        return f"{min(numbers):,.10g} to {max(numbers):,.10g} {column.unit_text or column.unit}".strip()
    if column.type == "date":
        days = sorted(map(str, values))
        return f"{days[0]} to {days[-1]}"
    return f"{column.distinct:,} different"


def _gaps(column: TypedColumn) -> int:
    return sum(value is None for value in column.values)


def _examples(column: TypedColumn) -> tuple[str, ...]:
    return tuple(text[:60] for text, _ in Counter(filter(None, column.texts)).most_common(_EXAMPLES))


def may_set_types() -> bool:
    """Whether whoever looks at the page may set types: in `protokit run` the owner may, a guest elsewhere not."""
    return is_owners_page() and not os.environ.get(HOSTED)


class ColumnTypes:
    """`columns.yaml` of a prototype: file -> column -> type, where a person has changed one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mapping[str, Mapping[str, ColumnType]]:
        """The types that were set. Raises SettingsProblem where the file is not what it should be."""
        if not self._path.is_file():
            return {}
        return _read(self._path, self._path.stat().st_mtime_ns)

    def set(self, file: str, column: str, type_: str) -> None:
        """Keep `type_` (one of COLUMN_TYPES) for a column, or raise SettingsProblem for one that is none."""
        chosen = next((each for each in COLUMN_TYPES if each == type_), None)
        if chosen is None:
            raise SettingsProblem(f'"{type_}" is none of {", ".join(COLUMN_TYPES)}', where=column)
        types = {name: dict(columns) for name, columns in self.read().items()}
        types.setdefault(file, {})[column] = chosen
        draft = self._path.with_suffix(".part")
        try:
            draft.write_text(yaml.safe_dump(types, allow_unicode=True, sort_keys=True), encoding="utf-8")
            draft.replace(self._path)
        except OSError as problem:
            what, fix = f"cannot be written ({problem.strerror})", "Check that the folder may be written to."
            raise SettingsProblem(what, where=self._path.name, fix=fix) from None


@lru_cache(maxsize=8)
def _read(path: Path, _: int) -> Mapping[str, Mapping[str, ColumnType]]:
    where, fix = path.name, f"Write file, column and one of {', '.join(COLUMN_TYPES)}, or delete it."
    try:
        types = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        fits = all(type_ in COLUMN_TYPES for columns in types.values() for type_ in columns.values())
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError):
        fits = False
    if not fits:
        raise SettingsProblem("is no list of columns and their types", where=where, fix=fix)
    known: Mapping[str, Mapping[str, ColumnType]] = types
    return known


class SourceWithTypes:
    """Tables of a source, with the types that a person has set."""

    def __init__(self, source: TableSource, types: ColumnTypes) -> None:
        self._source, self._types = source, types
        self._made: dict[int, tuple[Table, object, Table]] = {}

    def tables(self, file: str | None = None) -> list[Table]:
        """Every table, or those of one file."""
        types = self._types.read()
        return [self._typed(table, types.get(table.file, {})) for table in self._source.tables(file)]

    def source_text(self, file: str) -> str:
        """The text of a file as it was read."""
        return self._source.source_text(file)

    def _typed(self, table: Table, types: Mapping[str, ColumnType]) -> Table:
        """`table` itself where nothing was set; the same object each time, which what was computed of it is kept by."""
        if not types:
            return table
        known = self._made.get(id(table))
        if known and known[0] is table and known[1] is types:
            return known[2]
        columns = tuple(_with_type(column, types) for column in table.columns)
        made = replace(table, columns=columns)
        self._made[id(table)] = (table, types, made)
        while len(self._made) > 256:
            self._made.pop(next(iter(self._made)))
        return made


def _with_type(column: Column, types: Mapping[str, ColumnType]) -> Column:
    """A number stays the money or the share that it was read as; a person knows it is a number."""
    name = " ".join(column.name.split())
    if name not in types or (types[name] == "number" and column.type in ("number", "money", "share")):
        return column
    return replace(column, type=types[name], chosen=True)
