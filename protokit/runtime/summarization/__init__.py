"""Condenses a text by quoting it: whole sentences with offsets, something from every section, nothing invented.

    summary = condense(text, length="short")
    for point in summary.points:
        print(point.text, point.start, point.end)

It needs no model and no store, and takes well under a second for 20,000 words.
"""

from itertools import accumulate

from protokit.runtime.page_texts import PageTexts, texts_in
from protokit.runtime.summarization.action_items import find_actions
from protokit.runtime.summarization.content_units import count_words
from protokit.runtime.summarization.coreference import leaning
from protokit.runtime.summarization.document_structure import DocumentStructure, outline
from protokit.runtime.summarization.select_sentences import choose
from protokit.runtime.summarization.summary_types import Length, Point, Shape, Summary, make_point
from protokit.runtime.summarization.text_kind import text_kind
from vectorstore.text.languages import WHOLE, guess

__all__ = ["Length", "Point", "Shape", "Summary", "extractive_summary"]


_SPACELESS = frozenset({"zh", "ja"})
"""Languages whose readers count characters where others count words; five of them are three words here."""


def extractive_summary(
    text: str,
    *,
    length: Length = "medium",
    shape: Shape = "bullets",
    max_words: int | None = None,
    texts: PageTexts | None = None,
) -> Summary:
    """Condense `text`, of any kind and language, to points that quote it.

    `length` sets how much is shown: 50, 120 or 300 words at most and, of a short text, about 15, 25 or 40 percent
    of its words. "bullets" and "paragraph" choose alike; "actions" gives everything that somebody is to do,
    whatever the length, and no point where there is nothing. All points together have `max_words` at most;
    where that leaves actions out, or no sentence is so short, the note says it in the words of `texts`, English where
    they are not given. Never raises on any string.
    """
    language, texts = guess(text, WHOLE), texts or texts_in("en")
    most = int(max_words * 0.6) if max_words and language in _SPACELESS else max_words
    structure = outline(text, language)
    if shape == "actions":
        points = find_actions(text, structure, language)
    else:
        points = _quoted(text, structure, length, language, most)
    everything, points = points, _within(points, most)
    return Summary(
        points=tuple(points),
        sections=len(structure.sections),
        sections_covered=structure.covered(points),
        words_in=count_words(text),
        words_out=sum(count_words(point.text) for point in points),
        language=language,
        note=_note(points, shape, texts) or _shortened(everything, points, shape, most, texts),
    )


def _quoted(
    text: str,
    structure: DocumentStructure,
    length: Length,
    language: str,
    most: int | None,
) -> list[Point]:
    leans = leaning(text, language)
    chosen = choose(structure.sections, length, leans, text_kind(structure), most)
    points = []
    for choice in chosen:
        section = structure.sections[choice.section]
        statements = section.statements[choice.first : choice.last + 1]
        points.append(
            make_point(text, (unit for member in statements for unit in member.units), section.heading)
        )
    return points


def _within(points: list[Point], most: int | None) -> list[Point]:
    """The first points that have `most` words together; one always stays."""
    if not most:
        return points
    ends = accumulate(count_words(point.text) for point in points)
    return points[: max(1, sum(end <= most for end in ends))]


def _shortened(
    everything: list[Point], points: list[Point], shape: Shape, most: int | None, texts: PageTexts
) -> str:
    if most and points and count_words(points[0].text) > most:
        return texts.summary_not_shorter
    if shape == "actions" and len(points) < len(everything):
        return texts.summary_some_actions.format(shown=len(points), total=len(everything))
    return ""


def _note(points: list[Point], shape: Shape, texts: PageTexts) -> str:
    if not points:
        return texts.summary_no_actions if shape == "actions" else texts.summary_nothing
    return ""
