"""The passages that an answer over a table rests on: a few rows one by one, many that stand together as one."""

from collections.abc import Sequence

from protokit.runtime.assistant_types import Citation
from protokit.runtime.tables.query import Aggregate, Query
from protokit.runtime.tables.typed_table import TypedTable
from vectorstore.passage import Passage
from vectorstore.tables.table import Table, TableRow

_LONGEST_PASSAGE = 2_000
"""Characters of a passage that holds many rows."""
_MOST_EACH = 5
"""Rows that are cited one by one where they need not be; of many far apart the first are."""


def cite(passage: Passage, marks: tuple[tuple[int, int], ...], citations: list[Citation]) -> int:
    """The number of the citation of `passage`, which is added to `citations` where it is not there."""
    for known in citations:
        if (known.passage.file, known.passage.start, known.passage.end) == (
            passage.file,
            passage.start,
            passage.end,
        ):
            return known.number
    citations.append(Citation(len(citations) + 1, passage, marks))
    return len(citations)


def row_passages(
    rows: Sequence[int], table: TypedTable, query: Query, source: str
) -> list[tuple[Passage, tuple[tuple[int, int], ...]]]:
    """A passage for each of a few rows, or one for all with the rows marked."""
    if not rows:
        return []
    places = sorted((table.table.rows[table.rows[row]] for row in rows), key=lambda row: row.start)
    start, end = places[0].start, places[-1].end
    together = len(places) > _MOST_EACH or isinstance(query, Aggregate)
    one_page = table.part(places[0]) is table.part(places[-1])
    if together and one_page and len(places) > 1 and end - start <= _LONGEST_PASSAGE:
        marks = tuple((place.start - start, place.end - start) for place in places)
        return [(_passage(table.part(places[0]), source, places[0], places[-1]), marks)]
    shown = places if len(places) <= 2 * _MOST_EACH else places[:_MOST_EACH]
    return [(_passage(table.part(row), source, row, row), ((0, row.end - row.start),)) for row in shown]


def _passage(table: Table, source: str, first: TableRow, last: TableRow) -> Passage:
    start, end = first.start, last.end
    rows = (
        ""
        if first.number is None
        else f"row {first.number}"
        if first is last
        else f"rows {first.number}-{last.number}"
    )
    place = ", ".join(part for part in (table.place, rows) if part)
    return Passage(source[start:end], table.file, start, end, table.page, place, table.heading, 1.0, 1.0)
