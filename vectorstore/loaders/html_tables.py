"""Tables of a page: which hold data, and their cells as a person sees them, spans filled in."""

from lxml import etree

from vectorstore.loaders.office_zip import local
from vectorstore.tables.cell_words import is_total

_CELL = 1_000
"""A table with a longer cell, in characters, is there for the layout, unless it has cells that are headers."""
_MOST_SPAN = 64
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_APART = frozenset("br p div section td th tr table caption dd dt ul ol blockquote pre figure".split())
_ROLES = {
    "table": "table",
    "grid": "table",
    "treegrid": "table",
    "row": "tr",
    "columnheader": "th",
    "rowheader": "th",
    "cell": "td",
    "gridcell": "td",
}

Grid = list[list[str]]


def name_roles(root: "etree._Element") -> None:
    """Make what calls itself a table for screen readers (role="row") a table."""
    for element in root.iterfind(".//*[@role]"):
        if local(element) in ("div", "span", "ul", "li", "section") and element.get("role") in _ROLES:
            element.tag = _ROLES[element.get("role", "")]


def data_rows(table: "etree._Element") -> tuple[Grid, int | None] | None:
    """The cells of a table of data and its number of header rows; None for one that only lays a page out."""
    rows = [row for row in table.iter("tr") if _table_of(row) is table]
    named = any(local(cell) == "th" for row in rows for cell in row)
    nested = table.find(".//table") is not None
    if table.get("role") in ("presentation", "none") or (nested and not named):
        return None
    if max((len(row) for row in rows), default=0) < 2 or any(
        table.find(f".//{tag}") is not None for tag in _HEADINGS
    ):
        return None
    headers = _header_rows(rows)
    grid = _grid(rows, headers or 0)
    if headers == 0 and _lies_on_its_side(rows, grid):
        grid, headers = [list(column) for column in zip(*grid, strict=True)], 1
    if not named and any(len(cell) > _CELL for row in grid for cell in row):
        return None
    return grid, headers


def caption(table: "etree._Element") -> str:
    """The caption of a table, empty without one."""
    return cell_text(table.find("caption"))


def _table_of(row: "etree._Element") -> "etree._Element | None":
    return next((above for above in row.iterancestors("table")), None)


def _header_rows(rows: "list[etree._Element]") -> int | None:
    """How many rows at the top name the columns; None where the page does not say."""
    headed = 0
    for row in rows:
        parent = row.getparent()
        in_head = parent is not None and local(parent) == "thead"
        cells = _cells(row)
        # A corner without a name is often a plain cell.
        if not in_head and not (cells and all(local(cell) == "th" or not cell_text(cell) for cell in cells)):
            break
        headed += 1
    if 0 < headed < len(rows):
        return headed
    labelled = len(rows) > 1 and all(
        [local(cell) for cell in _cells(row)][:2] == ["th", "td"] for row in rows if len(row)
    )
    return 0 if labelled else None


def _lies_on_its_side(rows: "list[etree._Element]", grid: Grid) -> bool:
    """Whether the first cell of each row names it and nothing names the columns: what is compared stands in columns."""
    width = len(grid[0])
    even = width > 2 and all(len(row) == width and row[0] for row in grid)
    lone = all([local(cell) for cell in _cells(row)] == ["th", *["td"] * (width - 1)] for row in rows)
    corner = _cells(rows[0])[0]
    return (
        even and lone and corner.get("scope", "row") == "row" and len({row[0] for row in grid}) == len(grid)
    )


def _grid(rows: "list[etree._Element]", headers: int) -> Grid:
    """The cells as seen: one spanning rows or columns is repeated in each that it covers."""
    grid: Grid = []
    hanging: dict[int, tuple[int, str]] = {}
    width = max(sum(_span(cell, "colspan") for cell in _cells(row)) for row in rows)
    group: etree._Element | None = None
    for number, row in enumerate(rows):
        if row.getparent() is not group:  # a cell never reaches beyond its part of the table
            group, hanging = row.getparent(), {}
        shown: dict[int, str] = {}
        for column, (left, text) in list(hanging.items()):
            shown[column] = text
            hanging[column] = left - 1, text
        column = 0
        for cell in _cells(row):
            while column in shown and hanging.get(column, (-1, ""))[0] >= 0:
                column += 1
            text, across = cell_text(cell), _span(cell, "colspan")
            down = _span(cell, "rowspan") if cell.get("rowspan") != "0" else len(rows)
            repeated = (
                across < width if number < headers else _holds_for_all(cell, text, column, across, width)
            )
            for offset in range(across):
                shown[column + offset] = text if offset == 0 or repeated else ""
                if down > 1:
                    hanging[column + offset] = down - 1, shown[column + offset]
            column += across
        hanging = {at: (left, text) for at, (left, text) in hanging.items() if left > 0}
        grid.append([shown.get(at, "") for at in range(max(shown, default=-1) + 1)])
    return grid


def _holds_for_all(cell: "etree._Element", text: str, column: int, across: int, width: int) -> bool:
    """Whether a cell over several columns says the same of each; a row's title or the word "Total" does not."""
    label = local(cell) == "th" or is_total(text) or (column == 0 and across > 1)
    return across < width and not label


def _cells(row: "etree._Element") -> "list[etree._Element]":
    return [cell for cell in row if local(cell) in ("td", "th")]


def cell_text(cell: "etree._Element | None") -> str:
    """The text of a cell on one line: lines keep apart, points of a list get commas."""
    if cell is None:
        return ""
    pieces: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        tag = str(element.tag)
        if tag in _APART:
            pieces.append(" ")
        if event == "start":
            pieces.append(element.text or "")
        elif element is not cell:
            pieces.append(", " if tag == "li" and element.getnext() is not None else "")
            pieces.append(element.tail or "")
    return " ".join("".join(pieces).split()).replace(" ,", ",")


def _span(cell: "etree._Element", name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(_MOST_SPAN, int(value)) if value.isdecimal() and value != "0" else 1
