"""Reads action items from tables that have a column for the task and one for who does it or by when."""

from protokit.runtime.summarization.content_units import Unit, fold
from protokit.runtime.summarization.summary_patterns import pattern
from protokit.runtime.summarization.summary_types import Point
from vectorstore.text.sentences import Span

_COLUMNS = ("what", "who", "by_when", "status")


def table_actions(text: str, units: list[Unit], heading: str) -> list[Point]:
    """One point for each open task of the tables among `units`; its spans are the cells that were read."""
    points = []
    columns: dict[str, int] = {}
    for unit in units:
        if unit.kind == "noise" and set(unit.text) <= set("|-: \t"):
            continue
        if unit.kind != "row":
            columns = {}
        elif not columns:
            columns = _columns(_cells(text, unit), text)
        elif "what" in columns and len(columns) > 1:
            points += _row(text, _cells(text, unit), columns, heading)
    return points


def _columns(cells: list[Span], text: str) -> dict[str, int]:
    """Which column is which, by the header row's words; empty where they do not say what is to be done."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        title = text[cell.start : cell.end].strip("*_ :：")
        role = next(
            (role for role in _COLUMNS if role not in columns and pattern(f"column_{role}").fullmatch(title)),
            "",
        )
        if role:
            columns[role] = index
    return columns


def _cells(text: str, row: Unit) -> list[Span]:
    """The cells of a row, without outer white space; an empty one has no length."""
    start, end = row.start, row.end
    separator = "|" if "|" in text[start:end] else "\t"
    cells = []
    for cell in text[start:end].split(separator):
        blank = len(cell) - len(cell.lstrip())
        cells.append(Span(start + blank, start + max(blank, len(cell.rstrip()))))
        start += len(cell) + 1
    return cells


def _row(text: str, cells: list[Span], columns: dict[str, int], heading: str) -> list[Point]:
    texts = {role: cells[index] for role, index in columns.items() if index < len(cells)}
    words = {role: fold(text[cell.start : cell.end]) for role, cell in texts.items()}
    if not words.get("what") or pattern("done").match(words.get("status", "")):
        return []
    spans = tuple(
        sorted(
            (cell for role, cell in texts.items() if words[role] and role != "status"), key=lambda c: c.start
        )
    )
    quoted = " ".join(fold(text[span.start : span.end]) for span in spans)
    return [
        Point(
            quoted,
            spans,
            heading,
            who=words.get("who", ""),
            what=words["what"],
            by_when=words.get("by_when", ""),
        )
    ]
