"""What lies on a page without being part of its text: form fields, typed-on text, comments, links, strike-outs."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vectorstore.loaders.pdf.page_drawings import Rule
from vectorstore.loaders.pdf.page_words import Box, Run, turned

_HIDDEN = 2 | 32
"""Flags: hidden, or not shown on a screen."""
_PASSWORD = 1 << 13
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+|mailto:[^?\s]+", re.I)


@dataclass(slots=True)
class Annotations:
    """The annotations of one page, in the places where its reader sees them."""

    runs: list[Run] = field(default_factory=list)
    """What is filled in and typed on."""
    comments: list[str] = field(default_factory=list)
    strikes: list[Rule] = field(default_factory=list)
    links: list[tuple[Box, str]] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    hidden: int = 0


class AnnotationReader:
    """Reads the annotations of the pages of one PDF; `form` is the handle of its form, if it has one."""

    def __init__(self, document: Any, form: Any) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium, self._document, self._form = pdfium, document, form

    def read(self, page: Any, rotation: int) -> Annotations:
        """What lies on `page`, an open page of pypdfium2."""
        found = Annotations()
        for number in range(self._pdfium.FPDFPage_GetAnnotCount(page.raw)):
            if annotation := self._pdfium.FPDFPage_GetAnnot(page.raw, number):
                self._one(annotation, found, rotation)
                self._pdfium.FPDFPage_CloseAnnot(annotation)
        return found

    def _one(self, annotation: Any, found: Annotations, rotation: int) -> None:
        pdfium = self._pdfium
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
            found.hidden += bool(self._string(annotation, "Contents") or self._string(annotation, "V"))
            return
        box = self._box(annotation, rotation)
        if kind == pdfium.FPDF_ANNOT_WIDGET:
            if self._form and (text := self._field(annotation)):
                found.runs += _in_box(text, box)
        elif kind == pdfium.FPDF_ANNOT_LINK:
            if address := self._address(annotation):
                found.links += [(part, address) for part in self._parts(annotation, rotation) or [box]]
        elif kind == pdfium.FPDF_ANNOT_FREETEXT:
            found.runs += _in_box(self._string(annotation, "Contents"), box)
        elif kind != pdfium.FPDF_ANNOT_POPUP:
            if kind == pdfium.FPDF_ANNOT_STRIKEOUT:
                parts = self._parts(annotation, rotation) or [box]
                found.strikes += [Rule(left, right, (low + high) / 2) for left, right, low, high in parts]
            if text := " ".join(self._string(annotation, "Contents").split()):
                author = self._string(annotation, "T").strip()
                found.comments.append(f"Comment by {author}: {text}" if author else f"Comment: {text}")

    def _box(self, annotation: Any, rotation: int) -> Box:
        rectangle = self._pdfium.FS_RECTF()
        self._pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle))
        left, right = sorted((rectangle.left, rectangle.right))
        bottom, top = sorted((rectangle.bottom, rectangle.top))
        return turned((left, right, bottom, top), rotation)

    def _parts(self, annotation: Any, rotation: int) -> list[Box]:
        """The boxes of the lines that an annotation over text covers."""
        points, boxes = self._pdfium.FS_QUADPOINTSF(), []
        for number in range(self._pdfium.FPDFAnnot_CountAttachmentPoints(annotation)):
            if self._pdfium.FPDFAnnot_GetAttachmentPoints(annotation, number, ctypes.byref(points)):
                across = [points.x1, points.x2, points.x3, points.x4]
                up = [points.y1, points.y2, points.y3, points.y4]
                boxes.append(turned((min(across), max(across), min(up), max(up)), rotation))
        return boxes

    def _string(self, annotation: Any, key: str) -> str:
        read = self._pdfium.FPDFAnnot_GetStringValue
        return _text(lambda buffer, size: read(annotation, key.encode(), buffer, size))

    def _address(self, annotation: Any) -> str:
        """Where a link leads, if out of the file."""
        pdfium = self._pdfium
        action = pdfium.FPDFLink_GetAction(pdfium.FPDFAnnot_GetLink(annotation))
        if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
            return ""
        size = pdfium.FPDFAction_GetURIPath(self._document, action, None, 0)
        buffer = ctypes.create_string_buffer(size)
        pdfium.FPDFAction_GetURIPath(self._document, action, buffer, size)
        found = _ADDRESS.match(buffer.value.decode("utf-8", "replace").strip())
        return found[0].removeprefix("mailto:") if found else ""

    def _field(self, annotation: Any) -> str:
        """What a form field shows: its value, a tick, the chosen lines of a list."""
        pdfium, form = self._pdfium, self._form
        kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
            return "☒" if pdfium.FPDFAnnot_IsChecked(form, annotation) else "☐"
        if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
            if chosen := ", ".join(self._chosen(annotation)):
                return chosen
        elif kind != pdfium.FPDF_FORMFIELD_TEXTFIELD:
            return ""
        if (
            pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD
            and kind == pdfium.FPDF_FORMFIELD_TEXTFIELD
        ):
            return ""
        return _text(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))

    def _chosen(self, annotation: Any) -> Iterator[str]:
        pdfium, form = self._pdfium, self._form
        label = pdfium.FPDFAnnot_GetOptionLabel
        for number in range(max(0, pdfium.FPDFAnnot_GetOptionCount(form, annotation))):
            if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, number):
                at = number
                yield _text(lambda buffer, size, at=at: label(form, annotation, at, buffer, size))


def _text(read: Any) -> str:
    """What a function of PDFium writes into a buffer of UTF-16, asked first for its size in bytes."""
    size = read(None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    read(buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")


def _in_box(text: str, box: Box) -> Iterator[Run]:
    """`text` line by line from the top of its box, in letters as high as fit."""
    left, right, bottom, top = box
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    if not lines:
        return
    step = min((top - bottom) / len(lines), 16.0)
    start = (top + bottom) / 2 + step * len(lines) / 2 if len(lines) == 1 else top
    for number, line in enumerate(lines):
        high = start - number * step
        end = min(right, left + 0.6 * step * len(line)) if len(line) > 1 else right
        yield Run(line, left, max(end, left + 1), high - 0.85 * step, high - 0.05 * step, field=True)
