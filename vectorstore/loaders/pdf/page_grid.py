"""Tables whose cells are drawn with lines: the lines say what belongs together, however the words are wrapped."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise

from vectorstore.loaders.pdf.page_drawings import Rule
from vectorstore.loaders.pdf.page_words import Grid, Run

_NEAR = 2.5
"""Points between lines that count as one, or as touching."""
_MOST_LINES = 400
"""Lines in one direction; a page with more of them holds a drawing, not a table."""
CellText = Callable[[list[Run]], str]


def take_grids(runs: list[Run], across: list[Rule], down: list[Rule], cell_text: CellText) -> list[Run]:
    """`runs` with those inside of ruled tables replaced by one run a table, which carries its cells.

    `cell_text` makes one text of the runs of a cell.
    """
    tables = [lattice for lattice in _lattices(across, down) if len(lattice.x) > 2 and len(lattice.y) > 1]
    for lattice in sorted(tables, key=lambda one: -one.y[0]):
        inside = [one for one in runs if lattice.holds(one)]
        if len(inside) < 2 or (grid := lattice.grid(lattice.cells(inside), cell_text)) is None:
            continue
        height, top = min(one.height for one in inside), lattice.y[0]
        rest = [one for one in runs if not lattice.holds(one)]
        runs = [*rest, Run("", lattice.x[0], lattice.x[-1], top - height, top, grid=grid)]
    return runs


class _Lattice:
    """Lines that touch each other: `x` from the left, `y` from the top."""

    def __init__(self, across: list[Rule], down: list[Rule]) -> None:
        self.across, self.down = across, down
        self.x = _with_outer(down, across)
        self.y = _with_outer(across, down)[::-1]

    def holds(self, one: Run) -> bool:
        middle = (one.left + one.right) / 2
        return (
            self.x[0] - _NEAR <= middle <= self.x[-1] + _NEAR
            and self.y[-1] - 1 <= one.middle <= self.y[0] + 1
        )

    def cells(self, runs: list[Run]) -> dict[tuple[int, int], list[Run]]:
        """Row and column -> the runs there."""
        cells: dict[tuple[int, int], list[Run]] = defaultdict(list)
        for one in runs:
            middle = (one.left + one.right) / 2
            column = sum(middle > x for x in self.x[1:-1])
            row = sum(one.middle < y for y in self.y[1:-1])
            cells[row, column].append(one)
        return cells

    def grid(self, cells: dict[tuple[int, int], list[Run]], cell_text: CellText) -> Grid | None:
        """The table; None where most of its words stand in one cell, which is a frame and no table."""
        owner = self._owners()
        members: dict[tuple[int, int], list[Run]] = defaultdict(list)
        for place, runs in cells.items():
            members[owner[place]] += runs
        if len([one for one in members.values() if one]) < 2:
            return None
        texts = {place: cell_text(runs) for place, runs in members.items()}
        height, width = len(self.y) - 1, len(self.x) - 1
        rows = [[texts.get(owner[row, column], "") for column in range(width)] for row in range(height)]
        for row in range(height):
            if width > 1 and len({owner[row, column] for column in range(width)}) == 1:
                rows[row][1:] = [""] * (width - 1)  # one cell across is a title, and no value of each column
        headers = self._headers(owner, members)
        return _without_empty(Grid(rows, list(pairwise(self.x)), headers))

    def _owners(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Each place -> the first place of the cell it belongs to: no line between them, no border."""
        owner = {
            (row, column): (row, column)
            for row in range(len(self.y) - 1)
            for column in range(len(self.x) - 1)
        }
        for (row, column), _ in list(owner.items()):
            top, bottom, left, right = self.y[row], self.y[row + 1], self.x[column], self.x[column + 1]
            if column and not _covers(self.down, left, bottom + _NEAR, top - _NEAR):
                owner[row, column] = owner[row, column - 1]
            elif row and not _covers(self.across, top, left + _NEAR, right - _NEAR):
                owner[row, column] = owner[row - 1, column]
        return owner

    def _headers(
        self, owner: dict[tuple[int, int], tuple[int, int]], members: dict[tuple[int, int], list[Run]]
    ) -> int | None:
        """How many rows name the columns, where spans or bold letters say so."""
        height, width = len(self.y) - 1, len(self.x) - 1
        spans = _spanned_head(owner, height, width)
        if spans:
            return spans
        bold = [
            all(one.bold for runs in found for one in runs)
            if (found := _of_row(members, row, width))
            else None
            for row in range(height)
        ]
        if bold[0] and any(one is False for one in bold[1:]) and len(_of_row(members, 0, width)) > 1:
            return next(number for number, one in enumerate(bold) if one is False)
        return None


def _spanned_head(owner: dict[tuple[int, int], tuple[int, int]], height: int, width: int) -> int:
    """Rows at the top that are one header: a name above several columns, and the lines below it."""
    titles = 0
    while titles < height and len({owner[titles, column] for column in range(width)}) == 1:
        titles += 1
    if titles == height or not any(
        owner[titles, column] == owner[titles, column - 1] for column in range(1, width)
    ):
        return 0
    last = max(place[0] for place, first in owner.items() if first[0] == titles)
    rows = max(last + 1, titles + 2)
    return rows if rows < height else 0


def _of_row(members: dict[tuple[int, int], list[Run]], row: int, width: int) -> list[list[Run]]:
    return [runs for column in range(width) if (runs := members.get((row, column), []))]


def _without_empty(grid: Grid) -> Grid | None:
    """`grid` without columns and rows in which nothing stands, as double lines make them."""
    used = [column for column in range(len(grid.edges)) if any(row[column] for row in grid.rows)]
    if not used:
        return None
    empty_heads = sum(not any(row) for row in grid.rows[: grid.headers or 0])
    rows = [[row[column] for column in used] for row in grid.rows if any(row)]
    headers = grid.headers - empty_heads if grid.headers else grid.headers
    return Grid(rows, [grid.edges[column] for column in used], headers)


def _levels(places: Iterable[float]) -> list[float]:
    levels: list[float] = []
    for place in sorted(places):
        if not levels or place - levels[-1] > _NEAR:
            levels.append(place)
    return levels


def _with_outer(lines: list[Rule], crossing: list[Rule]) -> list[float]:
    """Where `lines` are, and where those that cross them end beyond the outermost: tables often have no sides."""
    levels = _levels(one.at for one in lines)
    ends = _levels(end for one in crossing for end in (one.start, one.end))
    outer = [end for end in (ends[0], ends[-1]) if not levels[0] - 8 < end < levels[-1] + 8]
    return sorted([*levels, *outer])


def _covers(rules: list[Rule], at: float, start: float, end: float) -> bool:
    """Whether lines at `at` run over the middle of `start` to `end`."""
    middle = (start + end) / 2
    return any(abs(one.at - at) <= _NEAR and one.start - 1 <= middle <= one.end + 1 for one in rules)


def _lattices(across: list[Rule], down: list[Rule]) -> list[_Lattice]:
    """Lines that touch, put together."""
    if not across or not down or len(across) > _MOST_LINES * 8 or len(down) > _MOST_LINES * 8:
        return []
    across, down = _joined(across), _joined(down)
    if len(across) > _MOST_LINES or len(down) > _MOST_LINES:
        return []
    parent = list(range(len(across) + len(down)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for first, flat in enumerate(across):
        for second, tall in enumerate(down):
            beside = flat.start - _NEAR <= tall.at <= flat.end + _NEAR
            if beside and tall.start - _NEAR <= flat.at <= tall.end + _NEAR:
                parent[root(first)] = root(len(across) + second)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for number, one in enumerate([*across, *down]):
        groups[root(number)][number >= len(across)].append(one)
    return [_Lattice(*group) for group in groups.values() if group[0] and group[1]]


def _joined(rules: list[Rule]) -> list[Rule]:
    """Pieces of one line as one, as tables drawn cell by cell have them."""
    found: list[Rule] = []
    for level in _by_level(rules):
        for one in sorted(level):
            if found and found[-1].at == level[0].at and one.start <= found[-1].end + _NEAR:
                found[-1] = found[-1]._replace(end=max(found[-1].end, one.end))
            else:
                found.append(Rule(one.start, one.end, level[0].at))
    return found


def _by_level(rules: list[Rule]) -> list[list[Rule]]:
    levels: list[list[Rule]] = []
    for one in sorted(rules, key=lambda one: one.at):
        if levels and one.at - levels[-1][0].at <= _NEAR:
            levels[-1].append(one)
        else:
            levels.append([one])
    return levels
