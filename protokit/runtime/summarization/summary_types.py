"""What summarization hands out: points that quote their source, and how much of it they stand for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from protokit.runtime.summarization.content_units import Unit, fold
from vectorstore.text.sentences import Span

Length = Literal["short", "medium", "long"]
Shape = Literal["bullets", "paragraph", "actions"]
MOST_WORDS: Mapping[Length, int] = {"short": 50, "medium": 120, "long": 300}
"""How many words a summary of each length has at most."""


@dataclass(frozen=True, slots=True)
class Point:
    """One bullet: whole sentences of the source.

    `text` is `source[span.start:span.end]` of each span in turn, with white space folded and joined by spaces.
    There are several spans where a sentence brings the one it leans on, or a turn's words bring their label.
    """

    text: str
    spans: tuple[Span, ...]
    section: str = ""
    """The heading it stands under; empty where the text has none."""
    speaker: str = ""
    """Who says it in a dialogue or writes it in an e-mail, as the source names them."""
    who: str = ""
    """Of an action: who does it, in the source's words; empty where nobody is named."""
    what: str = ""
    """Of an action: the words that say what to do, part of `text`."""
    by_when: str = ""
    """Of an action: the deadline in the source's words, part of `text`; empty where there is none."""

    @property
    def start(self) -> int:
        """Offset of its first character in the source."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """Offset behind its last character in the source."""
        return self.spans[-1].end


@dataclass(frozen=True, slots=True)
class Summary:
    """The points in the order of the source.

    `sections` counts the parts that the source was seen to have (headings, messages, shifts of topic),
    `sections_covered` those that at least one point comes from. Words are counted the way readers do; of
    scripts without spaces, five characters count as three words. `language` is an ISO 639-1 code.
    """

    points: tuple[Point, ...]
    sections: int
    sections_covered: int
    words_in: int
    words_out: int
    language: str
    note: str = ""
    """One plain sentence for the reader where something is to be said, such as that nothing was found."""


def make_point(text: str, units: Iterable[Unit], section: str = "") -> Point:
    """The point that quotes `units` of `text`, each turn of a dialogue with its label."""
    units = list(units)
    spans: list[Span] = []
    label = None
    for unit in units:
        if unit.label and unit.label != label:
            spans.append(unit.label)
        label = unit.label
        spans.append(unit.span)
    joined = tuple(_joined(text, spans))
    quoted = " ".join(fold(text[span.start : span.end]) for span in joined)
    names = {unit.speaker for unit in units}
    return Point(quoted, joined, section, speaker=names.pop() if len(names) == 1 else "")


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """`spans` with those that only white space parts made one."""
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
