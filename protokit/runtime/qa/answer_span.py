"""Finds the words inside a sentence that answer: the date for "when", the name for "who", the sum for "how much"."""

import re

from protokit.runtime.qa.matching import QuestionAlignment, Sentence, has
from protokit.runtime.qa.question_type import Kind
from vectorstore.text.terms import content_words

Offsets = tuple[int, int]
_BEFORE_PERSON = re.compile(r"\b(?:by|von|par|por|da|door|av)\s+(?:the\s+)?$", re.IGNORECASE)
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|off|on|into|via|through|of|bei|aus|nach|à|en|au|aux|a)\s+(?:the\s+|der\s+|la\s+|el\s+)?$",
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"\bby (?P<agent>(?:the|a|an|our|your)\s+(?:[\w-]+\s?){1,4}?)"
    r"(?=[.,;)]|\s(?:at|in|on|before|after|and|who|within)\b|$)"
)


def mark(comparison: QuestionAlignment, sentence: Sentence) -> Offsets | None:
    """Offsets into the sentence of the words that answer; None where nothing shows them (an open question)."""
    for kind in comparison.question.kinds:
        candidates = comparison.answers(sentence, kind)
        if kind == Kind.PERSON and not candidates and (agent := _AGENT.search(sentence.text)):
            return agent.span("agent")
        if candidates:
            return _nearest(comparison, sentence, candidates, kind)
    return None


def _nearest(
    comparison: QuestionAlignment, sentence: Sentence, candidates: list[Offsets], kind: Kind
) -> Offsets:
    """The candidate with the question's words closest around it; "by ..." for a person, "in ..." for a place."""
    anchors = _anchors(comparison, sentence)
    cue = {Kind.PERSON: _BEFORE_PERSON, Kind.PLACE: _BEFORE_PLACE}.get(kind)

    def distance(span: Offsets) -> tuple[float, int]:
        cued = bool(cue and cue.search(sentence.text[: span[0]]))
        gaps = [_gap(sentence.text, span, at) / weight for at, weight in anchors]
        return (sum(sorted(gaps)[:3]) * (0.5 if cued else 1.0), span[0])

    return min(candidates, key=distance)


def _anchors(comparison: QuestionAlignment, sentence: Sentence) -> list[tuple[Offsets, float]]:
    """Where words of the question stand in the sentence, with their weights."""
    weights = {
        form: max(weight, 0.1)
        for word, weight in zip(comparison.words, comparison.weights, strict=True)
        if has(word, sentence.terms)
        for form in word.forms
    }
    terms = content_words(sentence.text, comparison.language)
    return [((start, end), weights[form]) for form, start, end in terms if form in weights]


def _gap(text: str, one: Offsets, other: Offsets) -> float:
    """Characters between the two; a border of a clause between them counts for many."""
    start, end = (one[1], other[0]) if one[0] < other[0] else (other[1], one[0])
    between = text[start:end] if start < end else ""
    return 1 + len(between) + 25 * len(re.findall(r"[,;:()|]", between))
