"""From words with places on a page to paragraphs in the order a person reads them: columns, rows, paragraphs.

Lengths are in points (1/72 inch), x grows to the right and y upwards, as in PDF. A `Run` is words with only
spaces between them. Runs are split into columns where an empty strip separates prose from prose; elsewhere
they are read row by row, and runs that share a row are the cells of a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vectorstore.reading.tables import lines

_BULLET = re.compile(r"(?:[-–—•●○◦▪■□‣*·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CUT_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}-$")
_EAST_ASIAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff1f]")
_STEP = 3.0
"""Width of the strips, in points, in which the search for gutters counts runs."""


Box = tuple[float, float, float, float]
"""Left, right, bottom and top. A plain tuple: a long file has hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words on one line with only spaces between them."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Block:
    """A paragraph, a heading or a row of a table, in reading order."""

    text: str
    height: float
    """Height of its line; 0 for a row of a table, which is never a heading."""
    bold: bool = False
    tight: bool = False
    """It follows the block before it as the next row of the same table or list."""
    edge: bool = False
    """It stands first or last on its page, where running heads are."""


def around(box: Box, other: Box) -> Box:
    """The smallest box around two."""
    left, right, bottom, top = box
    return (
        left if left < other[0] else other[0],
        right if right > other[1] else other[1],
        bottom if bottom < other[2] else other[2],
        top if top > other[3] else other[3],
    )


def blocks(runs: list[Run]) -> list[Block]:
    """The blocks of a page in reading order. Runs that are written upwards or downwards come last."""
    level = [one for one in runs if one.height <= 2.5 * (one.right - one.left) or len(one.text) < 3]
    turned = [one for one in runs if one not in level] if len(level) < len(runs) else []
    rtl = sum(bool(_RTL.search(one.text)) for one in level) * 2 > len(level)
    found = [block for rows in _regions(level, rtl) for block in _read(rows, rtl)]
    found += [Block(one.text, 0.0) for one in turned]
    for block in found[:2] + found[-2:]:
        block.edge = True
    return found


def _regions(runs: list[Run], rtl: bool) -> Iterator[list[list[Run]]]:
    """Groups of rows to be read one after the other: a column each where there are columns."""
    gutter = _gutter(runs)
    if gutter is None:
        if runs:
            yield _rows(runs, rtl)
        return
    pending: list[Run] = []
    for band in _bands(runs, gutter):
        left = [one for one in band if one.right <= gutter]
        right = [one for one in band if one.left >= gutter]
        if (
            len(left) + len(right) == len(band)
            and _is_prose(left)
            and _is_prose(right)
            and not _is_table(left, right)
        ):
            if pending:
                yield _rows(pending, rtl)
                pending = []
            for side in (right, left) if rtl else (left, right):
                yield from _regions(side, rtl)
        else:
            pending += band
    if pending:
        yield _rows(pending, rtl)


def _gutter(runs: list[Run]) -> float | None:
    """Where the emptiest strip between two crowded ones is; None where the page has no such strip."""
    if len(runs) < 6:
        return None
    left, right = min(one.left for one in runs), max(one.right for one in runs)
    strips = int((right - left) / _STEP) + 1
    if strips < 30:
        return None
    change = [0] * (strips + 1)
    for one in runs:
        change[int((one.left - left) / _STEP)] += 1
        change[int((one.right - left) / _STEP) + 1 if one.right < right else strips] -= 1
    covered, count = [], 0
    for step in change[:strips]:
        count += step
        covered.append(count)
    inner = range(strips // 8, strips - strips // 8)
    fewest = min(covered[strip] for strip in inner)
    if fewest > 0.2 * len(runs):
        return None
    middle = strips / 2
    best = min((strip for strip in inner if covered[strip] == fewest), key=lambda strip: abs(strip - middle))
    first = last = best
    while first > 0 and covered[first - 1] == fewest:
        first -= 1
    while last < strips - 1 and covered[last + 1] == fewest:
        last += 1
    return left + (first + last + 1) / 2 * _STEP


def _bands(runs: list[Run], gutter: float) -> Iterator[list[Run]]:
    """Cut `runs` from top to bottom into those across the gutter and those beside it."""
    band: list[Run] = []
    across = False
    for one in sorted(runs, key=lambda one: -one.middle):
        crosses = one.left < gutter < one.right
        if band and crosses != across:
            yield band
            band = []
        across = crosses
        band.append(one)
    if band:
        yield band


def _is_prose(side: list[Run]) -> bool:
    """Lines that fill their column, as running text does and cells do not."""
    if len(side) < 3:
        return False
    width = max(one.right for one in side) - min(one.left for one in side)
    full = sum(one.right - one.left >= 0.6 * width for one in side)
    return full >= 0.5 * len(side) and width >= 7 * median(one.height for one in side)


def _is_table(left: list[Run], right: list[Run]) -> bool:
    """Whether paragraphs begin side by side, as cells of rows do and those of columns only by chance."""
    starts, others = _starts(left), _starts(right)
    beside = sum(any(abs(start - other) < 2 for other in others) for start in starts)
    return len(starts) > 2 and beside >= 0.6 * max(len(starts), len(others))


def _starts(side: list[Run]) -> list[float]:
    """The heights at which paragraphs of a column begin: below more than the usual distance of lines."""
    tops = sorted({round(one.top, 1) for one in side}, reverse=True)
    steps = [above - below for above, below in pairwise(tops)]
    usual = median(steps) if steps else 0.0
    return tops[:1] + [
        below for (_, below), step in zip(pairwise(tops), steps, strict=True) if step > 1.25 * usual
    ]


def _rows(runs: list[Run], rtl: bool) -> list[list[Run]]:
    """The runs line by line from the top; those at the same height are one row, in reading direction."""
    rows: list[list[Run]] = []
    for one in sorted(runs, key=lambda one: -one.middle):
        if rows and abs(rows[-1][0].middle - one.middle) < 0.4 * min(rows[-1][0].height, one.height):
            rows[-1].append(one)
        else:
            rows.append([one])
    for row in rows:
        row.sort(key=lambda one: -one.right if rtl else one.left)
    return [_joined(row) for row in rows]


def _joined(row: list[Run]) -> list[Run]:
    """The cells of a row: runs with no more than a space between them are one."""
    cells = row[:1]
    for one in row[1:]:
        last = cells[-1]
        apart = max(one.left - last.right, last.left - one.right)
        if apart > max(last.height, one.height):
            cells.append(one)
            continue
        space = " " if apart > 0.12 * last.height else ""
        main = max(
            last, one, key=lambda part: len(part.text)
        )  # a word in another font must not change the line
        left, right = min(last.left, one.left), max(last.right, one.right)
        cells[-1] = Run(
            last.text + space + one.text, left, right, main.bottom, main.top, last.bold and one.bold
        )
    return cells


def _read(rows: list[list[Run]], rtl: bool) -> Iterator[Block]:
    """Paragraphs of the rows with one cell, tables of neighbouring rows with more."""
    begin = 0
    for number in range(1, len(rows) + 1):
        if number < len(rows) and _is_tabular(rows, number) == _is_tabular(rows, begin):
            continue
        part = rows[begin:number]
        yield from _table(part, rtl) if _is_tabular(rows, begin) else _paragraphs([row[0] for row in part])
        begin = number


def _is_tabular(rows: list[list[Run]], number: int) -> bool:
    """Whether a row has several cells, or is the wrapped rest of a cell between rows that have."""
    if len(rows[number]) > 1:
        return True
    around = [rows[near] for near in (number - 1, number + 1) if 0 <= near < len(rows)]
    if len(around) < 2 or any(len(row) < 3 for row in around):
        return False
    return rows[number][0].left >= around[0][1].left - 2


def _paragraphs(column: list[Run]) -> Iterator[Block]:
    """Lines joined where they run on; a new paragraph where the distance, the size or the indent says so."""
    if not column:
        return
    right = max(one.right for one in column)
    left = min(one.left for one in column)
    steps = [above.middle - below.middle for above, below in pairwise(column)]
    usual = median(steps) if steps else 0.0
    text, tight = column[0].text, False
    first = column[0]
    for (above, below), step in zip(pairwise(column), steps, strict=True):
        apart = step > min(1.3 * usual, 2.5 * above.height) or _differ(above, below)
        listed = bool(_BULLET.match(below.text))
        if apart or listed:
            yield Block(text, first.height, first.bold, tight)
            text, first, tight = below.text, below, listed and not apart
        else:
            runs_on = above.right > right - 0.15 * (right - left) and _is_prose_line(above, below)
            text = _run_on(text, below.text) if runs_on else f"{text}\n{below.text}"
    yield Block(text, first.height, first.bold, tight)


def _differ(above: Run, below: Run) -> bool:
    """Whether two lines cannot be of one paragraph: in size or weight, or because one is only drawn."""
    if abs(above.height - below.height) > 0.1 * above.height or above.bold != below.bold:
        return True
    return any(not any(map(str.isalnum, one.text)) for one in (above, below))


def _is_prose_line(above: Run, below: Run) -> bool:
    """Whether a full line is long enough for prose, or the next one goes on; lists of short lines stay."""
    return above.right - above.left > 18 * above.height or below.text[0].islower()


def _run_on(text: str, line: str) -> str:
    """`text` with `line` after it; a word cut at the end of a line is put together again."""
    if text.endswith(("\ufffe", "\x02", "\xad")):
        return text[:-1] + line
    if text.endswith("-") and line[:2].islower() and _CUT_WORD.search(text[-40:]):
        return text[:-1] + line
    if _EAST_ASIAN.match(text[-1:]) and _EAST_ASIAN.match(line):
        return text + line
    return f"{text} {line}"


def _table(rows: list[list[Run]], rtl: bool) -> Iterator[Block]:
    """One block a row. Two cells are a label and its value; wider rows carry the names of their columns."""
    if max(map(len, rows)) < 3:
        for number, row in enumerate(rows):
            yield Block("  ".join(one.text for one in row), 0.0, tight=number > 0)
        return
    grid = _grid(rows, rtl)
    for line in lines(grid):
        yield Block(line.text, 0.0, tight=line.row > 0)


def _grid(rows: list[list[Run]], rtl: bool) -> list[list[str]]:
    """The cells by columns; a line whose first column is empty continues the row above it."""
    columns = _columns(rows, rtl)
    grid: list[list[str]] = []
    for number, row in enumerate(rows):
        cells = [""] * len(columns)
        for one in row:
            place = _column_of(one, columns)
            cells[place] = f"{cells[place]} {one.text}".strip()
        close = number > 0 and rows[number - 1][0].middle - row[0].middle < 1.3 * row[0].height
        if grid and close and not cells[0] and len(row) < len(columns):
            grid[-1] = [
                _run_on(above, below) if above and below else above or below
                for above, below in zip(grid[-1], cells, strict=True)
            ]
        else:
            grid.append(cells)
    return grid


def _columns(rows: list[list[Run]], rtl: bool) -> list[tuple[float, float]]:
    """Left and right of each column: the runs of the fuller rows, joined where they overlap."""
    width = max(map(len, rows))
    typical = [one for row in rows if len(row) >= max(2, width - 1) for one in row]
    merged: list[tuple[float, float]] = []
    for one in sorted(typical, key=lambda one: one.left):
        if merged and one.left < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], one.right)
        else:
            merged.append((one.left, one.right))
    return merged[::-1] if rtl else merged


def _column_of(one: Run, columns: list[tuple[float, float]]) -> int:
    """The column that a run overlaps first, or else the nearest."""
    for number, (left, right) in enumerate(columns):
        if one.left < right and one.right > left:
            return number
    return min(range(len(columns)), key=lambda number: abs(columns[number][0] - one.left))
