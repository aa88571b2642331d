"""Web pages: the main text with its headings, lists and tables, without scripts, menus and page furniture."""

import re
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.office_zip import local

_DECLARED = re.compile(rb"<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*[\"']?\s*([\w-]+)", re.I)
_SILENT = (
    "script style noscript template svg math iframe object embed canvas audio video nav button "
    "select option datalist textarea input map link meta base dialog"
)
_FURNITURE = (
    "//*[self::footer or self::aside or (self::header or @role='banner') and not(.//h1) or @hidden "
    "or @aria-hidden='true' or @role='navigation' or @role='contentinfo' or @role='search' or @id='footer' "
    "or @id='breadcrumbs' or @id='breadcrumb-section' or @id='sidebar' "
    "or @style and contains(translate(@style, ' ', ''), 'display:none')]"
)
_SPACES = re.compile(r"[ \t\r\n]{2,}|[\t\r\n]")
_KEPT = frozenset({"html", "body", "main", "article"})
_BLOCK_TAGS = (
    "p div section article main body html blockquote pre ul ol dl dt dd li table thead tbody tfoot "
    "tr td th caption figure figcaption address fieldset form details summary hr center header "
    "footer aside h1 h2 h3 h4 h5 h6"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_STRUCTURE = _BLOCKS | {"br", "img"}
"""Tags that say more than how their words look."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MAIN = "//*[self::main or @role='main' or @id='main-content']"
_MAIN_SHARE = 0.25
"""Share of a page's text that its <main> must hold to stand for the page."""
_CELL = 1_000
"""A table with a longer cell, in characters, is there for the layout."""


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The page under its title; headings h1 to h6 make the sections."""
    data = path.read_bytes()
    declared = _DECLARED.search(data[:4096])
    draft = DocumentBuilder(kind, limits.characters)
    write_html(draft, decode(data, declared[1].decode() if declared else ""))
    return draft.finish()


def write_html(draft: DocumentBuilder, source: str) -> None:
    """Write the main text of the HTML page or fragment `source`."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(source.encode("utf-8", "replace"), parser) if source.strip() else None
    if any("depth" in problem.message for problem in parser.error_log.filter_from_errors()):
        raise RecursionError  # what lies deeper was left out
    if root is None:
        return
    title = _words(root.find(".//title"))
    etree.strip_elements(root, "title", *_SILENT.split(), with_tail=False)
    main = _main(root)
    if title and all(_words(heading) not in title for heading in main.iter("h1")):
        draft.head(1, title)
    _Writer(draft).walk(main)


def _main(root: "etree._Element") -> "etree._Element":
    """The element that holds the page's own text; where none is marked, the page without its frame."""
    length = len(_words(root))
    for candidate in _elements(root, _MAIN):
        if len(_words(candidate)) >= _MAIN_SHARE * length:
            return candidate
    for element in _elements(root, _FURNITURE):
        inside = {local(above) for above in element.iterancestors()}
        if local(element) not in _KEPT and not inside & {"main", "article"}:
            _remove(element)
    return root


def _elements(root: "etree._Element", path: str) -> "list[etree._Element]":
    found = root.xpath(path)
    return (
        [element for element in found if isinstance(element, etree._Element)]
        if isinstance(found, list)
        else []
    )


def _remove(element: "etree._Element") -> None:
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


class _Writer:
    """Goes through the elements once, without recursion: pages can be nested thousands deep."""

    def __init__(self, draft: DocumentBuilder) -> None:
        self._draft = draft
        self._pieces: list[str] = []
        self._mark = ""
        self._listed = False
        self._preformatted = 0

    def walk(self, root: "etree._Element") -> None:
        """Write everything below `root`."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = str(element.tag)
            if event == "start":
                if tag in _STRUCTURE:
                    self._enter(tag, element)
                if tag == "table" and (rows := _data_rows(element)) is not None:
                    self._table(*rows)
                    walker.skip_subtree()
                else:
                    self._add(element.text)
            else:
                if tag in _STRUCTURE:
                    self._leave(tag)
                if element is not root:
                    self._add(element.tail)
        self._flush()

    def _enter(self, tag: str, element: "etree._Element") -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag == "li":
            self._mark = "- "
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "img" and element.get("class", "").startswith("emoticon"):
            self._pieces.append(element.get("alt", ""))

    def _leave(self, tag: str) -> None:
        if tag in _HEADINGS:
            title, self._pieces = "".join(self._pieces), []
            self._draft.head(_HEADINGS[tag], title)
        elif tag == "dt":
            self._mark, self._pieces = "".join(self._pieces).strip().rstrip(":") + ": ", []
        elif tag == "li":
            self._flush()
            self._mark = ""
        elif tag in _BLOCKS:
            self._flush()
        if tag == "pre":
            self._preformatted -= 1

    def _add(self, text: str | None) -> None:
        if text:
            plain = self._preformatted or not _SPACES.search(text)
            self._pieces.append(text if plain else _SPACES.sub(" ", text))

    def _flush(self) -> None:
        text = "".join(self._pieces)
        self._pieces = []
        if not self._preformatted:
            text = "\n".join(line.strip() for line in text.split("\n"))
        if text.strip():
            self._draft.write(self._mark + text.strip(), tight=bool(self._mark) and self._listed)
            self._listed, self._mark = bool(self._mark), ""

    def _table(self, grid: list[list[str]], headers: int | None) -> None:
        self._draft.write_table(grid, headers=headers)


def _words(element: "etree._Element | None") -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _data_rows(table: "etree._Element") -> tuple[list[list[str]], int | None] | None:
    """The cells of a table of data and its number of header rows; None for one that only lays a page out."""
    rows = list(table.iter("tr"))
    layout = table.find(".//table") is not None or any(
        table.find(f".//{tag}") is not None for tag in _HEADINGS
    )
    if layout or max((len(row) for row in rows), default=0) < 2:
        return None
    grid = _grid(rows)
    if any(len(cell) > _CELL for row in grid for cell in row):
        return None
    headed = 0
    for row in rows:
        parent = row.getparent()
        in_head = parent is not None and local(parent) == "thead"
        if not in_head and not all(local(cell) == "th" for cell in row):
            break
        headed += 1
    return grid, headed if 0 < headed < len(rows) else None


def _grid(rows: "list[etree._Element]") -> list[list[str]]:
    """The cells as seen: one spanning rows is repeated in each, one spanning columns stands once."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        shown: list[str] = []
        cells = [cell for cell in row if local(cell) in ("td", "th")]
        while cells or len(shown) in hanging:
            column = len(shown)
            if column in hanging:
                left, text = hanging.pop(column)
                shown.append(text)
                if left > 1:
                    hanging[column] = left - 1, text
                continue
            cell = cells.pop(0)
            text = _words(cell)
            if (down := _span(cell, "rowspan")) > 1:
                hanging[column] = down - 1, text
            shown += [text, *[""] * (_span(cell, "colspan") - 1)]
        grid.append(shown)
    return grid


def _span(cell: "etree._Element", name: str) -> int:
    value = cell.get(name, "1")
    return min(64, int(value)) if value.isdecimal() and value != "0" else 1
