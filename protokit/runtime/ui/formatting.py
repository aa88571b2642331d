"""How an answer is shown: passages with the used words marked, and its numbers in a line; the same on every screen."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from protokit.runtime.assistant_types import Answer, Citation
from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.page_texts import PageTexts, page_texts
from protokit.runtime.runtime_errors import is_owners_page
from protokit.runtime.ui.escape_markdown import safe_markdown
from protokit.runtime.uploads.visitor_files import OWN, shown_name
from vectorstore.passage import Passage
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    from protokit.runtime.grounding import SentenceCheck
    from protokit.runtime.settings import Settings
    from protokit.runtime.uploads.visitor_files import VisitorFiles
    from vectorstore.file_list import FileReport, FileRow
    from vectorstore.knowledge import KnowledgeBase
    from vectorstore.progress import Status


def sources(answer: Answer, most_others: int = 2) -> list[Citation]:
    """What to list under an answer: its citations, then up to `most_others` found passages it did not use."""
    cited = {citation.passage for citation in answer.citations}
    others = [passage for passage in answer.passages if passage not in cited][:most_others]
    return [*answer.citations, *(Citation(0, passage) for passage in others)] if answer.citations else []


def marked(citation: Citation) -> str:
    """The passage as safe HTML, the used words in <mark>. A passage cites nothing but text: everything is escaped."""
    text, parts = citation.passage.text, list[str]()
    at = _after_heading(citation.passage)
    for start, end in citation.marks:
        at = min(at, start)
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return "".join([*parts, escape(text[at:])]).strip().replace("\n", "<br>")


_AROUND = 20_000
"""Characters of a document that are shown before and after a passage."""
_ABOVE = 500
"""Of those before it, how many stand above it at once; the rest is folded away, so that the marks are in view."""


def document_html(citation: Citation, text: str) -> str:
    """The document around a passage as safe HTML, the used words (else the passage) in <mark>.

    `text` is the whole of it; empty where it does not hold the passage any more.
    """
    passage = citation.passage
    if not text or text[passage.start : passage.end] != passage.text:
        return ""
    at, end = max(0, passage.start - _ABOVE), passage.end + _AROUND
    at = text.rfind("\n", 0, at) + 1
    earlier = escape(text[max(0, at - _AROUND) : at].strip())
    parts = [f"<details><summary>…</summary>{earlier}</details>"] if earlier else []
    for start, stop in citation.marks or ((0, len(passage.text)),):
        start, stop = max(at, passage.start + start), passage.start + stop
        parts += [escape(text[at:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        at = stop
    parts += [escape(text[at:end]), "…" if end < len(text) else ""]
    return f'<div class="document" tabindex="0">{"".join(parts).strip().replace(chr(10), "<br>")}</div>'


def document_text(file: str, knowledge: "KnowledgeBase | None", own: "VisitorFiles | None" = None) -> str:
    """The text of a document or of a visitor's own file as it was read; empty where it is there no more."""
    place = own if file.startswith(OWN) else knowledge
    with suppress(VectorstoreError):
        return place.source_text(file) if place else ""
    return ""


def _after_heading(passage: Passage) -> int:
    """Where the passage's own text begins when its first line only repeats the heading shown over it."""
    first, newline, _ = passage.text.partition("\n")
    heading = passage.heading.rpartition(" > ")[2]
    return len(first) + 1 if newline and heading and first.strip(" #*") == heading else 0


def title(citation: Citation) -> str:
    """The heading over a passage: "[1] handbook.pdf, page 3"."""
    number = f"[{citation.number}] " if citation.number else ""
    file = citation.passage.file
    return f"{number}{shown_name(file)}{citation.passage.where.removeprefix(file)}"


def match(passage: Passage) -> str:
    """How well a passage bears on the question: "match 84%"."""
    return page_texts().match.format(share=f"{passage.support:.0%}")


def numbers(answer: Answer) -> str:
    """What an answer took, without a model its time alone: "397 ms · 273 tokens · $0.00006"."""
    about = "~" if answer.tokens_estimated else ""
    texts, there = page_texts(), answer.elsewhere
    tokens = texts.tokens_used.format(count=f"{about}{texts.count(answer.tokens)}")
    if not _is_priced(answer):
        return duration(answer.seconds)
    line = f"{duration(answer.seconds)} · {tokens} · {money(answer.dollars)}"
    return (
        f"{line} ({texts.cost_with.format(cost=money(there.dollars), model=there.model)})" if there else line
    )


def repair_line(answer: Answer) -> str:
    """What asking a model once more took, of what the answer took; "" where it was not asked."""
    texts = page_texts()
    tokens, cost = texts.count(answer.repair_tokens), money(answer.repair_dollars)
    return texts.repaired.format(tokens=tokens, cost=cost) if answer.repair_tokens else ""


def plain_lengths(texts: PageTexts) -> dict[str, str]:
    """Short, medium, long without how many words a summary of each has."""
    return {name: re.split(r"\s*[(（]", label)[0] for name, label in texts.lengths.items()}


def _is_priced(answer: Answer) -> bool:
    """Whether there are tokens and dollars to tell of: a model answered, or the owner asks what one would cost."""
    return answer.model != OfflineEngine.name or answer.elsewhere is not None


def packing(answer: Answer) -> str:
    """What of the passages and the conversation a model was sent: said in English alone, for who tunes it."""
    return answer.packing if page_texts().language == "en" and _is_priced(answer) else ""


def doubted(answer: Answer) -> str:
    """The text with a sign after each sentence that the passages do not carry."""
    text = answer.text
    for check in reversed(answer.unsupported):
        text = f"{text[: check.end]} ⚠️{text[check.end :]}"
    return text


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sentence that the passages do not carry, why, and the passage that comes nearest to it."""

    said: str
    why: str
    nearest: Citation | None

    def __str__(self) -> str:
        texts = page_texts()
        why = f" {self.why[0].upper()}{self.why[1:]}." if self.why and texts.language == "en" else ""
        return f"{texts.not_in_documents.format(sentence=self.said)}{why}"


def doubts(answer: Answer) -> list[Doubt]:
    """The sentences of an answer that the passages do not carry."""
    return [
        Doubt(answer.text[check.start : check.end], check.why, _nearest(answer, check))
        for check in answer.unsupported
    ]


def _nearest(answer: Answer, check: "SentenceCheck") -> Citation | None:
    if check.passage is None:
        return None
    return Citation(0, answer.passages[check.passage], (check.span,) if check.span else ())


def duration(seconds: float) -> str:
    """ "397 ms" or "2.1 s"."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def money(dollars: float | None) -> str:
    """ "$0", "$0.00006", "$1.20", "$1,204" or "cost unknown"."""
    if dollars is None:
        return page_texts().cost_unknown
    if dollars >= 0.1:
        return f"${dollars:,.2f}" if dollars < 100 else f"${dollars:,.0f}"
    return f"${dollars:.5f}".rstrip("0").rstrip(".") if not 0 < dollars < 0.00001 else "< $0.00001"


def totals(answers: Sequence[Answer]) -> dict[str, str]:
    """The numbers of a conversation: questions, mean latency, and with a model tokens and cost; as text for a page."""
    costs = [answer.dollars for answer in answers if answer.dollars is not None]
    spent = sum(costs) if len(costs) == len(answers) else None
    mean = sum(answer.seconds for answer in answers) / len(answers) if answers else 0.0
    texts = page_texts()
    numbers = {texts.questions: str(len(answers)), texts.latency: duration(mean) if answers else "–"}
    if any(map(_is_priced, answers)):
        numbers |= {texts.tokens: _short(sum(each.tokens for each in answers)), texts.cost: money(spent)}
    return numbers


def _short(number: int) -> str:
    """ "940", "1.2k" or "3.4M", so that it fits a small card."""
    if number < 1000:
        return str(number)
    return f"{number / 1000:.1f}k" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"


def answer_markdown(answer: Answer) -> str:
    """The whole answer as safe Markdown: text, doubts, note and numbers, for screens that show one block."""
    lines = [f"⚠️ {doubt}" for doubt in doubts(answer)] + ([f"*{answer.note}*"] if answer.note else [])
    counted = " · ".join(filter(None, [numbers(answer), packing(answer)]))
    return "\n\n".join([*map(safe_markdown, [doubted(answer), *lines]), f"`{counted}`"])


def marked_text(text: str, citations: Sequence[Citation]) -> str:
    """The whole source `text` as safe HTML, each cited sentence in <mark> behind its number."""
    parts, at = [], 0
    for citation in sorted(citations, key=lambda citation: citation.passage.start):
        start, end = max(citation.passage.start, at), citation.passage.end
        if start < end:
            parts += [
                escape(text[at:start]),
                f"<mark><b>[{citation.number}]</b> ",
                escape(text[start:end]),
                "</mark>",
            ]
            at = end
    return "".join([*parts, escape(text[at:])]).strip().replace("\n", "<br>")


def sources_html(
    answer: Answer,
    most_others: int = 2,
    knowledge: "KnowledgeBase | None" = None,
    own: "VisitorFiles | None" = None,
) -> str:
    """The sources of an answer and what is doubted as safe HTML, for screens without cards of their own; those of
    `knowledge` and of the visitor's `own` files open the document."""
    citations = sources(answer, most_others)
    cards = [
        f'<article class="source{"" if source.number else " other"}"><header><b>{escape(title(source))}</b>'
        f"<em>{match(source.passage)}</em></header><blockquote>{marked(source)}</blockquote>"
        f"{_document_details(source, knowledge, own)}</article>"
        for source in citations
    ]
    return _doubts_html(answer) + (
        f"<h2>{escape(page_texts().sources)}</h2>" + "".join(cards) if cards else ""
    )


def _document_details(source: Citation, knowledge: "KnowledgeBase | None", own: "VisitorFiles | None") -> str:
    """The document of a cited passage, folded away."""
    shown = document_html(source, document_text(source.passage.file, knowledge, own)) if source.number else ""
    return (
        f"<details><summary>{escape(page_texts().open_document)}</summary>{shown}</details>" if shown else ""
    )


def _doubts_html(answer: Answer) -> str:
    """Each doubted sentence; a click opens the passage that comes nearest."""
    texts, rows = page_texts(), []
    for doubt in doubts(answer):
        nearest = doubt.nearest
        passage = (
            f"<p>{escape(texts.nearest_passage)}: <b>{escape(title(nearest))}</b></p>"
            f"<blockquote>{marked(nearest)}</blockquote>"
            if nearest
            else f"<p>{escape(texts.no_passage_near)}</p>"
        )
        rows.append(f'<details class="source"><summary>⚠️ {escape(str(doubt))}</summary>{passage}</details>')
    return f"<h2>{escape(texts.doubtful)}</h2>" + "".join(rows) if rows else ""


def numbers_html(answers: Sequence[Answer]) -> str:
    """The numbers of a conversation as four small cards."""
    cards = (
        f"<div><span>{escape(name)}</span><b>{value}</b></div>" for name, value in totals(answers).items()
    )
    return f'<h2>{escape(page_texts().this_session)}</h2><div class="numbers">{"".join(cards)}</div>'


def files_html(knowledge: "KnowledgeBase") -> str:
    """The documents that answers come from, and how far they are read."""
    rows = "".join(map(_file_row, page_rows(knowledge.files())))
    head, status = escape(page_texts().documents), escape(status_line(knowledge.status))
    return f'<h2>{head}</h2><ul class="files">{rows}</ul><p class="quiet">{status}</p>'


def is_settled(knowledge: "KnowledgeBase", own: "VisitorFiles | None" = None) -> bool:
    """Whether the lists of documents will stay as they are; never for the owner, who may drop in others."""
    return not is_owners_page() and knowledge.wait(0) and (own is None or own.wait(0))


def own_files_html(own: "VisitorFiles") -> str:
    """What this visitor has added; nothing where nothing was."""
    rows = "".join(map(_file_row, own_rows(own.files())))
    return f'<h2>{escape(page_texts().your_documents)}</h2><ul class="files">{rows}</ul>' if rows else ""


def page_rows(files: "Iterable[FileReport]") -> "list[FileRow]":
    """The prototype's files as a page lists them; what would help only where its owner looks."""
    from vectorstore.file_list import file_rows

    return file_rows(files, remedies=is_owners_page())


def file_line(row: "FileRow") -> str:
    """What is said of a file; in short where it is not English, then the reader's words for the owner."""
    texts = page_texts()
    if texts.language == "en":
        return row.told
    counts = [(texts.pages, row.pages), (texts.passages, row.passages)]
    parts = [f"{name}: {texts.count(count)}" for name, count in counts if count]
    if row.note or not row.is_fine:
        parts.insert(0, (texts.file_read_in_part if row.is_fine else texts.file_not_read).rstrip(".。"))
    return " · ".join([*parts, *([row.note] if is_owners_page() else [])]).strip(" ·")


def status_line(status: "Status") -> str:
    """What the documents can be searched by at this moment."""
    texts = page_texts()
    if texts.language == "en" or status.note or status.phase == "failed":
        return str(status)
    if status.phase == "words":
        words = texts.words_first if status.embedded == status.passages else texts.words_first_of
        return words.format(done=texts.count(status.embedded), total=texts.count(status.passages))
    lines = {"empty": texts.no_documents, "reading": texts.reading_documents, "ready": texts.passages_ready}
    return lines[status.phase].format(count=texts.count(status.passages))


def own_rows(files: "Iterable[FileReport]") -> "list[FileRow]":
    """A visitor's own files as a page lists them: what would help is for them, but for what is to be installed."""
    from vectorstore.file_list import file_rows

    return file_rows(files, remedies=True, installs=is_owners_page())


def _file_row(row: "FileRow") -> str:
    warning, inside = "" if row.is_fine else "⚠️ ", ' class="inside"' if row.container else ""
    return f"<li{inside}>{warning}{escape(row.name)} <small>{escape(file_line(row))}</small></li>"


def sample_note(settings: "Settings", *, uploads: bool = False) -> str:
    """That the documents are samples, and of what, until a person's own are there; then nothing.

    The owner reads where theirs go, a guest what the samples are for, and who `uploads` files that they can.
    """
    samples = settings.sample_documents
    if samples is None or settings.has_own_documents:
        return ""
    texts = page_texts()
    named = (
        texts.sample_documents.format(about=samples.about) if samples.about else texts.sample_documents_plain
    )
    foreign = texts.samples_in_english if samples.language != texts.language else ""
    owner = is_owners_page()  # a guest, here or of an exported page, has no folder
    yours = texts.samples_owner if owner else texts.samples_upload if uploads else texts.samples_guest
    return " ".join(filter(None, [named, foreign, yours]))


def engine_note(settings: "Settings") -> str:
    """One quiet line where no model is connected: what the offline engine does, and which wish it cannot keep."""
    if settings.model != "offline":
        return ""
    texts = page_texts()
    if not is_owners_page():
        return texts.offline_guest
    note = texts.offline_owner
    wishes = [wish.words for wish in settings.constraints if wish.kind == "language"]
    if wishes:
        note += f" {texts.offline_language.format(wish=wishes[0])}"
    return note
