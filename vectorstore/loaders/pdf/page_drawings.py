"""What is drawn on a page besides its letters: lines, areas, pictures, and which letters nobody can see.

All objects of a page are looked at once. A line is drawn in three ways: as a stroke, as a thin area, or as the side
of a box; all three are rules here.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from vectorstore.loaders.pdf.page_words import Box, turned
from vectorstore.loaders.pdf.quick_calls import ADDRESS, NUMBER, handle, quick

_THIN = 2.6
"""Points up to which an area is a line."""
_MOST_OBJECTS = 60_000
_MOST_SEGMENTS = 1_500
"""Of one path; a chart or a map has more, a table hardly."""
_DEEPEST = 4
_INVISIBLE = 3
_WHITE = 250

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Rule(NamedTuple):
    """A straight line: `at` is its height where it goes across, its distance from the left where it goes down."""

    start: float
    end: float
    at: float


@dataclass(slots=True)
class Drawings:
    """The drawings of one page, in the places where its reader sees them."""

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    fills: list[tuple[int, Box]] = field(default_factory=list)
    """Areas in a colour, each with how many objects were drawn after it."""
    pictures: list[Box] = field(default_factory=list)
    invisible: set[int] = field(default_factory=set)
    """Addresses of letters that are not drawn, as those a scanner lays behind its picture."""
    pale: set[int] = field(default_factory=set)
    """Addresses of letters in white."""
    order: dict[int, int] = field(default_factory=dict)
    """Address of letters -> how many objects were drawn after them."""
    grounds: list[Box] = field(default_factory=list)
    """Areas that are not white, on which white letters can be read."""
    optional: set[int] = field(default_factory=set)
    """Addresses of letters on a layer, which may be switched off."""

    def covered(self, page: Box) -> float:
        """The share of `page` that its largest picture, or all of them in strips, cover."""
        area = sum(_area(_common(one, page)) for one in self.pictures)
        return min(1.0, area / (_area(page) or 1.0))


def drawings(page: Any, rotation: int) -> Drawings:
    """Everything drawn on `page`, an open page of pypdfium2."""
    found = Drawings()
    reader = _Reader(found, rotation)
    reader.read(page.raw, _SAME, 0, optional=False)
    return found


class _Reader:
    def __init__(self, found: Drawings, rotation: int) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium, self._found, self._rotation = pdfium, found, rotation
        self._left = _MOST_OBJECTS
        self._numbers = [ctypes.c_float() for _ in range(4)]
        self._addresses = [ctypes.byref(one) for one in self._numbers]
        self._colour = (ctypes.c_uint * 4)()
        first = ctypes.addressof(self._colour)
        self._colours = [first + 4 * number for number in range(4)]
        self._kind_of = quick(pdfium.FPDFPageObj_GetType, ADDRESS)
        self._mode_of = quick(pdfium.FPDFTextObj_GetTextRenderMode, ADDRESS)
        self._colour_of = quick(pdfium.FPDFPageObj_GetFillColor, *[ADDRESS] * 5)
        self._marks_of = quick(pdfium.FPDFPageObj_CountMarks, ADDRESS)

    def read(self, holder: Any, matrix: Matrix, depth: int, *, optional: bool) -> None:
        pdfium = self._pdfium
        count = pdfium.FPDFFormObj_CountObjects(holder) if depth else pdfium.FPDFPage_CountObjects(holder)
        get = quick(
            pdfium.FPDFFormObj_GetObject if depth else pdfium.FPDFPage_GetObject,
            ADDRESS,
            NUMBER,
            gives=ADDRESS,
        )
        holding = handle(holder)
        for number in range(min(count, self._left)):
            self._left -= 1
            drawn = get(holding, number)
            kind = self._kind_of(drawn)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self._text(drawn, optional)
                continue
            place = ctypes.cast(drawn, pdfium.FPDF_PAGEOBJECT)
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._path(place, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                if box := self._bounds(place, matrix):
                    self._found.pictures.append(box)
            elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
                if box := self._bounds(place, matrix):
                    self._found.grounds.append(box)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                inner = _times(self._matrix(place), matrix)
                self.read(place, inner, depth + 1, optional=optional or self._on_layer(drawn))

    def _text(self, drawn: int, optional: bool) -> None:
        found = self._found
        found.order[drawn] = self._left
        if self._mode_of(drawn) == _INVISIBLE:
            found.invisible.add(drawn)
        elif self._colour_of(drawn, *self._colours):
            red, green, blue, opacity = self._colour
            if opacity == 0 or (red >= _WHITE and green >= _WHITE and blue >= _WHITE):
                found.pale.add(drawn)
        if optional or self._on_layer(drawn):
            found.optional.add(drawn)

    def _on_layer(self, drawn: int) -> bool:
        if not (count := self._marks_of(drawn)):
            return False
        place = ctypes.cast(drawn, self._pdfium.FPDF_PAGEOBJECT)
        return any(
            self._name(self._pdfium.FPDFPageObj_GetMark(place, number)) == "OC" for number in range(count)
        )

    def _name(self, mark: Any) -> str:
        buffer, length = (ctypes.c_ushort * 16)(), ctypes.c_ulong()
        if not self._pdfium.FPDFPageObjMark_GetName(mark, buffer, 32, ctypes.byref(length)):
            return ""
        return bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace")

    def _matrix(self, drawn: Any) -> Matrix:
        read = self._pdfium.FS_MATRIX()
        self._pdfium.FPDFPageObj_GetMatrix(drawn, ctypes.byref(read))
        return read.a, read.b, read.c, read.d, read.e, read.f

    def _bounds(self, drawn: Any, matrix: Matrix) -> Box | None:
        if not self._pdfium.FPDFPageObj_GetBounds(drawn, *self._addresses):
            return None
        left, bottom, right, top = (one.value for one in self._numbers)
        return self._placed([(left, bottom), (right, top), (left, top), (right, bottom)], matrix)

    def _placed(self, points: list[tuple[float, float]], matrix: Matrix) -> Box:
        a, b, c, d, e, f = matrix
        across = [a * x + c * y + e for x, y in points]
        up = [b * x + d * y + f for x, y in points]
        return turned((min(across), max(across), min(up), max(up)), self._rotation)

    def _path(self, drawn: Any, matrix: Matrix) -> None:
        box = self._bounds(drawn, matrix)
        if box is None:
            return
        pdfium, mode, stroke = self._pdfium, ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(drawn, ctypes.byref(mode), ctypes.byref(stroke))
        if not mode.value and not stroke.value:
            return  # a clip, or nothing
        if box[1] - box[0] <= _THIN or box[3] - box[2] <= _THIN:
            self._rule(box)
            return
        if mode.value:
            self._area(drawn, box)
        if pdfium.FPDFPath_CountSegments(drawn) <= _MOST_SEGMENTS:
            self._segments(drawn, _times(self._matrix(drawn), matrix), bool(stroke.value))

    def _area(self, drawn: Any, box: Box) -> None:
        if self._pdfium.FPDFPageObj_HasTransparency(drawn):
            self._found.grounds.append(box)
            return
        self._found.fills.append((self._left, box))
        if not self._colour_of(handle(drawn), *self._colours) or min(self._colour[:3]) < _WHITE:
            self._found.grounds.append(box)

    def _segments(self, drawn: Any, matrix: Matrix, stroke: bool) -> None:
        """The straight sides of a stroked path; of an area, whether it is a line or a box."""
        for part in self._subpaths(drawn):
            box = self._placed(part, matrix)
            if not stroke:
                if box[1] - box[0] <= _THIN or box[3] - box[2] <= _THIN:
                    self._rule(box)
                continue
            for first, second in pairwise(part):
                side = self._placed([first, second], matrix)
                if side[1] - side[0] <= _THIN or side[3] - side[2] <= _THIN:
                    self._rule(side)

    def _subpaths(self, drawn: Any) -> Iterator[list[tuple[float, float]]]:
        """The corners of each part of a path that has no curves; a closed one ends where it begins."""
        pdfium, x, y = self._pdfium, self._numbers[0], self._numbers[1]
        part: list[tuple[float, float]] = []
        curved = False
        for number in range(pdfium.FPDFPath_CountSegments(drawn)):
            segment = pdfium.FPDFPath_GetPathSegment(drawn, number)
            pdfium.FPDFPathSegment_GetPoint(segment, *self._addresses[:2])
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                if len(part) > 1 and not curved:
                    yield part
                part, curved = [], False
            curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
            part.append((x.value, y.value))
            if pdfium.FPDFPathSegment_GetClose(segment):
                part.append(part[0])
        if len(part) > 1 and not curved:
            yield part

    def _rule(self, box: Box) -> None:
        left, right, bottom, top = box
        if right - left >= top - bottom:
            if right - left > 2:
                self._found.across.append(Rule(left, right, (bottom + top) / 2))
        elif top - bottom > 2:
            self._found.down.append(Rule(bottom, top, (left + right) / 2))


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), min(one[3], other[3])


def _area(box: Box) -> float:
    return max(0.0, box[1] - box[0]) * max(0.0, box[3] - box[2])
