"""The characters of a page, and the runs of words they make: a run ends where a gap, another height or line begins."""

import ctypes
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from vectorstore.loaders.pdf.page_words import Box, Run, around, turned
from vectorstore.loaders.pdf.quick_calls import ADDRESS, NUMBER, handle, quick
from vectorstore.loaders.run_marks import lowered, raised

_WORD = re.compile(r"[^ \r\n]+")
_DIGIT = re.compile(r"\d")
_LINE_END = re.compile(r"[\r\n]+|$")
_WIDE = 1.0
"""A gap of so many line heights between two words ends a run: a cell or a column begins."""
_CLOSE = 0.5
"""A gap of so many may be one between cells, where the page itself has no space in it."""
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LONGEST_MARK = 12
"""Characters that stand raised or lowered at a word; longer text is a line of its own."""


class PageText:
    """The text of one page with the place of each character, the page turned as a reader sees it."""

    def __init__(self, text_page: Any, rotation: int) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium, self._page, self._rotation = pdfium, text_page.raw, rotation
        self._handle = handle(text_page.raw)
        self._weight = quick(pdfium.FPDFText_GetFontWeight, ADDRESS, NUMBER)
        self._slant = quick(pdfium.FPDFText_GetCharAngle, ADDRESS, NUMBER, gives=ctypes.c_float)
        self._upright = _box_reader(text_page.raw)
        self.box = _turned_reader(self._upright, rotation)
        """Gives the box of one character, as high as its font, by its index."""
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self.text = _characters(text_page)

    def baseline(self, index: int) -> float:
        """The height on which a character stands."""
        self._pdfium.FPDFText_GetCharOrigin(self._page, index, ctypes.byref(self._x), ctypes.byref(self._y))
        x, y = self._x.value, self._y.value
        return turned((x, x, y, y), self._rotation)[2]

    def bold(self, index: int) -> bool:
        """Whether a character is in bold."""
        return bool(self._weight(self._handle, index) >= 600)

    def angle(self, index: int) -> int:
        """By how many degrees, in quarters, the reader has to turn the page clockwise to read a character."""
        turn = round(float(self._slant(self._handle, index)) / 1.5707963)
        return (-turn * 90 - self._rotation) % 360

    def drawn_by(self, index: int) -> int:
        """The address of the object of the page that draws a character."""
        drawn = self._pdfium.FPDFText_GetTextObject(self._page, index)
        return handle(drawn)

    def turned_to(self, rotation: int) -> "PageText":
        """The same text for a reader who turns the page further, by `rotation` degrees clockwise."""
        other = object.__new__(PageText)
        other.__dict__.update(self.__dict__)
        other._rotation = (self._rotation + rotation) % 360
        other.box = _turned_reader(self._upright, other._rotation)
        return other

    def spans(self) -> dict[int, list[tuple[int, int]]]:
        """The lines of the page as first and last character, by how far the reader turns the page to read them."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for start, end in _lines(self.text):
            spans.setdefault(self.angle(start), []).append((start, end))
        if len(spans) < 2:
            return spans
        words = [
            match.span()
            for lines in spans.values()
            for line in lines
            for match in _WORD.finditer(self.text, *line)
        ]
        spans = {}
        for start, end in sorted(words):
            part = spans.setdefault(self.angle(start), [])
            if part and part[-1][1] == start - 1 and self.text[start - 1] == " ":
                part[-1] = part[-1][0], end
            else:
                part.append((start, end))
        return spans

    def runs(self, spans: list[tuple[int, int]]) -> list[Run]:
        """The words of `spans`, joined where only a space is between them; raised marks are runs of their own."""
        return [run for start, end in spans for run in self._line(start, end)]

    def cut(self, run: Run, x: float) -> list[Run]:
        """`run` parted where a line goes down between two of its words."""
        for (_, _, last), (first, box, _) in pairwise(self._words(run.start, run.end)):
            if last[1] <= x + 1 and box[0] >= x - 1:
                left = around(self.box(run.start), last)
                return [
                    self._run(run.start, first, left),
                    self._run(first, run.end, around(box, self.box(run.end - 1))),
                ]
        return [run]

    def _line(self, start: int, end: int) -> Iterator[Run]:
        begin, reach, line = start, None, (0.0, 0.0, 0.0, 0.0)
        for first, box, last in self._words(start, end):
            if reach is not None:
                close = -1.0 < box[0] - reach[1] < _CLOSE * (line[3] - line[2])
                if close and box[2:] == line[2:] == last[2:]:  # most words, without a call
                    reach = (reach[0], max(last[1], reach[1]), reach[2], reach[3])
                    continue
                if not self._is_cell(first, box, reach) and not self._leaves(first, box, begin, line):
                    reach = around(reach, last)
                    continue
                yield self._run(begin, first, reach)
            begin, line, reach = first, box, around(box, last)
        if reach:
            yield self._run(begin, end, reach)

    def _is_cell(self, first: int, box: Box, reach: Box) -> bool:
        """Whether a word is far enough from those before it to be in another cell: no space was written between."""
        if box[0] - reach[1] <= _CLOSE * (reach[3] - reach[2]) and box[0] >= reach[0]:
            return False
        return _is_apart(box, reach) or (
            box[0] > reach[1] and bool(self._pdfium.FPDFText_IsGenerated(self._page, first - 1))
        )

    def _run(self, start: int, end: int, box: Box) -> Run:
        text = self.text[start:end].rstrip()
        if _RTL.search(text):
            text = self._in_reading_order(start, start + len(text))
        return Run(text, *box, self.bold(start), start, start + len(text))

    def _in_reading_order(self, start: int, end: int) -> str:
        """Words from right to left, some of which PDFium gives from left to right, letter by letter."""
        parts = []
        for match in _WORD.finditer(self.text, start, end):
            word = match[0]
            letters = [at for at, letter in enumerate(word) if _RTL.match(letter)]
            if len(letters) > 1:
                first, after = letters[0], letters[-1] + 1
                if self.box(match.start() + first)[0] < self.box(match.start() + after - 1)[0]:
                    word = word[:first] + word[first:after][::-1] + word[after:]
            parts.append(word)
        return " ".join(parts)

    def _words(self, start: int, end: int) -> Iterator[tuple[int, Box, Box]]:
        """The first character of each word with the boxes of its first and last one.

        A word that changes its line is cut there. Numbers are looked at character by character: a raised mark
        behind one must not become a digit of it.
        """
        box_of, numbers = self.box, _DIGIT.search(self.text, start, end)
        for match in _WORD.finditer(self.text, start, end):
            first, after = match.span()
            box = box_of(first)
            if after - first == 1:
                yield first, box, box
                continue
            last = box_of(after - 1)
            uneven = abs(last[2] - box[2]) > 0.04 * (box[3] - box[2])
            if uneven or (numbers and _DIGIT.search(self.text, first, after)):
                yield from self._cut(first, after, box, last)
            else:
                yield first, box, last

    def _cut(self, first: int, end: int, box: Box, last: Box) -> Iterator[tuple[int, Box, Box]]:
        begin, line, before = first, box, box
        for index in range(first + 1, end):
            here = last if index == end - 1 else self.box(index)
            if self._leaves(index, here, begin, line) or _is_apart(here, before):
                yield begin, line, before
                begin, line = index, here
            before = here
        yield begin, line, before

    def _leaves(self, index: int, box: Box, begin: int, line: Box) -> bool:
        """Whether a character stands on another baseline than the run that began at `begin`."""
        if box[2] == line[2] and box[3] == line[3]:
            return False
        height = max(line[3] - line[2], box[3] - box[2])
        if abs(box[2] - line[2]) <= 0.04 * height and abs(box[3] - line[3]) <= 0.3 * height:
            return False
        return abs(self.baseline(index) - self.baseline(begin)) > 0.07 * height

    def with_marks(self, runs: list[Run]) -> list[Run]:
        """The runs with raised and lowered marks taken into the words they stand at."""
        kept: list[Run] = []
        waiting: Run | None = None  # a mark in front of its words, as at the head of a footnote
        for one in runs:
            if waiting:
                if self._shift(waiting, one, waiting.right, one.left, 1.0) > 0:
                    text = f"{raised(waiting.text)} {one.text}"
                    one = replace(one, text=text, left=waiting.left, start=waiting.start)
                else:
                    kept.append(waiting)
                waiting = None
            last = kept[-1] if kept else None
            if last and (shift := self._shift(one, last, last.right, one.left, 0.35)):
                mark = raised(one.text) if shift > 0 else lowered(one.text)
                kept[-1] = replace(last, text=last.text + mark, right=one.right, end=one.end)
            elif len(one.text) <= 3:
                waiting = one
            else:
                kept.append(one)
        return [*kept, waiting] if waiting else kept

    def _shift(self, mark: Run, base: Run, left: float, right: float, reach: float) -> int:
        """1 where `mark` stands raised at `base`, -1 where lowered, else 0; a gap from `left` to `right` is between."""
        height = base.height
        if mark.start < 0 or base.start < 0:
            return 0
        if len(mark.text) > _LONGEST_MARK or not -0.25 * height < right - left < reach * height:
            return 0
        if mark.height > 0.92 * height and (right - left > 0.1 * height or not mark.text.isdigit()):
            return 0
        up = self.baseline(mark.start) - self.baseline(base.start)
        if 0.1 * height < up < 0.75 * height:
            return 1
        return -1 if -0.55 * height < up < -0.07 * height else 0


def _turned_reader(read: Callable[[int], Box], rotation: int) -> Callable[[int], Box]:
    return (lambda index: turned(read(index), rotation)) if rotation else read


def _box_reader(page: Any) -> Callable[[int], Box]:
    """What gives the box of a character of a page."""
    import pypdfium2.raw as pdfium

    call = quick(pdfium.FPDFText_GetLooseCharBox, ADDRESS, NUMBER, ADDRESS)
    buffer = (ctypes.c_float * 4)()
    number, address = handle(page), ctypes.addressof(buffer)
    unpack = struct.Struct("4f").unpack_from

    def read(index: int) -> Box:
        call(number, index, address)
        left, top, right, bottom = unpack(buffer)
        return left, right, bottom, top

    return read


def _is_apart(box: Box, reach: Box) -> bool:
    wide = _WIDE * (reach[3] - reach[2])
    return box[0] - reach[1] > wide or reach[0] - box[1] > wide


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _LINE_END.finditer(text):
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
