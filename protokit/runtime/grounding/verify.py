"""Checks an answer sentence by sentence and puts the finding into words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from protokit.runtime.grounding import claims as wording
from protokit.runtime.grounding.answer_features import WeighedSentence, answer_features
from protokit.runtime.grounding.entailment_features import Weighed, weigh
from protokit.runtime.grounding.evidence import Sources
from protokit.runtime.grounding.facts import PATTERNS
from protokit.runtime.grounding.logistic import fitted
from vectorstore.passage import Passage
from vectorstore.text.languages import guess
from vectorstore.text.sentences import split

SUPPORTED, PARTLY, UNSUPPORTED, NO_CLAIM = "supported", "partly", "unsupported", "no claim"

_CITATION = re.compile(r"\s?(?:\[\d+(?:\s?[,;–-]\s?\d+)*\]|\[\^\d+\]|【[^】]*】)")
_ATTRIBUTION = PATTERNS.pattern("attribution", flags=re.IGNORECASE)
_MARKUP = re.compile(
    r"(?m)^\s*(?:#{1,6}\s+|>\s?|[-*+•]\s+|\d{1,2}[.)]\s+)|[*_]{2,3}|`+|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)"
)
_NO_CLAIM = PATTERNS.pattern("no_claim", flags=re.IGNORECASE)
_REFUSAL = PATTERNS.pattern("refusal", flags=re.IGNORECASE)
# What says something after a refusal; a number before that only names what was looked for.
_GOES_ON = re.compile(r"[,;:–—]|\b(?:but|however|yet|aber|mais|pero|ma|mas|maar|ale)\b", re.IGNORECASE)
# Characters of a sentence that are weighed; a longer one is no sentence.
_LONGEST = 1_000
_STATES = re.compile(r"\d")
# The share of a claim that one sentence covers where the two differ by a "not" alone.
_SAME_SENTENCE = 0.8
# log(1 + n) of the words and facts up to which a sentence may be a mere transition.
_FEW_WORDS = 1.2


@dataclass(frozen=True, slots=True)
class SentenceCheck:
    """What was found about `answer[start:end]`."""

    start: int
    end: int
    verdict: str
    """"supported", "partly", "unsupported", or "no claim" for refusals and small talk."""
    score: float
    """How likely the passages carry it, 0 to 1."""
    passage: int | None
    """Index of the passage that carries most of it."""
    span: tuple[int, int] | None
    """The sentence of that passage, as character offsets into its text."""
    why: str
    """What speaks against it, in a few words; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """The sentences of an answer, and what they come to: it is "unsupported" exactly where one of them is."""

    sentences: tuple[SentenceCheck, ...]
    score: float
    """How likely the passages carry all of it, 0 to 1; 0.5 is even where half of all answers are supported."""
    verdict: str


def check(answer: str, passages: Sequence[Passage]) -> Grounding:
    """Compare `answer` with the passages it was given. Offsets refer to `answer` and to each passage's text.

    An answer of several claims is judged as a whole: its sentences' doubts count where they add up, and a wrong
    number or a contrary always. An answer without a claim (a refusal, a greeting) has the verdict "no claim"; its
    score then says only how far the passages carry its words. Never raises.
    """
    reading = _Reading(passages, answer)
    examined = [_examine(answer, span.start, span.end, reading) for span in split(answer)]
    claims = [each for each in examined if each.check.verdict != NO_CLAIM]
    if not claims:
        return Grounding(
            tuple(each.check for each in examined),
            min((e.check.score for e in examined), default=0.0),
            NO_CLAIM,
        )
    score = _answer_score(claims, reading)
    checks = _agreeing(examined, score < fitted().unsupported_below)
    verdicts = {each.verdict for each in checks}
    verdict = next(worst for worst in (UNSUPPORTED, PARTLY, SUPPORTED) if worst in verdicts)
    return Grounding(checks, score, verdict)


def weighed_claims(answer: str, passages: Sequence[Passage]) -> Iterator[tuple[str, str, dict[str, float]]]:
    """What the fitted functions weigh: each sentence that claims something, as it stands and as it is compared, and its
    features."""
    reading = _Reading(passages, answer)
    for span in split(answer):
        text = _comparable(answer[span.start : span.end])
        weights = reading.weigh(text)
        if not _claims_nothing(text, weights):
            yield answer[span.start : span.end], text, weights.features


@dataclass(frozen=True, slots=True)
class _Examined:
    """A sentence's check; what of it is weighed, None for a quotation; whether a fact speaks against it."""

    check: SentenceCheck
    text: str
    weighed: Weighed | None = None
    refuted: bool = False


def _answer_score(claims: Sequence[_Examined], reading: "_Reading") -> float:
    """The score of an answer: that of its only sentence, or what the fitted function makes of several."""
    weakest = min(each.check.score for each in claims)
    if len(claims) == 1 or all(each.weighed is None for each in claims):
        return weakest
    sentences = [WeighedSentence(_features(each, reading), each.check.score) for each in claims]
    overlap = reading.sources.overlap.features(" ".join(each.text for each in claims))
    score = round(fitted().answer.score(answer_features(sentences, overlap)), 4)
    return min(score, weakest) if any(each.refuted for each in claims) else score


def _features(examined: _Examined, reading: "_Reading") -> Mapping[str, float]:
    if examined.weighed is not None:
        return examined.weighed.features
    return reading.weigh(examined.text).features


def _agreeing(examined: Sequence[_Examined], doubted: bool) -> tuple[SentenceCheck, ...]:
    """The checks, so that one is "unsupported" exactly where the answer is: what is doubted has a place to look at."""
    claims = [each for each in examined if each.check.verdict != NO_CLAIM]
    weakest = min(claims, key=lambda each: each.check.score)
    checks = []
    for each in examined:
        verdict = each.check.verdict
        if doubted and each is weakest:
            verdict = UNSUPPORTED
        elif verdict == UNSUPPORTED and not doubted:
            verdict = PARTLY
        why = each.check.why
        if each.weighed is not None and verdict == UNSUPPORTED:
            why = _why(each.weighed)
        checks.append(replace(each.check, verdict=verdict, why=why))
    return tuple(checks)


class _Reading:
    """The passages, taken apart only for an answer that does not quote them word for word."""

    def __init__(self, passages: Sequence[Passage], answer: str) -> None:
        self._passages, self._answer = passages, answer

    @cached_property
    def sources(self) -> Sources:
        passages = self._passages
        return Sources.of([passage.text for passage in passages], [passage.heading for passage in passages])

    @cached_property
    def language(self) -> str:
        return guess(" ".join(passage.text[:200] for passage in self._passages[:3]) or self._answer)

    def weigh(self, text: str) -> Weighed:
        """Lay a sentence against the passages."""
        claim = wording.read(wording.untokenised(text[:_LONGEST]), self.language)
        return weigh(self.sources.understood(claim), self.sources)

    def quotation(self, text: str) -> tuple[int, tuple[int, int]] | None:
        """The passage that holds the words as they are, and not as a part of other words or numbers, and the span of
        the sentence they begin in."""
        words = r"\s+".join(map(re.escape, text.rstrip(".").split()))
        pattern = re.compile(rf"(?<!\w){words}(?!\w)(?![.,]\d)", re.IGNORECASE)
        for index, passage in enumerate(self._passages):
            if words and (match := pattern.search(passage.text)):
                spans = [span for span in split(passage.text) if span.end > match.start()]
                return index, (spans[0].start, spans[0].end)
        return None


def _comparable(sentence: str) -> str:
    """The sentence without marks of layout, citations, and words that say only where it comes from."""
    return _ATTRIBUTION.sub("", _MARKUP.sub("", _CITATION.sub("", sentence))).strip()


def _examine(answer: str, start: int, end: int, reading: _Reading) -> _Examined:
    text = _comparable(answer[start:end])
    if quotation := reading.quotation(text):
        return _Examined(SentenceCheck(start, end, SUPPORTED, 1.0, *quotation, ""), text)
    weights = reading.weigh(text)
    score = round(fitted().sentence.score(weights.features), 4)
    if _claims_nothing(text, weights):
        return _Examined(SentenceCheck(start, end, NO_CLAIM, score, None, None, ""), text, weights)
    refuted = _refuted(weights)
    verdict, score = _verdict(score, weights, refuted)
    passage = weights.place.passage if weights.place else None
    span = (weights.place.start, weights.place.end) if weights.place else None
    why = "" if verdict == SUPPORTED else _why(weights)
    return _Examined(SentenceCheck(start, end, verdict, score, passage, span, why), text, weights, refuted)


def _claims_nothing(text: str, weights: Weighed) -> bool:
    if not weights.features["length"]:
        return True
    if text.endswith("?"):
        return True
    if refusal := _REFUSAL.search(text):
        rest = text[refusal.end() :]
        return not _STATES.search(
            text[: refusal.end()] + rest if _GOES_ON.search(rest) else text[: refusal.end()]
        )
    return not _STATES.search(text) and bool(_NO_CLAIM.search(text))


def _refuted(weights: Weighed) -> bool:
    """Whether the passages say another number, the contrary, or the same but for a "not", or nothing of a claim.

    A "not" counts only in a sentence that one of theirs covers: elsewhere it belongs to other words ("you don't need
    to" for "it is free").
    """
    turned = weights.flipped is not None and weights.features["best"] > _SAME_SENTENCE
    absent = weights.place is None and weights.features["length"] > _FEW_WORDS
    return weights.contrary is not None or weights.opposite is not None or turned or absent


def _verdict(score: float, weights: Weighed, refuted: bool) -> tuple[str, float]:
    """The verdict by the fitted thresholds; a wrong number, name or negation is never let pass as supported."""
    model = fitted()
    if refuted or weights.place is None:
        score = min(score, model.unsupported_below - 0.01)
    elif weights.missing_facts or weights.features["missing_names"]:
        score = min(score, model.supported_from - 0.01)
    if score < model.unsupported_below:
        return UNSUPPORTED, score
    return (PARTLY if score < model.supported_from else SUPPORTED), score


def _why(weights: Weighed) -> str:
    """The plainest thing that speaks against the claim."""
    if weights.place is None:
        return "nothing of it is in the passages"
    if weights.contrary:
        mine, theirs = weights.contrary
        return f"the passage says {theirs.text}, the answer {mine.text}"
    if weights.missing_facts:
        return f"{weights.missing_facts[0].text} is not in the passages"
    if weights.flipped:
        side = "the answer" if weights.flipped.negated else "the passage"
        return f'{side} negates "{weights.flipped.text}", the other does not'
    if weights.opposite:
        mine_word, theirs_word = weights.opposite
        return f'the passage says "{theirs_word}", the answer "{mine_word}"'
    names = [word.text for word in weights.missing if word.name]
    if names:
        return f"{' '.join(names[:3])} is not in the passages"
    if weights.missing:
        return "not in the passages: " + ", ".join(word.text for word in weights.missing[:4])
    if weights.features["reversed"]:
        return "the passages put these names or numbers the other way round"
    return "its words stand in the passages, but not together"
