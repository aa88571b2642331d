"""Texts scored by criteria: for each the words of the text that speak for it, and the step of the scale they reach."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.classification.common_labels import scale_of
from protokit.runtime.classification.text_views import meaning_likeness
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import Criterion, Label
from vectorstore.text.languages import guess
from vectorstore.text.sentences import Span, split
from vectorstore.text.terms import content_words

_FILE = PatternFile(Path(__file__).with_name("rubric.yaml"))
_MOST_TEXT, _MOST_SPANS = 60_000, 400
_WORDS, _NAME = 0.6, 0.7
"""How much words count beside meaning, and those of the name beside those of the description."""
_LEAST_MEANING, _SURE_MEANING = 0.3, 0.65
"""Likeness in meaning below and above which it says nothing and everything."""
_STATED, _FULL = 0.25, 0.6
"""Fit from which on a text speaks of a criterion, and at which it meets it."""
_MEANING_ALONE = 0.7
"""What likeness in meaning is worth where no word is the same."""
_ADDS = 0.15
"""How much more of a criterion's words a second sentence must bring to be quoted too."""
_NO_NUMBER = 0.6
"""The most that a text reaches that does not tell how much, where a criterion asks for so much."""


_SPAN = re.compile(r"\b(?P<from>(?:19|20)\d\d)\s*(?:-|–|to|bis|a|à)\s*(?P<to>(?:19|20)\d\d)\b")


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """What a text reaches in one criterion; `step` is None where it does not say anything of it."""

    criterion: Criterion
    step: int | None = None
    """The place of the step among the steps of the scale, the lowest first."""
    quotes: tuple[Span, ...] = ()
    """Where the text speaks of it, two sentences at most."""


@dataclass(frozen=True, slots=True)
class RubricScore:
    """What a text reaches in all criteria."""

    text: str
    steps: tuple[str, ...]
    """The names of the steps, the lowest first."""
    scores: tuple[CriterionScore, ...]

    @property
    def mean(self) -> float:
        """The place of the step it reaches by all criteria and their weights; what is not said counts as the lowest."""
        weights = [each.criterion.weight for each in self.scores]
        reached = sum((each.step or 0) * each.criterion.weight for each in self.scores)
        return reached / (sum(weights) or 1.0)

    @property
    def step(self) -> str:
        """The name of the step that is nearest to the mean."""
        return self.steps[int(self.mean + 0.5)]

    @property
    def stated(self) -> bool:
        """Whether the text says anything of any criterion."""
        return any(each.step is not None for each in self.scores)


def steps_of(labels: Sequence[Label]) -> tuple[str, ...]:
    """The names of the steps, the lowest first: numbers by size, letters from the last to A, others as they stand."""
    names = [label.name for label in labels]
    if scale := scale_of(labels):
        return tuple(name for _, name in sorted(zip(scale, names, strict=True)))
    letters = all(len(name) == 1 and name.isalpha() for name in names)
    return tuple(sorted(names, reverse=True) if letters else names)


def score_texts(
    texts: Sequence[str], criteria: Sequence[Criterion], steps: Sequence[str]
) -> list[RubricScore]:
    """Score each of `texts` without a model: how plainly it speaks of each criterion, and how much it has of what the
    criterion asks for in numbers."""
    return [RubricScore(text, tuple(steps), _scores(text, criteria, len(steps))) for text in texts]


def _scores(text: str, criteria: Sequence[Criterion], steps: int) -> tuple[CriterionScore, ...]:
    spans = split(text[:_MOST_TEXT])[:_MOST_SPANS]
    if not spans or not criteria:
        return tuple(map(CriterionScore, criteria))
    language = guess(text)
    terms = [_terms(text[span.start : span.end], language) for span in spans]
    meaning = meaning_likeness([_said(each) for each in criteria], [text[s.start : s.end] for s in spans])
    results = []
    for row, criterion in enumerate(criteria):
        fit_of_words = _WordFit(criterion, terms)
        fits = [_fit(fit_of_words(there), float(meaning[row, at])) for at, there in enumerate(terms)]
        best = max(range(len(spans)), key=fits.__getitem__)
        both = [fit_of_words(terms[best] | there) for there in terms]
        second = max(range(len(spans)), key=both.__getitem__)
        places = [best]
        if both[second] > fit_of_words(terms[best]) + _ADDS and fits[best] >= _STATED:
            places = sorted([best, second])
        fit = (
            max(fits[best], _fit(both[second], float(meaning[row, best]))) if len(places) > 1 else fits[best]
        )
        results.append(_score(criterion, text, [spans[at] for at in places], fit, steps))
    return tuple(results)


def _fit(words: float, meaning: float) -> float:
    """How well a sentence fits a criterion, 0 to 1, by its share of the words and its likeness in meaning."""
    like = _share(meaning, _LEAST_MEANING, _SURE_MEANING)
    return max(_WORDS * words + (1 - _WORDS) * like, _MEANING_ALONE * like)


def _score(criterion: Criterion, text: str, spans: Sequence[Span], fit: float, steps: int) -> CriterionScore:
    if fit < _STATED:
        return CriterionScore(criterion)
    quote = " … ".join(text[span.start : span.end] for span in spans)
    reached = _share(fit, _STATED, _FULL) * 0.5 + 0.5  # what is said at all is worth half
    if _FILE.pattern("denies", flags=re.IGNORECASE).search(quote):
        reached = 0.0
    if needed := _amount(_said(criterion)):
        there = _amount(quote)
        reached *= min(1.0, there / needed) if there else _NO_NUMBER
    return CriterionScore(criterion, round(reached * (steps - 1)), tuple(spans))


class _WordFit:
    """The share of a criterion's words that some words have; those that stand in most sentences tell little, and of
    alternatives ("Spark or Flink") the best counts."""

    def __init__(self, criterion: Criterion, sentences: Sequence[frozenset[str]]) -> None:
        language = guess(_said(criterion))
        parts = re.split(_FILE.get("or"), criterion.name, flags=re.IGNORECASE)
        names = [terms for part in parts if (terms := _terms(part, language))]
        self._names = names or [_terms(criterion.name, language)]
        self._whole = _terms(_said(criterion), language)
        self._weights = {
            term: 1 / (1 + sum(term in each for each in sentences) / 4)
            for term in self._whole.union(*self._names)
        }

    def __call__(self, there: frozenset[str]) -> float:
        name = max(self._shared(each, there) for each in self._names)
        return _NAME * name + (1 - _NAME) * max(name, self._shared(self._whole, there))

    def _shared(self, wanted: frozenset[str], there: frozenset[str]) -> float:
        total = sum(self._weights[term] for term in wanted)
        return sum(self._weights[term] for term in wanted & there) / total if total else 0.0


def _terms(text: str, language: str) -> frozenset[str]:
    generic = _FILE.get("generic")
    return frozenset(
        term
        for term, start, end in content_words(text, language)
        if text[start:end].lower() not in generic and not term.isdigit()
    )


def _said(criterion: Criterion) -> str:
    return f"{criterion.name}: {criterion.description}" if criterion.description else criterion.name


def _share(value: float, least: float, most: float) -> float:
    return min(1.0, max(0.0, (value - least) / (most - least)))


def _amount(text: str) -> float:
    """How many years the text speaks of, the most of them; 0 where it tells none."""
    words = {word: at for at, word in enumerate(_FILE.get("numbers"), 1)}
    numbers = [
        match["number"].lower() for match in _FILE.pattern("years", flags=re.IGNORECASE).finditer(text)
    ]
    told = [float(words.get(each) or each.replace(",", ".")) for each in numbers]
    spans = [float(match["to"]) - float(match["from"]) for match in _SPAN.finditer(text)]
    return max([*told, *spans], default=0.0)
