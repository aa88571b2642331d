"""Tables of Word: where each cell stands in the grid, and which rows name the columns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from vectorstore.loaders.docx.docx_styles import Styles, is_on
from vectorstore.loaders.merged_cells import MergedCells
from vectorstore.loaders.office_zip import attribute, local
from vectorstore.loaders.table_lines import is_number

_WRAPPERS = ("sdt", "sdtContent", "ins", "customXml", "smartTag")
_OFF = ("0", "false", "off")
_WIDEST = 1_000
_FIRST_ROW = 0x20


@dataclass(frozen=True, slots=True)
class _Cell:
    element: "etree._Element"
    column: int
    across: int
    goes_on: bool
    """It is merged with the cell above it."""


def table_rows(table: "etree._Element") -> "Iterator[etree._Element]":
    """The rows of `table` that are not deleted, whatever they are wrapped in."""
    for child in table:
        if local(child) == "tr":
            if child.find("{*}trPr/{*}del") is None:
                yield child
        elif local(child) in _WRAPPERS:
            yield from table_rows(child)


def row_cells(row: "etree._Element") -> "list[etree._Element]":
    """The cells of `row`, whatever they are wrapped in."""
    cells = []
    for child in row:
        if local(child) == "tc":
            cells.append(child)
        elif local(child) in _WRAPPERS:
            cells += row_cells(child)
    return cells


def is_hidden_row(row: "etree._Element") -> bool:
    """Whether Word does not show `row`."""
    mark = row.find("{*}trPr/{*}hidden")
    return mark is not None and attribute(mark, "val", "1") not in _OFF


def merged_grid(rows: "list[etree._Element]", read: "Callable[[etree._Element], str]") -> MergedCells:
    """The texts that `read` gives for the cells of `rows`, each in its row and its column."""
    table = [_placed(row) for row in rows]
    grid = MergedCells()
    for number, cells in enumerate(table):
        for cell in cells:
            if not cell.goes_on or number == 0:
                down = _down(table, number, cell.column)
                grid.place(number, cell.column, read(cell.element), cell.across, down)
    return grid


def _placed(row: "etree._Element") -> list[_Cell]:
    before = row.find("{*}trPr/{*}gridBefore")
    column = _whole(before)
    cells = []
    for element in row_cells(row):
        span = element.find("{*}tcPr/{*}gridSpan")
        across = max(1, _whole(span)) if span is not None else 1
        merged = element.find("{*}tcPr/{*}vMerge")
        goes_on = merged is not None and attribute(merged, "val") != "restart"
        cells.append(_Cell(element, column, across, goes_on))
        column = min(_WIDEST, column + across)
    return cells


def _down(table: list[list[_Cell]], number: int, column: int) -> int:
    """Over how many rows the cell at `column` of row `number` is merged."""
    down = 1
    while number + down < len(table) and any(
        cell.column == column and cell.goes_on for cell in table[number + down]
    ):
        down += 1
    return down


def _whole(element: "etree._Element | None") -> int:
    value = attribute(element, "val") if element is not None else ""
    return min(_WIDEST, int(value)) if value.isdecimal() else 0


def header_rows(
    table: "etree._Element", rows: "list[etree._Element]", grid: MergedCells, styles: Styles
) -> int | None:
    """How many rows name the columns: those that repeat on each page, or that look so; None where nothing tells."""
    repeated = 0
    for row in rows:
        mark = row.find("{*}trPr/{*}tblHeader")
        if mark is None or attribute(mark, "val", "1") in _OFF:
            break
        repeated += 1
    if repeated:
        return grid.headers(repeated)
    texts = grid.grid()
    if len(rows) < 2 or (grid.width() == 2 and any(map(_has_digit, texts[0][1:]))):
        return None
    if _is_bold(rows[0], styles) and not _is_bold(rows[1], styles):
        return grid.headers(1)
    if _is_styled(table, styles) or (grid.is_grouped() and _names_follow(texts)):
        return grid.headers(1)
    return None


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _names_follow(texts: list[list[str]]) -> bool:
    """Whether a row without numbers stands over rows with some."""
    return len(texts) > 2 and not any(map(_has_digit, texts[1])) and any(map(is_number, texts[2]))


def _is_bold(row: "etree._Element", styles: Styles) -> bool:
    """Whether all words of `row` are bold."""
    runs = [
        run for run in row.iter("{*}r") if any((text.text or "").strip() for text in run.iterfind("{*}t"))
    ]
    return bool(runs) and all(is_on(styles.run_look(run, _around(run, styles)), "b") for run in runs)


def _around(run: "etree._Element", styles: Styles) -> dict[str, str]:
    paragraph = next(run.iterancestors("{*}p"), None)
    style = paragraph.find("{*}pPr/{*}pStyle") if paragraph is not None else None
    return dict(styles.paragraph_look(attribute(style, "val") if style is not None else ""))


def _is_styled(table: "etree._Element", styles: Styles) -> bool:
    """Whether the style of `table` sets its first row apart by bold type."""
    named, look = table.find("{*}tblPr/{*}tblStyle"), table.find("{*}tblPr/{*}tblLook")
    if named is None or look is None:
        return False
    code = attribute(look, "val", "0")
    stated = attribute(look, "firstRow") in ("1", "true") or bool(int(code, 16) & _FIRST_ROW)
    return stated and any(
        part.find("{*}rPr/{*}b") is not None
        for style in styles.chain(attribute(named, "val"))
        for part in style.iterfind("{*}tblStylePr")
        if attribute(part, "type") == "firstRow"
    )
