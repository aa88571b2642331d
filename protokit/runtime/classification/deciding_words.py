"""The words of a text that spoke most for its label, by what the offline engine compares: meaning and words."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from protokit.runtime.classification.label_model import LabelModel
from protokit.runtime.classification.text_views import MOST, TextViews
from vectorstore.text.sentences import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"\w[\w'’-]*")
_MOST_READ, _MOST_SHOWN = 120, 4
_MOST_KNOWN = 20_000
_LEAST = 0.35
"""The part of the strongest word's weight that a word must have to be shown."""


def deciding_words(model: LabelModel, texts: Sequence[str], places: Sequence[int]) -> list[tuple[Span, ...]]:
    """For each text the spans of the words that spoke for the label at its place, in the order of the text."""
    spans = [[match.span() for match in _WORD.finditer(text[:MOST])][:_MOST_READ] for text in texts]
    vocabulary = sorted(
        {text[start:end].lower() for text, at in zip(texts, spans, strict=True) for start, end in at}
    )
    votes = _votes_of(vocabulary, model)
    return [
        _strongest([(Span(start, end), votes[text[start:end].lower()][place]) for start, end in at])
        for text, at, place in zip(texts, spans, places, strict=True)
    ]


def _votes_of(vocabulary: Sequence[str], model: LabelModel) -> "dict[str, NDArray[np.float64]]":
    """What each word speaks for; the model remembers it, as most words of a text stand in others too."""
    known = model.word_votes
    if missing := [word for word in vocabulary if word not in known]:
        votes = _votes(model, model.make_views(missing))
        if len(known) + len(missing) > _MOST_KNOWN:
            known = model.word_votes = {word: known[word] for word in vocabulary if word in known}
        known.update(zip(missing, votes, strict=True))
    return known


def _votes(model: LabelModel, words: TextViews) -> "NDArray[np.float64]":
    """How much more each word speaks for a label than for the others, (words, labels)."""
    votes = words.like(model.views, english=False) @ model.ridges[False].coefficients
    result: NDArray[np.float64] = votes - votes.mean(axis=1, keepdims=True)
    return result


def _strongest(weights: Sequence[tuple[Span, float]]) -> tuple[Span, ...]:
    most = max((weight for _, weight in weights), default=0.0)
    if most <= 0:
        return ()
    telling = [each for each in weights if each[1] >= _LEAST * most]
    best = sorted(telling, key=lambda each: -each[1])[:_MOST_SHOWN]
    return tuple(sorted((span for span, _ in best), key=lambda span: span.start))
