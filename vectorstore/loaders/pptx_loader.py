"""Slide decks: titles, boxes in the order they are looked at, tables, charts, diagrams, speaker's notes.

The XML is walked directly: python-pptx does not give the words of SmartArt, and loads in 0.2 s.
"""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.office_zip import Package, attribute, local

_TITLES = ("title", "ctrTitle")
_REPEATED = ("sldNum", "ftr", "dt", "hdr")
_Position = tuple[int, int]


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All slides in order, hidden ones too; `place` is "slide 2", the title of a slide is its heading."""
    draft = DocumentBuilder(kind, limits.characters)
    with Package(path, limits) as package:
        names = list(_slides(package))
        if len(names) > limits.pages:
            raise Unreadable(f"has {len(names):,} slides, more than {limits.pages:,}", fix="Split the deck.")
        draft.pages = len(names)
        for number, name in enumerate(names, start=1):
            draft.go_to(number, f"slide {number}")
            before = draft.length
            _Slide(draft, package, name).write()
            if draft.length == before:
                draft.notes.append(f"slide {number} has no text, perhaps only pictures")
    return draft.finish()


def _slides(package: Package) -> Iterator[str]:
    """The part names of the slides in the order they are shown."""
    main = next((part for type_, part in package.related("").values() if type_ == "officeDocument"), "")
    root, related = (
        package.xml(main or "ppt/presentation.xml"),
        package.related(main or "ppt/presentation.xml"),
    )
    if root is None:
        raise ValueError("no presentation part")
    for slide in root.iter("{*}sldId"):
        id_ = next((value for key, value in slide.items() if str(key).endswith("}id")), "")
        if id_ in related:
            yield related[id_][1]


class _Slide:
    def __init__(self, draft: DocumentBuilder, package: Package, name: str) -> None:
        self._draft, self._package = draft, package
        self._root, self._related = package.xml(name), package.related(name)
        self._places = self._layout_places()

    def write(self) -> None:
        """Write the title as a heading, the shapes from top to bottom, and the notes."""
        self._draft.under(1, "")
        tree = self._root.find("{*}cSld/{*}spTree") if self._root is not None else None
        if tree is None:
            return
        shapes = [shape for shape in _unwrapped(tree) if _placeholder(shape)[0] not in _REPEATED]
        titles = [shape for shape in shapes if _placeholder(shape)[0] in _TITLES and _paragraphs(shape)]
        if titles:
            self._draft.head(1, " ".join(_paragraphs(titles[0])))
        for shape in sorted(shapes, key=self._position):
            if shape not in titles[:1]:
                self._shape(shape)
        self._notes()

    def _shape(self, shape: "etree._Element") -> None:
        tag = local(shape)
        if tag == "grpSp":
            for child in sorted(_unwrapped(shape), key=self._position):
                self._shape(child)
        elif tag == "graphicFrame":
            self._graphic(shape)
        elif tag in ("sp", "cxnSp"):
            said = _paragraphs(shape)
            for number, text in enumerate(said):
                self._draft.write(f"- {text}" if len(said) > 1 else text, tight=number > 0)

    def _graphic(self, frame: "etree._Element") -> None:
        for table in frame.iter("{*}tbl"):
            flagged = table.find("{*}tblPr")
            headed = flagged is not None and attribute(flagged, "firstRow") in ("1", "true")
            grid = [
                [" ".join(_paragraphs(cell)) for cell in row.findall("{*}tc")]
                for row in table.findall("{*}tr")
            ]
            self._rows(grid, 1 if headed and len(grid) > 1 else None)
        for element in frame.iter("{*}chart", "{*}relIds"):
            for key, value in element.items():
                if str(key).endswith(("}id", "}dm")) and value in self._related:
                    self._drawn(self._related[value][1])

    def _drawn(self, name: str) -> None:
        """Write a chart as a table of its values, a diagram as the list of its words."""
        root = self._package.xml(name)
        if root is None:
            return
        if local(root) == "chartSpace":
            for title in root.findall("{*}chart/{*}title"):
                self._draft.write(" ".join(_paragraphs(title)))
            self._rows(_chart(root), 1)
        else:
            for number, text in enumerate(_paragraphs(root)):
                self._draft.write(f"- {text}", tight=number > 0)

    def _rows(self, grid: list[list[str]], headers: int | None) -> None:
        self._draft.write_table(grid, headers=headers)

    def _notes(self) -> None:
        for type_, part in self._related.values():
            root = self._package.xml(part) if type_ == "notesSlide" else None
            for shape in root.iter("{*}sp") if root is not None else ():
                if _placeholder(shape)[0] == "body" and (said := _paragraphs(shape)):
                    self._draft.write("Notes: " + "\n".join(said))

    def _layout_places(self) -> dict[tuple[str, str], _Position]:
        """Where the layout and its master put placeholders: slides say it only of those they move."""
        places: dict[tuple[str, str], _Position] = {}
        layout = next((part for type_, part in self._related.values() if type_ == "slideLayout"), "")
        related = self._package.related(layout) if layout else {}
        master = next((part for type_, part in related.values() if type_ == "slideMaster"), "")
        for part in (master, layout):
            root = self._package.xml(part) if part else None
            for shape in root.iter("{*}sp") if root is not None else ():
                if (place := _offset(shape)) is not None:
                    type_, index = _placeholder(shape)
                    places[type_, ""] = places[type_, index] = places["", index] = place
        return places

    def _position(self, shape: "etree._Element") -> _Position:
        """Top and left in EMU, the top in steps of a third of an inch: a row of boxes reads from the left."""
        type_, index = _placeholder(shape)
        place = _offset(shape) or self._places.get((type_, index)) or self._places.get((type_, "")) or (0, 0)
        return place[0] // 304_800, place[1]


def _unwrapped(parent: "etree._Element") -> "Iterator[etree._Element]":
    for child in parent:
        if local(child) == "AlternateContent":
            yield from (shape for choice in child[:1] for shape in choice)
        elif local(child) in ("sp", "grpSp", "graphicFrame", "cxnSp"):
            yield child


def _placeholder(shape: "etree._Element") -> tuple[str, str]:
    """Type and index of the placeholder that `shape` is; ("", "") when it is none."""
    found = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return (attribute(found, "type", "body"), attribute(found, "idx")) if found is not None else ("", "")


def _offset(shape: "etree._Element") -> _Position | None:
    for path in ("{*}spPr/{*}xfrm/{*}off", "{*}grpSpPr/{*}xfrm/{*}off", "{*}xfrm/{*}off"):
        if (found := shape.find(path)) is not None:
            return int(float(attribute(found, "y", "0"))), int(float(attribute(found, "x", "0")))
    return None


def _paragraphs(element: "etree._Element") -> list[str]:
    """The paragraphs of drawing text below `element`, each on one line, empty ones left out."""
    found = []
    for paragraph in element.iter("{*}p"):
        pieces = [
            (part.text or "") if local(part) == "t" else " "
            for part in paragraph.iter("{*}t", "{*}br", "{*}tab")
        ]
        found.append(" ".join("".join(pieces).split()))
    return [text for text in found if text]


def _chart(root: "etree._Element") -> list[list[str]]:
    """The stored values of a chart: first row the names of the series, first column the categories."""
    names, columns, categories = [], [], {}
    for series in root.iter("{*}ser"):
        names.append(" ".join(value.text or "" for value in series.iterfind("{*}tx//{*}v")))
        categories.update(_points(series, ("cat", "xVal")))
        columns.append(_points(series, ("val", "yVal")))
    order = sorted({point for column in columns for point in column})
    return [
        ["", *names],
        *([categories.get(at, ""), *(column.get(at, "") for column in columns)] for at in order),
    ]


def _points(series: "etree._Element", holders: tuple[str, ...]) -> dict[int, str]:
    points = {}
    for holder in holders:
        for point in series.iterfind(f"{{*}}{holder}//{{*}}pt"):
            value = point.find("{*}v")
            points[int(attribute(point, "idx", "0"))] = (value.text or "") if value is not None else ""
    return points
