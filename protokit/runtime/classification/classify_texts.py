"""Texts to labels with how sure one may be, offline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from protokit.runtime.classification.deciding_words import deciding_words
from protokit.runtime.classification.label_model import Example, LabelModel
from protokit.runtime.prototype_fields import Label
from vectorstore.text.sentences import Span

UNSURE = "unsure"
_BATCH = 100
_ALSO = 0.5
"""A second label counts where it is at least so likely as the first, in a prototype of several labels."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The labels of one text."""

    text: str
    labels: tuple[str, ...]
    """Likeliest first; ("unsure",) where none is sure enough."""
    confidence: float | None
    """How likely the first is right, 0 to 1; of "unsure", how likely the best label would have been. None where a
    model gave none."""
    marks: tuple[Span, ...] = ()
    """Offsets of the words that decided."""
    likely: tuple[tuple[str, float], ...] = ()
    """Every label and how likely it is, likeliest first."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words that decided, each once."""
        return tuple(dict.fromkeys(self.text[span.start : span.end] for span in self.marks))


@lru_cache(maxsize=16)
def label_model(labels: tuple[Label, ...], corrections: tuple[Example, ...], about: str) -> LabelModel:
    """The offline engine for these labels; made anew only where they change."""
    return LabelModel(labels, corrections, about=about)


def classify_texts(
    texts: Sequence[str],
    model: LabelModel,
    *,
    several: bool = False,
    largest_error: float = 0.5,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Classification]:
    """The labels of each of `texts`; `progress` is told how many are done. Memory is that of a hundred texts."""
    results: list[Classification] = []
    for start in range(0, len(texts), _BATCH):
        results += _batch(texts[start : start + _BATCH], model, several, largest_error)
        progress(len(results))
    return results


def _batch(
    texts: Sequence[str], model: LabelModel, several: bool, largest_error: float
) -> list[Classification]:
    likely, fits = model.judge(texts)
    places = model.best(likely)
    marks = deciding_words(model, texts, places)
    results = []
    for text, row, fit, place, spans in zip(texts, likely, fits, places, marks, strict=True):
        order = sorted(range(len(row)), key=lambda at: (at != place, -row[at]))
        ranked = tuple((model.labels[at].name, float(row[at])) for at in order)
        confidence = float(min(row[max(0, place - 1) : place + 2].sum() if model.scale else row[place], fit))
        sure = bool(text.strip()) and confidence >= 1 - largest_error
        names = _names(ranked, several) if sure else (UNSURE,)
        results.append(Classification(text, names, confidence, spans if sure else (), ranked))
    return results


def _names(ranked: Sequence[tuple[str, float]], several: bool) -> tuple[str, ...]:
    least = ranked[0][1] * _ALSO
    return tuple(name for at, (name, likely) in enumerate(ranked) if at == 0 or (several and likely >= least))
