"""The pieces that summarization works on: sentences that know what they are, marks taken off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from protokit.runtime.summarization.summary_patterns import pattern
from vectorstore.text.sentences import Span, split

Kind = Literal["prose", "item", "row", "heading", "noise"]

_BULLET = re.compile(r"(?:[-*+•‣▪◦●○■□–·]|[\u2610-\u2612])\s+")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]\s+")
_CHECKBOX = re.compile(r"\[[ xX]?\]\s+")
_QUOTE = re.compile(r">\s*")
_RULE = re.compile(r"[\s|:=\-~_*+#`>]*$|```|~~~")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
_LINE = re.compile(r"\s*\n\s*")
_WORD = re.compile(r"[^\W_]+(?:['’\-.,][^\W_]+)*")
_SPACE = re.compile(r"\s+")
_ROW = re.compile(r"\||.*(?:\t|\S \| \S)|[^:;\n]{1,40}: [^;\n]*(?:; [^:;\n]{1,40}: [^;\n]*)+$")
"""A row with bars or tabs, or one as reading a file writes it: "Owner: Ines; Task: call the printer"."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, item, row or heading: `source[start:end]` is `text` before folding, without its list mark."""

    start: int
    end: int
    text: str
    kind: Kind
    opens_line: bool
    closes_line: bool
    opens_paragraph: bool
    mark: str = ""
    """The list mark or quote mark that stood before it, such as "- " or "> "."""
    level: int = 0
    """Of a heading: 1 is the outermost."""
    speaker: str = ""
    label: Span | None = None
    """Where the source names the speaker of the turn it belongs to."""
    addressee: str = ""
    """Whom the e-mail it stands in greets."""
    message: int = 0
    """Which e-mail of a thread, counted from 1; 0 outside e-mail."""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    def as_noise(self) -> "Unit":
        return replace(self, kind="noise")


def fold(text: str) -> str:
    """`text` with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()


def count_words(text: str) -> int:
    """How many words a reader would count; five characters of a script without spaces stand for three words."""
    spaceless = len(_SPACELESS.findall(text))
    spaced = _SPACELESS.sub(" ", text) if spaceless else text
    return len(_WORD.findall(spaced)) + round(spaceless * 0.6)


def read_units(text: str) -> list[Unit]:
    """The units of `text` in order, list marks split off; fenced code and ruling lines are noise."""
    units: list[Unit] = []
    position, fenced = 0, False
    for span in _split(text):
        unit = _unit(text, position, span)
        if unit.text.startswith(("```", "~~~")):
            fenced = not fenced
        if units and units[-1].kind == "row" and not unit.opens_line:
            unit = replace(units.pop(), end=span.end, closes_line=unit.closes_line)
        units.append(unit.as_noise() if fenced else unit)
        position = span.end
    return [_whole_row(text, unit) if unit.kind == "row" else unit for unit in units]


def _split(text: str) -> Iterator[Span]:
    """The sentences of `text`; a line such as "next step: ..." goes on no sentence."""
    for span in split(text):
        start = span.start
        for line in _LINE.finditer(text, span.start, span.end):
            if pattern("action_marker").match(text, line.end(), span.end):
                yield Span(start, line.start())
                start = line.end()
        yield Span(start, span.end)


def _whole_row(text: str, row: Unit) -> Unit:
    """The row with its words, when all sentences of its line have come."""
    start, end = _without_frame(text, row.start, row.end)
    return replace(row, start=start, end=end, text=fold(text[start:end]))


def _unit(text: str, position: int, span: Span) -> Unit:
    gap = text[position : span.start]
    line_ends = len((gap + ".").splitlines()) - 1
    opens_line, opens_paragraph = position == 0 or line_ends > 0, position == 0 or line_ends > 1
    rest = text[span.end : span.end + 200].splitlines()
    closes_line = not rest or not rest[0].strip()
    raw = text[span.start : span.end]
    mark = _mark(raw) if opens_line else ""
    start, end = span.start + len(mark), span.end
    kind: Kind = "prose"
    if _RULE.match(raw):
        kind = "noise"
    elif _ROW.match(raw):
        kind = "row"
    elif mark and not mark.startswith(">"):
        kind = "item"
    return Unit(start, end, fold(text[start:end]), kind, opens_line, closes_line, opens_paragraph, mark)


def _without_frame(text: str, start: int, end: int) -> tuple[int, int]:
    """A table row without the outer bars, so that a quoted one reads "Basic | 10 EUR"."""
    framed = text[start:end]
    if framed.startswith("|"):
        start += len(framed) - len(framed[1:].lstrip())
    if framed.endswith("|"):
        end -= len(framed) - len(framed[:-1].rstrip())
    return start, end


def _mark(raw: str) -> str:
    """The list or quote mark that `raw` begins with, never all of it."""
    position = 0
    while match := next(
        (m for mark in (_BULLET, _NUMBER, _CHECKBOX, _QUOTE) if (m := mark.match(raw, position))), None
    ):
        position = match.end()
    return raw[:position] if position < len(raw) else ""
