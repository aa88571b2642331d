"""The tables of a sheet or a CSV: one below the other between empty rows, some side by side between empty columns."""

from collections.abc import Collection, Iterator

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.table_header import filled, is_value
from vectorstore.loaders.table_lines import fits

_Rows = list[list[str]]


def write_rows(
    draft: DocumentBuilder,
    rows: _Rows,
    *,
    headed: bool = False,
    header_rows: Collection[int] = (),
    left_out: Collection[int] = (),
) -> None:
    """Write `rows` as lines, numbered from 1. Empty rows end a table; `headed` as for `table_lines.lines`.

    A lone cell above a table becomes its heading; a part without names of its own has those of the table before where
    it goes that one on; tables side by side are written one after the other. `header_rows` holds rows, counted from 0,
    that look like names (bold, with a filter), `left_out` those that are not read and end no table.
    """
    draft.under(1, "")
    names: list[str] = []
    above: _Rows = []
    parts = [(begin, block) for begin, part in _tables(rows, left_out) for block in _beside(part)]
    widest = max((_width(part) for _, part in parts), default=0)
    for begin, part in parts:
        numbers = range(begin + 1, begin + len(part) + 1)
        usual = (headed and 5 * _width(part) >= 4 * widest) or _begins_with(header_rows, part, begin)
        if not fits(part, names, above):
            names = []
        names = draft.write_table(part, names=names, headed=usual, numbers=numbers, titled=True)
        above = part
        headed = headed and 5 * _width(part) < 4 * widest


def _width(part: _Rows) -> int:
    return max((sum(map(bool, row)) for row in part), default=0)


def _begins_with(header_rows: Collection[int], part: _Rows, begin: int) -> bool:
    """Whether the first row of more than one cell is one of `header_rows` and the one after it is not."""
    first = next((at for at, row in enumerate(part) if sum(map(bool, row)) > 1), None)
    return first is not None and begin + first in header_rows and begin + first + 1 not in header_rows


def _tables(rows: _Rows, left_out: Collection[int]) -> Iterator[tuple[int, _Rows]]:
    """Rows up to an empty one, with the number of the first; a lone cell belongs to the table below it."""
    begin = widest = 0
    for number in range(len(rows) + 1):
        if number < len(rows) and (any(rows[number]) or number in left_out):
            widest = max(widest, filled(rows[number]))
            continue
        if widest == 1 and number < len(rows):
            continue
        if widest:
            yield begin, rows[begin:number]
        begin, widest = number + 1, 0


def _beside(part: _Rows) -> list[_Rows]:
    """The tables that stand side by side in `part`; `part` itself where its empty columns only give room.

    The numbers of the rows stay: each has as many rows as `part`.
    """
    width = max(map(len, part), default=0)
    used = {at for row in part for at, cell in enumerate(row) if cell}
    borders = [at + 1 for at in sorted(used) if at + 1 < width and at + 1 not in used]
    for border in borders:
        left = [row[:border] for row in part]
        right = [[""] * (border + 1) + row[border + 1 :] for row in part]
        if _are_apart(left, right):
            return [left, *_beside([_without(row, border) for row in right])]
    return [part]


def _without(row: list[str], border: int) -> list[str]:
    return row[border + 1 :]


def _are_apart(left: _Rows, right: _Rows) -> bool:
    """Whether two halves of a sheet are tables of their own: `right` begins with labels, and either the names come
    again or one of the two goes on where the other has ended.
    """
    begins = min((next(at for at, cell in enumerate(row) if cell) for row in right if any(row)), default=0)
    labels = [row[begins] for row in right if begins < len(row) and row[begins]]
    if (
        min(_width(left), _width(right)) < 2
        or len(labels) < 2
        or sum(map(is_value, labels)) * 2 > len(labels)
    ):
        return False
    pairs = list(zip(left, right, strict=True))
    both = [at for at, halves in enumerate(pairs) if min(map(filled, halves)) > 1]
    if not both:
        return min(_width(left), _width(right)) > 1
    ours, theirs = ({cell for cell in half if cell} for half in pairs[both[0]])
    return bool(ours & theirs) or any(any(one) != any(other) for one, other in pairs[both[-1] + 1 :])
