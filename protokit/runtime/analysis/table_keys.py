"""By which columns tables belong together: where each value names exactly one row of another table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protokit.runtime.tables.question_tokens import cut
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.vocabulary import fold

_KEYS = frozenset(
    "id ids key code nr no num number nummer numero codigo code clave cle chave ref sku".split()
)
"""What a column is called that only tells rows apart."""
_GENERAL = frozenset("name date year month title description type status value amount total note".split())
"""What columns of any tables are called: to share it says nothing."""


@dataclass(frozen=True, eq=False)
class Join:
    """Each value of `column` in `table` stands once in `key` of `other`."""

    table: TypedTable
    column: TypedColumn
    other: TypedTable
    key: TypedColumn


def joins_of(tables: Sequence[TypedTable]) -> list[Join]:
    """Every join between two of the tables; none where two columns of one lead to the same other."""
    found = [
        join
        for table in tables
        for other in tables
        if other is not table and not _only_ties(other)
        for join in _joins(table, other)
    ]
    return [
        join
        for join in found
        if sum(each.table is join.table and each.other is join.other for each in found) == 1
    ]


def _joins(table: TypedTable, other: TypedTable) -> Iterator[Join]:
    keys = [column for column in other.columns if _tells_rows_apart(column)]
    for column in table.columns:
        fitting = [key for key in keys if _are_called_alike(column, other, key) and _names_rows(column, key)]
        if len(fitting) == 1:
            yield Join(table, column, other, fitting[0])


def _only_ties(table: TypedTable) -> bool:
    """Whether a table holds nothing but keys of others: its rows say nothing of what they name."""
    return all(fold(column.name).endswith("id") for column in table.columns)


def _tells_rows_apart(column: TypedColumn) -> bool:
    texts = column.texts
    is_whole = column.type == "text" or (
        column.type == "number"
        and not (column.unit or column.decimals or column.flag)
        and all(value is not None for value in column.values)
    )
    return is_whole and len(texts) > 1 and all(texts) and len(set(texts)) == len(texts)


def _names_rows(column: TypedColumn, key: TypedColumn) -> bool:
    """Whether every value of `column` is one of `key`."""
    values = {text for text in column.texts if text}
    return bool(values) and column.type == key.type and values <= set(key.texts)


def _are_called_alike(column: TypedColumn, other: TypedTable, key: TypedColumn) -> bool:
    """ "customer_id" is the "id" of customers, "customer" their name; "city_name" is "city_name" anywhere."""
    name, key_name = fold(column.name), fold(key.name)
    if name == key_name:
        words = {token.text for token in cut(column.name, other.language, camel=True)}
        is_id = key.type == "text" or name.endswith("id") or bool(words & _KEYS)
        return is_id and name not in _KEYS and name not in _GENERAL
    said = [t for t in cut(column.name, other.language, camel=True) if t.text not in _KEYS]
    rows = _stems(other)
    if not said or not all(token.stems & rows for token in said):
        return False
    return key is other.key or _is_id_of(key, rows, other.language)


def _is_id_of(key: TypedColumn, rows: frozenset[str], language: str) -> bool:
    tokens = cut(key.name, language, camel=True)
    return any(t.text in _KEYS for t in tokens) and all(t.text in _KEYS or t.stems & rows for t in tokens)


def _stems(table: TypedTable) -> frozenset[str]:
    """The words that a table is called by."""
    place = table.table.place.partition(" ")[2]
    stem = table.table.file.rpartition("/")[2].rpartition(".")[0]
    tokens = cut((place or stem).replace("_", " "), table.language, camel=True)
    return frozenset(stem for token in tokens for stem in token.stems)
