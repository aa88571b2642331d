"""Cuts a text into sentences with offsets: the unit that is cited, extracted and condensed everywhere else.

Lines are gathered into blocks first (a paragraph, a heading, a list item, a table row, a speaker's turn), and
`sentencex` (Wikimedia, MIT, a compiled rule set for about 300 languages, 15 MB/s) cuts each block, so that no
sentence runs from a heading into a paragraph or from one list item into the next.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.text.languages import WHOLE, guess


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]`: character offsets into the text that was cut."""

    start: int
    end: int


_ENDS = re.compile(r"[.!?:;…。！？：؟۔।॥][\"'»”’)\]]*$")
_HEADING = re.compile(r"#{1,6}\s|(?:[=\-~_*]\s?){3,}$")
_BULLET = re.compile(r"(?:[-*+•‣▪◦●○■□–·]|[\u2610-\u2612])\s")
_NUMBERED = re.compile(
    r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]\s|\d{1,3}(?:\.\d{1,3}){1,3}\s"
)
_FIRST = re.compile(r"\(?[1aA][.)]\s")
# Also rows as reading writes them: the names of the columns ("Item | Price"), then "Item: Sofa; Price: 890".
_TABLE_ROW = re.compile(
    r"\|.*\||[^\t]+\t.*\S|>|[^|\n]{1,60} \| [^|\n]{1,60}(?: \||$)|[^:;\n]{1,60}: [^;\n]*; [^:;\n]{1,60}: \S"
)
_SPEAKER = re.compile(
    r"(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?\s*[-–]?\s*)?(?:#\w+#|[^\W\d_a-z][^:：\n]{0,38})\s?[:：](?:\s|$)"
)
_ABBREVIATED = re.compile(r"(?:\b\w{1,4}|\.\w{1,3}|\d)\.$")
_BEFORE_NUMBER = re.compile(
    r"\b(?:godz|ul|nr|tel|str|pkt|art|poz|abs|ca|approx|vol|fig|núm|pág|av|rue|réf|ext|pp?)\.$", re.IGNORECASE
)
# Words that sentencex takes for abbreviations wherever a capital follows, among them the month of May.
_WHOLE_WORD = re.compile(r"\b(?:May|[Mm]e|[Oo][Kk]|[Nn]o|etc|HR)\.\s+(?=[\"'“(]?[A-Z][a-z])")
_CLOSING = re.compile(r"\s*(?:\*{1,3}|_{1,3}|[”’»)\]]+)(?=\s+\S)")
_NARROW = 40
_GREETING = 4
_END = 100
"""Characters at the end of a sentence that tell whether it goes on."""
_WINDOW = 1_000
_LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


def split(text: str) -> list[Span]:
    """The sentences of `text` in order; together they hold every character that is not white space.

    A heading, a list item, a table row and a speaker's turn begin a sentence of their own, with their mark
    ("# ", "- ", "Anna: ") inside it. No sentence crosses a blank line or has outer white space. Lines wrapped
    in the middle of a sentence stay together. Never raises; an empty or blank text gives an empty list.
    """
    language = guess(text, WHOLE)
    # sentencex is handed UTF-8, which has no lone surrogates.
    readable = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return [
        span for block in blocks(readable) for span in _sentences(readable, block.start, block.end, language)
    ]


def blocks(text: str) -> Iterator[Span]:
    """The stretches that no sentence may leave: a paragraph, a heading, a list item, a table row, a turn."""
    for paragraph in _paragraphs(text):
        longest = max(len(line.text) for line in paragraph)
        listed = _is_list_of_lines(paragraph)
        first = paragraph[0]
        for before, line in pairwise(paragraph):
            if listed or _breaks(before.text, line.text, longest):
                yield Span(first.start, before.end)
                first = line
        yield Span(first.start, paragraph[-1].end)


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    """Runs of lines without a blank one between them, each line without its outer white space."""
    lines: list[_Line] = []
    position = 0
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            start = position + raw.index(stripped)
            lines.append(_Line(start, start + len(stripped), stripped))
        elif lines:
            yield lines
            lines = []
        position += len(raw)
    if lines:
        yield lines


def _is_list_of_lines(paragraph: list[_Line]) -> bool:
    """Whether short lines stand one below the other (an address, a menu) and are no wrapped prose."""
    if len(paragraph) < 2 or sum(len(line.text) for line in paragraph) > _NARROW * len(paragraph):
        return False
    return not any(line.text[0].islower() for line in paragraph)


def _breaks(before: str, line: str, longest: int) -> bool:
    """Whether a unit ends between two neighbouring lines; `longest`: characters of the longest line."""
    if _HEADING.match(before) or _HEADING.match(line) or _BULLET.match(line) or _TABLE_ROW.match(line):
        return True
    if _TABLE_ROW.match(before) or _ENDS.search(before):
        return True
    if before.isupper() and not line.isupper() and " " in before and not line[0].islower():
        return True
    short = len(before) < longest * 0.6
    if _FIRST.match(line):
        return True
    if _NUMBERED.match(line) or _SPEAKER.match(line):
        return short or bool(_NUMBERED.match(before) or _SPEAKER.match(before))
    if short and before.endswith((",", "，")) and len(before.split()) <= _GREETING:
        return True
    return short and not line[0].islower()


def _sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    if _HEADING.match(text, start):
        return [Span(start, end)]
    # Line ends inside a block are wrapping; as spaces they cannot pass for the end of a sentence.
    block = re.sub(r"\s", " ", text[start:end])
    spans: list[Span] = []
    for begin, finish in _boundaries(block, language):
        piece = block[begin:finish]
        if not piece.strip():
            continue
        # What closes the sentence before: the ** of "**Decided: yes.** We start on Monday."
        if spans and (closing := _CLOSING.match(piece)):
            spans[-1] = Span(spans[-1].start, start + begin + closing.end())
            begin, piece = begin + closing.end(), piece[closing.end() :]
        opening = start + begin + len(piece) - len(piece.lstrip())
        span = Span(opening, opening + len(piece.strip()))
        # Its end tells, and is looked at alone: one that has grown out of many pieces may be long.
        if spans and _continues(
            text[max(spans[-1].start, spans[-1].end - _END) : spans[-1].end], text[span.start]
        ):
            span = Span(spans.pop().start, span.end)
        spans.append(span)
    return spans


def _boundaries(block: str, language: str) -> Iterator[tuple[int, int]]:
    """What sentencex finds, window by window: its time grows with the square of a text that is not ASCII."""
    from sentencex import get_sentence_boundaries

    position, size = 0, _WINDOW
    while position < len(block):
        window = block[position : position + size]
        boundaries = get_sentence_boundaries(language, window)
        inside = position + len(window) < len(block)
        if inside and len(boundaries) > 1:
            boundaries.pop()  # the window may have cut it; the next window begins with it
        elif inside and size < _LONGEST:
            size *= 4
            continue
        for boundary in boundaries:
            start, end = position + boundary["start_index"], position + boundary["end_index"]
            cuts = (
                [word.end() for word in _WHOLE_WORD.finditer(block, start, end)] if language == "en" else []
            )
            yield from pairwise([start, *cuts, end])
        position, size = position + (boundaries[-1]["end_index"] if boundaries else len(window)), _WINDOW


def _continues(sentence: str, following: str) -> bool:
    """Whether it was no end but an abbreviation ("p.m. a", "2. Mai", "godz. 9") or a bare list mark ("1.")."""
    if len(sentence) < 5 and _NUMBERED.match(sentence + " "):
        return True
    if following.isdigit() and _BEFORE_NUMBER.search(sentence):
        return True
    return following.islower() and bool(_ABBREVIATED.search(sentence))
