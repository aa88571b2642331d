"""The sentences that answer a question, with offsets, and whether the passages answer it at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vectorstore.passages import Passage
from vectorstore.sentences import split
from vectorstore.words import query_tokens, tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Embed = Callable[[list[str]], NDArray[np.float32]]

ANSWERABLE = 0.5
"""`answerable` at or above this: answer; below it: say that the documents do not tell."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage that answers, and where in it the answer itself stands."""

    passage: int
    """Index into the passages that were given."""
    start: int
    """Offset into that passage's text, in characters; `passage.start + start` is the offset into the source."""
    end: int
    text: str
    answer: tuple[int, int] | None
    """Offsets into the passage's text of the words that answer (a date for "when"), inside start and end."""
    score: float
    """0 to 1: how well the sentence answers."""


def extract(
    question: str, passages: Sequence[Passage], *, embed: "Embed | None" = None, limit: int = 2
) -> list[Evidence]:
    """The `limit` sentences that answer best, best first; fewer where nothing has to do with the question.

    `passages` are in order of rank, as `fuse` gives them. `embed` turns texts into rows of unit length.
    """
    asked = {term for group in query_tokens(question) for term in group}
    found = [
        Evidence(index, span.start, span.end, text, None, len(asked & set(tokens(text))) / (len(asked) or 1))
        for index, passage in enumerate(passages)
        for span in split(passage.text)
        for text in [passage.text[span.start : span.end]]
    ]
    found.sort(key=lambda evidence: -evidence.score)
    return [evidence for evidence in found[:limit] if evidence.score > 0]


def answerable(question: str, passages: Sequence[Passage], *, embed: "Embed | None" = None) -> float:
    """The chance, 0 to 1, that the passages (in order of rank) answer the question; compare with `ANSWERABLE`."""
    best = extract(question, passages, embed=embed, limit=1)
    return best[0].score if best else 0.0
