"""What a query found, as a sentence for a reader, with the rows that each part of it rests on."""

from protokit.runtime.tables.query import (
    Aggregate,
    Compare,
    ListAll,
    LookUp,
    Query,
    ShareOf,
    Superlative,
)
from protokit.runtime.tables.tell_comparison import ComparisonTelling
from protokit.runtime.tables.tell_extremes import ExtremeTelling
from protokit.runtime.tables.tell_rows import RowTelling
from protokit.runtime.tables.tell_values import ValueTelling
from protokit.runtime.tables.telling import Part
from protokit.runtime.tables.typed_table import TypedTable


def sentence(query: Query, table: TypedTable, language: str) -> list[Part]:
    """The parts of the answer. Raises NoResult where the table holds none."""
    match query:
        case LookUp():
            return RowTelling(table, language).look_up(query)
        case ListAll():
            return RowTelling(table, language).list_all(query)
        case Superlative():
            return ExtremeTelling(table, language).superlative(query)
        case Aggregate():
            return ValueTelling(table, language).aggregate(query)
        case ShareOf():
            return ValueTelling(table, language).share(query)
        case Compare():
            return ComparisonTelling(table, language).compare(query)
