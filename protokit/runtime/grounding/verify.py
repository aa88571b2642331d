"""Checks an answer sentence by sentence and puts the finding into words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from protokit.runtime.grounding import claims as wording
from protokit.runtime.grounding.entailment_features import Weighed, weigh
from protokit.runtime.grounding.evidence import Sources
from protokit.runtime.grounding.facts import PATTERNS
from protokit.runtime.grounding.forest import fitted
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
# Characters of a sentence that are weighed; a longer one is no sentence.
_LONGEST = 1_000
_STATES = re.compile(r"\d")


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
    """The sentences of an answer; its score is that of its weakest claim, its verdict the worst of theirs."""

    sentences: tuple[SentenceCheck, ...]
    score: float
    verdict: str


def check(answer: str, passages: Sequence[Passage]) -> Grounding:
    """Compare `answer` with the passages it was given. Offsets refer to `answer` and to each passage's text.

    An answer without a claim (a refusal, a greeting) has the verdict "no claim"; its score then says only how far
    the passages carry its words. Never raises.
    """
    reading = _Reading(passages, answer)
    checks = tuple(_check(answer, span.start, span.end, reading) for span in split(answer))
    claims = [each for each in checks if each.verdict != NO_CLAIM]
    verdicts = {each.verdict for each in claims}
    verdict = next((worst for worst in (UNSUPPORTED, PARTLY, SUPPORTED) if worst in verdicts), NO_CLAIM)
    return Grounding(checks, min((each.score for each in claims or checks), default=0.0), verdict)


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


def _check(answer: str, start: int, end: int, reading: _Reading) -> SentenceCheck:
    text = _ATTRIBUTION.sub("", _MARKUP.sub("", _CITATION.sub("", answer[start:end]))).strip()
    if quotation := reading.quotation(text):
        return SentenceCheck(start, end, SUPPORTED, 1.0, *quotation, "")
    sources = reading.sources
    claim = sources.understood(wording.read(wording.untokenised(text[:_LONGEST]), reading.language))
    weights = weigh(claim, sources)
    score = round(fitted().score(weights.features), 4)
    if _claims_nothing(text, claim):
        return SentenceCheck(start, end, NO_CLAIM, score, None, None, "")
    verdict, score = _verdict(score, weights)
    passage = weights.place.passage if weights.place else None
    span = (weights.place.start, weights.place.end) if weights.place else None
    return SentenceCheck(
        start, end, verdict, score, passage, span, "" if verdict == SUPPORTED else _why(weights)
    )


def _claims_nothing(text: str, claim: wording.Wording) -> bool:
    if not claim.words and not claim.facts:
        return True
    if text.endswith("?"):
        return True
    return not _STATES.search(text) and bool(_NO_CLAIM.search(text))


def _verdict(score: float, weights: Weighed) -> tuple[str, float]:
    """The verdict by the fitted thresholds; a wrong number, name or negation is never let pass as supported."""
    forest = fitted()
    just_below = forest.unsupported_below - 0.01
    if weights.contrary or (weights.flipped and weights.features["near"] > 0.8) or weights.place is None:
        score = min(score, just_below)
    elif weights.missing_facts or weights.opposite or weights.features["missing_names"]:
        score = min(score, forest.supported_from - 0.01)
    if score < forest.unsupported_below:
        return UNSUPPORTED, score
    return (PARTLY if score < forest.supported_from else SUPPORTED), score


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
        return f'the passage says "{theirs_word.text}", the answer "{mine_word.text}"'
    names = [word.text for word in weights.missing if word.name]
    if names:
        return f"{' '.join(names[:3])} is not in the passages"
    if weights.missing:
        return "not in the passages: " + ", ".join(word.text for word in weights.missing[:4])
    if weights.features["reversed"]:
        return "the passages put these names or numbers the other way round"
    return "its words stand in the passages, but not together"
