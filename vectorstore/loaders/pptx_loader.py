"""Slide decks: titles, boxes in the order they are looked at, tables, charts, diagrams, speaker's notes, comments.

The XML is walked directly: python-pptx does not give the words of SmartArt, and loads in 0.2 s.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.drawing_text import drawing_paragraphs
from vectorstore.loaders.drawn_parts import embedded_kind, write_drawn_parts
from vectorstore.loaders.link_targets import with_address
from vectorstore.loaders.merged_cells import MergedCells
from vectorstore.loaders.office_zip import Package, attribute, local, whole_number
from vectorstore.loaders.picture_texts import picture_text
from vectorstore.loaders.pptx_comments import SlideComments

_TITLES = ("title", "ctrTitle")
_REPEATED = ("sldNum", "ftr", "dt", "hdr")
_FOOTERS = ("ftr", "hdr")
_SHAPES = ("sp", "grpSp", "graphicFrame", "cxnSp", "pic")
_ON = ("1", "true")
_Position = tuple[int, int]
_Places = dict[tuple[str, str], _Position]
"""Where placeholders stand, by type and index."""


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All slides in order; `place` is "slide 2", the title of a slide is its heading."""
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    with Package(path, limits) as package:
        main = next((part for type_, part in package.related("").values() if type_ == "officeDocument"), "")
        main = main or "ppt/presentation.xml"
        names = list(_slides(package, main))
        if len(names) > limits.pages:
            raise Unreadable(f"has {len(names):,} slides, more than {limits.pages:,}", fix="Split the deck.")
        draft.pages = len(names)
        comments, footers = SlideComments(package, main), set[str]()
        layouts: dict[str, _Places] = {}
        for number, name in enumerate(names, start=1):
            draft.go_to(number, f"slide {number}")
            slide = _Slide(draft, package, name, comments, layouts)
            if slide.is_hidden() and not draft.reads_hidden("slide"):
                continue
            before = draft.length
            slide.write()
            slide.write_footers(footers)
            if draft.length == before:
                draft.note(f"slide {number} has no text, perhaps only pictures")
    return draft.finish()


def _slides(package: Package, main: str) -> Iterator[str]:
    """The part names of the slides in the order they are shown."""
    root, related = package.xml(main), package.related(main)
    if root is None:
        raise ValueError("no presentation part")
    for slide in root.iter("{*}sldId"):
        id_ = next((value for key, value in slide.items() if str(key).endswith("}id")), "")
        if id_ in related:
            yield related[id_][1]


class _Slide:
    def __init__(
        self,
        draft: DocumentBuilder,
        package: Package,
        name: str,
        comments: SlideComments,
        layouts: dict[str, _Places],
    ) -> None:
        self._draft, self._package, self._comments = draft, package, comments
        self._root, self._related = package.xml(name), package.related(name)
        self._links = package.links(name)
        layout = next((part for type_, part in self._related.values() if type_ == "slideLayout"), "")
        if layout not in layouts:
            layouts[layout] = _layout_places(package, layout)
        self._places = layouts[layout]

    def is_hidden(self) -> bool:
        """Whether the slide is skipped when the deck is shown."""
        return self._root is not None and attribute(self._root, "show", "1") in ("0", "false")

    def write(self) -> None:
        """Write the title as a heading, the shapes from top to bottom, the notes and the comments."""
        self._draft.under(1, "")
        tree = self._root.find("{*}cSld/{*}spTree") if self._root is not None else None
        if tree is None:
            return
        shapes = [shape for shape in self._shown(tree) if _placeholder(shape)[0] not in _REPEATED]
        titles = [shape for shape in shapes if _placeholder(shape)[0] in _TITLES and self._paragraphs(shape)]
        if titles:
            self._draft.head(1, " ".join(self._paragraphs(titles[0])))
        for shape in sorted(shapes, key=self._position):
            if shape not in titles[:1]:
                self._shape(shape)
        self._notes()
        for type_, part in self._related.values():
            for comment in self._comments.on(part) if type_ == "comments" else ():
                self._draft.write(comment)

    def write_footers(self, written: set[str]) -> None:
        """Write what stands at the foot of the slide and was not on one before, as `written` tells."""
        tree = self._root.find("{*}cSld/{*}spTree") if self._root is not None else None
        for shape in _unwrapped(tree) if tree is not None else ():
            text = " ".join(self._paragraphs(shape)) if _placeholder(shape)[0] in _FOOTERS else ""
            if text not in written and re.search(r"[^\W\d_]{3}", text):
                written.add(text)
                self._draft.write(text)

    def _shown(self, parent: "etree._Element") -> "Iterator[etree._Element]":
        """The shapes of `parent` that are not hidden (in PowerPoint's selection pane)."""
        for shape in _unwrapped(parent):
            properties = shape.find("*/{*}cNvPr")
            hidden = properties is not None and attribute(properties, "hidden") in _ON
            if not hidden or self._draft.reads_hidden("shape"):
                yield shape

    def _paragraphs(self, element: "etree._Element", *, numbered: bool = False) -> list[str]:
        return drawing_paragraphs(element, self._links, numbered=numbered)

    def _shape(self, shape: "etree._Element") -> None:
        tag = local(shape)
        if tag == "grpSp":
            for child in sorted(self._shown(shape), key=self._position):
                self._shape(child)
        elif tag == "graphicFrame":
            self._graphic(shape)
        elif tag == "pic":
            self._draft.write(self._picture(shape))
        elif said := self._paragraphs(shape, numbered=True):
            plain = self._paragraphs(shape)
            said[-1] = with_address(said[-1], self._address(shape))
            for number, text in enumerate(said):
                is_point = len(said) > 1 and text.startswith(plain[number])
                self._draft.write(f"- {text}" if is_point else text, tight=number > 0)
        else:
            self._draft.write(self._picture(shape))

    def _picture(self, shape: "etree._Element") -> str:
        """What the alternative text of `shape` says."""
        properties = shape.find("*/{*}cNvPr")
        if properties is None:
            return ""
        said = attribute(properties, "descr") or attribute(properties, "title")
        return picture_text(said, self._address(shape))

    def _address(self, shape: "etree._Element") -> str:
        """Where a click on `shape` leads."""
        link = shape.find("*/{*}cNvPr/{*}hlinkClick")
        return self._links.get(attribute(link, "id"), "") if link is not None else ""

    def _graphic(self, frame: "etree._Element") -> None:
        before = self._draft.length
        for table in frame.iter("{*}tbl"):
            flagged = table.find("{*}tblPr")
            headed = flagged is not None and attribute(flagged, "firstRow") in _ON
            grid = self._grid(table)
            self._draft.write_table(grid.grid(), headers=_headers(grid, headed))
        write_drawn_parts(self._draft, self._package, frame, self._related)
        embedded = next(frame.iter("{*}oleObj"), None)
        if embedded is not None and self._draft.length == before:
            kind = embedded_kind(attribute(embedded, "progId"))
            self._draft.note(f"{kind} inside {self._draft.place} was not read", "Save it beside this deck.")
        self._draft.write(self._picture(frame))

    def _grid(self, table: "etree._Element") -> MergedCells:
        grid = MergedCells()
        for number, row in enumerate(table.findall("{*}tr")):
            for column, cell in enumerate(row.findall("{*}tc")):
                if attribute(cell, "hMerge") in _ON or attribute(cell, "vMerge") in _ON:
                    continue
                text = " ".join(self._paragraphs(cell, numbered=True))
                grid.place(number, column, text, _span(cell, "gridSpan"), _span(cell, "rowSpan"))
        return grid

    def _notes(self) -> None:
        for type_, part in self._related.values():
            root = self._package.xml(part) if type_ == "notesSlide" else None
            for shape in root.iter("{*}sp") if root is not None else ():
                if _placeholder(shape)[0] == "body":
                    said = drawing_paragraphs(shape, self._package.links(part), numbered=True)
                    self._draft.write("Notes: " + "\n".join(said) if said else "")

    def _position(self, shape: "etree._Element") -> _Position:
        """Top and left in EMU, the top in steps of a third of an inch: a row of boxes reads from the left."""
        type_, index = _placeholder(shape)
        place = _offset(shape) or self._places.get((type_, index)) or self._places.get((type_, "")) or (0, 0)
        return place[0] // 304_800, place[1]


def _layout_places(package: Package, layout: str) -> _Places:
    """Where a layout and its master put placeholders: slides say it only of those they move."""
    places: _Places = {}
    related = package.related(layout) if layout else {}
    master = next((part for type_, part in related.values() if type_ == "slideMaster"), "")
    for part in (master, layout):
        root = package.xml(part) if part else None
        for shape in root.iter("{*}sp") if root is not None else ():
            if (place := _offset(shape)) is not None:
                type_, index = _placeholder(shape)
                places[type_, ""] = places[type_, index] = places["", index] = place
    return places


def _unwrapped(parent: "etree._Element") -> "Iterator[etree._Element]":
    for child in parent:
        if local(child) == "AlternateContent":
            yield from (shape for choice in child[:1] for shape in choice if local(shape) in _SHAPES)
        elif local(child) in _SHAPES:
            yield child


def _headers(grid: MergedCells, headed: bool) -> int | None:
    """How many rows name the columns. A first row that is set apart does, unless it is a label with its number."""
    texts = grid.grid()
    if not headed or len(texts) < 2:
        return None
    if grid.width() == 2 and any(character.isdigit() for character in texts[0][1]):
        return None
    return grid.headers(1)


def _span(cell: "etree._Element", name: str) -> int:
    value = attribute(cell, name, "1")
    return int(value) if value.isdecimal() else 1


def _placeholder(shape: "etree._Element") -> tuple[str, str]:
    """Type and index of the placeholder that `shape` is; ("", "") when it is none."""
    mark = shape.find("*/{*}nvPr/{*}ph")
    return (attribute(mark, "type", "body"), attribute(mark, "idx")) if mark is not None else ("", "")


def _offset(shape: "etree._Element") -> _Position | None:
    for path in ("{*}spPr/{*}xfrm/{*}off", "{*}grpSpPr/{*}xfrm/{*}off", "{*}xfrm/{*}off"):
        if (place := shape.find(path)) is not None:
            return whole_number(place, "y", 0), whole_number(place, "x", 0)
    return None
