"""Which sentences of the passages make the answer: one, and another only where the first does not answer alone."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from protokit.runtime.qa.answer_types import find
from protokit.runtime.qa.answerability import (
    ANSWERABLE,
    ANSWERABLE_ACROSS,
    likeliest,
    part_chance,
    sentences_that_answer,
)
from protokit.runtime.qa.editions import is_newer, names_edition, other_edition
from protokit.runtime.qa.extract import Evidence, part_evidence
from protokit.runtime.qa.fitting import labelled_first, may_answer
from protokit.runtime.qa.list_answers import list_items
from protokit.runtime.qa.matching import Sentence, has
from protokit.runtime.qa.question_type import Kind
from protokit.runtime.qa.row_wording import asked_cells, cells, is_about, is_named, row_in_full
from protokit.runtime.qa.sentence_ranking import POINTS_BACK, PartRanking, rank_parts
from protokit.runtime.qa.wording import quotation
from vectorstore.passage import Passage
from vectorstore.search.follow_up import Wish
from vectorstore.text.terms import query_words, tokenize

if TYPE_CHECKING:
    from protokit.runtime.qa.matching import Embed

_ENOUGH = 0.72
"""How near a second sentence's score must come to the first's to stand in for it or beside it."""
_BY_MEANING_ALONE = 0.5
"""What it takes to answer from passages that share no word with the question: "what's the weather?" is near to a list
of dates, and "vacation?" much nearer to the paragraph about leave."""
_HALF, _MOSTLY_UNKNOWN = 0.5, 0.4
"""The chance to answer that it takes where no passage has more than half of what is asked for: "student discount"."""
_SHOWS_NOTHING = frozenset({Kind.OPEN, Kind.MANNER, Kind.YES_NO})
_STANDS_FOR = {
    Kind.DATE: (Kind.DATE, Kind.TIME, Kind.DURATION),
    Kind.TIME: (Kind.DATE, Kind.TIME, Kind.DURATION),
    Kind.DURATION: (Kind.DURATION, Kind.DATE, Kind.TIME, Kind.NUMBER),
    Kind.PERCENT: (Kind.PERCENT,),
}
"""What a sentence may have in place of what is asked for: "from 24 August to 4 September" tells how many days."""
_SAME_QUESTION = 0.7
"""Share of a question's words and of a heading's from which they ask the same."""
_TIE = 0.5
"""The difference of scores (log-odds) up to which nothing tells the better of two sentences: over the samples' 100
questions of one part the right one is then the second in 4 of 13."""
_SURE_ENOUGH = 0.5
_NEAR_ENOUGH = 0.05
"""The chance to answer from which a sentence that two editions have with other figures is what they differ in."""
_MOST_ITEMS = 6
_NEAR = 3
"""Sentences within which a reason stands from what it is the reason of."""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of the answer: where it stands, and as it is said."""

    evidence: Evidence
    text: str
    of_other_edition: bool = False
    """Whether another edition of the document says it, against the sentence before."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What sentences are chosen for."""

    text: str
    """The question as it stands alone."""
    wish: Wish = ""
    before: str = ""
    """The answer before, which is not said again to one who wishes more."""
    typed: str = ""
    """The question as it was typed, where it leaned on the one before."""
    passages: Sequence[Passage] = ()
    embed: "Embed | None" = field(default=None, repr=False)
    compares_editions: bool = False
    """Whether it asks in what two editions of a document differ."""


def answer_sentences(asked: AskedFor) -> list[AnswerSentence]:
    """The sentences to answer with, none where the passages do not tell: those of each part of the question."""
    if not asked.passages:
        return []
    parts = rank_parts(asked.text, asked.passages, asked.embed)
    if asked.wish == "why" and (reason := _reason(parts[0], asked)):
        return [reason]
    chosen = [sentence for part in parts for sentence in _of_part(part, asked)]
    return list({(each.evidence.passage, each.evidence.start): each for each in chosen}.values())


def _of_part(whole: PartRanking, asked: AskedFor) -> list[AnswerSentence]:
    if asked.compares_editions and (pair := _differing(whole, asked)):
        return pair
    named = [] if asked.wish else _named_rows(whole)
    part = _without_other_rows(whole)
    if not (
        named or (is_answered(whole) and is_answered(part)) or (asked.wish == "more" and _was_answered(asked))
    ):
        return []
    ranked = [*named, *(each for each in _candidates(part) if each not in named)]
    if items := list_items(whole, ranked):
        return _unsaid_items([AnswerSentence(*item) for item in items], asked)
    if asked.wish and ranked:
        least = _ENOUGH * ranked[0].score
        ranked = [each for each in ranked if each.score >= least and not _is_said(each, part, asked)]
        if asked.wish == "why":
            ranked = [each for each in ranked if find(Kind.REASON, each.text)]
        else:
            answering = sentences_that_answer(part, _MOST_ITEMS)
            ranked = [each for each in ranked if (each.passage, each.start) in answering]
    if not ranked:
        return []
    sure = bool(named) or ranked[0].score == 1.0  # under a heading that asks the same
    if asked.typed and _is_said(ranked[0], part, asked):
        ranked = _newer_first(ranked, asked.typed)
        sure = may_answer(ranked[0].text, part.alignment)
    best, *others = ranked if sure else _in_order(ranked, part)
    if not sure and not may_answer(best.text, part.alignment):
        return []
    chosen = [AnswerSentence(best, quotation(best.text, part.alignment))]
    if (edition := other_edition(best, others, asked.passages)) is not None:
        return _editions(best, edition, part, asked)
    if others and not sure and (_goes_on(best, others[0], part) or _is_as_good(best, others[0])):
        chosen.append(AnswerSentence(others[0], quotation(others[0].text, part.alignment)))
    return chosen


def _newer_first(ranked: list[Evidence], typed: str) -> list[Evidence]:
    """The best was said before: a near one that has more words of what was typed now goes first."""
    words = query_words(typed)

    def has_of_it(evidence: Evidence) -> int:
        terms = frozenset(tokenize(evidence.text))
        return sum(has(word, terms) for word in words)

    first = max(ranked[:_MOST_ITEMS], key=has_of_it)
    return [first, *(each for each in ranked if each is not first)]


def _unsaid_items(items: list[AnswerSentence], asked: AskedFor) -> list[AnswerSentence]:
    """The items of a list that were not said before, as many as an answer takes; then what stands beside each."""
    if not asked.wish:
        return items[:_MOST_ITEMS]
    fresh = [each for each in items if each.text not in asked.before]
    beside = [
        replace(each, text=row_in_full(each.evidence.text)) for each in items if cells(each.evidence.text)
    ]
    return (fresh or [each for each in beside if each.text not in asked.before])[:_MOST_ITEMS]


def _without_other_rows(part: PartRanking) -> PartRanking:
    """The same without rows that the question is not about: any row of a table is near to a question about it."""
    alignment = part.alignment
    if alignment.across:  # in another language no word tells which row it is about
        return part
    kept = [
        each
        for each in alignment.sentences
        if not (row := cells(each.text)) or is_about(row, alignment, each.over)
    ]
    return PartRanking(replace(alignment, sentences=kept), part.embed)


def _candidates(part: PartRanking) -> list[Evidence]:
    """The sentences that may answer, best first: what stands under the heading that asks the same before all others,
    a row of which no cell is asked for behind a sentence that is near."""
    kept, under = part_evidence(part), _under_question(part)
    if under is not None:
        first = Evidence(under.passage, under.start, under.end, under.text, None, 1.0)
        return [first, *(each for each in kept if (each.passage, each.start) != (first.passage, first.start))]
    if kept and (row := cells(kept[0].text)) and not asked_cells(row, part.alignment):
        near = [each for each in kept if not cells(each.text) and each.score >= _ENOUGH * kept[0].score]
        kept = [*near, *(each for each in kept if each not in near)]
    return kept


def _under_question(part: PartRanking) -> Sentence | None:
    """The sentence below the heading that asks the same."""
    sentences, alignment = part.alignment.sentences, part.alignment
    asking = [
        (alignment.coverage(each.terms, each.over), at)
        for at, each in enumerate(sentences)
        if each.is_heading and each.text.rstrip().endswith(("?", "？", "؟")) and _asks_the_same(each, part)
    ]
    covered, at = max(asking, default=(0.0, 0))
    if covered < _SAME_QUESTION:
        return None
    following = sentences[at + 1 :][:1]
    return next(
        (each for each in following if each.passage == sentences[at].passage and not each.is_heading), None
    )


def _asks_the_same(heading: Sentence, part: PartRanking) -> bool:
    """Whether most words of a heading are the question's."""
    asked = {form for word in part.alignment.words for form in word.forms}
    return bool(heading.terms) and len(heading.terms & asked) >= _SAME_QUESTION * len(heading.terms)


def _named_rows(part: PartRanking) -> list[Evidence]:
    """The rows that the question names by their first cell and a column; or the sentence near the top that says the
    same value in words."""
    alignment = part.alignment
    rows = [
        each
        for each in alignment.sentences
        if (row := cells(each.text)) and is_named(row, alignment, each.over)
    ]
    if not rows:
        return []
    values = {cell.value for each in rows for cell in asked_cells(cells(each.text), alignment)}
    said = [
        each.sentence
        for each in part.best[:3]
        if not each.sentence.is_heading and not cells(each.sentence.text)
        if any(
            re.search(rf"(?<![\w.,]){re.escape(value)}(?![\w]|[.,]\d)", each.sentence.text)
            for value in values
        )
    ]
    return [Evidence(each.passage, each.start, each.end, each.text, None, 1.0) for each in [*said, *rows]]


def _in_order(ranked: list[Evidence], part: PartRanking) -> list[Evidence]:
    """The best first: what is labelled as that which is asked for, what can hold it, what seems to answer."""
    answering = likeliest(part)
    if answering is not None:
        place = (answering.passage, answering.start)
        ranked = sorted(ranked, key=lambda each: (each.passage, each.start) != place)
    return labelled_first(_fitting_first(ranked, part), part.alignment)


def _fitting_first(ranked: list[Evidence], part: PartRanking) -> list[Evidence]:
    """The best first; one that can hold nothing of what is asked for gives way to a near one that has it."""
    best, kind = ranked[0], part.alignment.question.kind
    if best.answer is not None and not (kind == Kind.PERCENT and not find(kind, best.text)):
        return ranked
    if kind in _SHOWS_NOTHING or any(find(each, best.text) for each in _STANDS_FOR.get(kind, ())):
        return ranked
    if kind not in _STANDS_FOR and any(map(str.isdigit, best.text)):
        return ranked
    least = _ENOUGH * best.score if may_answer(best.text, part.alignment) else _SURE_ENOUGH
    fitting = [each for each in ranked[1:6] if each.answer and each.score >= least]
    if kind == Kind.PERCENT:
        fitting = [each for each in fitting if find(kind, each.text)]
    return [*fitting[:1], *(each for each in ranked if each not in fitting[:1])]


def _editions(best: Evidence, edition: Evidence, part: PartRanking, asked: AskedFor) -> list[AnswerSentence]:
    """The newer edition's sentence and the older one's; the one alone whose edition the question names."""
    both = [best, edition]
    named = [each for each in both if names_edition(asked.text, asked.passages[each.passage].file)]
    if len(named) == 1:
        return [AnswerSentence(named[0], quotation(named[0].text, part.alignment))]
    if is_newer(asked.passages[edition.passage], asked.passages[best.passage]):
        both.reverse()
    newer, older = (AnswerSentence(each, quotation(each.text, part.alignment)) for each in both)
    return [newer, replace(older, text=_value(older), of_other_edition=True)]


def _differing(part: PartRanking, asked: AskedFor) -> list[AnswerSentence]:
    """The near sentence that two editions have with other figures."""
    if part_chance(part) < _NEAR_ENOUGH:
        return []
    evidence = part_evidence(part)
    for best in evidence[:_NEAR]:
        others = [each for each in evidence if each is not best]
        if (edition := other_edition(best, others, asked.passages)) is not None:
            return _editions(best, edition, part, asked)
    return []


def _value(sentence: AnswerSentence) -> str:
    """The words of a sentence that answer, all of them where nothing shows which."""
    evidence = sentence.evidence
    if evidence.answer is None or cells(evidence.text):
        return sentence.text
    start, end = (offset - evidence.start for offset in evidence.answer)
    return evidence.text[start:end]


def _is_as_good(best: Evidence, other: Evidence) -> bool:
    """Whether nothing tells which of the two answers: then both are said."""
    return _log_odds(best.score) - _log_odds(other.score) <= _TIE and other.score > _SURE_ENOUGH


def _log_odds(score: float) -> float:
    return math.log(max(score, 1e-9) / max(1 - score, 1e-9))


def _goes_on(best: Evidence, other: Evidence, part: PartRanking) -> bool:
    """Whether `best` does not answer alone: `other` follows it and says of "it" or "their" what was asked, or says
    why."""
    kind = part.alignment.question.kind
    if best.answer is not None or kind == Kind.YES_NO or other.score < _ENOUGH * best.score:
        return False
    sentences = part.alignment.sentences
    places = [(each.passage, each.start) for each in sentences]
    here, there = (best.passage, best.start), (other.passage, other.start)
    adjoins = (here, there) in pairwise(places)
    return (adjoins and bool(POINTS_BACK.match(other.text))) or (
        kind == Kind.REASON and best.passage == other.passage and not find(kind, best.text)
    )


def _reason(part: PartRanking, asked: AskedFor) -> AnswerSentence | None:
    """The reason that stands nearest to what was said before."""
    sentences = part.alignment.sentences
    before = _folded(asked.before)
    said = [
        at
        for at, each in enumerate(sentences)
        if len(each.text) > 20 and _folded(quotation(each.text)) in before
    ]
    near = [(0, sentences[at]) for at in said if find(Kind.REASON, sentences[at].text)]
    near += [
        (abs(number - at), sentence)
        for at in said
        for number, sentence in enumerate(sentences)
        if sentence.passage == sentences[at].passage and number not in said and abs(number - at) <= _NEAR
        if find(Kind.REASON, sentence.text)
    ]
    if not near:
        return None
    _, sentence = min(near, key=lambda each: each[0])
    evidence = Evidence(sentence.passage, sentence.start, sentence.end, sentence.text, None, 1.0)
    return AnswerSentence(evidence, quotation(sentence.text))


def is_answered(part: PartRanking) -> bool:
    if not _names_something(part.alignment.text):
        return False
    sure = part_chance(part)
    by_meaning = part.embed is not None and not part.alignment.across
    if sure < _BY_MEANING_ALONE and by_meaning and part_chance(part, by_words=True) == 0.0:
        return False
    if part.alignment.across:
        return sure >= ANSWERABLE_ACROSS
    english = part.alignment.languages <= {
        "en"
    }  # elsewhere "how long" and "may" count as words that are asked
    return sure >= (_MOSTLY_UNKNOWN if english and part.alignment.known_share() <= _HALF else ANSWERABLE)


def _names_something(asked: str) -> bool:
    """Whether a word of it can be looked for: "q" and "2+2" are near to any short line."""
    named = query_words(asked)
    return not named or any(word.end - word.start > 1 or not asked[word.start].isascii() for word in named)


def _was_answered(asked: AskedFor) -> bool:
    return bool(re.search(r"\[\d+\]", asked.before))


def _is_said(evidence: Evidence, part: PartRanking, asked: AskedFor) -> bool:
    before = _folded(asked.before)
    texts = {quotation(evidence.text), quotation(evidence.text, part.alignment)}
    return any(_folded(text) in before for text in texts)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".")
