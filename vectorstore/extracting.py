"""The sentences that answer a question, with offsets, and inside them the words that do. Offsets only: nothing is made up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.answerability import ANSWERABLE, answerable
from vectorstore.choosing import Choice, choose
from vectorstore.marking import mark
from vectorstore.matching import Comparison, Embed
from vectorstore.passages import Passage
from vectorstore.weights import logistic

__all__ = ["ANSWERABLE", "Evidence", "answerable", "extract"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage that answers, and where in it the answer itself stands."""

    passage: int
    """Index into the passages that were given."""
    start: int
    """Offset into that passage's text, in characters: `passage.start + start` is the one into the source."""
    end: int
    text: str
    answer: tuple[int, int] | None
    """Offsets into the passage's text of the words that answer (a date for "when"), inside start and end."""
    score: float
    """0 to 1: how well the sentence answers, compared with the others."""


def extract(
    question: str,
    passages: Sequence[Passage],
    *,
    embed: Embed | None = None,
    multilingual: bool = False,
    limit: int = 2,
) -> list[Evidence]:
    """The `limit` sentences that answer best, best first; fewer where no more have to do with the question.

    `passages` are in order of rank, as `fuse` gives them. `embed` turns texts into rows of unit length; it is asked
    only about questions in English unless it is `multilingual`. A sentence never crosses a passage's border.
    """
    comparison = Comparison.of(question, passages)
    known = embed if multilingual or comparison.language == "en" else None
    choices = [choice for choice in choose(comparison, known) if not choice.sentence.is_heading]
    return [_evidence(comparison, choice) for choice in _distinct(choices)[:limit]]


def _distinct(choices: Sequence[Choice]) -> list[Choice]:
    """Without those that say the same words again: overlapping passages hold one sentence twice."""
    seen: set[str] = set()
    kept = []
    for choice in choices:
        said = re.sub(r"\W+", " ", choice.sentence.text).lower()
        if said not in seen:
            kept.append(choice)
        seen.add(said)
    return kept


def _evidence(comparison: Comparison, choice: Choice) -> Evidence:
    sentence = choice.sentence
    marked = mark(comparison, sentence)
    answer = (sentence.start + marked[0], sentence.start + marked[1]) if marked else None
    score = logistic(choice.score)
    return Evidence(sentence.passage, sentence.start, sentence.end, sentence.text, answer, score)
