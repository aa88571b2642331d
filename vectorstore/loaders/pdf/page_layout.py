"""From words with places on a page to paragraphs in the order a person reads them: columns, rows, paragraphs.

Lengths are in points (1/72 inch), x grows to the right and y upwards, as in PDF. A `Run` is words with only
spaces between them. Where runs stand side by side, `grids` tells columns of text from the cells of a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from vectorstore.loaders.pdf import page_columns
from vectorstore.loaders.pdf.page_words import Grid, Run

_BULLET = re.compile(r"(?:[-–—•●○◦▪■□‣*·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CUT_WORD = re.compile(r"(?<![\w-])([^\W\d_]{2,})-$")
_STANDING = re.compile(
    "all|anti|co|cross|end|ex|full|half|hard|high|in|key|left|long|low|mid|multi|net|non|off|on|one|open|over|part"
    "|post|pre|real|right|self|semi|short|single|soft|third|three|top|two|up|user|well|wide|year",
    re.IGNORECASE,
)
"""What stands before a hyphen of its own: "Long-term" is not cut at the end of a line but broken at its hyphen."""
_SOFT_HYPHENS = ("\ufffe", "\x02", "\xad")
"""As PDFium gives a hyphen that only the end of its line made."""
_HYPHENS = ("-", "\u2010", *_SOFT_HYPHENS)
_AND = re.compile(r"(?:und|oder|bzw|sowie|and|or|et|ou|y|o|e|en)\b")
""""Vor- und Nachteile": such a hyphen waits for the word that both share."""
_FRACTION = re.compile("([0-9]?)([⁰¹²³⁴-⁹]+) ?[/⁄∕] ?([₀-₉]+)")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
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
    at: float = 0.0
    """The height of its first line on the page."""
    edge: int = 0
    """1 where it stands first on its page, -1 last: there running heads and feet are."""
    grid: Grid | None = None
    """The table that stands here instead of text."""


def blocks(runs: list[Run]) -> list[Block]:
    """The blocks of a page in reading order."""
    rtl = sum(bool(_RTL.search(one.text)) for one in runs) * 2 > len(runs)
    found = list(_region(_without_line_numbers(runs), rtl))
    for block in found[-2:]:
        block.edge = -1
    for block in found[: 2 if len(found) > 3 else 1]:
        block.edge = 1
    return found


def cell_text(runs: list[Run]) -> str:
    """The text of one cell of a table, its lines put together."""
    rtl = sum(bool(_RTL.search(one.text)) for one in runs) * 2 > len(runs)
    text = ""
    for row in _rows(runs, rtl):
        line = _whole(row).text
        text = _run_on(text, line) if text else line
    return " ".join(text.split())


def _without_line_numbers(runs: list[Run]) -> list[Run]:
    """The runs without the numbers of lines that stand in the margin of a contract or a pleading."""
    numbers = [one for one in runs if one.text.isdecimal() and len(one.text) < 4]
    if len(numbers) < 5:
        return runs
    words = [one for one in runs if one not in numbers]
    margin = min((one.left for one in words), default=0.0)
    counted = sorted((one for one in numbers if one.right < margin), key=lambda one: -one.middle)
    steps = [int(below.text) - int(above.text) for above, below in pairwise(counted)]
    if len(counted) < 5 or len(set(steps)) != 1 or steps[0] not in (1, 5):
        return runs
    lines = sorted((one for one in words if one.left < margin + 60), key=lambda one: -one.middle)
    cut = sum(below.text[0].islower() for below in lines[1:])
    return [one for one in runs if one not in counted] if cut * 3 >= len(lines) else runs


def _region(runs: list[Run], rtl: bool) -> Iterator[Block]:
    """The blocks of a page or a column: lines across it are text, what stands between them may be side by side."""
    if not runs:
        return
    left, right = min(one.left for one in runs), max(one.right for one in runs)
    text: list[Run] = []
    for rows in _groups(_unjustified(_rows(runs, rtl)), left, right):
        plain = any(one.field or one.grid for row in rows for one in row)
        if plain or (sum(len(row) > 1 for row in rows) < 2 and max(map(len, rows)) < 3):
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
        if any(one.field or one.grid for one in row):
            if group:
                yield group
                group = []
            yield from ([[one]] for one in row) if any(one.grid for one in row) else [[row]]
            continue
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


def _unjustified(rows: list[list[Run]]) -> list[list[Run]]:
    """The rows with lines of justified text whole, whose words stand as far apart as cells of a table do."""
    return [_with_whole_lines(row, number, rows) if len(row) > 1 else row for number, row in enumerate(rows)]


def _with_whole_lines(row: list[Run], number: int, rows: list[list[Run]]) -> list[Run]:
    """`row` with words put together that are set evenly between the ends of lines of one piece near by."""
    near = {at: rows[at] for at in range(max(0, number - 6), min(len(rows), number + 7)) if at != number}
    for at, line in ((at, one) for at, runs in near.items() for one in runs):
        inside = [one for one in row if line.left - 1.5 < one.left and one.right < line.right + 1.5]
        if len(inside) < 2 or line.grid or not _has_ends(inside, line):
            continue
        gaps = [max(right.left - left.right, left.left - right.right) for left, right in pairwise(inside)]
        framing = sum(any(_has_ends(inside, one) for one in runs) for runs in near.values())
        beside = len(gaps) > 1 or abs(at - number) == 1
        if beside and framing > 1 and max(gaps) < min(1.35 * min(gaps), 8 * line.height):
            place = row.index(inside[0])
            rest = [one for one in row if one not in inside]
            return [*rest[:place], _whole(inside, " "), *rest[place:]]
    return row


def _has_ends(inside: list[Run], line: Run) -> bool:
    left, right = min(one.left for one in inside), max(one.right for one in inside)
    return abs(line.left - left) < 1.5 and abs(line.right - right) < 1.5


def _goes_across(one: Run, left: float, right: float) -> bool:
    width, before, after = right - left, one.left - left, right - one.right
    centred = abs(before - after) < 0.06 * width
    long = min(before, after) < 0.05 * width and one.right - one.left > 0.55 * width
    return one.left < (left + right) / 2 < one.right and (centred or long)


def _whole(row: list[Run], between: str = "  ") -> Run:
    """A row as one line of text: a label and its value, or words set far apart."""
    if len(row) == 1:
        return row[0]
    left, right = min(one.left for one in row), max(one.right for one in row)
    text = between.join(one.text.strip() for one in row).replace("☒  ", "☒ ").replace("☐  ", "☐ ")
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
    if not titles and len(rows[0]) == 1 and page_columns.two_lined_head(rows[1:], edges):
        titles = 1
    yield from _paragraphs([row[0] for row in rows[:titles]])
    table = page_columns.table(rows[titles:], edges[::-1] if rtl else edges)
    for number, line in enumerate(table):
        if isinstance(line, Grid):
            yield Block("", 0.0, grid=line)
            continue
        yield Block(line, 0.0, tight=number > 0, at=rows[min(titles + number, len(rows) - 1)][0].middle)


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
    gaps = [_gaps(row) for row in rows]
    return [
        _joined(
            row,
            [gap for beside in (number - 1, number + 1) if 0 <= beside < len(rows) for gap in gaps[beside]],
        )
        if gaps[number]
        else _joined(row, [])
        for number, row in enumerate(rows)
    ]


def _gaps(row: list[Run]) -> list[tuple[float, float]]:
    """Left and right of the gaps in a row that may part cells; not the even ones of a line of justified text."""
    gaps = [
        (left.right, right.left)
        for left, right in pairwise(row)
        if right.left - left.right > 0.5 * left.height
    ]
    widths = [right - left for left, right in gaps]
    return [] if len(gaps) > 3 and max(widths) < 1.3 * min(widths) and max(widths) < row[0].height else gaps


def _joined(row: list[Run], beside: list[tuple[float, float]]) -> list[Run]:
    """The cells of a row: runs with no more than a space between them are one, unless `beside` has a gap there."""
    cells = row[:1]
    for one in row[1:]:
        last = cells[-1]
        apart = max(one.left - last.right, last.left - one.right)
        height = max(last.height, one.height)
        parted = apart > 0.5 * height and any(
            min(end, one.left) - max(start, last.right) > 0.4 * height for start, end in beside
        )
        if apart > height or (parted and not last.field and not one.field):
            cells.append(one)
            continue
        space = " " if apart > 0.12 * last.height or {last.text, one.text} & {"☒", "☐"} else ""
        # A word in another font must not change the line.
        main = max(last, one, key=lambda part: len(part.text))
        left, right = min(last.left, one.left), max(last.right, one.right)
        text = re.sub(" {2,}", " ", last.text + space + one.text)
        bold, typed = last.bold and one.bold, last.field or one.field
        cells[-1] = Run(text, left, right, main.bottom, main.top, bold, field=typed)
    return [
        replace(one, text=plain) if (plain := _with_fractions(one.text)) != one.text else one for one in cells
    ]


def _with_fractions(text: str) -> str:
    """ "2¹/₂" as "2 1/2"."""

    def plain(found: "re.Match[str]") -> str:
        before = f"{found[1]} " if found[1] else ""
        return f"{before}{found[2].translate(_PLAIN_DIGITS)}/{found[3].translate(_PLAIN_DIGITS)}"

    return _FRACTION.sub(plain, text) if "/" in text or "⁄" in text or "∕" in text else text


def _paragraphs(column: list[Run]) -> Iterator[Block]:
    """Lines joined where they run on; a new paragraph where the distance, the size or the indent says so."""
    for number, one in enumerate(column):
        if one.grid:
            yield from _paragraphs(column[:number])
            yield Block("", 0.0, grid=one.grid)
            yield from _paragraphs(column[number + 1 :])
            return
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
            yield Block(text, first.height, first.bold, tight, first.middle)
            text, first, tight = below.text, below, listed and not apart
        else:
            full = above.right > right - 0.15 * (right - left) and _is_prose_line(above, below)
            runs_on = full or _is_cut(text, below.text)
            text = _run_on(text, below.text) if runs_on else f"{text}\n{below.text}"
    yield Block(text, first.height, first.bold, tight, first.middle)


def _differ(above: Run, below: Run) -> bool:
    """Whether two lines cannot be of one paragraph: in size or weight, or because one is only drawn."""
    if abs(above.height - below.height) > 0.1 * above.height or above.bold != below.bold:
        return True
    return any(not any(map(str.isalnum, one.text)) for one in (above, below))


def _is_prose_line(above: Run, below: Run) -> bool:
    """Whether a full line is long enough for prose, or the next one goes on; lists of short lines stay."""
    return above.right - above.left > 18 * above.height or below.text[0].islower()


def _is_cut(text: str, line: str) -> bool:
    """Whether a word goes on in the next line."""
    return text.endswith(_HYPHENS) and text[-2:-1].isalpha() and line[0].islower()


def _run_on(text: str, line: str) -> str:
    """`text` with `line` after it; a word cut at the end of a line is put together again."""
    if text.endswith(_SOFT_HYPHENS) or (text.endswith("\u2010") and line[:1].islower()):
        return text[:-1] + line
    if text.endswith(_HYPHENS) and text[-2:-1].isalnum() and line[:1].isalnum():
        if line[:2].islower() and (word := _CUT_WORD.search(text[-40:])):
            if _AND.match(line):
                return f"{text} {line}"
            return text + line if _STANDING.fullmatch(word[1]) else text[:-1] + line
        return text + line
    if _EAST_ASIAN.match(text[-1:]) and _EAST_ASIAN.match(line):
        return text + line
    return f"{text} {line}"
