"""Whether passages answer a question, or only share words with it.

A sentence answers when *each* word of the question has something in it that stands for that word, so the
chance is a product: the sentence as a whole times one factor a word ("noisy and"). "When was the bridge
*closed*?" fails on one word. The best clue of a factor, besides the word itself, is what the similarity of
question and sentence loses when the word is left out: it falls when the sentence supports the word, and rises
when it does not.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import compress
from pathlib import Path

from protokit.runtime.qa.matching import GENERAL, Embed, QuestionAlignment, Sentence, has, related
from protokit.runtime.qa.question_type import NUMERIC, Kind
from protokit.runtime.qa.sentence_ranking import COGNATES, PartRanking, RankedSentence, compared, rank_parts
from vectorstore.passage import Passage
from vectorstore.search.calibration import calibrated_model, logistic
from vectorstore.text.rarity import rarity
from vectorstore.text.terms import SPACELESS_LANGUAGES, QueryWord, tokenize

ANSWERABLE = 0.28
"""`answerable` at or above this: answer; below it: say that the documents do not tell.

Below one half because refusing a plain question costs more than answering a tricky one: on questions about thirteen
sets of business documents it accepts .98 of those that are answered and refuses .85 of those that only seem to be."""
ANSWERABLE_ACROSS = 0.25
"""The same where the passages are in another language than the question: no shared words make a chance high there."""
_CONSIDERED = 3
_NEGATION = re.compile(
    r"\b(?:no|not|never|without|none|nor|neither|cannot|nicht|kein\w*|sans|sin|ne)\b|n't\b", re.IGNORECASE
)
_SELECTS = re.compile(
    r"(?:first|second|third|fourth|last|only|never|not|most|least|best|worst|other|another|new|old|\w{3,}est)$"
)

Features = dict[str, float]


def answerable(
    question: str, passages: Sequence[Passage], *, embed: Embed | None = None, multilingual: bool = False
) -> float:
    """The chance, 0 to 1, that the passages (in order of rank) answer the question; compare with `ANSWERABLE`.

    `embed` as for `extract`; without it, and for a language it does not know, words alone decide.
    """
    return max(map(part_chance, rank_parts(question, passages, embed, multilingual=multilingual)))


def part_chance(part: PartRanking, *, by_words: bool = False) -> float:
    """The chance that the passages answer this part of a question; `by_words` as if nothing were known of meaning."""
    choices = part.by_words if by_words else part.best
    if not choices or not part.alignment.words:
        return 0.0
    if part.alignment.across and part.embed and not by_words:
        model = calibrated_model("answering across languages")
        alike = COGNATES * part.alignment.cognates(choices[0].sentence)
        return logistic(model(across_features(part.alignment, choices)) + alike)
    return max(each for _, each in _chances(part, choices[:_CONSIDERED], by_words=by_words))


def likeliest(part: PartRanking) -> Sentence | None:
    """The sentence that answers although the first in order does not seem to; None where the first may answer."""
    if part.alignment.across or not part.best or not part.alignment.words:
        return None
    rated = _chances(part, part.best[:_CONSIDERED], by_words=False)
    first = max(each for start, each in rated if start is part.best[0].sentence)
    best, chance = max(rated, key=lambda each: each[1])
    return best if first < ANSWERABLE <= chance else None


def sentences_that_answer(part: PartRanking, most: int) -> set[tuple[int, int]]:
    """Passage and start of those among the best `most` sentences that may answer; all of them across languages."""
    best = part.best[:most]
    if part.alignment.across or not part.alignment.words:
        return {(each.sentence.passage, each.sentence.start) for each in best}
    rated = _chances(part, best, by_words=False)
    return {(sentence.passage, sentence.start) for sentence, each in rated if each >= ANSWERABLE}


def _chances(
    part: PartRanking, choices: Sequence[RankedSentence], *, by_words: bool
) -> list[tuple[Sentence, float]]:
    """Each of `choices` with its chance; one that leans on another sentence once more, together with that."""
    whole, plain = _with_context(part, choices, by_words=by_words)
    lost = losses(part.alignment, [*choices, *whole], None if by_words else part.embed)
    rated = [
        chance(part.alignment, choice, loss) for choice, loss in zip([*choices, *whole], lost, strict=True)
    ]
    return list(zip([*(each.sentence for each in choices), *plain], rated, strict=True))


def _with_context(
    part: PartRanking, choices: Sequence[RankedSentence], *, by_words: bool
) -> tuple[list[RankedSentence], list[Sentence]]:
    """Those that lean on another sentence, with its words ("Send it back" tells of a router where that was named), and
    as they are."""
    leaning = [each.sentence for each in choices if each.sentence.leans_on and not each.sentence.is_heading]
    language = part.alignment.language
    whole = [
        replace(
            each,
            text=f"{each.leans_on} {each.text}",
            terms=each.terms | frozenset(tokenize(each.leans_on, language)),
        )
        for each in leaning
    ]
    if not whole or by_words or part.embed is None:
        return [RankedSentence(each, 0.0) for each in whole], leaning
    return compared(part.alignment, whole, part.embed), leaning


def across_features(comparison: QuestionAlignment, choices: Sequence[RankedSentence]) -> Features:
    """What is known of the best of `choices` where the question is in another language than the passages."""
    best, *others = choices
    similarity = best.similarity or 0.0
    fit = comparison.fit(best.sentence)
    others = [other for other in others if comparison.fit(other.sentence) >= fit]
    rivals = [other.similarity or 0.0 for other in others[:5]]
    figures = set(re.findall(r"\w*\d\w*", comparison.question.text))
    around = f"{best.sentence.text} {best.sentence.before} {best.sentence.heading}"
    return {
        "similarity": similarity,
        "lead": similarity - max(rivals, default=0.0),
        "contrast": similarity - sum(rivals) / (len(rivals) or 1),
        "fit": fit,
        "lacks": float(fit == 0),
        "figures missing": float(any(figure not in around for figure in figures)),
        "yes or no": float(comparison.question.kind == Kind.YES_NO),
    }


def chance(comparison: QuestionAlignment, choice: RankedSentence, losses: Sequence[float] | None) -> float:
    """The chance that this one sentence answers; `losses` are the similarity lost without each word of the question.

    Words depend on each other, hence the product over more than four of them is tempered.
    """
    whole, each = (
        calibrated_model("answering" + choice.basis),
        calibrated_model("support of a word" + choice.basis),
    )
    factors = [logistic(each(row)) for row in rows(comparison, choice, losses)]
    if losses is None and not _touches(comparison, choice.sentence):
        return 0.0
    tempered = tempering(len(factors), pairs=comparison.language in SPACELESS_LANGUAGES)
    return logistic(whole(sentence_features(comparison, choice))) * math.prod(factors) ** tempered


def _touches(comparison: QuestionAlignment, sentence: Sentence) -> bool:
    """Whether any word of the question is in or around the sentence: without meaning there is nothing else to go by."""
    around = sentence.terms | sentence.near | sentence.over
    return any(has(word, around) or related(word, around) for word in comparison.words)


def rows(
    comparison: QuestionAlignment, choice: RankedSentence, losses: Sequence[float] | None
) -> list[Features]:
    """The features of each word that is asked for; circumstances need no support."""
    result = []
    for number in compress(range(len(comparison.words)), comparison.required):
        row = word_features(
            comparison, choice.sentence, number, losses[number] if losses is not None else 0.0
        )
        if choice.near is not None:
            near = choice.near[number]
            row |= {"token": near, "missing, token": row["missing"] * near}
        result.append(row)
    return result


def tempering(words: int, *, pairs: bool = False) -> float:
    """The exponent of the product over this many words; of pairs of characters only some are words at all."""
    return 2 / max(words, 2) if pairs else (4 / max(words, 4)) ** 0.5


def losses(
    comparison: QuestionAlignment, choices: Sequence[RankedSentence], embed: Embed | None
) -> list[list[float] | None]:
    """For each choice and each word of the question: what the similarity loses when the word is left out."""
    if embed is None:
        return [None] * len(choices)
    text = comparison.text
    without = [text[: word.start] + text[word.end :] for word in comparison.words]
    vectors = embed([text, *without, *(choice.sentence.text for choice in choices)])
    asked, shortened = vectors[0], vectors[1 : len(without) + 1]
    sentences = vectors[len(without) + 1 :]
    return [[float(value) for value in (asked - shortened) @ sentence] for sentence in sentences]


def sentence_features(comparison: QuestionAlignment, choice: RankedSentence) -> Features:
    """The sentence as a whole."""
    sentence, question = choice.sentence, comparison.question
    asks_whether = question.kind == Kind.YES_NO
    fit = comparison.fit(sentence)
    return {
        "similarity": choice.similarity or 0.0,
        "fit": fit,
        "lacks": float(fit == 0),
        "loose": comparison.loose_coverage(sentence.terms),
        "words": sum(comparison.required) / 5,
        "negated otherwise": float(
            not asks_whether  # "is it covered?" is answered by "it is not covered"
            and bool(_NEGATION.search(question.text)) != bool(_NEGATION.search(sentence.text))
        ),
        "negated": float(bool(_NEGATION.search(question.text))),
        "length": math.log1p(len(sentence.terms)),
        "heading": float(sentence.is_heading),
        "reason": float(question.kind == Kind.REASON),
        "manner": float(question.kind == Kind.MANNER),
        "yes or no": float(asks_whether),
        "number": float(question.kind in NUMERIC),
        "person": float(question.kind == Kind.PERSON),
        "place": float(question.kind == Kind.PLACE),
        "lacks number": float(fit == 0 and question.kind in NUMERIC),
        "lacks person": float(fit == 0 and question.kind == Kind.PERSON),
        "lacks place": float(fit == 0 and question.kind == Kind.PLACE),
        "open": float(question.kind == Kind.OPEN),
    }


def word_features(comparison: QuestionAlignment, sentence: Sentence, number: int, loss: float) -> Features:
    """One word of the question beside the sentence; "missing" stands for: not in the sentence."""
    word = comparison.words[number]
    text = comparison.text[word.start : word.end]
    missing = float(not has(word, sentence.terms))
    elsewhere = float(has(word, comparison.everything))
    name = float(text[:1].isupper() and word.start > 0)
    figure = float(any(character.isdigit() for character in text))
    selects = float(bool(_SELECTS.match(text.lower())))
    rare = rarity((text.lower(), *word.forms), comparison.language)
    return {
        "missing": missing,
        "missing, related": missing * related(word, sentence.terms),
        "missing, in heading": missing * has(word, sentence.over),
        "missing, near": missing * has(word, sentence.near),
        "missing, elsewhere": missing * elsewhere,
        "loss": loss * 20,
        "missing, loss": missing * loss * 20,
        "gain": max(-loss, 0.0) * 20,
        "name": name,
        "missing, name": missing * name,
        "missing, name elsewhere": missing * name * elsewhere,
        "figure": figure,
        "missing, figure": missing * figure,
        "weight": comparison.weights[number] / 4,
        "missing, opposite": missing * bool(_opposites_of(word) & sentence.terms),
        "rare": rare,
        "missing, rare": missing * rare,
        "general": float(text.lower() in GENERAL),
        "selects": selects,
        "missing, selects": missing * selects,
    }


def _opposites_of(word: QueryWord) -> frozenset[str]:
    opposites = _opposites()
    return frozenset().union(*(opposites.get(form, frozenset()) for form in word.forms))


@cache
def _opposites() -> dict[str, frozenset[str]]:
    """The terms that contradict a term, both ways."""
    file = Path(__file__).with_name("data") / "opposites.txt"
    table: dict[str, frozenset[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            one, other = (
                frozenset(tokenize(side, "en")) or frozenset(side.split()) for side in line.split(" | ")
            )
            for these, those in ((one, other), (other, one)):
                table |= {term: table.get(term, frozenset()) | those for term in these}
    return table
