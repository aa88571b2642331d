"""What stands side by side on a page of a PDF: columns of text, or a table and its rows."""

import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from vectorstore.loaders.pdf.page_words import Grid, Run
from vectorstore.loaders.table_lines import is_number, named_lines

Edges = tuple[float, float]
"""Left and right of a column."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_BETWEEN_ROWS = 1.22
"""Lines so much further apart than the closest ones begin a new row of a table, or a new paragraph."""


def columns(rows: list[list[Run]]) -> list[Edges]:
    """The columns from the left: the runs of all rows, joined where they overlap.

    Where a long cell reaches over the next column, or a name stands between two that it groups, only the rows with
    most cells count.
    """
    widest = max(map(len, rows))
    found = _merged([one for row in rows for one in row])
    full = [row for row in rows if len(row) == widest]
    if len(found) > widest > 2 and len(full) > 1 and len(full) * 2 >= len(rows):
        alike = _merged([one for row in full for one in row])
        return alike if len(alike) == widest else found
    if len(found) < widest:
        found = _merged([one for row in rows if len(row) >= max(2, widest - 1) for one in row])
    if len(found) < widest:
        found = _merged([one for row in rows if len(row) == widest for one in row])
    return found


def _merged(runs: list[Run]) -> list[Edges]:
    merged: list[Edges] = []
    for one in sorted(runs, key=lambda one: one.left):
        if merged and one.left < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], one.right)
        else:
            merged.append((one.left, one.right))
    return merged


def are_columns_of_text(found: list[list[Run]]) -> bool:
    """Whether to read `found` one after the other: prose beside prose, or lines that share no heights.

    Cells of a row share a height, and the rows of a table begin side by side, as paragraphs only do by chance.
    """
    if min(map(len, found)) < 3:
        return False
    shared = [_share_beside(left, right) for left, right in pairwise(found)]
    if max(shared) < 0.4 and max(map(len, found)) > 5:
        return True
    return all(map(_is_prose, found)) and not any(_begin_together(*pair) for pair in pairwise(found))


def _share_beside(left: list[Run], right: list[Run]) -> float:
    """The share of lines of the shorter column that have a line of the other at the same height."""
    shorter, longer = sorted((left, right), key=len)
    heights = [one.middle for one in longer]
    return sum(any(abs(one.middle - other) < 1.5 for other in heights) for one in shorter) / len(shorter)


def _is_prose(column: list[Run]) -> bool:
    """Lines that fill their column, as running text does and cells do not."""
    width = max(one.right for one in column) - min(one.left for one in column)
    full = sum(one.right - one.left >= 0.6 * width for one in column)
    return full >= 0.5 * len(column) and width >= 7 * median(one.height for one in column)


def _begin_together(left: list[Run], right: list[Run]) -> bool:
    """Whether the paragraphs of two columns begin at the same heights."""
    starts, others = _starts(left), _starts(right)
    beside = sum(any(abs(start - other) < 2 for other in others) for start in starts)
    return len(starts) > 2 and beside >= 0.6 * max(len(starts), len(others))


def _starts(column: list[Run]) -> list[float]:
    """The heights at which paragraphs of a column begin."""
    tops = sorted({round(one.top, 1) for one in column}, reverse=True)
    usual = median([above - below for above, below in pairwise(tops)] or [0.0])
    return tops[:1] + [below for above, below in pairwise(tops) if above - below > _BETWEEN_ROWS * usual]


def table(rows: list[list[Run]], edges: list[Edges]) -> list[Grid | str]:
    """The rows as a table, or two side by side; as plain lines where they are labels and their values, and nothing
    names columns.
    """
    head = two_lined_head(rows, edges)
    grid = Grid([*head, *_grid(rows[len(head) :], edges)], edges, len(head) or _bold_head(rows))
    if len(grid.rows) > 1 and (len(edges) > 2 or grid.headers or named_lines(grid.rows)[0]):
        return [*_beside(grid)]
    return ["  ".join(filter(None, row)) for row in grid.rows]


def _beside(grid: Grid) -> list[Grid]:
    """`grid`, or the two tables that it is: their names come twice, and the widest gap is between them."""
    gaps = [following[0] - edge[1] for edge, following in pairwise(grid.edges)]
    names, cut = grid.rows[0], gaps.index(max(gaps)) + 1 if gaps else 0
    if (
        not cut
        or max(gaps) <= 0
        or set(names[:cut]).isdisjoint(filter(None, names[cut:]))
        or grid.headers == 2
    ):
        return [grid]
    parts = [(slice(0, cut), grid.edges[:cut]), (slice(cut, None), grid.edges[cut:])]
    if any(len(edges) < 2 or len(set(names[part])) < len(names[part]) for part, edges in parts):
        return [grid]
    return [
        Grid([row[part] for row in grid.rows if any(row[part])], edges, grid.headers or 1)
        for part, edges in parts
    ]


def _bold_head(rows: list[list[Run]]) -> int | None:
    """1 where only the first row is in bold."""
    bold = [all(one.bold for one in row) for row in rows]
    return 1 if len(rows[0]) > 1 and bold[0] and not any(bold[1:]) and len(rows) > 1 else None


def two_lined_head(rows: list[list[Run]], edges: list[Edges]) -> list[list[str]]:
    """Two rows of names where the upper ones each stand over several columns, as cells; else none."""
    if len(rows) < 3 or not len(rows[0]) < len(rows[1]) <= len(edges):
        return []
    words = all(not is_number(one.text) or _YEAR.fullmatch(one.text) for row in rows[:2] for one in row)
    if not words or not any(is_number(one.text) for row in rows[2:] for one in row):
        return []
    spans = [_span(one, rows[0], edges) for one in rows[0]]
    if not any(last > first for first, last in spans) or (len(spans) == 1 and spans[0][0] == 0):
        return []
    upper = [""] * len(edges)
    for one, (first, last) in zip(rows[0], spans, strict=True):
        upper[first : last + 1] = [one.text] * (last + 1 - first)
    return [upper, _cells(rows[1], edges)]


def _span(one: Run, row: list[Run], edges: list[Edges]) -> tuple[int, int]:
    """The columns that a name stands over: centred on them, or at the left of the first."""
    right = min((other.left for other in row if other.left > one.right), default=float("inf"))
    left = max((other.right for other in row if other.right < one.left), default=float("-inf"))
    free = [number for number, edge in enumerate(edges) if left < edge[0] and edge[1] < right]
    if not free:
        return (place := _column_of(one, edges)), place
    middle = (one.left + one.right) / 2

    def apart(span: tuple[int, int]) -> float:
        first, last = edges[span[0]], edges[span[1]]
        return min(abs((first[0] + last[1]) / 2 - middle), abs(first[0] - one.left) + 1)

    spans = [(first, last) for first in free for last in free if first <= last]
    best = min(map(apart, spans))
    return max((span for span in spans if apart(span) < best + 1), key=lambda span: span[1] - span[0])


def _grid(rows: list[list[Run]], edges: list[Edges]) -> list[list[str]]:
    """The cells by columns; the lines of wrapped cells are put together."""
    grid: list[list[str]] = []
    for part in _close_rows(rows):
        cells = [_cells(row, edges) for row in part]
        if _is_one_row(part, cells, edges):
            grid.append([" ".join(filter(None, column)) for column in zip(*cells, strict=True)])
            continue
        for number, line in enumerate(cells):
            if number and not line[0] and _can_follow(grid[-1], line):
                grid[-1] = [" ".join(filter(None, pair)) for pair in zip(grid[-1], line, strict=True)]
            else:
                grid.append(line)
    return grid


def _close_rows(rows: list[list[Run]]) -> Iterator[list[list[Run]]]:
    """Lines that stand closer together than others do, as those of one wrapped row."""
    steps = [above[0].middle - below[0].middle for above, below in pairwise(rows)]
    closest = min((step for step in steps if step > 0.5 * rows[0][0].height), default=0.0)
    part = rows[:1]
    for step, row in zip(steps, rows[1:], strict=True):
        if step > _BETWEEN_ROWS * closest or step > 1.3 * row[0].height:
            yield part
            part = []
        part.append(row)
    yield part


def _cells(row: list[Run], edges: list[Edges]) -> list[str]:
    cells = [""] * len(edges)
    for one in row:
        place = _column_of(one, edges)
        cells[place] = f"{cells[place]} {one.text}".strip()
    return cells


def _is_one_row(part: list[list[Run]], cells: list[list[str]], edges: list[Edges]) -> bool:
    """Whether close lines are one row with wrapped cells: one label at most, and no number under anything."""
    labelled = sum(1 for line in cells if line[0])
    if labelled > 1 and not all(_is_full(row[0], edges[0]) for row in part[:-1]):
        return False
    columns = [[cell for cell in column if cell] for column in zip(*cells, strict=True)]
    return not any(is_number(cell) for column in columns for cell in column[1:])


def _can_follow(above: list[str], cells: list[str]) -> bool:
    """Whether `cells` can be further lines of the cells above them: under words, and no numbers."""
    under = [(over, cell) for over, cell in zip(above, cells, strict=True) if cell]
    return all(over and not is_number(cell) for over, cell in under)


def _is_full(one: Run, edges: Edges) -> bool:
    """Whether a line fills a column wide enough for sentences, so that the next line may continue it."""
    width = edges[1] - edges[0]
    return width > 10 * one.height and one.right - one.left > 0.75 * width


def _column_of(one: Run, edges: list[Edges]) -> int:
    """The column that a run overlaps most, or else the nearest."""
    overlaps = [min(one.right, right) - max(one.left, left) for left, right in edges]
    return max(range(len(edges)), key=overlaps.__getitem__)
