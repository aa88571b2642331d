"""From words with places on a page to paragraphs in the order a person reads them: columns, rows, paragraphs.

Lengths are in points (1/72 inch), x grows to the right and y upwards, as in PDF. A `Run` is words with only
spaces between them. Where runs stand side by side, `grids` tells columns of text from the cells of a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vectorstore.loaders.pdf import page_columns
from vectorstore.loaders.pdf.page_words import Run

_BULLET = re.compile(r"(?:[-–—•●○◦▪■□‣*·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CUT_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}-$")
_EAST_ASIAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff1f]")


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


def blocks(runs: list[Run]) -> list[Block]:
    """The blocks of a page in reading order. Runs that are written upwards or downwards come last."""
    level = [one for one in runs if one.height <= 2.5 * (one.right - one.left) or len(one.text) < 3]
    turned = [one for one in runs if one not in level] if len(level) < len(runs) else []
    rtl = sum(bool(_RTL.search(one.text)) for one in level) * 2 > len(level)
    found = list(_region(level, rtl))
    found += [Block(one.text, 0.0) for one in turned]
    for block in found[:2] + found[-2:]:
        block.edge = True
    return found


def _region(runs: list[Run], rtl: bool) -> Iterator[Block]:
    """The blocks of a page or a column: lines across it are text, what stands between them may be side by side."""
    if not runs:
        return
    left, right = min(one.left for one in runs), max(one.right for one in runs)
    text: list[Run] = []
    for rows in _groups(_rows(runs, rtl), left, right):
        if sum(len(row) > 1 for row in rows) < 2 and max(map(len, rows)) < 3:
            text += [_whole(row) for row in rows]
            continue
        yield from _paragraphs(text)
        text = []
        yield from _side_by_side(rows, rtl)
    yield from _paragraphs(text)


def _groups(rows: list[list[Run]], left: float, right: float) -> Iterator[list[list[Run]]]:
    """Rows cut before and after each line that goes across, as long lines of text and centred titles do."""
    starts = [one.left for row in rows if len(row) > 1 for one in row if one.left > left + 10]
    group: list[list[Run]] = []
    for row in rows:
        in_column = any(abs(row[0].left - start) < 1 for start in starts)
        if len(row) == 1 and not in_column and _goes_across(row[0], left, right):
            if group:
                yield group
                group = []
            yield [row]
        else:
            group.append(row)
    if group:
        yield group


def _goes_across(one: Run, left: float, right: float) -> bool:
    width, before, after = right - left, one.left - left, right - one.right
    centred = abs(before - after) < 0.06 * width
    long = min(before, after) < 0.05 * width and one.right - one.left > 0.55 * width
    return one.left < (left + right) / 2 < one.right and (centred or long)


def _whole(row: list[Run]) -> Run:
    """A row as one line of text: a label and its value, or words set far apart."""
    if len(row) == 1:
        return row[0]
    left, right = min(one.left for one in row), max(one.right for one in row)
    text = "  ".join(one.text for one in row)
    return Run(text, left, right, row[0].bottom, row[0].top, all(one.bold for one in row))


def _side_by_side(rows: list[list[Run]], rtl: bool) -> Iterator[Block]:
    """Rows with more than one run: columns of text to be read one by one, or else the rows of a table."""
    runs = [one for row in rows for one in row]
    edges = page_columns.columns(rows)
    columns = [[one for one in runs if left <= (one.left + one.right) / 2 <= right] for left, right in edges]
    if len(columns) > 1 and sum(map(len, columns)) == len(runs) and page_columns.are_columns_of_text(columns):
        for column in reversed(columns) if rtl else columns:
            yield from _region(column, rtl)
        return
    titles = next((number for number, row in enumerate(rows[:-1]) if not _is_title(row, rows[number + 1])), 0)
    yield from _paragraphs([row[0] for row in rows[:titles]])
    for number, line in enumerate(page_columns.table(rows[titles:], edges[::-1] if rtl else edges)):
        yield Block(line, 0.0, tight=number > 0)


def _is_title(row: list[Run], below: list[Run]) -> bool:
    return len(row) == 1 and (row[0].bold > below[0].bold or row[0].height > 1.1 * below[0].height)


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
