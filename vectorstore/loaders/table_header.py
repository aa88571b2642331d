"""Which lines of a table name its columns, and which stand above it.

A wrong name is a false statement ("Weight: Power"), so a first line that may as well be a row of data names nothing.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.tables.cell_dates import parse_date
from vectorstore.tables.cell_numbers import parse_number
from vectorstore.tables.cell_words import is_column_word, is_gap

Row = Sequence[str]

_YEAR = re.compile(r"(?:(?:FY|CY|GJ|Q[1-4])\s?)?(?:19|20)\d\d(?:[-/–]\d\d(?:\d\d)?)?", re.I)
_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+")
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_UNIT = re.compile(r"[(\[].{1,20}[)\]]")
_LONG = 80
_SAMPLE = 60
"""Rows below the names that are looked at."""
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Header:
    """Where the lines of a table that are no data stand: up to `first` they are text, up to `end` they name columns."""

    first: int = 0
    end: int = 0
    names: tuple[str, ...] = ()
    """One a column, each once; none where no line names them."""


def find_header(table: Sequence[Row], headers: int | None, *, headed: bool) -> Header:
    """The header of `table`. `headers` says how many lines at the top are no data, where the source does; `headed`
    that the source usually names its columns.
    """
    width = max(map(filled, table), default=0)
    enough = min(width, max(2, width * 0.6))
    first = next((number for number, row in enumerate(table) if filled(row) >= enough), 0)
    if headers is not None:
        headers = min(headers, len(table))
        if not 0 < headers < len(table):
            return Header(0, max(headers, 0))
        first = min(first, headers - 1)
        return Header(first, headers, tuple(joined_names(table[first:headers])))
    first, end = _lines(table, first)
    names = joined_names(table[first:end])
    if end < len(table) and _names_columns(table, first, end, width, headed):
        return Header(first, end, tuple(names))
    return Header()


def filled(row: Row) -> int:
    """How many cells of a row hold anything."""
    return len(row) - row.count("")


def is_value(cell: str) -> bool:
    """Whether `cell` is a number, with a unit or not, a day, a time or an address rather than a name."""
    if not cell or not (any(map(str.isdigit, cell)) or "@" in cell or "://" in cell):
        return False
    return (
        parse_number(cell) is not None
        or parse_date(cell) is not None
        or parse_date(cell, False) is not None
        or bool(_ADDRESS.fullmatch(cell) or _TIME.fullmatch(cell))
    )


def joined_names(rows: Sequence[Row]) -> list[str]:
    """One name a column out of all header lines; a name over several columns stands left and counts for all.

    A name that comes again is numbered: "Score", "Score (2)".
    """
    if not rows:
        return []
    columns = max(map(len, rows))
    lines = [_spread(row, columns, rows[at + 1]) for at, row in enumerate(rows[:-1])]
    lines.append([*rows[-1], *[""] * (columns - len(rows[-1]))])
    names: list[str] = []
    counts: Counter[str] = Counter()
    for column in range(columns):
        parts = [line[column] for line in lines if line[column]]
        name = " ".join(dict.fromkeys(parts)).rstrip(": ")
        names.append(_numbered(name, counts))
    return names


def _numbered(name: str, counts: Counter[str]) -> str:
    """`name`, with a number where it stands over a column further left; `counts` is how often each was given."""
    if not name:
        return name
    free = name
    while counts[free]:
        counts[name] += 1
        free = f"{name} ({counts[name]})"
    counts[free] += 1
    return free


def _spread(row: Row, columns: int, below: Row) -> list[str]:
    """`row` with each name also over the empty cells to its right, as far as the line below names something there."""
    spread = [*row, *[""] * (columns - len(row))]
    for column in range(1, columns):
        if not spread[column] and column < len(below) and below[column]:
            spread[column] = spread[column - 1]
    return spread


def _lines(table: Sequence[Row], first: int) -> tuple[int, int]:
    """The first header line and the one after the last, if line `first` is one."""
    end = first + 1
    while end - first < _MOST_LINES and end + 1 < len(table) and _goes_on(table, first, end):
        end += 1
    while end - first < _MOST_LINES and first and _groups(table[first - 1], table[first]):
        first -= 1
    return first, end


def _groups(above: Row, below: Row) -> bool:
    """Whether `above` gathers columns of `below` under common names, standing over the first of each group."""
    values = [cell for cell in above if is_value(cell)]
    if not any(above[1:]) or (values and not _is_scale(values)):
        return False
    width = max(len(above), len(below))
    spread = _spread(above, width, below)
    named = [(spread[at], cell) for at, cell in enumerate(below) if cell]
    doubles = len({cell for _, cell in named}) < len(named)
    if doubles:
        return len(set(named)) > len({cell for _, cell in named})
    apart = [at for at, cell in enumerate(above) if cell]
    return len(apart) > 1 and not above[0] and any(right - left > 1 for left, right in pairwise(apart))


def _goes_on(table: Sequence[Row], first: int, line: int) -> bool:
    """Whether row `line` is one more header line below those from `first` on."""
    below, body = table[line], table[line + 1 : line + 1 + _SAMPLE]
    width = max(len(row) for row in table[first : line + 1])
    above = joined_unnumbered(table[first:line], width)
    below = [*below, *[""] * (width - len(below))]
    values = [cell for cell in below if is_value(cell)]
    if filled(below) < 2 or (values and not _is_scale(values)):
        return False
    if _are_units(above, below, body):
        return True
    spread = list(above)
    for column in range(1, width):
        spread[column] = spread[column] or (spread[column - 1] if below[column] else "")
    groups = {at for at in range(width) if spread[at] and spread.count(spread[at]) > 1}
    if not groups or any(
        below[at] and above[at] and below[at] != above[at] and not _UNIT.fullmatch(below[at])
        for at in range(width)
        if at not in groups
    ):
        return False
    inner = [(spread[at], below[at]) for at in sorted(groups) if below[at]]
    if len(inner) < len(groups) or len(set(inner)) <= len({name for name, _ in inner}):
        return False
    only_gap_left = not above[0] and all(above[1:]) and len(set(above[1:])) == len(above) - 1
    own = ["" if cell == above[at] else cell for at, cell in enumerate(below)]
    return not only_gap_left and not _is_row_of(own, body, 0.5)


def joined_unnumbered(rows: Sequence[Row], width: int) -> list[str]:
    """The header lines `rows` as one line, names that come again as they are."""
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return [" ".join(dict.fromkeys(row[at] for row in padded if row[at])) for at in range(width)]


def _are_units(above: Row, below: Row, body: Sequence[Row]) -> bool:
    """Whether `below` says units only: nothing under the first name, words over numbers under others."""
    if below[0] or not above[0] or not body or not all(row[0] for row in body if any(row)):
        return False
    cells = [(at, cell) for at, cell in enumerate(below) if cell]
    return all(
        len(cell) <= 20
        and not is_value(cell)
        and above[at]
        and all(is_value(row[at]) or is_gap(row[at]) for row in body if at < len(row))
        for at, cell in cells
    )


def _names_columns(table: Sequence[Row], first: int, end: int, width: int, headed: bool) -> bool:
    """Whether the lines from `first` to `end` look like column names rather than like rows of data."""
    header = table[end - 1] if end - first == 1 else joined_unnumbered(table[first:end], len(table[end - 1]))
    body = [row for row in table[end : end + _SAMPLE] if filled(row) > 1 and list(row) != list(table[first])]
    names = [cell for cell in header if cell]
    if width < 2 or not body or len(names) < 2:
        return False
    values = [cell for cell in names if is_value(cell)]
    if values and not (
        len(values) < len(names) + (not header[0]) and _is_scale(values, _below(header, body, values))
    ):
        return False
    if _is_row_of(header, body, 0.5 if headed else 0.3):
        return False
    if headed:
        return True
    if any(cell.endswith(":") for cell in names) or _has_odd_doubles(header, body):
        return False
    if any(_is_prose(cell, at, body) for at, cell in enumerate(header)):
        return False
    return width > 2 or end - first > 1 or _names_two(header, body)


def _below(header: Row, body: Sequence[Row], cells: Sequence[str]) -> list[str]:
    columns = [at for at, cell in enumerate(header) if cell in cells]
    return [row[at] for row in body for at in columns if at < len(row) and row[at]]


def _is_scale(cells: Sequence[str], below: Sequence[str] = ()) -> bool:
    """Whether values name columns: years, days in order, or at least three numbers of equal steps.

    `below` holds what stands under them: years over years are data.
    """
    if all(_YEAR.fullmatch(cell) for cell in cells):
        return not below or not all(_YEAR.fullmatch(cell) for cell in below)
    if all(_TIME.fullmatch(cell) for cell in cells):
        minutes = [[int(part) for part in cell.split(":")] for cell in cells]
        ascending = all(left < right for left, right in pairwise(minutes))
        return len(cells) > 1 and ascending and not all(_TIME.fullmatch(cell) for cell in below)
    days = [parse_date(cell) for cell in cells]
    if all(days):
        return len(days) > 1 and days == sorted(days, key=str) and not all(parse_date(cell) for cell in below)
    numbers = [parse_number(cell) for cell in cells]
    if any(number is None or number.decimal == "?" for number in numbers):
        return False
    units = {number.unit for number in numbers if number}
    found = [number.value("") for number in numbers if number]
    steps = {right - left for left, right in pairwise(found)}
    if len(units) > 1 or not steps or min(steps) <= 0:
        return False
    has_unit = units not in ({""}, {"%"})
    return len(found) > 2 - has_unit and (has_unit or len(steps) == 1)


def _is_row_of(header: Row, body: Sequence[Row], share: float) -> bool:
    """Whether at least `share` of the words in `header` come again below themselves, as categories do."""
    words = [(at, cell) for at, cell in enumerate(header) if cell and not is_value(cell)]
    again = sum(any(at < len(row) and row[at] == cell for row in body) for at, cell in words)
    return bool(words) and again >= max(1, share * len(words))


def _has_odd_doubles(header: Row, body: Sequence[Row]) -> bool:
    """Whether a word comes twice over words, as it does in rows; over numbers it may be a name."""
    if any(
        list(header) == list(header[:part]) * (len(header) // part) for part in range(2, len(header) // 2 + 1)
    ):
        return False  # the names of a table that is folded into parts beside each other
    doubled = [at for at, cell in enumerate(header) if cell and list(header).count(cell) > 1]
    return any(
        not is_value(row[at]) and not is_gap(row[at]) for row in body for at in doubled if at < len(row)
    )


def _is_prose(cell: str, at: int, body: Sequence[Row]) -> bool:
    """Whether a long cell is text like what stands below it, rather than a long question over short answers."""
    if len(cell) <= _LONG or cell.endswith("?"):
        return False
    lengths = [len(row[at]) for row in body if at < len(row) and row[at]]
    return bool(lengths) and sum(lengths) * 2 > len(cell) * len(lengths)


def _names_two(header: Row, body: Sequence[Row]) -> bool:
    """Whether two cells are names over values or over long texts; else they may be a label and its value."""
    first, *_, name = (cell for cell in header if cell)
    labels, values = zip(*map(_ends, body), strict=True)
    if len(values) < 2 or is_value(name) or any(label.endswith(":") for label in labels):
        return False
    if is_column_word(first) and is_column_word(name) and not any(map(is_column_word, (*labels, *values))):
        return True
    if not all(map(is_gap, values)) and all(is_value(value) or is_gap(value) for value in values):
        return _are_alike(values)
    return bool(sum(map(len, values)) > len(values) * max(40, 4 * len(name)))


def _ends(row: Row) -> tuple[str, str]:
    cells = [cell for cell in row if cell]
    return cells[0], cells[-1]


def _are_alike(values: Sequence[str]) -> bool:
    """Whether all values are days, or all are numbers of one unit: what stands in one column does."""
    kept = [value for value in values if not is_gap(value)]
    if all(parse_date(value) for value in kept):
        return True
    numbers = [parse_number(value) for value in kept]
    return all(numbers) and len({number.unit for number in numbers if number}) == 1
