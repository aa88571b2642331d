"""Chooses what a summary says by the kind of text: what adds most, from every section of a report, nothing twice."""

import operator
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from protokit.runtime.summarization.content_units import count_words
from protokit.runtime.summarization.document_structure import Statement, TextSection
from protokit.runtime.summarization.sentence_scores import statement_scores
from protokit.runtime.summarization.summary_patterns import pattern
from protokit.runtime.summarization.summary_types import MOST_WORDS, Length
from protokit.runtime.summarization.text_kind import TextKind

_LONGEST_CHAIN = 3
_LONGEST_POINT = 100
_REPEATED = 0.1
_TOLD = 0.4
_FIRST_PASS = 2.0
_LOOKED_AT = 300
_USUAL_SENTENCE = 20
_SHORT_SENTENCE = 5
_FRUGALITY = 0.5


@dataclass(frozen=True, slots=True)
class _Budget:
    """How much of a short text is shown, as a share of its words, and how many words whatever their share."""

    share: float
    least_words: int


_BUDGETS: dict[Length, _Budget] = {
    "short": _Budget(0.15, 20),
    "medium": _Budget(0.25, 40),
    "long": _Budget(0.4, 60),
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
    is_detail: bool


def choose(
    sections: list[TextSection],
    length: Length,
    leans: Callable[[str], bool],
    kind: TextKind,
    most_words: int | None = None,
) -> list[SummaryCandidate]:
    """The choices in the order of the source.

    Of a report every section gives its best first: where there are more than the length has room for, a summary
    or decisions, the beginning and the largest sections. Then come the best of all, as long as the words last.
    Beyond `most_words` and what `length` has at most goes only a single choice where none is that short.
    """
    budget = _BUDGETS[length]
    most = min(MOST_WORDS[length], most_words or MOST_WORDS[length])
    choices = _as_short_as(most, _candidates(sections, leans, kind))
    room = min(most, max(budget.least_words, budget.share * sum(section.words for section in sections)))
    first_room = min(most, room * _FIRST_PASS)
    if kind == "report":
        chosen = _one_of_each_section(sections, choices, max(1, most // _USUAL_SENTENCE), first_room)
    else:
        fits = [choice for choice in choices if choice.words <= first_room] or choices
        chosen = sorted(fits, key=lambda choice: -choice.score)[:1]
    _best_of_the_rest(choices, chosen, room, kind)
    return sorted(chosen, key=lambda choice: (choice.section, choice.first))


def _as_short_as(most_words: int, choices: list[SummaryCandidate]) -> list[SummaryCandidate]:
    """Those that fit, without scraps such as "Thank you all." and details such as dates; or else the shortest."""
    told = [choice for choice in choices if not choice.is_detail] or choices
    fits = [choice for choice in told if _SHORT_SENTENCE <= choice.words <= most_words]
    return fits or sorted(choices, key=lambda choice: choice.words)[:1]


def _one_of_each_section(
    sections: list[TextSection], choices: list[SummaryCandidate], points: int, room: float
) -> list[SummaryCandidate]:
    """The best of each section, each held to its share of the words that are left, so that all get a hearing."""
    offers: dict[int, list[SummaryCandidate]] = {}
    for choice in choices:
        offers.setdefault(choice.section, []).append(choice)
    order = sorted(offers, key=lambda index: _rank(index, sections[index]))[:points]
    chosen: list[SummaryCandidate] = []
    for place, index in enumerate(order):
        remaining = room - sum(choice.words for choice in chosen)
        ration = remaining / (len(order) - place)
        fits = [choice for choice in offers[index] if not chosen or choice.words <= remaining]
        best = max(
            fits,
            key=lambda choice: _gain(choice, chosen) * min(1, ration / choice.words) ** _FRUGALITY,
            default=None,
        )
        if best and _novelty(best, chosen) >= _REPEATED:
            chosen.append(best)
    return chosen


def _rank(index: int, section: TextSection) -> tuple[bool, bool, int]:
    """Who is heard first: a summary or decisions, the beginning, then the larger ones."""
    return (not pattern("key_heading").match(section.heading), index > 0, -section.words)


def _best_of_the_rest(
    choices: list[SummaryCandidate], chosen: list[SummaryCandidate], room: float, kind: TextKind
) -> None:
    """Add to `chosen` what adds most; a section that has spoken already has to have more to say."""
    remaining = room - sum(choice.words for choice in chosen)
    per_section = Counter(choice.section for choice in chosen)
    best_first = sorted(choices, key=lambda choice: -choice.score)[:_LOOKED_AT]
    gains = {choice: _gain(choice, chosen) for choice in best_first}
    spread = kind == "report"
    while open_choices := [choice for choice in gains if choice.words <= remaining]:
        best = max(
            open_choices, key=lambda choice: gains[choice] / (1 + spread * per_section[choice.section])
        )
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
    sections: list[TextSection], leans: Callable[[str], bool], kind: TextKind
) -> list[SummaryCandidate]:
    scores = statement_scores(sections, kind)
    choices = []
    for number, section in enumerate(sections):
        is_table = section.is_table
        for index, statement in enumerate(section.statements):
            first = _beginning(section.statements, index, leans)
            if first is None or not statement.terms or (statement.first.kind == "row" and not is_table):
                continue
            if is_table and _is_header(section.statements, index):
                continue
            chain = section.statements[first : index + 1]
            words = max(1, sum(member.words + count_words(_label(member)) for member in chain))
            worth = scores[number][first : index + 1]
            score = sum(map(operator.mul, worth, (member.words for member in chain))) / words
            terms = frozenset(term for member in chain for term in member.terms)
            choices.append(SummaryCandidate(number, first, index, words, terms, score, statement.is_detail))
    return choices


def _is_header(statements: list[Statement], index: int) -> bool:
    """Whether it is the first of several rows, which names the columns."""
    rows = [
        0 <= at < len(statements) and statements[at].first.kind == "row" for at in range(index - 1, index + 2)
    ]
    return rows == [False, True, True]


def _label(statement: Statement) -> str:
    return statement.first.speaker if statement.first.label else ""


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
