"""PDF files: pages in reading order; columns, rows of tables and headings are told by where they stand.

pypdfium2 gives the words and their places (Google's PDFium, 0.7 s for the bare text of 285 dense pages where
pypdf takes 2.3 s and pdfplumber 80 s); `layout` makes paragraphs of them.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits, Unreadable
from vectorstore.loaders.pdf import page_layout
from vectorstore.loaders.pdf.page_layout import Block
from vectorstore.loaders.pdf.page_words import Box, Run, around

_WORD = re.compile(r"[^ \r\n]+")
_LEADERS = re.compile(r"(?: ?[.·…_]){5,} ?")
"""The dots between a title and its page in a table of contents."""
_MEANINGLESS = re.compile("[\ue000-\uf8ff\ufffd]")
_PASSWORD_ERROR = 4
_WIDE = 1.0
"""A gap of so many line heights between two words ends a run: a cell or a column begins."""
_HEADING = 1.12
"""A short line so much taller than the body text is a heading."""
_OCR = "Run text recognition (OCR) and save it again, for example: ocrmypdf scan.pdf text.pdf"


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """All pages; `page` counts from 1. Raises Unreadable for a locked, damaged or scanned file."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as problem:
        raise _refusal(problem) from None
    with pdf:
        if len(pdf) > limits.pages:
            raise Unreadable(f"has {len(pdf):,} pages, more than {limits.pages:,}", fix="Split it.")
        pages = list(_pages(pdf))
    draft = DocumentBuilder(kind, limits.characters, pages=len(pages))
    silent = [number for number, blocks in enumerate(pages, start=1) if not blocks]
    if len(silent) == len(pages):
        raise Unreadable("has no text, only pictures of pages (a scan)", fix=_OCR)
    if silent:
        draft.notes.append(f"{_page_list(silent)} no text, perhaps scanned. {_OCR}")
    _write(draft, pages)
    document = draft.finish()
    if len(_MEANINGLESS.findall(document.text)) > 0.3 * len(document.text):
        raise Unreadable("has letters that only look like letters (fonts without meaning)", fix=_OCR)
    return document


def _refusal(problem: Exception) -> Unreadable:
    if getattr(problem, "err_code", None) == _PASSWORD_ERROR or "password" in str(problem).lower():
        return Unreadable(
            "is locked with a password", fix="Open it with the password and save it without one."
        )
    return Unreadable(
        "is damaged or incomplete", fix="Get it again: it was perhaps cut off while it was copied."
    )


def _page_list(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10])) + (
        f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    )
    return f"page {shown} has" if len(numbers) == 1 else f"pages {shown} have"


def _pages(pdf: Any) -> Iterator[list[Block]]:
    if filled_in := pdf.get_formtype() != 0:
        pdf.init_forms()
    for number in range(len(pdf)):
        page = pdf[number]
        if filled_in:  # the values of form fields become text of the page
            page.flatten()
            page.close()
            page = pdf[number]
        text_page = page.get_textpage()
        runs = list(_runs(text_page, page.get_rotation()))
        text_page.close()
        page.close()
        yield page_layout.blocks(runs)


def _runs(text_page: Any, rotation: int) -> Iterator[Run]:
    """The words of a page, joined where only a space is between them."""
    text = _characters(text_page)
    boxes = _Boxes(text_page, rotation)
    at = boxes.at
    for start, end in _lines(text):
        begin = start
        reach: Box | None = None  # of the words from `begin` on
        for match in _WORD.finditer(text, start, end):
            first, last = match.start(), match.end() - 1
            box = at(first)
            if reach and max(box[0] - reach[1], reach[0] - box[1]) > _WIDE * (reach[3] - reach[2]):
                yield Run(text[begin:first].rstrip(), *reach, boxes.bold(begin))
                reach = None
            if reach is None:
                begin, reach = first, box
            reach = around(reach, at(last) if last > first else box)
        if reach:
            yield Run(text[begin:end].rstrip(), *reach, boxes.bold(begin))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"[\r\n]+|$", text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()


def _characters(text_page: Any) -> str:
    """The text with one character for each that PDFium counts, so that positions in it are PDFium's."""
    import pypdfium2.raw as pdfium

    count = text_page.count_chars()
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer) - 1
    text = bytes(buffer)[: written * 2].decode("utf-16-le", "replace")
    if len(text) == count:
        return text
    codes = (pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)


class _Boxes:
    """Where the characters of one page stand, with the page turned as a reader sees it."""

    def __init__(self, text_page: Any, rotation: int) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium, self._page, self._rotation = pdfium, text_page.raw, rotation
        self._rectangle = pdfium.FS_RECTF()
        self._address = ctypes.byref(self._rectangle)
        self._read = pdfium.FPDFText_GetLooseCharBox

    def at(self, index: int) -> Box:
        """The box of one character."""
        self._read(self._page, index, self._address)
        box = self._rectangle
        if self._rotation == 0:
            return box.left, box.right, box.bottom, box.top
        if self._rotation == 90:
            return box.bottom, box.top, -box.right, -box.left
        if self._rotation == 180:
            return -box.right, -box.left, -box.top, -box.bottom
        return -box.top, -box.bottom, box.left, box.right

    def bold(self, index: int) -> bool:
        """Whether a character is in bold."""
        return bool(self._pdfium.FPDFText_GetFontWeight(self._page, index) >= 600)


def _write(draft: DocumentBuilder, pages: list[list[Block]]) -> None:
    levels = _levels(pages, _body_height(pages))
    repeated = _repeated(pages)
    told: set[str] = set()
    for number, blocks in enumerate(pages, start=1):
        draft.go_to(number, f"page {number}")
        for block in blocks:
            if block.edge and (line := _without_number(block.text, number)) in repeated:
                if line in told:
                    continue
                told.add(line)
            if level := levels.get(_size(block)) if _may_head(block) else 0:
                draft.head(level, block.text)
            else:
                draft.write(_LEADERS.sub(" ... ", block.text), tight=block.tight)


def _may_head(block: Block) -> bool:
    """Short, with letters in it, and not a sentence."""
    if not block.height or len(block.text) > 150 or block.text[-1] in ".,;":
        return False
    letters = sum(map(str.isalpha, block.text))
    return letters >= 2 and letters >= 0.4 * len(block.text)


def _size(block: Block) -> tuple[float, bool]:
    return round(block.height * 2) / 2, block.bold


def _body_height(pages: list[list[Block]]) -> float:
    """The height of line that most characters have."""
    heights: Counter[float] = Counter()
    for blocks in pages:
        for block in blocks:
            heights[_size(block)[0]] += len(block.text) if block.height else 0
    return heights.most_common(1)[0][0]


def _levels(pages: list[list[Block]], body: float) -> dict[tuple[float, bool], int]:
    """Size of line -> level of heading, the largest being 1; at body size, bold lines where most are not."""
    sizes = {_size(block) for blocks in pages for block in blocks if _may_head(block)}
    taller = sorted((size for size in sizes if size[0] >= _HEADING * body), reverse=True)
    levels = {size: min(number, 6) for number, size in enumerate(taller, start=1)}
    bold = sum(len(block.text) for blocks in pages for block in blocks if block.bold)
    if bold * 4 < sum(len(block.text) for blocks in pages for block in blocks):
        levels[body, True] = 7
    return levels


def _repeated(pages: list[list[Block]]) -> set[str]:
    """Heads and feet that come again and again; only their first one is worth reading. Page numbers, too."""
    seen = Counter(
        line
        for number, blocks in enumerate(pages, start=1)
        for line in {_without_number(block.text, number) for block in blocks if block.edge}
    )
    return {line for line, count in seen.items() if count > 2}


def _without_number(text: str, page: int) -> str:
    """`text` with the page's own number blotted out, and a number that stands alone, too."""
    return "#" if text.strip(" -–|").isdecimal() else re.sub(rf"(?<!\d){page}(?!\d)", "#", text, count=1)
