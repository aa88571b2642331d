"""Columns of Chinese and Japanese that are written downwards, from the right of a page to its left."""

import re
from dataclasses import dataclass

from vectorstore.loaders.pdf.page_layout import Block
from vectorstore.loaders.pdf.page_text import PageText
from vectorstore.loaders.pdf.page_words import Box, around

_UPRIGHT = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2014\u2026]")
_SHORTEST = 4
"""Signs below each other that make a column; fewer may be cells of a table."""
Span = tuple[int, int]


@dataclass(slots=True)
class _Column:
    text: str
    box: Box
    last: Box
    spans: list[Span]

    @property
    def middle(self) -> float:
        return (self.box[0] + self.box[1]) / 2


def take_columns(text: PageText, spans: list[Span]) -> tuple[list[Block], list[Span]]:
    """The paragraphs that are written downwards, and the spans that are not."""
    if not any(_UPRIGHT.match(text.text[start]) for start, _ in spans):
        return [], spans
    columns = [one for one in _columns(text, spans) if len(one.text) >= _SHORTEST]
    taken = {span for column in columns for span in column.spans}
    return _paragraphs(columns), [span for span in spans if span not in taken]


def _columns(text: PageText, spans: list[Span]) -> list[_Column]:
    columns: list[_Column] = []
    for start, end in spans:
        words = text.text[start:end].rstrip()
        if not _UPRIGHT.match(words[:1]):
            continue
        first, last = text.box(start), text.box(start + len(words) - 1)
        if len(words) > 1 and not _runs_down(first, last, len(words)):
            continue
        before = columns[-1] if columns else None
        if before and _is_below(first, before.last):
            before.text += words
            before.box, before.last = around(before.box, around(first, last)), last
            before.spans.append((start, end))
        else:
            columns.append(_Column(words, around(first, last), last, [(start, end)]))
    return columns


def _runs_down(first: Box, last: Box, signs: int) -> bool:
    height = first[3] - first[2]
    return _is_level(first, last) and first[2] - last[2] > 0.6 * (signs - 1) * height


def _is_below(box: Box, above: Box) -> bool:
    height = above[3] - above[2]
    return _is_level(box, above) and 0.5 < (above[2] - box[2]) / height < 2


def _is_level(box: Box, other: Box) -> bool:
    """Whether two signs stand in one column; a full stop stands at the edge of its place."""
    return abs(box[0] + box[1] - other[0] - other[1]) < max(box[1] - box[0], box[3] - box[2])


def _paragraphs(columns: list[_Column]) -> list[Block]:
    """Columns from right to left; one that ends early ends its paragraph."""
    texts: list[str] = []
    lowest = min((column.box[2] for column in columns), default=0.0)
    goes_on = False
    for column in sorted(columns, key=lambda one: -one.middle):
        if goes_on:
            texts[-1] += column.text
        else:
            texts.append(column.text)
        goes_on = column.box[2] - lowest < 1.5 * (column.last[3] - column.last[2])
    size = columns[0].last[3] - columns[0].last[2] if columns else 0.0
    return [Block(text, size) for text in texts]
