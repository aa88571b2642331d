"""One page of a PDF: what a reader sees of it, as blocks in reading order, and what it hides."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vectorstore.loaders.pdf import page_layout
from vectorstore.loaders.pdf.page_annotations import AnnotationReader, Annotations
from vectorstore.loaders.pdf.page_drawings import Drawings, drawings
from vectorstore.loaders.pdf.page_grid import take_grids
from vectorstore.loaders.pdf.page_layout import Block
from vectorstore.loaders.pdf.page_marks import with_fractions, with_links, without_struck
from vectorstore.loaders.pdf.page_text import PageText
from vectorstore.loaders.pdf.page_words import Box, Run, turned
from vectorstore.loaders.pdf.vertical_text import take_columns

_PICTURE = 0.5
"""A page is a picture where pictures cover so much of it, with no more letters than this beside them:"""
_STAMP = 200
_SMALLEST = 1.5
"""Points below which nobody reads letters."""


@dataclass(slots=True)
class Page:
    """A page as read."""

    blocks: list[Block]
    comments: list[str] = field(default_factory=list)
    hidden: int = 0
    """Stretches of text that its reader does not see."""
    picture: bool = False
    """It shows a picture that no text lies behind: a scan."""


class PageReader:
    """Reads the pages of one open PDF of pypdfium2."""

    def __init__(self, pdf: Any, include_hidden: bool) -> None:
        self._include = include_hidden
        if pdf.get_formtype():
            pdf.init_forms()
        self._annotations = AnnotationReader(pdf.raw, pdf.formenv.raw if pdf.formenv else None)

    def read(self, page: Any) -> Page:
        """What stands on `page`, an open page."""
        rotation = page.get_rotation()
        text_page = page.get_textpage()
        try:
            notes = self._annotations.read(page, rotation)
            return self._page(page, PageText(text_page, rotation), drawings(page, rotation), notes, rotation)
        finally:
            text_page.close()

    def _page(self, page: Any, text: PageText, drawn: Drawings, notes: Annotations, rotation: int) -> Page:
        view = turned(_view(page), rotation)
        blocks: list[Block] = []
        hidden, letters = notes.hidden, 0
        spans = text.spans()
        for angle in sorted(spans, key=lambda one: (one != 0, one)) or [0]:
            words = text.turned_to(angle) if angle else text
            columns, level = take_columns(words, spans.get(angle, []))
            runs = words.runs(level)
            if not angle:
                runs, unseen = self._seen(runs, words, drawn, view, page)
                hidden += unseen
            letters += sum(len(one.text) for one in runs) + sum(len(one.text) for one in columns)
            runs = _dressed(
                runs, words, drawn if not angle else Drawings(), notes if not angle else Annotations()
            )
            blocks += [*page_layout.blocks(runs), *columns]
        picture = letters < _STAMP and drawn.covered(view) > (_PICTURE if letters else 0.0)
        return Page(blocks, notes.comments, hidden, picture)

    def _seen(
        self, runs: list[Run], text: PageText, drawn: Drawings, view: Box, page: Any
    ) -> tuple[list[Run], int]:
        """The runs that a reader of the page sees, or all if asked for, and how many are hidden."""
        is_hidden = _hidden_test(text, drawn, view, page)
        seen = [one for one in runs if not is_hidden(one)]
        return (runs if self._include else seen), len(runs) - len(seen)


def _view(page: Any) -> Box:
    """What of the page is shown, in the coordinates of its text."""
    left, bottom, right, top = page.get_cropbox()
    outer = page.get_mediabox()
    return max(left, outer[0]), min(right, outer[2]), max(bottom, outer[1]), min(top, outer[3])


def _hidden_test(text: PageText, drawn: Drawings, view: Box, page: Any) -> Callable[[Run], bool]:
    suspects = drawn.invisible | drawn.pale | drawn.optional
    ink = _Ink(page, view) if drawn.optional else None

    def test(one: Run) -> bool:
        across, up = (one.left + one.right) / 2, one.middle
        if not (view[0] <= across <= view[1] and view[2] <= up <= view[3]) or one.height < _SMALLEST:
            return True
        over = [order for order, box in drawn.fills if _holds(box, one)]
        if not suspects and not over:
            return False
        address = text.drawn_by(one.start)
        if any(order < drawn.order.get(address, 0) for order in over):
            return True
        if address in drawn.invisible:
            return not any(_is_over(box, across, up) for box in drawn.pictures)
        if address in drawn.pale:
            return not any(_is_over(box, across, up) for box in (*drawn.pictures, *drawn.grounds))
        return bool(address in drawn.optional and ink and not ink.shows(one))

    return test


def _is_over(box: Box, across: float, up: float) -> bool:
    return box[0] <= across <= box[1] and box[2] <= up <= box[3]


def _holds(box: Box, one: Run) -> bool:
    """Whether an area lies over all of a run but the edges of its line."""
    edge = 0.25 * one.height
    return (
        box[0] <= one.left + 1
        and one.right - 1 <= box[1]
        and box[2] <= one.bottom + edge
        and one.top - edge <= box[3]
    )


class _Ink:
    """A small picture of the page, which shows what of its layers is switched on."""

    def __init__(self, page: Any, view: Box) -> None:
        self._bitmap = page.render(scale=1, grayscale=True, may_draw_forms=False)
        self._view = view

    def shows(self, one: Run) -> bool:
        """Whether anything is drawn where a run stands."""
        bitmap, buffer = self._bitmap, bytes(self._bitmap.buffer)
        left, right = int(one.left - self._view[0]), int(one.right - self._view[0]) + 1
        top, bottom = int(self._view[3] - one.top), int(self._view[3] - one.bottom) + 1
        shades: set[int] = set()
        for row in range(max(0, top), min(bitmap.height, bottom)):
            shades.update(
                buffer[row * bitmap.stride + max(0, left) : row * bitmap.stride + min(bitmap.width, right)]
            )
        return len(shades) > 1


def _dressed(runs: list[Run], text: PageText, drawn: Drawings, notes: Annotations) -> list[Run]:
    """The runs as they are to be read: without what is struck out, with marks, links, fields and tables."""
    if drawn.down:
        runs = _parted(runs, text, drawn)
    if drawn.across or notes.strikes:
        runs = without_struck(runs, [*drawn.across, *notes.strikes], text)
        runs = with_fractions(runs, drawn.across)
    if notes.links:
        runs = with_links(runs, notes.links, text)
    runs = text.with_marks(runs) + notes.runs
    if drawn.across and drawn.down:
        runs = take_grids(runs, drawn.across, drawn.down, page_layout.cell_text)
    return runs


def _parted(runs: list[Run], text: PageText, drawn: Drawings) -> list[Run]:
    """The runs parted at lines that go down between their words: two cells of a narrow table."""
    down = sorted(drawn.down, key=lambda one: one.at)
    places = [one.at for one in down]
    found = []
    for one in runs:
        parts = [one]
        for rule in down[bisect_left(places, one.left + 2) : bisect_left(places, one.right - 2)]:
            if rule.start < one.middle < rule.end:
                parts = [*parts[:-1], *text.cut(parts[-1], rule.at)]
        found += parts
    return found
