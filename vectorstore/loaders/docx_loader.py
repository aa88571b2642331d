"""Word documents: paragraphs under their headings, lists with their numbers, tables, footnotes and comments.

The XML is walked directly: python-docx leaves out content controls (Word's own templates are made of them),
accepted-looking tracked insertions, text boxes and footnotes.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.docx_numbering import Numbering
from vectorstore.loaders.office_zip import Package, attribute, local

_SKIPPED = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "txbxContent", "rPr", "pPr"})
_WRITTEN = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
_HEADING_NAME = re.compile(r"heading (\d)", re.I)
_BOLD_TITLE = 80
"""Longest bold paragraph, in characters, that counts as a heading."""
_BOLD_LEVEL = 8


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The body in reading order, then headers, footers and comments; Word keeps no pages in its files."""
    with Package(path, limits) as package:
        main = next(
            (part for type_, part in package.related("").values() if type_ == "officeDocument"),
            "word/document.xml",
        )
        root = package.xml(main)
        if root is None:
            raise ValueError("no document part")
        writer = _Writer(DocumentBuilder(kind, limits.characters), package, main)
        writer.blocks(next(iter(root)))
        writer.margins()
        return writer.draft.finish()


class _Writer:
    def __init__(self, draft: DocumentBuilder, package: Package, main: str) -> None:
        self.draft = draft
        self._parts: dict[str, list[etree._Element]] = {}
        for type_, part in package.related(main).values():
            root = package.xml(part) if part.endswith(".xml") else None
            if root is not None:
                self._parts.setdefault(type_, []).append(root)
        self._levels = _heading_levels(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"), self._part("styles"))
        self._footnotes = {
            (type_, attribute(note, "id")): note
            for type_ in ("footnotes", "endnotes")
            for note in self._part(type_)
            if not attribute(note, "type")
        }

    def _part(self, type_: str) -> "list[etree._Element]":
        return [child for root in self._parts.get(type_, []) for child in root]

    def blocks(self, parent: "etree._Element") -> None:
        """Write every paragraph and table below `parent`, whatever it is wrapped in."""
        for child in parent:
            tag = local(child)
            if tag == "p":
                self._paragraph(child)
            elif tag == "tbl":
                self._table(child)
            elif tag in (
                "sdt",
                "sdtContent",
                "ins",
                "moveTo",
                "customXml",
                "smartTag",
                "AlternateContent",
                "Choice",
            ):
                self.blocks(child)

    def _paragraph(self, paragraph: "etree._Element") -> None:
        text = _text(paragraph)
        style = _property(paragraph, "pStyle")
        number = self._numbering.mark(paragraph, style) if text.strip() else ""
        if level := self._level(paragraph, style, text):
            self.draft.head(level, f"{number} {text}" if number.strip("- ") else text)
        else:
            self.draft.write(f"{number} {text}" if number else text, tight=bool(number))
        for box in _boxes(paragraph):
            self.blocks(box)
        for reference in paragraph.iter("{*}footnoteReference", "{*}endnoteReference"):
            note = self._footnotes.get(
                (local(reference).replace("Reference", "s"), attribute(reference, "id"))
            )
            if note is not None:
                self.blocks(note)

    def _level(self, paragraph: "etree._Element", style: str, text: str) -> int:
        """The level of the heading that `paragraph` is, from 1; 0 when it is none."""
        if not text.strip() or len(text) > 300:
            return 0
        if outline := _property(paragraph, "outlineLvl"):
            return int(outline) + 1 if outline < "9" else 0
        if style in self._levels:
            return self._levels[style]
        return _BOLD_LEVEL if _is_bold_title(paragraph, text.strip()) else 0

    def _table(self, table: "etree._Element") -> None:
        rows = list(_rows(table))
        if max((len(_cells(row)) for row in rows), default=0) == 1:  # a frame around text, not a table
            for row in rows:
                for cell in _cells(row):
                    self.blocks(cell)
            return
        headers = sum(1 for row in rows if row.find("{*}trPr/{*}tblHeader") is not None) or None
        self.draft.write_table(_grid(rows), headers=headers)

    def margins(self) -> None:
        """Write what stands outside the body: headers, footers and comments, each once."""
        self.draft.under(1, "")
        seen = set()
        for type_ in ("header", "footer"):
            for root in self._parts.get(type_, []):
                text = _joined(root)
                if text not in seen and re.search(r"[^\W\d_]{3}", text):
                    seen.add(text)
                    self.draft.write(text)
        for comment in self._part("comments"):
            if said := _joined(comment):
                self.draft.write(f"Comment by {attribute(comment, 'author') or 'a reader'}: {said}")


def _text(element: "etree._Element") -> str:
    """The visible text below `element`, without what tracked changes deleted and without text boxes."""
    pieces = []
    for child in element:
        tag = local(child)
        if tag == "t":
            pieces.append(child.text or "")
        elif tag in _WRITTEN:
            pieces.append(_WRITTEN[tag])
        elif tag and tag not in _SKIPPED:
            pieces.append(_text(child))
    return "".join(pieces)


def _joined(element: "etree._Element") -> str:
    """The text of all paragraphs below `element` on one line."""
    return " ".join(" ".join(_text(paragraph) for paragraph in element.iter("{*}p")).split())


def _boxes(paragraph: "etree._Element") -> "Iterator[etree._Element]":
    """The contents of text boxes anchored in `paragraph`; Word stores each a second time, as a fallback."""
    for box in paragraph.iter("{*}txbxContent"):
        outer = [local(above) for above in box.iterancestors()]
        if "Fallback" not in outer and outer.count("txbxContent") == 0:
            yield box


def _property(paragraph: "etree._Element", name: str) -> str:
    found = paragraph.find(f"{{*}}pPr/{{*}}{name}")
    return attribute(found, "val") if found is not None else ""


def _is_bold_title(paragraph: "etree._Element", text: str) -> bool:
    """A short paragraph all in bold or in capitals: how headings look where no styles were used."""
    if len(text) > _BOLD_TITLE or text[-1] in ".,;:!?…" or paragraph.find("{*}pPr/{*}numPr") is not None:
        return False
    if any(local(above) == "tc" for above in paragraph.iterancestors()):
        return False
    runs = [run for run in paragraph.iter("{*}r") if _text(run).strip()]
    bold = [run.find("{*}rPr/{*}b") for run in runs]
    if text.isupper() and sum(map(str.isalpha, text)) > 3:
        return True
    return bool(runs) and all(
        mark is not None and attribute(mark, "val", "1") not in ("0", "false") for mark in bold
    )


def _heading_levels(styles: "list[etree._Element]") -> dict[str, int]:
    """Style id -> level, also for styles derived from a heading; Word writes built-in names in English."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in styles:
        id_, name = attribute(style, "styleId"), style.find("{*}name")
        based, outline = style.find("{*}basedOn"), style.find("{*}pPr/{*}outlineLvl")
        called = attribute(name, "val").lower() if name is not None else ""
        parents[id_] = attribute(based, "val") if based is not None else ""
        if match := _HEADING_NAME.match(called):
            levels[id_] = int(match[1]) + 1
        elif called in ("title", "subtitle"):
            levels[id_] = 1 if called == "title" else 9
        elif outline is not None and attribute(outline, "val") < "9":
            levels[id_] = int(attribute(outline, "val")) + 2
    for id_ in parents:
        chain, above = {id_}, parents[id_]
        while above and above not in levels and above not in chain:
            chain.add(above)
            above = parents.get(above, "")
        if id_ not in levels and above in levels:
            levels[id_] = levels[above]
    return levels


def _rows(table: "etree._Element") -> "Iterator[etree._Element]":
    for child in table:
        if local(child) == "tr":
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(child)


def _cells(row: "etree._Element") -> "list[etree._Element]":
    found = []
    for child in row:
        if local(child) == "tc":
            found.append(child)
        elif local(child) in ("sdt", "sdtContent", "customXml"):
            found += _cells(child)
    return found


def _grid(rows: "list[etree._Element]") -> list[list[str]]:
    """The texts of the cells; one merged over rows is repeated in each, one over columns stands once."""
    grid: list[list[str]] = []
    for row in rows:
        shown: list[str] = []
        for cell in _cells(row):
            merged, span = cell.find("{*}tcPr/{*}vMerge"), cell.find("{*}tcPr/{*}gridSpan")
            text = _joined(cell)
            if (
                merged is not None
                and attribute(merged, "val") != "restart"
                and grid
                and len(shown) < len(grid[-1])
            ):
                text = grid[-1][len(shown)]
            width = int(attribute(span, "val", "1")) if span is not None else 1
            shown += [text, *[""] * (min(width, 64) - 1)]
        grid.append(shown)
    return grid
