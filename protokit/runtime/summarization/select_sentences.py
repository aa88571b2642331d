"""Chooses what a summary says: something from every section first, then what adds most, nothing twice."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from protokit.runtime.summarization.document_structure import Statement, TextSection
from protokit.runtime.summarization.summary_patterns import pattern
from protokit.runtime.summarization.summary_types import Length

_LONGEST_CHAIN = 3
_LONGEST_POINT = 100
_REPEATED = 0.1
_TOLD = 0.4
_FIRST_PASS = 2.0
_LOOKED_AT = 10
_LONG_SENTENCE = 45
_USUAL_SENTENCE = 15
_SHORT_SENTENCE = 5


@dataclass(frozen=True, slots=True)
class _Budget:
    """How long a summary may get: points, and words as a share of a text too short for that many points."""

    least_points: int
    most_points: int
    points_a_section: float
    share: float
    least_words: int

    def points(self, sections: int) -> int:
        return max(self.least_points, min(self.most_points, round(self.points_a_section * sections)))


_BUDGETS: dict[Length, _Budget] = {
    "short": _Budget(5, 5, 0.5, 0.15, 20),
    "medium": _Budget(7, 20, 1.0, 0.25, 40),
    "long": _Budget(14, 40, 2.0, 0.4, 60),
}


@dataclass(frozen=True, slots=True)
class SummaryCandidate:
    """Neighbouring statements of one section that are shown together: one, and what it leans on.

    `section` is an index into the sections, `first` and `last` (inclusive) into the section's statements.
    """

    section: int
    first: int
    last: int
    words: int
    terms: frozenset[str]
    score: float


def choose(
    sections: list[TextSection],
    length: Length,
    leans: Callable[[str], bool],
    spoken: bool,
    most_words: int | None = None,
) -> list[SummaryCandidate]:
    """The choices in the order of the source.

    Every section gives its best first, the largest sections first if there are more than the length has room
    for. Then come the best of all, as long as the words last. `spoken` text is weighed without regard to
    questions and to first sentences. Beyond `most_words` goes only a single choice where none is that short.
    """
    choices = _candidates(sections, leans, spoken)
    budget = _BUDGETS[length]
    points = budget.points(len(sections))
    room = budget.share * sum(section.words for section in sections)
    first_room = max(room * _FIRST_PASS, budget.least_words)
    if most_words is not None:
        choices = _as_short_as(most_words, choices)
        points = min(points, max(1, most_words // _USUAL_SENTENCE))
        room, first_room = min(room, most_words), min(first_room, most_words)
    chosen = _one_of_each_section(sections, choices, points, first_room)
    _best_of_the_rest(choices, chosen, points, room)
    return sorted(chosen, key=lambda choice: (choice.section, choice.first))


def _as_short_as(most_words: int, choices: list[SummaryCandidate]) -> list[SummaryCandidate]:
    """Those that fit, without scraps such as "Thank you all."; or else the shortest."""
    fits = [choice for choice in choices if _SHORT_SENTENCE <= choice.words <= most_words]
    return fits or sorted(choices, key=lambda choice: choice.words)[:1]


def _one_of_each_section(
    sections: list[TextSection], choices: list[SummaryCandidate], points: int, room: float
) -> list[SummaryCandidate]:
    """The best of each section, each held to its share of the words that are left, so that all get a hearing."""
    offers: dict[int, list[SummaryCandidate]] = {}
    for choice in choices:
        offers.setdefault(choice.section, []).append(choice)
    order = sorted(offers, key=lambda index: (index > 0, -sections[index].words))[:points]
    chosen: list[SummaryCandidate] = []
    for place, index in enumerate(order):
        remaining = room - sum(choice.words for choice in chosen)
        ration = remaining / (len(order) - place)
        fits = [choice for choice in offers[index] if not chosen or choice.words <= remaining]
        best = max(
            fits, key=lambda choice: _gain(choice, chosen) * min(1, ration / choice.words), default=None
        )
        if best and _novelty(best, chosen) >= _REPEATED:
            chosen.append(best)
    return chosen


def _best_of_the_rest(
    choices: list[SummaryCandidate], chosen: list[SummaryCandidate], points: int, room: float
) -> None:
    """Add to `chosen` what adds most; a section that has spoken already has to have more to say."""
    remaining = room - sum(choice.words for choice in chosen)
    per_section = Counter(choice.section for choice in chosen)
    best_first = sorted(choices, key=lambda choice: -choice.score)[: _LOOKED_AT * points]
    gains = {choice: _gain(choice, chosen) for choice in best_first}
    while len(chosen) < points:
        open_choices = [choice for choice in gains if choice.words <= remaining]
        if not open_choices:
            return
        best = max(open_choices, key=lambda choice: gains[choice] / (1 + per_section[choice.section]))
        if gains.pop(best) > 0 and _novelty(best, chosen) > _TOLD:
            chosen.append(best)
            per_section[best.section] += 1
            remaining -= best.words
            gains = {choice: min(gain, _gain(choice, [best])) for choice, gain in gains.items()}


def _gain(choice: SummaryCandidate, chosen: list[SummaryCandidate]) -> float:
    return choice.score * _novelty(choice, chosen)


def _novelty(choice: SummaryCandidate, chosen: list[SummaryCandidate]) -> float:
    """1 where nothing of it has been said, 0 where it stands in a chosen one already."""
    overlap = 0.0
    for other in chosen:
        if choice.section == other.section and choice.first <= other.last and other.first <= choice.last:
            return 0.0
        if choice.terms and (shared := len(choice.terms & other.terms)):
            overlap = max(overlap, shared / min(len(choice.terms), len(other.terms)))
    return 1 - overlap


def _candidates(
    sections: list[TextSection], leans: Callable[[str], bool], is_dialogue: bool
) -> list[SummaryCandidate]:
    weigh = _Weights(sections)
    choices = []
    for number, section in enumerate(sections):
        is_table = section.is_table
        for index, statement in enumerate(section.statements):
            first = _beginning(section.statements, index, leans)
            if first is None or not statement.terms or (statement.first.kind == "row" and not is_table):
                continue
            chain = section.statements[first : index + 1]
            words = max(1, sum(member.words for member in chain))
            score = weigh.statement(number, statement) * math.sqrt(statement.words / words)
            score *= 1.0 if is_dialogue else _manner(statement, index)
            if is_dialogue and number == index == 0:
                score *= 1.3
            terms = frozenset(term for member in chain for term in member.terms)
            choices.append(SummaryCandidate(number, first, index, words, terms, score))
    return choices


def _beginning(statements: list[Statement], index: int, leans: Callable[[str], bool]) -> int | None:
    """The first statement needed to understand `statements[index]`, or None where that gets too long."""
    words = 0
    for first in range(index, max(-1, index - _LONGEST_CHAIN), -1):
        words += statements[first].words
        if words > _LONGEST_POINT:
            return None
        if not leans(statements[first].first.text):
            return first
    return None


class _Weights:
    """What a term is worth in a section: more the oftener it stands there, less the more sections have it."""

    def __init__(self, sections: list[TextSection]) -> None:
        self._inside = [_total(section.statements) for section in sections]
        self._sections = Counter(term for terms in self._inside for term in terms)

    def statement(self, section: int, statement: Statement) -> float:
        inside, count = self._inside[section], len(self._inside)
        worth = sum(
            (1 + math.log(inside[term])) * math.log(1 + count / self._sections[term])
            for term in statement.terms
        )
        return worth / math.sqrt(statement.words + _SHORT_SENTENCE)


def _total(statements: list[Statement]) -> Counter[str]:
    total: Counter[str] = Counter()
    for statement in statements:
        total.update(statement.terms)
    return total


def _manner(statement: Statement, index: int) -> float:
    """How fit a statement is for a summary by its looks: place, length, figures; lists and tables stand back."""
    unit = statement.first
    fitness = 1.4 if index == 0 else 1.1 if unit.opens_paragraph else 1.0
    if pattern("signals").search(unit.text):
        fitness *= 1.15
    if statement.words > _LONG_SENTENCE:
        fitness *= _LONG_SENTENCE / statement.words
    if statement.is_detail:
        fitness *= 0.1
    if unit.text.endswith(("?", "？", "؟")) or statement.words < _SHORT_SENTENCE:
        fitness *= 0.5
    if len(statement.units) == 1 and unit.text.endswith((":", "：")):
        fitness *= 0.2
    return fitness * (0.8 if unit.kind == "item" else 1.0)
