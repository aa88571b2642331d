"""Gathers the questions that documents may answer, each with the sentence it was made from and what it is worth."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from protokit.drafting.starters.heading_questions import (
    asked_headings,
    from_headings,
    from_names,
    from_terms,
    headings,
)
from protokit.drafting.starters.question_forms import GeneratedQuestion, pattern
from protokit.drafting.starters.sentence_questions import from_sentence
from protokit.drafting.starters.table_questions import from_label, from_row
from vectorstore.text.plain_words import words

_MOST_READ = 60_000
"""Characters of a document that are looked at."""
_PARAGRAPHS = 600
"""Characters that count as one section where a document has no headings."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that `file` may answer."""

    question: str
    file: str
    section: int
    """Number of the section of the file it comes from."""
    said: str = ""
    """The sentence it was made from; empty for a broad question."""
    answer: str = ""
    """Words that the answer must contain; empty where they cannot be told."""
    worth: float = 0.0
    """How much a reader gains from it: 0 to 5."""


def generate_candidates(documents: Mapping[str, str], *, language: str = "en") -> list[Candidate]:
    """Return what may be asked of `documents` (file name -> text), in the order of the text.

    Questions are in the language of the document they come from; `language` is for what cannot be told.
    """
    from vectorstore.text.languages import WHOLE, guess

    found: list[Candidate] = []
    for file, text in documents.items():
        spoken = guess(text, WHOLE) if len(text) > 80 or not text.isascii() else language
        found += _of_document(file, text[:_MOST_READ], spoken)
    return _weighed([each for each in found if not pattern("placeholder").search(each.question)], documents)


def _of_document(file: str, text: str, language: str) -> Iterator[Candidate]:
    borders = [at for _, at in headings(text)]
    for asked, sentence, at in _sharp(text, language):
        yield Candidate(asked.question, file, _section(at, borders), sentence, asked.answer, asked.worth)
    for worth, found in (
        (4.0, asked_headings(text)),
        (1.4, from_headings(text, language)),
        (0.9, from_names(text, language)),
        (0.3, from_terms(text, language)),
    ):
        for question, at in found:
            yield Candidate(question, file, _section(at, borders), worth=worth)


def _section(at: int, borders: list[int]) -> int:
    return sum(border <= at for border in borders) if len(borders) > 1 else at // _PARAGRAPHS


def _sharp(text: str, language: str) -> Iterator[tuple[GeneratedQuestion, str, int]]:
    """Questions made from one sentence or line, with that sentence and where it begins."""
    from vectorstore.text.sentences import split

    for span in split(text):
        sentence = text[span.start : span.end]
        for asked in from_sentence(sentence, text, language):
            yield asked, sentence, span.start
    if language == "en":
        yield from _from_lines(text)


def _from_lines(text: str) -> Iterator[tuple[GeneratedQuestion, str, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        for asked in (*from_row(line, text), *from_label(line)):
            yield asked, line.strip(), at
        at += len(line)


def _weighed(found: list[Candidate], documents: Mapping[str, str]) -> list[Candidate]:
    """Without questions that two places answer differently; worth more where a question is about what recurs."""
    places: dict[str, set[str]] = {}
    for each in found:
        places.setdefault(each.question, set()).add(each.answer)
    counts = {file: Counter(words(text)) for file, text in documents.items()}
    return [
        replace(each, worth=each.worth + _bonus(each, counts[each.file]))
        for each in found
        if len(places[each.question]) == 1
    ]


def _bonus(candidate: Candidate, counts: Counter[str]) -> float:
    """Up to 0.6 for a question whose words the document uses again, less for a vague, very short or long one."""
    asked = [word for word in words(candidate.question) if len(word) > 3 or not word.isascii()]
    again = sum(counts[word] > 1 for word in asked) / max(len(asked), 1)
    length = len(candidate.question.split())
    return (
        0.6 * again
        - (0.7 if candidate.said and length <= 4 and len(asked) < 3 else 0)
        - 0.15 * max(0, length - 12)
    )
