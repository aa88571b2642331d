"""A table with the value of every cell: what a query computes over, and what a question's words are linked to."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import inf

from protokit.runtime.tables.units import CURRENCIES, minutes, unit_code, unit_in_name
from protokit.runtime.tables.vocabulary import fold, words
from vectorstore.tables.cell_values import cell_value
from vectorstore.tables.table import Column, Table, TableRow
from vectorstore.text.languages import guess

Value = float | date | bool | str | None
_ID = re.compile(r"(?:^|[\W_])(?:id|ID|Id)$|^[a-z]{0,2}id$|[a-z]I[dD]$")
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")


@dataclass(frozen=True, eq=False)
class TypedColumn:
    """A column with its values; each is itself alone, so that none is compared value by value."""

    index: int
    name: str
    """Never empty and no other column's: "column 3" where the source has no name."""
    type: str
    """"number", "date", "yes/no" or "text"."""
    unit: str
    """Currency, "%" or unit of its numbers, in one form; empty without one."""
    values: tuple[Value, ...]
    """One a row of data, None where the cell is empty or of another type."""
    texts: tuple[str, ...]
    decimals: int = 0
    """Most decimals that a cell shows."""
    unit_text: str = ""
    """The unit as the file writes it, where its cells do not say it."""
    scaled: bool = False
    """Its durations were brought to minutes, so that a value is no number that the file shows."""

    @property
    def money(self) -> bool:
        """Whether its numbers are amounts of money."""
        return self.unit[:3] in CURRENCIES

    @cached_property
    def distinct(self) -> int:
        """How many different values it has."""
        return len({fold(text) for text in self.texts if text})

    @cached_property
    def is_id(self) -> bool:
        """Whether its numbers only tell rows apart: nobody adds them up or asks for the highest."""
        return bool(_ID.search(self.name)) or (self.type == "number" and self._counts_rows())

    def _counts_rows(self) -> bool:
        """Whether it numbers the rows: whole numbers without a gap, each once."""
        numbers = {value for value in self.values if isinstance(value, float)}
        plain = not (self.unit or self.decimals) and len(numbers) == len(self.values) > 9
        return plain and max(numbers) - min(numbers) == len(numbers) - 1

    @cached_property
    def flag(self) -> bool:
        """Whether it says yes or no, also as 1 and 0."""
        return self.type == "yes/no" or (
            self.type == "number" and not self.unit and set(self.values) - {None} == {0.0, 1.0}
        )


@dataclass(frozen=True, eq=False)
class TypedTable:
    """A table's rows of data, without those that sum up others."""

    table: Table
    columns: tuple[TypedColumn, ...]
    rows: tuple[int, ...]
    """Positions in `table.rows`."""
    language: str = "en"
    parts: tuple[Table, ...] = ()
    """The tables of the pages that it goes on over; empty for one that stands on one."""

    def part(self, row: TableRow) -> Table:
        """The table on the page of `row`, one of `table.rows`."""
        return next((part for part in self.parts if row.start <= part.rows[-1].start), self.table)

    @cached_property
    def key(self) -> TypedColumn:
        """The column that names its rows: the first whose texts differ in nearly every row."""
        rows = max(1, len(self.rows))
        first = self.columns[0]
        if first.type != "text" and first.distinct == rows and not _is_numbering(first):
            return first
        texts = [column for column in self.columns if column.type == "text" and any(column.texts)]
        named = [c for c in texts if c.distinct >= 0.9 * rows and len(max(c.texts, key=len)) <= 120]
        return (named or texts or list(self.columns))[0]


def _is_numbering(column: TypedColumn) -> bool:
    """Whether it only counts the rows, or numbers them where another column names them."""
    name = fold(column.name)
    return name.startswith("column ") or bool(
        re.search(r"(?:^|[\W_])(?:id|nr|no|num|number)$|^#$|[a-z]id$", name)
    )


_KEPT: OrderedDict[tuple[int, ...], tuple[tuple[Table, ...], TypedTable]] = OrderedDict()
_MOST_KEPT = 256


def typed(table: Table, *rest: Table) -> TypedTable:
    """`table`, and `rest` of it on the pages behind, with the values of its cells; made once while it is in use."""
    parts = (table, *rest)
    key = tuple(map(id, parts))  # to compare large tables takes longer than a question may
    known = _KEPT.pop(key, None)
    same = known and all(one is other for one, other in zip(known[0], parts, strict=True))
    made = known[1] if known and same else _typed(_one(parts), parts if rest else ())
    _KEPT[key] = (parts, made)
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return made


def _one(parts: tuple[Table, ...]) -> Table:
    if len(parts) == 1:
        return parts[0]
    word = parts[0].place.partition(" ")[0]
    place = f"{word}s {parts[0].page}-{parts[-1].page}" if word else ""
    return replace(parts[0], rows=tuple(row for part in parts for row in part.rows), place=place)


def whole_tables(tables: Sequence[Table]) -> list[TypedTable]:
    """The tables with those put together that go on over the end of a page: the same columns, on the page behind."""
    groups: list[list[Table]] = []
    for table in tables:
        if groups and _goes_on(groups[-1][-1], table):
            groups[-1].append(table)
        else:
            groups.append([table])
    return [typed(*group) for group in groups]


def _goes_on(before: Table, table: Table) -> bool:
    names = [column.name for column in table.columns]
    return (
        before.file == table.file
        and before.page is not None
        and table.page == before.page + 1
        and any(names)
        and names == [column.name for column in before.columns]
    )


def _typed(table: Table, parts: tuple[Table, ...]) -> TypedTable:
    """The values of all cells; rows that sum up others are left out."""
    rows = tuple(index for index, row in enumerate(table.rows) if not row.total and any(row.cells))
    code = guess(" ".join([*(column.name for column in table.columns), table.title, table.heading]))
    names = _names(table)
    columns = []
    for index, column in enumerate(table.columns):
        texts = tuple(
            table.rows[row].cells[index] if index < len(table.rows[row].cells) else "" for row in rows
        )
        columns.append(_typed_column(index, names[index], column, texts))
    return TypedTable(table, tuple(columns), rows, code if code in _LANGUAGES else "en", parts)


def _names(table: Table) -> list[str]:
    names: list[str] = []
    for number, column in enumerate(table.columns, start=1):
        name = " ".join(column.name.split()) or f"column {number}"
        taken = fold(name) in (*map(fold, names), "row_number")  # the last is the database's own
        names.append(f"{name} #{number}" if taken else name)
    return names


def _typed_column(index: int, name: str, column: Column, texts: tuple[str, ...]) -> TypedColumn:
    if column.type in ("number", "money", "share"):
        written = column.unit or ("%" if column.type == "share" else unit_in_name(name))
        known = {text: _number(text, column) for text in set(texts)}
        values = tuple(known[text] for text in texts)
        decimals = max(map(_decimals, texts), default=0)
        return TypedColumn(index, name, "number", unit_code(written), values, texts, decimals, written)
    if column.type in ("date", "yes/no"):
        kind = date if column.type == "date" else bool
        read = {text: cell_value(text, column).value for text in set(texts)}
        days = tuple(value if isinstance(value := read[text], kind) else None for text in texts)
        return TypedColumn(index, name, column.type, "", days, texts)
    if column.chosen:
        return TypedColumn(index, name, "text", "", tuple(text or None for text in texts), texts)
    if any(text.isdecimal() for text in texts) and all(map(_is_number, filter(None, texts))):
        numbers = tuple(_plain_number(text) for text in texts)
        written = unit_in_name(name)
        return TypedColumn(index, name, "number", unit_code(written), numbers, texts, 0, written)
    lengths = tuple(minutes(text) for text in texts)
    if sum(each is not None for each in lengths) >= 0.75 * max(1, sum(map(bool, texts))):
        return TypedColumn(index, name, "number", "min", lengths, texts, scaled=True)
    return TypedColumn(index, name, "text", "", tuple(text or None for text in texts), texts)


def _is_number(text: str) -> bool:
    """Whether it is a whole number or a word for one, such as "unlimited"."""
    return text.isdecimal() or _word_number(text) is not None


def _plain_number(text: str) -> float | None:
    return float(text) if text.isdecimal() else _word_number(text)


def _word_number(text: str) -> float | None:
    said = fold(text)
    return inf if said in words("unlimited") else 0.0 if said in words("free") else None


def _number(text: str, column: Column) -> float | None:
    value = cell_value(text, column).value if text else None
    if isinstance(value, Decimal):
        return float(value)
    return _word_number(text)


def _decimals(text: str) -> int:
    match = re.search(r"\d[.,](\d+)(?!.*\d)", text)
    return len(match[1]) if match and len(match[1]) != 3 else 0
