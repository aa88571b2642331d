"""Tables as Pandoc's Markdown draws them, with rulers or boxes: written anew as tables that all Markdown knows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_ANY = re.compile(r"^ {0,3}(?:\+[-=:]{3,}\+|-{2,} +-{2,})", re.M)
_FENCE = re.compile(r" {0,3}(```|~~~)")
_RULER = re.compile(r" *-{2,}(?: +-{2,})+ *")
_FULL = re.compile(r" *-{3,} *")
_BOX = re.compile(r" {0,3}\+(?:[-:=]{3,}\+)+ *")
_CAPTION = re.compile(r" {0,3}(?:[Tt]able)?: ?(.+)")
_EDGES = ("+", "|")
_LONGEST = 20_000
"""Lines of one table."""
Cells = list[str]


@dataclass(slots=True)
class _Drawn:
    rows: list[Cells]
    headers: int
    end: int
    """The number of the first line after it."""


def with_pipe_tables(text: str) -> str:
    """`text` with each table that is drawn by rulers or boxes as one with bars between its cells."""
    if not _ANY.search(text):
        return text
    lines, written, at, fence = text.split("\n"), list[str](), 0, ""
    while at < len(lines):
        mark = _FENCE.match(lines[at])
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        table = None if fence else next(filter(None, (read(lines, at) for read in _READERS)), None)
        if table is None:
            written.append(lines[at])
            at += 1
            continue
        caption, at = _caption(lines, table.end)
        written += ["", *caption, *_piped(table), ""]
    return "\n".join(written)


def _caption(lines: Sequence[str], end: int) -> tuple[list[str], int]:
    """The line that names a table, which stands behind it."""
    at = end + 1 if end < len(lines) and not lines[end].strip() else end
    named = _CAPTION.fullmatch(lines[at]) if at < len(lines) else None
    return ([named[1], ""], at + 1) if named else ([], end)


def _piped(table: _Drawn) -> list[str]:
    width = max(map(len, table.rows))
    rows = table.rows if table.headers else [[""] * width, *table.rows]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [lines[0], f"|{'---|' * width}", *lines[1:]]


def _boxed(lines: Sequence[str], at: int) -> _Drawn | None:
    if not _BOX.fullmatch(lines[at]) or (at and lines[at - 1].lstrip()[:1] in _EDGES):
        return None  # what goes on from lines that were no table is none: else each of them would be looked through
    borders = [place for place, sign in enumerate(lines[at].rstrip()) if sign == "+"]
    parts, part, headers, end = list[list[Cells]](), list[Cells](), 0, at + 1
    while end < min(len(lines), at + _LONGEST) and (line := lines[end].rstrip()).lstrip()[:1] in _EDGES:
        if _BOX.fullmatch(line):
            parts.append(part)
            headers = headers or int("=" in line)
            part = []
        elif "+--" in line or any(line[border : border + 1] != "|" for border in borders):
            return None  # cells over several rows or columns: its lines say more as they stand
        else:
            part.append([line[left + 1 : right].strip() for left, right in pairwise(borders)])
        end += 1
    parts = [one for one in parts if one]
    if not parts or part:
        return None
    if not headers and _lists_rows(parts):
        return _Drawn([*parts[0], *parts[-1]], int(len(parts) > 1), end)
    return _Drawn([_merged(one) for one in parts], headers, end)


def _lists_rows(parts: Sequence[Sequence[Cells]]) -> bool:
    """Whether a box holds a row in each line, as databases print them, and not one in each part of it."""
    return (
        len(parts[-1]) > 1
        and len(parts) <= 2
        and (len(parts) == 1 or len(parts[0]) == 1)
        and all(row[0] for row in parts[-1])
    )


def _ruled(lines: Sequence[str], at: int) -> _Drawn | None:
    """A table below a line of names and a ruler, up to an empty line or a ruler; or between two rulers."""
    ruler = at if _RULER.fullmatch(lines[at]) else at + 1
    if ruler >= len(lines) or not _RULER.fullmatch(lines[ruler]) or not lines[at].strip():
        return None
    end = ruler + 1
    while end < min(len(lines), at + _LONGEST) and lines[end].strip() and not _RULER.fullmatch(lines[end]):
        end += 1
    is_closed = end < len(lines) and bool(_RULER.fullmatch(lines[end]))
    if ruler == at and not is_closed:
        return None
    rows = _sliced([*lines[at:ruler], *lines[ruler + 1 : end]], lines[ruler])
    return _Drawn(rows, int(ruler > at), end + is_closed) if len(rows) > 1 else None


def _spaced(lines: Sequence[str], at: int) -> _Drawn | None:
    """A table between two lines of dashes, whose rows take several lines and have empty ones between."""
    if not (_FULL.fullmatch(lines[at]) or _RULER.fullmatch(lines[at])):
        return None
    named = bool(_FULL.fullmatch(lines[at]))
    ruler = at
    while named and ruler < min(len(lines) - 1, at + 10) and not _RULER.fullmatch(lines[ruler]):
        ruler += 1
        if not lines[ruler].strip():
            return None
    closing = _FULL if named else _RULER
    end = next(
        (n for n in range(ruler + 1, min(len(lines), at + _LONGEST)) if closing.fullmatch(lines[n])), 0
    )
    if not end or not _RULER.fullmatch(lines[ruler]):
        return None
    parts = [lines[at + 1 : ruler]] if named else []
    part: list[str] = []
    for line in [*lines[ruler + 1 : end], ""]:
        if line.strip():
            part.append(line)
        elif part:
            parts.append(part)
            part = []
    rows = [_merged(_sliced(part, lines[ruler])) for part in parts if part]
    return _Drawn(rows, int(named), end + 1) if len(rows) > 1 and all(rows) else None


def _sliced(lines: Sequence[str], ruler: str) -> list[Cells]:
    """The cells of each line by the columns of a ruler; none where a line does not keep to them."""
    starts = [match.start() for match in re.finditer("-+", ruler)]
    if any(line[start - 1 : start].strip() for line in lines for start in starts[1:]):
        return []
    ends = [*starts[1:], None]
    return [
        [line[begin:end].strip() for begin, end in zip([0, *starts[1:]], ends, strict=True)] for line in lines
    ]


def _merged(rows: Sequence[Cells]) -> Cells:
    """The lines of one row as one."""
    return [" ".join(filter(None, cells)) for cells in zip(*rows, strict=True)]


_READERS: tuple[Callable[[Sequence[str], int], _Drawn | None], ...] = (_boxed, _spaced, _ruled)
