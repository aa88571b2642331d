"""Puts sentences in order of how well they answer a question."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat

from protokit.runtime.qa.matching import Embed, QuestionAlignment, Sentence, knowing
from vectorstore.embeddings.token_vectors import nearness
from vectorstore.passage import Passage
from vectorstore.search.calibration import calibrated_model
from vectorstore.search.question_parts import parts

_SHORTLIST = 8
"""Sentences that are embedded: the best by words. One takes about 15 ms."""
_SHORTLIST_ACROSS = 48
"""Sentences that are embedded where words tell nothing, in the order of their passages: 0.15 s."""
_SLOPE, _EVEN = 10.0, 0.5
"""What similarity adds to the log-odds that a sentence answers where it alone tells, and where they are even."""
COGNATES = 1.0
"""What it adds to the log-odds that a sentence of another language has all of a question's words, or ones like them."""
POINTS_BACK = re.compile(r"\W*(?:it|they|he|she|this|these|that|those|its|their|his|her)\b", re.IGNORECASE)
"""Matches a sentence that begins with what was named before it."""


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence with its score (comparable within one question) and what meaning says of it."""

    sentence: Sentence
    score: float
    similarity: float | None = None
    """To the question, -1 to 1; None where words alone decide."""
    near: tuple[float, ...] | None = None
    """How near it comes to each word of the question; None where the model has no vectors of tokens."""

    @property
    def basis(self) -> str:
        """What the name of a model fitted for such a choice ends with."""
        if self.similarity is None:
            return " by words"
        return "" if self.near is None else " by tokens"


def choose(comparison: QuestionAlignment, embed: Embed | None = None) -> list[RankedSentence]:
    """The sentences, best first. With `embed` only those are kept that words put on the shortlist."""
    by_words = _by_words(comparison)
    return by_words if embed is None else _by_meaning(comparison, by_words, embed)


def _across(comparison: QuestionAlignment, embed: Embed) -> list[RankedSentence]:
    """The sentences in order of similarity, alone or under their heading, and of the few words that look alike."""
    sentences = [sentence for sentence in comparison.sentences if not sentence.is_heading][:_SHORTLIST_ACROSS]
    under = [
        replace(each, text=f"{heading}: {each.text}" if _names(heading) else each.text)
        for each in sentences
        for heading in [each.heading.rpartition(" > ")[2]]
    ]
    pairs = zip(compared(comparison, sentences, embed), compared(comparison, under, embed), strict=True)
    scored = [
        replace(alone, score=_across_score(comparison, alone.sentence, near), similarity=near, near=None)
        for alone, headed in pairs
        for near in [max(alone.similarity or 0.0, headed.similarity or 0.0)]
    ]
    return sorted(scored, key=lambda choice: -choice.score)


def _names(heading: str) -> bool:
    """Whether it names what stands under it; one that asks is near to any question like it, whatever follows."""
    return bool(heading) and not heading.rstrip().endswith(("?", "？", "؟"))


def _across_score(comparison: QuestionAlignment, sentence: Sentence, similarity: float) -> float:
    return _SLOPE * (similarity - _EVEN) + comparison.fit(sentence) + COGNATES * comparison.cognates(sentence)


def _by_words(comparison: QuestionAlignment) -> list[RankedSentence]:
    score = calibrated_model("choosing by words")
    choices = [
        RankedSentence(sentence, score(features(comparison, sentence))) for sentence in comparison.sentences
    ]
    return sorted(choices, key=lambda choice: -choice.score)


def _by_meaning(
    comparison: QuestionAlignment, by_words: Sequence[RankedSentence], embed: Embed
) -> list[RankedSentence]:
    shortlist = [choice.sentence for choice in by_words[:_SHORTLIST]]
    choices = [
        replace(choice, score=calibrated_model("choosing" + choice.basis)(known_features(comparison, choice)))
        for choice in compared(comparison, shortlist, embed)
    ]
    return sorted(choices, key=lambda choice: -choice.score)


class PartRanking:
    """One part of a question laid beside the passages, once for whether they answer it and for which words do."""

    def __init__(self, alignment: QuestionAlignment, embed: Embed | None) -> None:
        """`embed` must know the question's language."""
        self.alignment, self.embed = alignment, embed

    @cached_property
    def by_words(self) -> list[RankedSentence]:
        """All sentences, best first, as words alone tell."""
        return _by_words(self.alignment)

    @cached_property
    def best(self) -> list[RankedSentence]:
        """The sentences, best first, as far as can be told: with `embed` only the shortlist."""
        if self.embed is None:
            return self.by_words
        if self.alignment.across:
            return _across(self.alignment, self.embed)
        return _by_meaning(self.alignment, self.by_words, self.embed)


def rank_parts(
    question: str, passages: Sequence[Passage], embed: Embed | None, *, multilingual: bool = False
) -> list[PartRanking]:
    """Each part of a question beside the passages; `embed` is asked only about languages that it knows."""
    alignments = [QuestionAlignment.of(part, passages) for part in parts(question)]
    return [PartRanking(one, knowing(embed, one.languages, multilingual=multilingual)) for one in alignments]


def compared(
    comparison: QuestionAlignment, sentences: Sequence[Sentence], embed: Embed
) -> list[RankedSentence]:
    """The sentences with their similarity and, where `embed` has an attribute `tokens`, their nearness; not scored."""
    texts = [comparison.text, *(sentence.text for sentence in sentences)]
    vectors = embed(texts)
    similar = [float(value) for value in vectors[1:] @ vectors[0]]
    near: list[tuple[float, ...] | None] = [None] * len(sentences)
    if (read := getattr(embed, "tokens", None)) is not None:
        question, *others = read(texts)
        near = [nearness(comparison.words, question, other) for other in others]
    return [RankedSentence(*known) for known in zip(sentences, repeat(0.0), similar, near, strict=False)]


def known_features(comparison: QuestionAlignment, choice: RankedSentence) -> dict[str, float]:
    """What can be told from words and meaning."""
    told = features(comparison, choice.sentence) | {"similarity": choice.similarity or 0.0}
    return told if choice.near is None else told | {"near": comparison.weighed(choice.near)}


def features(comparison: QuestionAlignment, sentence: Sentence) -> dict[str, float]:
    """What can be told from words alone."""
    fit = comparison.fit(sentence)
    return {
        "exact": comparison.coverage(sentence.terms),
        "loose": comparison.loose_coverage(sentence.terms),
        "with neighbours": comparison.coverage(sentence.terms, sentence.near),
        "with heading": comparison.coverage(sentence.terms, sentence.over),
        "with both": comparison.coverage(sentence.terms, sentence.near, sentence.over),
        "fit": fit,
        "fits": float(fit == 1),
        "lacks": float(fit == 0),
        "heading": float(sentence.is_heading),
        "length": math.log1p(len(sentence.terms)),
        "short": float(len(sentence.terms) < 4),
        "points back": float(bool(POINTS_BACK.match(sentence.text))),
        "rank": 1 / (1 + sentence.passage),
        "behind": min(sentence.behind, 10.0),
    }
