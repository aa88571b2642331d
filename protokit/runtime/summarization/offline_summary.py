"""Summaries whose every sentence points to where it came from, by the offline engine or by a model."""

from protokit.runtime.assistant_types import Citation, SummaryRequest
from vectorstore.passage import Passage


def summarize(asked: SummaryRequest) -> tuple[str, tuple[Citation, ...], str]:
    """Return the summary as text with [n] after each point, a citation for each, and a note for the reader."""
    from protokit.runtime.phrases import phrase
    from protokit.runtime.summarization import extractive_summary

    summary = extractive_summary(
        asked.text, length=asked.length, shape=asked.shape, max_words=asked.max_words
    )
    if not summary.points:
        return str(phrase("no_actions" if asked.shape == "actions" else "too_short", asked.language)), (), ""
    citations = tuple(
        Citation(number, _source(asked, point.start, point.end))
        for number, point in enumerate(summary.points, 1)
    )
    lines = [f"{point.text} [{number}]" for number, point in enumerate(summary.points, start=1)]
    text = " ".join(lines) if asked.shape == "paragraph" else "\n".join(f"- {line}" for line in lines)
    return text, citations, summary.note


def cite_summary(text: str, asked: SummaryRequest) -> tuple[Citation, ...]:
    """For each sentence of a model's summary `text`, the sentence of the source that bears it out best."""
    from protokit.runtime.qa.extract import extract
    from vectorstore.text.sentences import split

    whole = _source(asked, 0, len(asked.text))
    citations = []
    for number, span in enumerate(split(text), start=1):
        for piece in extract(text[span.start : span.end], [whole], limit=1):
            citations.append(Citation(number, _source(asked, piece.start, piece.end)))
    return tuple(citations)


def _source(asked: SummaryRequest, start: int, end: int) -> Passage:
    return Passage(asked.text[start:end], asked.file, start, end, support=1.0)
