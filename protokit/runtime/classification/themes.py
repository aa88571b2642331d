"""Themes of texts that nobody has labelled: groups of texts that mean something alike, named after their own words."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from protokit.runtime.classification.classify_texts import UNSURE, Classification
from protokit.runtime.classification.text_views import MOST, ViewMaker
from vectorstore.text.languages import guess
from vectorstore.text.sentences import Span
from vectorstore.text.terms import content_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_THEMES, _FEWEST_TEXTS = 12, 3
_ROUNDS, _SEEDS, _LEARNT_FROM = 25, 4, 1_000
"""Of more texts, the themes are those of so many, spread over all; the others are put to the nearest."""
_BATCH = 100
_NAME_WORDS, _MARKED_TERMS = 3, 10


def find_themes(
    texts: Sequence[str],
    *,
    largest_error: float = 0.5,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Classification]:
    """Each text with its theme as label, or "unsure" where it is near to none; `progress` is told how many are read.

    Themes are counted from the texts themselves: of two up to twelve groups those that lie farthest apart.
    """
    import numpy as np

    if not texts:
        return []
    maker = ViewMaker(())
    rows = []
    for start in range(0, len(texts), _BATCH):
        views = maker(texts[start : start + _BATCH])
        rows.append(np.hstack([views.english * views.is_english[:, None], views.any]))
        progress(min(len(texts), start + _BATCH))
    points = np.vstack(rows)
    points = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    sample = points[:: max(1, len(points) // _LEARNT_FROM)]
    middles = _middles(sample)
    likeness = points @ middles.T
    groups = likeness.argmax(axis=1)
    own = likeness[np.arange(len(groups)), groups]
    names, telling = _names(texts, groups, len(middles))
    border = float(np.quantile(own, 0.05)) if len(own) > _FEWEST_TEXTS else 0.0
    sure = np.clip((own - border) / max(1e-9, float(np.quantile(own, 0.5)) - border), 0, 2) / 2
    results = []
    for at, text in enumerate(texts):
        group = int(groups[at])
        fits = bool(text.strip()) and sure[at] >= (1 - largest_error) / 5
        label = names[group] if fits else UNSURE
        marks = _marks(text, telling[group]) if fits else ()
        results.append(Classification(text, (label,), float(sure[at]), marks))
    return results


def _middles(points: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The middles of the groups that lie farthest apart for how wide they are; no group of one or two texts."""
    import numpy as np

    most = min(_MOST_THEMES, len(points) // _FEWEST_TEXTS, 1 + int((len(points) / 2) ** 0.5))
    best: NDArray[np.float64] = points.mean(axis=0, keepdims=True)
    best_score = -1.0
    for count in range(2, most + 1):
        for seed in range(_SEEDS):
            middles = _grouped(points, count, seed)
            likeness = points @ middles.T
            sizes = np.bincount(likeness.argmax(axis=1), minlength=count)
            near = np.sort(likeness, axis=1)
            apart = float(((near[:, -1] - near[:, -2]) / np.maximum(1 - near[:, -2], 1e-9)).mean())
            if sizes.min() >= _FEWEST_TEXTS and apart > best_score:
                best, best_score = middles, apart
    return best


def _grouped(points: "NDArray[np.float64]", count: int, seed: int) -> "NDArray[np.float64]":
    """Middles of `count` groups by k-means on the sphere; the first ones are drawn, the farther the likelier."""
    import numpy as np

    draw = np.random.default_rng(seed)
    chosen = [int(draw.integers(len(points)))]
    while len(chosen) < count:
        far = np.maximum(1 - (points @ points[chosen].T).max(axis=1), 1e-12) ** 2
        chosen.append(int(draw.choice(len(points), p=far / far.sum())))
    middles: NDArray[np.float64] = points[chosen]
    for _ in range(_ROUNDS):
        groups = (points @ middles.T).argmax(axis=1)
        sums = np.stack(
            [points[groups == at].sum(axis=0) if (groups == at).any() else middles[at] for at in range(count)]
        )
        moved = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        if np.allclose(moved, middles):
            break
        middles = moved
    return middles


def _names(
    texts: Sequence[str], groups: "NDArray[np.int_]", count: int
) -> tuple[list[str], list[frozenset[str]]]:
    """The name of each group, and the terms that tell it from the others."""
    said = [Counter[str]() for _ in range(count)]
    forms: dict[str, Counter[str]] = {}
    for text, group in zip(texts, groups, strict=True):
        terms = _terms(text)
        said[group].update({term for term, _ in terms})
        for term, span in terms:
            forms.setdefault(term, Counter())[text[span.start : span.end].lower()] += 1
    everywhere = sum(said, Counter[str]())
    names: list[str] = []
    telling: list[frozenset[str]] = []
    for at, own in enumerate(said):
        size = max(1, int((groups == at).sum()))
        best = _telling(own, everywhere, size, max(1, len(texts) - size))
        named = ", ".join(forms[term].most_common(1)[0][0] for term in best[:_NAME_WORDS]) or "?"
        names.append(named if named not in names else f"{named} ({at + 1})")
        telling.append(frozenset(best))
    return names, telling


def _telling(own: Counter[str], everywhere: Counter[str], size: int, others: int) -> list[str]:
    """The terms that stand in most of the group's texts and in few of the others."""

    def weight(term: str) -> float:
        here, there = own[term] / size, (everywhere[term] - own[term]) / others
        return here * here / (here + there + 0.02)

    return sorted(own, key=lambda term: (-weight(term), term))[:_MARKED_TERMS]


def _terms(text: str) -> list[tuple[str, Span]]:
    short = text[:MOST]
    return [
        (term, Span(start, end))
        for term, start, end in content_words(short, guess(short))
        if end - start > 2 or not short[start:end].isascii()
    ]


def _marks(text: str, words: frozenset[str]) -> tuple[Span, ...]:
    return tuple(span for term, span in _terms(text) if term in words)[:4]
