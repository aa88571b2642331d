"""Word documents: paragraphs under their headings, lists with their numbers, tables, footnotes and comments.

The XML is walked directly: python-docx leaves out content controls (Word's own templates are made of them),
accepted-looking tracked insertions, text boxes and footnotes.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.docx.docx_chunks import Chunks
from vectorstore.loaders.docx.docx_margins import shown_margins
from vectorstore.loaders.docx.docx_notes import Notes
from vectorstore.loaders.docx.docx_numbering import Numbering
from vectorstore.loaders.docx.docx_runs import RunReader, picture_texts
from vectorstore.loaders.docx.docx_styles import Styles
from vectorstore.loaders.docx.docx_tables import (
    header_rows,
    is_hidden_row,
    merged_grid,
    row_cells,
    table_rows,
)
from vectorstore.loaders.drawn_parts import write_drawn_parts
from vectorstore.loaders.office_zip import Package, attribute, local
from vectorstore.loaders.table_lines import lines

_BOLD_TITLE = 80
"""Longest bold paragraph, in characters, that counts as a heading."""
_BOLD_LEVEL = 8
_WRAPPERS = frozenset(
    {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice"}
)
_DEEPEST = 3
"""How deep documents may be put into one another."""


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The body in reading order, then headers and footers; Word keeps no pages in its files."""
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    with Package(path, limits) as package:
        _write(draft, package, limits, 1)
    return draft.finish()


def _write(draft: DocumentBuilder, package: Package, limits: LoaderLimits, depth: int) -> None:
    main = next(
        (part for type_, part in package.related("").values() if type_ == "officeDocument"),
        "word/document.xml",
    )
    root = package.xml(main)
    body = next((child for child in root if local(child) == "body"), None) if root is not None else None
    if root is None or body is None:
        raise ValueError("no document part")

    def write_inner(inner: Package) -> None:
        if depth < _DEEPEST:
            _write(draft, inner, limits, depth + 1)
        else:
            draft.note("a document put into this one was not read: it holds others, too deep")

    writer = _Writer(draft, package, main, root, Chunks(draft, package, main, limits, write_inner))
    writer.blocks(body)
    writer.margins(root)


class _Writer:
    def __init__(
        self, draft: DocumentBuilder, package: Package, main: str, root: "etree._Element", chunks: Chunks
    ) -> None:
        self._draft, self._package, self._chunks = draft, package, chunks
        parts = dict(package.related(main).values())
        self._styles = Styles(_children(package, parts.get("styles", "")))
        self._numbering = Numbering(_children(package, parts.get("numbering", "")), self._styles)
        self._notes = Notes(package, parts)
        self._reader = RunReader(self._styles, draft.reads_hidden, self._notes.mark)
        self._carried = ""
        background = root.find("{*}background")
        self._is_dark = background is not None and attribute(background, "color", "auto").lower() not in (
            "auto",
            "ffffff",
        )
        self._reader.sees_white = self._is_dark
        self._related: dict[str, tuple[str, str]] = {}
        self._main = main
        self._use(main)

    def _use(self, part: str) -> None:
        """Take links and drawings from what `part` refers to."""
        self._reader.links, self._related = self._package.links(part), self._package.related(part)

    @contextmanager
    def _inside(self, part: str = "", mark: str = "") -> Iterator[None]:
        """Read in a note, a box, a cell or a margin, which may be dark; `part` is the part that it stands in."""
        reader = self._reader
        before = reader.links, self._related, reader.own_mark, reader.sees_white
        if part:
            self._use(part)
        reader.own_mark, reader.sees_white = mark or reader.own_mark, True
        yield
        reader.links, self._related, reader.own_mark, reader.sees_white = before

    def blocks(self, parent: "etree._Element") -> None:
        """Write every paragraph and table below `parent`, whatever it is wrapped in."""
        for child in parent:
            tag = local(child)
            if tag == "p":
                self._paragraph(child)
            elif tag == "tbl":
                self._write_carried()
                self._table(child)
            elif tag == "altChunk":
                self._chunks.write(attribute(child, "id"))
            elif tag in _WRAPPERS:
                self.blocks(child)
        self._write_carried()

    def _paragraph(self, paragraph: "etree._Element") -> None:
        style = _property(paragraph, "pStyle")
        text = self._carried + self._reader.text(paragraph, style)
        self._carried = ""
        if _has_deleted_end(paragraph):
            self._carried = text  # it goes on in the next paragraph
            return
        number = self._number(paragraph, style, text)
        if level := self._level(paragraph, style, text):
            self._draft.head(level, f"{number} {text}" if number.strip("- ") else text)
        elif text.strip():
            self._draft.write(f"{number} {text}" if number else text, tight=bool(number))
        self._write_aside()

    def _write_carried(self) -> None:
        if self._carried.strip():
            self._draft.write(self._carried)
        self._carried = ""
        self._write_aside()

    def _number(self, paragraph: "etree._Element", style: str, text: str) -> str:
        """The number of `paragraph` in its list; an empty one has a number too, a hidden one has none."""
        if not text.strip() and paragraph.find("{*}pPr/{*}rPr/{*}vanish") is not None:
            return ""
        if not text.strip() and (
            _is_emptied(paragraph) or _property(paragraph, "pStyle") in self._styles.heading_levels
        ):
            return ""
        return self._numbering.mark(paragraph, style)

    def _level(self, paragraph: "etree._Element", style: str, text: str) -> int:
        """The level of the heading that `paragraph` is, from 1; 0 when it is none."""
        if not text.strip() or len(text) > 300:
            return 0
        if outline := _property(paragraph, "outlineLvl"):
            return int(outline) + 1 if outline < "9" else 0
        if style in self._styles.heading_levels:
            return self._styles.heading_levels[style]
        return _BOLD_LEVEL if _is_bold_title(paragraph, text.strip()) else 0

    def _table(self, table: "etree._Element") -> None:
        rows = self._shown_rows(table)
        if max((len(row_cells(row)) for row in rows), default=0) == 1:  # a frame around text, not a table
            with self._inside():
                for row in rows:
                    for cell in row_cells(row):
                        self.blocks(cell)
            return
        grid = merged_grid(rows, self._cell)
        headers = header_rows(table, rows, grid, self._styles)
        self._draft.write_table(grid.grid(), headers=headers)
        self._write_aside()

    def _shown_rows(self, table: "etree._Element") -> "list[etree._Element]":
        return [row for row in table_rows(table) if not is_hidden_row(row) or self._draft.reads_hidden("row")]

    def _cell(self, cell: "etree._Element") -> str:
        """The text of `cell` on one line, with tables inside of it as their rows."""
        if cell.find("{*}tcPr/{*}cellDel") is not None:
            return ""
        with self._inside():
            return " ".join(" ".join(self._cell_texts(cell)).split())

    def _cell_texts(self, parent: "etree._Element") -> Iterator[str]:
        for child in parent:
            tag = local(child)
            if tag == "p":
                style = _property(child, "pStyle")
                begun = len(self._reader.aside)
                text = self._reader.text(child, style)
                number = self._number(child, style, text)
                yield f"{number} {text}" if number.strip("- ") else text
                for drawing in self._reader.aside[begun:]:
                    yield from picture_texts(drawing, self._reader.links)
            elif tag == "tbl":
                rows = self._shown_rows(child)
                grid = merged_grid(rows, self._cell)
                headers = header_rows(child, rows, grid, self._styles)
                yield " | ".join(line.text for line in lines(grid.grid(), headers))
            elif tag == "altChunk":
                self._reader.aside.append(child)
            elif tag in _WRAPPERS:
                yield from self._cell_texts(child)

    def _write_aside(self) -> None:
        """Write what was met in the text and stands beside it: boxes, pictures, notes, comments."""
        aside, self._reader.aside = self._reader.aside, []
        for element in aside:
            tag = local(element)
            if tag == "altChunk":
                self._chunks.write(attribute(element, "id"))
            elif tag == "commentReference":
                self._comment(attribute(element, "id"))
            elif (note := self._notes.note(element)) is not None:
                with self._inside(note.part, note.mark):
                    self.blocks(note.element)
            else:
                self._drawing(element)

    def _drawing(self, drawing: "etree._Element") -> None:
        boxes = list(_boxes(drawing))
        with self._inside():
            for box in boxes:
                self.blocks(box)
        write_drawn_parts(self._draft, self._package, drawing, self._related)
        in_cell = any(local(above) == "tc" for above in drawing.iterancestors())
        if not in_cell and (not boxes or drawing.find(".//{*}pic") is not None):
            for text in picture_texts(drawing, self._reader.links):
                self._draft.write(text)
        self._chunks.note_embedded(drawing)

    def _comment(self, id_: str) -> None:
        comment = self._notes.comment(id_)
        if comment is None:
            return
        with self._inside(comment.part):
            said = self._joined(comment.element)
        if said:
            self._draft.write(f"Comment by {comment.mark or 'a reader'}: {said}")

    def _joined(self, element: "etree._Element") -> str:
        """The text of all paragraphs below `element` on one line."""
        texts = (self._reader.text(one, _property(one, "pStyle")) for one in element.iter("{*}p"))
        return " ".join(" ".join(texts).split())

    def margins(self, root: "etree._Element") -> None:
        """Write what stands outside the body: headers and footers, each once, and comments on nothing."""
        self._draft.under(1, "")
        seen = set()
        for part in shown_margins(root, self._package, self._main):
            margin = self._package.xml(part)
            if margin is None:
                continue
            with self._inside(part):
                text = self._joined(margin)
                marks = [attribute(mark, "string") for mark in margin.iter("{*}textpath")]
            self._reader.aside = []
            for line in (text, *marks):
                if line not in seen and re.search(r"[^\W\d_]{3}", line):
                    seen.add(line)
                    self._draft.write(line)
        for id_ in self._notes.other_comments():
            self._comment(id_)


def _children(package: Package, part: str) -> "list[etree._Element]":
    root = package.xml(part) if part else None
    return list(root) if root is not None else []


def _boxes(drawing: "etree._Element") -> "Iterator[etree._Element]":
    """The contents of the text boxes of `drawing`, not those inside of them; Word stores each again as a fallback."""
    for child in drawing:
        if local(child) == "txbxContent":
            yield child
        elif local(child) != "Fallback":
            yield from _boxes(child)


def _property(paragraph: "etree._Element", name: str) -> str:
    value = paragraph.find(f"{{*}}pPr/{{*}}{name}")
    return attribute(value, "val") if value is not None else ""


def _has_deleted_end(paragraph: "etree._Element") -> bool:
    """Whether a tracked change took away the end of `paragraph`, so that the next one goes on in it."""
    mark = paragraph.find("{*}pPr/{*}rPr")
    return mark is not None and any(local(one) in ("del", "moveFrom") for one in mark)


def _is_emptied(paragraph: "etree._Element") -> bool:
    """Whether all words of `paragraph` were taken away by a tracked change."""
    return next(paragraph.iter("{*}delText"), None) is not None


def _is_bold_title(paragraph: "etree._Element", text: str) -> bool:
    """A short paragraph all in bold or in capitals: how headings look where no styles were used."""
    if len(text) > _BOLD_TITLE or text[-1] in ".,;:!?…" or paragraph.find("{*}pPr/{*}numPr") is not None:
        return False
    if any(local(above) == "tc" for above in paragraph.iterancestors()):
        return False
    runs = [
        run for run in paragraph.iter("{*}r") if any((one.text or "").strip() for one in run.iterfind("{*}t"))
    ]
    bold = [run.find("{*}rPr/{*}b") for run in runs]
    if text.isupper() and sum(map(str.isalpha, text)) > 3:
        return True
    return bool(runs) and all(
        mark is not None and attribute(mark, "val", "1") not in ("0", "false") for mark in bold
    )
