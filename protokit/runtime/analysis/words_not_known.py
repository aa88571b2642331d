"""What of a question no table knows, and the nearest question that can be computed."""

from collections.abc import Sequence

from protokit.runtime.tables.question_reading import read_question
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable


def words_not_known(question: str, tables: Sequence[TypedTable]) -> list[str]:
    """The words that stand for nothing in the table that knows most of them."""
    unknown = [_unknown(question, table) for table in tables]
    return min(unknown, key=len, default=[])


def _unknown(question: str, table: TypedTable) -> list[str]:
    reading = read_question(question, words_of(table))
    linked = {i for link in reading.columns for i in range(link.start, link.end)}
    linked |= {i for link in reading.values for i in range(link.start, link.end)}
    linked |= {i for signal in reading.signals for i in range(signal.start, signal.end)}
    linked |= reading.used | reading.context | set(reading.about)
    return [
        token.text
        for i, token in enumerate(reading.tokens)
        if i not in linked and not reading.plain[i] and not token.is_number
    ]


def nearest_question(question: str, tables: Sequence[TypedTable]) -> str:
    """A question about the columns that the given one names, which can be computed; empty without a table."""
    if not tables:
        return ""
    table = min(tables, key=lambda each: len(_unknown(question, each)))
    named = [link.column for link in read_question(question, words_of(table)).columns]
    numbers = [c for c in (*named, *table.columns) if c.type == "number" and not c.flag]
    groups = [c for c in (*named, *table.columns) if _is_group(c, table)]
    if numbers and groups:
        return f"average {numbers[0].name} per {groups[0].name}"
    if groups:
        return f"how many rows per {groups[0].name}"
    return f"what is the highest {numbers[0].name}?" if numbers else ""


def _is_group(column: TypedColumn, table: TypedTable) -> bool:
    return column.type == "text" and 1 < column.distinct <= max(2, len(table.rows) // 2)
