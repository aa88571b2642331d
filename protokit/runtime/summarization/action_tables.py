"""Reads action items from tables that have a column for the task and one for who does it or by when."""

import re

from protokit.runtime.summarization.content_units import Unit, fold
from protokit.runtime.summarization.summary_patterns import pattern
from protokit.runtime.summarization.summary_types import Point
from vectorstore.text.sentences import Span

_SEPARATOR = re.compile(r"\t|\|")
_LABELLED = re.compile(r"(?:\A|;)\s*(?P<label>[^:;]{1,40}):\s(?P<value>[^;]*[^;\s])")
_COLUMNS = ("what", "what_else", "who", "by_when", "status")


def table_actions(text: str, units: list[Unit], heading: str) -> list[Point]:
    """One point for each open task of the tables among `units`; its spans are the cells that were read."""
    points = []
    columns: dict[str, int] = {}
    for unit in units:
        if unit.kind == "noise" and set(unit.text) <= set("|-: \t"):
            continue
        if unit.kind != "row":
            columns = {}
        elif labelled := _labelled_cells(text, unit):
            points += _row(text, labelled, heading)
        elif not columns:
            columns = _columns(_cells(text, unit), text)
        else:
            cells = _cells(text, unit)
            named = {role: cells[index] for role, index in columns.items() if index < len(cells)}
            points += _row(text, named, heading)
    return points


def _labelled_cells(text: str, row: Unit) -> dict[str, Span]:
    """The cells by role of a row that names its columns: "Owner: Ines; Task: call the printer; Due: 5 May"."""
    line = text[row.start : row.end]
    pairs = [] if _SEPARATOR.search(line) else list(_LABELLED.finditer(line))
    labels = [Span(row.start + pair.start("label"), row.start + pair.end("label")) for pair in pairs]
    return {
        role: Span(row.start + pairs[index].start("value"), row.start + pairs[index].end("value"))
        for role, index in _columns(labels, text).items()
    }


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
    if "what" not in columns and {"what_else", "who", "by_when"} <= columns.keys():
        columns["what"] = columns["what_else"]
    return columns if "what" in columns else {}


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


def _row(text: str, texts: dict[str, Span], heading: str) -> list[Point]:
    """The point of a row whose cells are `texts`, by role; none where nothing is to be done or nobody is to do it."""
    words = {role: fold(text[cell.start : cell.end]) for role, cell in texts.items()}
    if (
        len(words) < 2
        or not pattern("task").search(words.get("what", ""))
        or pattern("done").match(words.get("status", ""))
    ):
        return []
    spans = tuple(
        sorted(
            (cell for role, cell in texts.items() if words[role] and role in ("who", "what", "by_when")),
            key=lambda cell: cell.start,
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
