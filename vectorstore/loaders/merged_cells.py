"""Tables with merged cells, as they are looked at: each row and each column has what the merged cell says."""

from vectorstore.tables.cell_words import is_total

_WIDEST = 256
"""Columns over which a cell may be merged."""
_DEEPEST = 10_000


class MergedCells:
    """Cells put at their row and column, counted from 0; a merged one says in how many of both it stands."""

    def __init__(self) -> None:
        self._rows: list[dict[int, str]] = []
        self._tall: dict[int, int] = {}
        self._across: dict[int, list[tuple[int, int]]] = {}
        self._hanging: list[tuple[int, int, int, str]] = []
        """Cells that go on in the rows below: the row where they end, their column, their width, their text."""

    def open_row(self, row: int) -> None:
        """Have a row `row`, also where nothing is put into it but what is merged from above."""
        while len(self._rows) <= row:
            new = len(self._rows)
            self._hanging = [one for one in self._hanging if one[0] > new]
            self._rows.append(
                {
                    beside: text
                    for _, column, across, text in reversed(self._hanging)
                    for beside in range(column, column + across)
                }
            )

    def place(self, row: int, column: int, text: str, across: int = 1, down: int = 1) -> None:
        """Put `text` into its cell and those merged with it that have no text of their own; rows come in order."""
        across, down = max(1, min(across, _WIDEST)), max(1, min(down, _DEEPEST))
        self.open_row(row)
        self._rows[row][column] = text
        for beside in range(column, column + across):
            self._rows[row].setdefault(beside, text)
        if across > 1:
            self._across.setdefault(row, []).append((column, across))
        if down > 1:
            self._hanging.append((row + down, column, across, text))
            self._tall[row] = max(down, self._tall.get(row, 1))

    def grid(self) -> list[list[str]]:
        """All rows in one width. A cell over a whole row stands once: it is a title, not a value of each column."""
        width = self.width()
        grid = []
        for number, cells in enumerate(self._rows):
            whole = any(across >= width for _, across in self._across.get(number, ())) and width > 1
            if whole:
                cells = {0: cells[0]}
            for column, across in self._across.get(number, ()):
                if across > 1 and is_total(cells.get(column, "")):
                    cells = {at: text for at, text in cells.items() if not column < at < column + across}
            grid.append([cells.get(column, "") for column in range(width)])
        return grid

    def headers(self, known: int | None) -> int | None:
        """How many rows at the top name the columns, where `known` of them are said to.

        A name over several columns has the names of each in the row below it, so that row names columns too.
        """
        first = self._first_row()
        if known is None or known > first + 1:
            return known
        known = max(known, first + 1)
        width = self.width()
        grouped = any(1 < across < width for _, across in self._across.get(first, ()))
        depth = max(2, self._tall.get(first, 1)) if grouped else 1
        return max(known, first + depth) if first + depth < len(self._rows) else known

    def is_grouped(self) -> bool:
        """Whether a cell of the first full row stands over several columns and one row of names below it."""
        first, width = self._first_row(), self.width()
        return any(1 < across < width for _, across in self._across.get(first, ()))

    def _first_row(self) -> int:
        """The first row that is no title."""
        width = self.width()
        for number, cells in enumerate(self._rows):
            if len({text for text in cells.values() if text}) > 1 or width < 2:
                return number
        return 0

    def width(self) -> int:
        """How many columns there are."""
        return max((max(cells, default=-1) + 1 for cells in self._rows), default=0)
