"""Makes the points of a summary from chosen units: spans into the source, and the text that stands there."""

from collections.abc import Iterable

from protokit.runtime.condensing.summary import Point
from protokit.runtime.condensing.units import Unit, fold
from vectorstore.sentences import Span


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
