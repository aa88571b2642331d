"""The sentences that answer a question, and inside them the words that do: offsets, so that nothing is made up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from protokit.runtime.qa.answer_span import mark
from protokit.runtime.qa.matching import Embed, QuestionAlignment
from protokit.runtime.qa.sentence_ranking import PartRanking, RankedSentence, rank_parts
from vectorstore.passage import Passage
from vectorstore.search.calibration import logistic

_CONSIDERED = 8


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
    """The `limit` sentences that answer best, best first.

    A question that asks two things gets the best for each in turn.

    `passages` are in order of rank, as `fuse` gives them. `embed` turns texts into rows of unit length; it is asked
    only about questions in English unless it is `multilingual` (said here, or by an attribute of its own). A
    sentence never crosses a passage's border.
    """
    ranked = map(part_evidence, rank_parts(question, passages, embed, multilingual=multilingual))
    turns = (evidence for turn in zip_longest(*ranked) for evidence in turn if evidence is not None)
    return _distinct(turns)[:limit]


def part_evidence(part: PartRanking) -> list[Evidence]:
    """The sentences that answer one part of a question, best first; no heading, and nothing said twice."""
    choices = [choice for choice in part.best if not choice.sentence.is_heading]
    return _distinct(_evidence(part.alignment, choice) for choice in choices[:_CONSIDERED])


def _distinct(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Without those that say the same words again: overlapping passages hold one sentence twice."""
    return list({re.sub(r"\W+", " ", piece.text).lower(): piece for piece in reversed([*evidence])}.values())[
        ::-1
    ]


def _evidence(comparison: QuestionAlignment, choice: RankedSentence) -> Evidence:
    sentence = choice.sentence
    marked = mark(comparison, sentence)
    answer = (sentence.start + marked[0], sentence.start + marked[1]) if marked else None
    score = logistic(choice.score)
    return Evidence(sentence.passage, sentence.start, sentence.end, sentence.text, answer, score)
