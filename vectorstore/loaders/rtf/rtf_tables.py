"""Tables of RTF: rows say where their cells end, so cells of one row may stand over several of another."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.merged_cells import MergedCells

_NEAR = 25
"""Twips by which the borders of one column may differ from row to row."""


@dataclass(frozen=True, slots=True)
class CellBorders:
    """What a row says of one of its cells."""

    end: int
    """Its right border, in twips."""
    begins: bool = False
    """It is merged with cells below it."""
    goes_on: bool = False
    """It is merged with the cell above it."""
    joins: bool = False
    """It is merged with the cell on its left."""


@dataclass(slots=True)
class RowBorders:
    """The definition of a row, as its control words give it one after the other."""

    left: int = 0
    is_header: bool = False
    cells: list[CellBorders] = field(default_factory=list)
    _next: CellBorders = field(default_factory=lambda: CellBorders(0))

    def take(self, word: str, number: int | None) -> None:
        """Note what the control word `word` says."""
        if word == "trleft":
            self.left = number or 0
        elif word == "trhdr":
            self.is_header = True
        elif word == "clvmgf":
            self._next = replace(self._next, begins=True)
        elif word == "clvmrg":
            self._next = replace(self._next, goes_on=True)
        elif word == "clmrg":
            self._next = replace(self._next, joins=True)
        elif word == "cellx":
            self.cells.append(replace(self._next, end=number or 0))
            self._next = CellBorders(0)


@dataclass(slots=True)
class RtfTable:
    """The rows of one table while they are read."""

    rows: list[tuple[list[str], RowBorders]] = field(default_factory=list)

    def write(self, draft: DocumentBuilder) -> None:
        """Write the table: one of a single column as paragraphs, since it only frames them."""
        if max(len(texts) for texts, _ in self.rows) == 1:
            for texts, _ in self.rows:
                for text in texts:
                    draft.write(text)
            return
        grid = self._grid()
        headers = 0
        while headers < len(self.rows) and self.rows[headers][1].is_header:
            headers += 1
        draft.write_table(grid.grid(), headers=grid.headers(headers or None))

    def _grid(self) -> MergedCells:
        grid, borders = MergedCells(), self._columns()
        hanging: dict[int, tuple[str, int]] = {}
        for number, (texts, row) in enumerate(self.rows):
            begin = max(0, bisect_right(borders, row.left + _NEAR) - 1)
            last = begin
            for place, text in enumerate(texts):
                cell = row.cells[place] if place < len(row.cells) else None
                end = _column(borders, cell.end) if cell else begin + 1
                across = max(1, end - begin)
                if cell and cell.goes_on and begin in hanging:
                    text, across = hanging[begin][0], max(across, hanging[begin][1])
                elif cell and cell.joins and not text:
                    text = self._beside(texts, row, place)
                if cell and cell.begins:
                    hanging[begin] = text, across
                grid.place(number, begin, text, across)
                last = begin
                begin = max(end, last + 1)
        return grid

    def _beside(self, texts: list[str], row: RowBorders, place: int) -> str:
        while place > 0 and row.cells[place].joins:
            place -= 1
        return texts[place]

    def _columns(self) -> list[int]:
        """The borders of all columns from the left, in twips."""
        ends = {cell.end for _, row in self.rows for cell in row.cells}
        borders: list[int] = []
        for place in sorted(ends | {min(row.left for _, row in self.rows)}):
            if not borders or place - borders[-1] > _NEAR:
                borders.append(place)
        return borders


def _column(borders: list[int], place: int) -> int:
    """The number of the border at `place`."""
    at = bisect_left(borders, place - _NEAR)
    return min(at, len(borders))
