"""Summaries whose every sentence points to where it came from, by the offline engine or by a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from protokit.runtime.assistant_types import ChatMessage, Citation, Request, RequestResult, masked_chat
from protokit.runtime.page_texts import texts_in
from protokit.runtime.prompting.chat_messages import rule, system, user
from protokit.runtime.summarization.summary_types import MOST_WORDS, Length, Shape
from protokit.runtime.uploads.visitor_files import OWN
from vectorstore.passage import Passage


@dataclass(frozen=True, slots=True)
class SummaryRequest(Request):
    """A text to be summarized."""

    text: str
    file: str = "pasted text"
    length: Length = "medium"
    shape: Shape = "bullets"
    instructions: str = ""
    language: str = "en"
    max_words: int | None = None
    chat: Sequence[ChatMessage] = ()
    """What a model reads; from the fields above where it is empty."""

    @property
    def title(self) -> str:
        """What the summary is filed under."""
        return f"Summarize {self.file}"

    @property
    def private(self) -> bool:
        """Whether the text is a visitor's own file."""
        return self.file.startswith(OWN)

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions and the wanted form, then the text."""
        return self.chat or [
            system(self.instructions, summarizing_rule(self.length, self.shape, self.language)),
            user(self.text),
        ]

    def offline(self) -> RequestResult:
        """Sentences chosen from the text."""
        text, citations, note = summarize(self)
        return RequestResult(text, citations, note=note)

    def read(self, text: str) -> RequestResult:
        """The sentences of the source that bear a model's summary out."""
        return RequestResult(text, cite_summary(text, self))

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The text masked."""
        return replace(self, text=mask(self.text), chat=masked_chat(self.chat, mask))


def summarizing_rule(length: Length, shape: Shape, language: str) -> str:
    """What a model is told of the wanted form."""
    return rule("summarizing.md").format(words=MOST_WORDS[length], shape=shape, language=language)


def summarize(request: SummaryRequest) -> tuple[str, tuple[Citation, ...], str]:
    """Return the summary as text with [n] after each point, a citation for each, and a note for the reader."""
    from protokit.runtime.phrases import phrase
    from protokit.runtime.summarization import extractive_summary

    summary = extractive_summary(
        request.text,
        length=request.length,
        shape=request.shape,
        max_words=request.max_words,
        texts=texts_in(request.language),
    )
    if not summary.points:
        return (
            str(phrase("no_actions" if request.shape == "actions" else "too_short", request.language)),
            (),
            "",
        )
    citations = tuple(
        Citation(number, _source(request, point.start, point.end))
        for number, point in enumerate(summary.points, 1)
    )
    lines = [f"{point.text} [{number}]" for number, point in enumerate(summary.points, start=1)]
    text = " ".join(lines) if request.shape == "paragraph" else "\n".join(f"- {line}" for line in lines)
    return text, citations, summary.note


def cite_summary(text: str, request: SummaryRequest) -> tuple[Citation, ...]:
    """For each sentence of a model's summary `text`, the sentence of the source that bears it out best."""
    from protokit.runtime.qa.extract import extract
    from vectorstore.text.sentences import split

    whole = _source(request, 0, len(request.text))
    citations = []
    for number, span in enumerate(split(text), start=1):
        for piece in extract(text[span.start : span.end], [whole], limit=1):
            citations.append(Citation(number, _source(request, piece.start, piece.end)))
    return tuple(citations)


def _source(request: SummaryRequest, start: int, end: int) -> Passage:
    return Passage(request.text[start:end], request.file, start, end, support=1.0)
