"""Excel workbooks: every sheet, every row with the names of its columns, values as the sheet shows them.

The XML is walked directly: openpyxl refuses workbooks that Excel opens, and its quick mode knows neither merged cells
nor hidden rows, notes, links or pieces of struck text.
"""

from itertools import pairwise
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, too_long
from vectorstore.loaders.link_targets import with_address
from vectorstore.loaders.office_zip import Package, attribute
from vectorstore.loaders.sheet_tables import write_rows
from vectorstore.loaders.xlsx_cells import Runs, SheetCells, read_cells, shared_strings
from vectorstore.loaders.xlsx_extras import CellComment, Related, comments, drawings, header_rows, people
from vectorstore.loaders.xlsx_styles import CellStyle, cell_styles


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All sheets in order; `place` is "sheet NAME", rows are numbered as Excel does."""
    with Package(path, limits) as package:
        draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden, decimal=".")
        _Workbook(draft, package, limits).write()
        return draft.finish()


class _Workbook:
    def __init__(self, draft: DocumentBuilder, package: Package, limits: LoaderLimits) -> None:
        self._draft, self._package, self._limits = draft, package, limits
        main = next(
            (part for type_, part in package.related("").values() if type_ == "officeDocument"),
            "xl/workbook.xml",
        )
        root = package.xml(main)
        if root is None:
            raise ValueError("no workbook part")
        self._root = root
        self._related = package.related(main)
        settings = root.find("{*}workbookPr")
        is_1904 = settings is not None and attribute(settings, "date1904") in ("1", "true")
        self._styles: list[CellStyle] = cell_styles(package.xml(self._part("styles")), is_1904=is_1904)
        self._texts: list[Runs] = shared_strings(package.stream(self._part("sharedStrings")))
        self._people = people(package, self._related)
        self._uncalculated = 0

    def _part(self, type_: str) -> str:
        return next((part for name, part in self._related.values() if name == type_), "")

    def write(self) -> None:
        """Write every sheet."""
        for sheet in self._root.iterfind("{*}sheets/{*}sheet"):
            part = self._related.get(attribute(sheet, "id"), ("", ""))[1]
            name = attribute(sheet, "name")
            is_hidden = attribute(sheet, "state", "visible") != "visible"
            if is_hidden and not self._draft.reads_hidden("sheet"):
                continue
            self._draft.go_to(None, f"sheet {name}{' (hidden)' * is_hidden}")
            self._sheet(part)
        if self._uncalculated:
            self._draft.note(
                f"{self._uncalculated} formula{'s have' if self._uncalculated > 1 else ' has'} no stored result",
                "Open the file in Excel and save it.",
            )

    def _sheet(self, part: str) -> None:
        related = self._package.related(part)
        stream = self._package.stream(part)
        cells = SheetCells()
        if stream is not None:
            cells = read_cells(stream, self._texts, self._styles, self._limits.characters)
            if (
                sum(len(text) for row in cells.rows.values() for text in row.values())
                > self._limits.characters
            ):
                raise too_long(self._limits.characters)
        self._uncalculated += cells.uncalculated
        cells.header_rows |= header_rows(self._package, related)
        _add_links(cells, related)
        spread_merged(cells)
        self._leave_out_hidden(cells)
        columns = _columns(cells, cells.hidden_columns if not self._draft.include_hidden else set())
        rows = [_cells(cells.rows.get(row, {}), columns) for row in range(1 + max(cells.rows, default=-1))]
        write_rows(self._draft, rows, header_rows=cells.header_rows, left_out=cells.left_out)
        for comment in comments(self._package, related, self._people):
            if self._draft.include_hidden or not _is_hidden(comment, cells):
                self._draft.write(_comment(comment, cells), row=comment.row + 1, tight=True)
        self._draft.under(1, "")
        for text in drawings(self._package, related):
            self._draft.write(text)

    def _leave_out_hidden(self, cells: SheetCells) -> None:
        """Count hidden rows and columns that hold something, and take them out unless they are to be read."""
        used = {column for row in cells.rows.values() for column in row}
        cells.hidden_columns &= used
        if cells.hidden_columns:
            self._draft.reads_hidden("column", len(cells.hidden_columns))
        if cells.hidden_rows and not self._draft.reads_hidden("row", len(cells.hidden_rows)):
            cells.left_out |= cells.hidden_rows
            for row in cells.hidden_rows:
                cells.rows[row] = {}


def spread_merged(cells: SheetCells) -> None:
    """Give the value of merged cells to each row and column that they cover; a line of its own keeps it once."""
    last_row = max(cells.rows, default=-1)
    last_column = max((column for row in cells.rows.values() for column in row), default=-1)
    for top, left, bottom, right in cells.merged:
        value = cells.rows.get(top, {}).get(left, "")
        right = min(right, max(last_column, left))
        alone = all(left <= column <= right for column in cells.rows.get(top, {}))
        if not value or (alone and right > left and bottom == top):
            continue
        for row in range(top, min(bottom, last_row) + 1):
            if row not in cells.rows and row > top:
                continue
            for column in range(left, right + 1):
                cells.rows[row].setdefault(column, value)


def _columns(cells: SheetCells, left_out: set[int]) -> list[int]:
    """The columns that hold something, and one for each gap between them: a lone cell far away costs nothing."""
    used = sorted({column for row in cells.rows.values() for column in row} - left_out)
    gaps = {right - 1 for left, right in pairwise([-1, *used]) if right - 1 not in (left, *left_out)}
    return sorted({*used, *gaps})


def _cells(row: dict[int, str], columns: list[int]) -> list[str]:
    return [row.get(column, "") for column in columns] if row else []


def _add_links(cells: SheetCells, related: Related) -> None:
    for (top, left, bottom, right), link in cells.links:
        address = related.get(link, ("", ""))[1]
        for row in range(top, min(bottom, top + 1_000) + 1):
            for column in [column for column in cells.rows.get(row, {}) if left <= column <= right]:
                cells.addresses.setdefault((row, column), address)
    for (row, column), address in cells.addresses.items():
        if (text := cells.rows.get(row, {}).get(column)) is not None:
            cells.rows[row][column] = with_address(text, address)


def _is_hidden(comment: CellComment, cells: SheetCells) -> bool:
    return comment.row in cells.hidden_rows or comment.column in cells.hidden_columns


def _comment(comment: CellComment, cells: SheetCells) -> str:
    """A comment with the cell it is at and the first cell of its row, which says what the row is."""
    row = cells.rows.get(comment.row, {})
    about = [row[column] for column in sorted({min(row, default=-1), comment.column}) if column in row]
    by = f"Comment by {comment.author}" if comment.author else "Comment"
    return f"{by} on {', '.join(about)}: {comment.text}" if about else f"{by}: {comment.text}"
