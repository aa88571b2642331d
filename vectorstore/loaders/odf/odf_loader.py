"""OpenDocument texts, sheets and slides (LibreOffice, Google Docs): their content with its styles."""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.odf.odf_forms import Controls
from vectorstore.loaders.odf.odf_lists import Counter, Lists
from vectorstore.loaders.odf.odf_runs import OdfRuns, note_mark, object_part
from vectorstore.loaders.odf.odf_styles import Look, OdfStyles, is_hidden
from vectorstore.loaders.odf.odf_tables import OdfGrid, read_grid, shown_value
from vectorstore.loaders.office_zip import Package, attribute, local, whole_number
from vectorstore.loaders.picture_texts import picture_text
from vectorstore.loaders.run_marks import join_runs
from vectorstore.loaders.sheet_tables import write_rows
from vectorstore.loaders.table_lines import lines

_SKIPPED = frozenset(
    {
        "tracked-changes",
        "forms",
        "sequence-decls",
        "title",
        "desc",
        "settings",
        "dde-connection-decls",
        "database-ranges",
    }
)
_SHEET_PARTS = ("named-expressions", "content-validations", "calculation-settings")


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The content in order; slides count as pages, sheets are places."""
    ending = path.suffix.lower().lstrip(".") or kind
    draft = DocumentBuilder(ending, limits.characters, include_hidden=limits.include_hidden)
    with Package(path, limits) as package:
        manifest = package.xml("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise Unreadable(
                "is locked with a password", fix="Open it with the password and save it without one."
            )
        root = package.xml("content.xml")
        body = next(root.iter("{*}body"), None) if root is not None else None
        if root is None or body is None:
            raise ValueError("no content part")
        writer = _Writer(draft, package, root, body)
        for content in body:
            writer.write(content)
        writer.margins()
    return draft.finish()


class _Writer:
    def __init__(
        self, draft: DocumentBuilder, package: Package, root: "etree._Element", body: "etree._Element"
    ) -> None:
        self._draft, self._package = draft, package
        self._common = package.xml("styles.xml")
        self._styles = OdfStyles(self._common, root)
        self._runs = OdfRuns(self._styles, package, Controls(body), draft.reads_hidden)
        self._lists = Lists(self._styles.lists)
        self._outline = Counter(self._styles.outline)
        self._in_sheet = False

    def write(self, parent: "etree._Element") -> None:
        """Write what stands below `parent`."""
        self._in_sheet = self._in_sheet or local(parent) == "spreadsheet"
        for child in parent:
            self._block(child, local(child))

    def _block(self, child: "etree._Element", tag: str) -> None:
        if tag in ("h", "p"):
            self._paragraph(child)
        elif tag == "list":
            for mark, paragraph in self._items(child):
                self._item(mark, paragraph)
        elif tag == "table":
            self._sheet(child) if self._in_sheet else self._table(child)
        elif tag == "page":
            self._page(child)
        elif tag == "notes":
            self._slide_notes(child)
        elif tag == "section" and attribute(child, "display") in ("none", "condition"):
            if self._draft.reads_hidden("section"):
                self.write(child)
        elif tag in ("frame", "annotation", "custom-shape", "g", "control", "a"):
            self._aside(child)
        elif tag in ("header-decl", "footer-decl"):
            self._draft.write("".join(child.itertext()))
        elif tag and tag not in _SKIPPED and tag not in _SHEET_PARTS:
            self.write(child)

    # Paragraphs and lists

    def _paragraph(self, paragraph: "etree._Element") -> None:
        text = self._text(paragraph)
        if text.strip() and local(paragraph) == "h":
            level = whole_number(paragraph, "outline-level", 1)
            number = self._heading_number(paragraph, level)
            self._draft.head(level, f"{number} {text}" if number else text)
        elif text.strip():
            self._draft.write(text)
        self._write_asides()

    def _heading_number(self, heading: "etree._Element", level: int) -> str:
        if attribute(heading, "is-list-header") == "true":
            return ""
        start = attribute(heading, "start-value") or (
            "1" if attribute(heading, "restart-numbering") == "true" else ""
        )
        mark = self._outline.count(level, start)
        return mark if self._outline.is_numbered(level) else ""

    def _text(self, paragraph: "etree._Element", around: Look | None = None) -> str:
        if attribute(paragraph, "is-hidden") == "true" and not self._draft.reads_hidden("passage"):
            return ""
        self._runs.sees_white = self._in_sheet or self._draft.pages > 0 or _is_inside(paragraph)
        return self._runs.text(paragraph, around)

    def _item(self, mark: str, element: "etree._Element") -> None:
        if local(element) not in ("h", "p"):
            self._block(element, local(element))
            return
        text = self._text(element)
        if local(element) == "h" and text.strip():
            self._draft.head(
                whole_number(element, "outline-level", 1), f"{mark} {text}" if mark != "-" else text
            )
        elif text.strip():
            self._draft.write(f"{mark} {text}" if mark else text, tight=True)
        self._write_asides()

    def _items(
        self, element: "etree._Element", level: int = 1, counter: Counter | None = None
    ) -> "Iterator[tuple[str, etree._Element]]":
        """The paragraphs of a list with their marks; what else stands in its items, without one."""
        style = attribute(element, "style-name") or self._paragraph_list(element)
        counter = counter or self._lists.counter(element, style)
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            mark = ""
            if local(item) == "list-item" and any(local(child) in ("h", "p") for child in item):
                mark = counter.count(level, attribute(item, "start-value"))
                written = item.find("{*}number")
                mark = (written.text or "").strip() or mark if written is not None else mark
            for child in item:
                if local(child) == "list":
                    yield from self._items(child, level + 1, counter)
                elif local(child) != "number":
                    yield mark, child
                    mark = ""

    def _paragraph_list(self, element: "etree._Element") -> str:
        first = next(element.iter("{*}p", "{*}h"), None)
        return self._styles.list_of(attribute(first, "style-name")) if first is not None else ""

    # Tables and sheets

    def _table(self, table: "etree._Element") -> None:
        grid = self._grid(table)
        headers = grid.headers or (1 if self._is_headed(table) else 0)
        self._draft.write_table(grid.cells.grid(), headers=grid.cells.headers(headers or None))
        self._write_asides()

    def _grid(self, table: "etree._Element") -> OdfGrid:
        return read_grid(table, self._styles, self._cell, self._draft.reads_hidden)

    def _is_headed(self, table: "etree._Element") -> bool:
        """Whether the first row is set in the style that the office programs give to the names of columns."""
        rows = list(table.iter("{*}table-row"))[:2]
        return len(rows) == 2 and self._is_heading_row(rows[0]) and not self._is_heading_row(rows[1])

    def _is_heading_row(self, row: "etree._Element") -> bool:
        paragraphs = [one for one in row.iter("{*}p") if "".join(one.itertext()).strip()]
        return bool(paragraphs) and all(
            "Table_20_Heading" in names or "Table Heading" in names
            for names in (self._styles.names("paragraph", attribute(one, "style-name")) for one in paragraphs)
        )

    def _cell(self, cell: "etree._Element") -> str:
        look = self._styles.look("table-cell", attribute(cell, "style-name"))
        return " ".join(" ".join(self._cell_texts(cell, look)).split()) or shown_value(cell)

    def _cell_texts(self, parent: "etree._Element", look: Look) -> Iterator[str]:
        for child in parent:
            tag = local(child)
            if tag in ("h", "p"):
                yield self._text(child, look)
            elif tag == "list":
                for mark, element in self._items(child):
                    text = self._text(element) if local(element) in ("h", "p") else self._cell(element)
                    yield f"{mark} {text}" if mark.strip("-") else text
            elif tag == "table":
                grid = self._grid(child)
                yield " | ".join(line.text for line in lines(grid.cells.grid(), grid.headers or None))
            elif tag not in ("annotation", *_SKIPPED) and len(child):
                yield from self._cell_texts(child, look)

    def _sheet(self, sheet: "etree._Element") -> None:
        style = self._styles.look("table", attribute(sheet, "style-name"))
        if is_hidden(style) and not self._draft.reads_hidden("sheet"):
            return
        self._draft.go_to(None, f"sheet {attribute(sheet, 'name')}")
        grid = self._grid(sheet)
        rows: list[list[str]] = [[]] * max(grid.numbers, default=0)
        for number, texts in zip(grid.numbers, grid.cells.grid(), strict=False):
            rows[number - 1] = texts
        bold, left_out = ({number - 1 for number in one} for one in (grid.bold, grid.left_out))
        write_rows(self._draft, rows, header_rows=bold, left_out=left_out)
        for place, note in grid.asides:
            self._comment(note, f" on {place}")
        for shapes in sheet.iterfind("{*}shapes"):
            self.write(shapes)
        self._write_asides()

    # Slides

    def _page(self, page: "etree._Element") -> None:
        self._draft.pages += 1
        self._draft.go_to(self._draft.pages, f"slide {self._draft.pages}")
        self._draft.under(1, "")
        style = self._styles.look("drawing-page", attribute(page, "style-name"))
        if is_hidden(style) and not self._draft.reads_hidden("slide"):
            return
        before = self._draft.length
        titles = [one for one in page if attribute(one, "class") == "title"]
        for title in titles[:1]:
            text = " ".join(" ".join(self._text(one) for one in title.iter("{*}p")).split())
            self._draft.head(1, text) if text else None
        for child in page:
            if child not in titles[:1] or not len(titles):
                self._block(child, local(child))
        if self._draft.length == before:
            self._draft.note(f"slide {self._draft.pages} has no text, perhaps only pictures")

    def _slide_notes(self, notes: "etree._Element") -> None:
        said = [
            text
            for frame in notes.iterfind("{*}frame")
            if attribute(frame, "class") == "notes"
            for paragraph in frame.iter("{*}p")
            if (text := self._text(paragraph)).strip()
        ]
        self._draft.write("Notes: " + "\n".join(said) if said else "")

    # What stands beside the text

    def _write_asides(self) -> None:
        asides, self._runs.aside = self._runs.aside, []
        for element in asides:
            self._aside(element)

    def _aside(self, element: "etree._Element") -> None:
        tag = local(element)
        if tag == "annotation":
            self._comment(element)
        elif tag == "note":
            self._note(element)
        elif tag == "frame":
            self._frame(element)
        elif tag == "control":
            self._draft.write(self._runs.control(element))
        elif tag == "a":
            self.write(element)
        else:
            self.write(element)
            self._draft.write(_description(element))

    def _note(self, note: "etree._Element") -> None:
        body = note.find("{*}note-body")
        mark = join_runs([("x", 0), note_mark(note)])[1:].strip()
        for number, paragraph in enumerate(body.iter("{*}p", "{*}h") if body is not None else ()):
            text = self._text(paragraph)
            self._draft.write(f"{mark} {text}" if number == 0 else text)
        self._write_asides()

    def _comment(self, annotation: "etree._Element", place: str = "") -> None:
        author = annotation.find("{*}creator")
        said = " ".join(" ".join(self._text(one) for one in annotation.iter("{*}p")).split())
        name = ("".join(author.itertext()).strip() if author is not None else "") or "a reader"
        if said:
            self._draft.write(f"Comment by {name}{place}: {said}")

    def _frame(self, frame: "etree._Element") -> None:
        before = self._draft.length
        for child in frame:
            tag = local(child)
            if tag in ("text-box", "table"):
                self.write(child) if tag == "text-box" else self._table(child)
            elif tag == "object":
                self._object(child)
        if self._draft.length == before or frame.find("{*}image") is not None:
            self._draft.write(_description(frame))

    def _object(self, embedded: "etree._Element") -> None:
        """Write a chart as the table of its values; a formula was read in its sentence."""
        root = self._package.xml(object_part(embedded)) if attribute(embedded, "href") else embedded
        chart = next(root.iter("{*}chart"), None) if root is not None else None
        while chart is not None and local(chart[0] if len(chart) else chart) == "chart":
            chart = chart[0]
        if chart is None:
            if root is not None and local(root) != "math" and next(root.iter("{*}math"), None) is None:
                self._draft.note("a file inside this document was not read", "Save it beside this one.")
            return
        title = " ".join(" ".join("".join(one.itertext()) for one in chart.iterfind("{*}title")).split())
        self._draft.write(title)
        for table in chart.iterfind("{*}table"):
            grid = read_grid(table, OdfStyles(), self._cell, self._draft.reads_hidden)
            self._draft.write_table(grid.cells.grid(), headers=grid.headers or 1, title=title)

    def margins(self) -> None:
        """Write the headers and footers of pages, each once."""
        self._draft.go_to(None, "")
        self._draft.under(1, "")
        seen = set()
        for page in self._common.iter("{*}master-page") if self._common is not None else ():
            for margin in page:
                if (
                    not local(margin).startswith(("header", "footer"))
                    or attribute(margin, "display") == "false"
                ):
                    continue
                text = " ".join(" ".join(self._text(one) for one in margin.iter("{*}p", "{*}h")).split())
                if text not in seen and re.search(r"[^\W\d_]{3}", text) and not self._in_sheet:
                    seen.add(text)
                    self._draft.write(text)
        self._runs.aside = []


def _description(element: "etree._Element") -> str:
    said = element.find("{*}desc")
    if said is None:
        said = element.find("{*}title")
    return picture_text("".join(said.itertext())) if said is not None else ""


def _is_inside(paragraph: "etree._Element") -> bool:
    """Whether `paragraph` stands in a cell or a box, which may be dark."""
    return any(
        local(above) in ("table-cell", "text-box", "custom-shape") for above in paragraph.iterancestors()
    )
