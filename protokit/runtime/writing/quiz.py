"""A quiz from a text by gaps: a sentence without one of its facts or names, and wrong answers of the same kind."""

import random
import re
from typing import NamedTuple

from protokit.runtime.grounding.facts import facts
from protokit.runtime.writing.shape_text import ShapeInput

_NAME = re.compile(
    r"(?<=[a-z,;] )[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+){0,2}|^[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+){1,2}"
)
_TERM = re.compile(r"\b[^\W\d_]{7,}\b")
_QUESTIONS = {"short": 3, "medium": 6, "long": 12}
_WRONG = 3
_FEW = 3
"""Questions that a quiz has at least, be it by common words."""


class QuizGap(NamedTuple):
    """What is left out of a sentence, and what kind of thing it is."""

    sentence: str
    start: int
    end: int
    kind: str

    @property
    def answer(self) -> str:
        """The words that are left out."""
        return self.sentence[self.start : self.end]


def quiz(source: ShapeInput) -> str:
    """Questions with a gap each and up to four answers, all of them words of the input; the right ones at the end."""
    gaps = [
        gap for sentence in source.sentences if 5 <= len(sentence.split()) <= 45 for gap in _gaps(sentence)
    ]
    pool: dict[str, list[str]] = {}
    for gap in gaps:
        if gap.answer not in (known := pool.setdefault(gap.kind, [])):
            known.append(gap.answer)
    chosen = _chosen(gaps, pool, source.questions or _QUESTIONS[source.length])
    if not chosen:
        return ""
    words, lines, answers = source.words, list[str](), list[str]()
    for number, gap in enumerate(chosen, 1):
        options = _options(gap, pool[gap.kind])
        lines.append(f"{number}. {gap.sentence[: gap.start]}{words['gap']}{gap.sentence[gap.end :]}")
        lines += [f"   {letter}) {option}" for letter, option in zip("abcd", options, strict=False)]
        lines.append("")
        answers.append(f"{number}. {'abcd'[options.index(gap.answer)]}) {gap.answer}")
    return "\n".join([*lines, f"**{words['answers']}**", "", *answers])


def _gaps(sentence: str) -> list[QuizGap]:
    """What can be asked for in `sentence`, facts first."""
    gaps = []
    for fact in facts(sentence):
        if re.search(r"\d", fact.text) or fact.kind == "weekday":
            kind = f"{fact.kind} {fact.unit if fact.unit in ('%', 'eur', 'usd', 'gbp', 'time', 'months') else ''}"
            gaps.append(QuizGap(sentence, fact.start, fact.end, kind))
    taken = [(gap.start, gap.end) for gap in gaps]
    for kind, pattern in (("name", _NAME), ("term", _TERM)):
        for match in pattern.finditer(sentence):
            if not any(start < match.end() and match.start() < end for start, end in taken) and (
                kind == "name" or match[0].islower()
            ):
                gaps.append(QuizGap(sentence, *match.span(), kind))
                taken.append(match.span())
    return gaps


def _chosen(gaps: list[QuizGap], pool: dict[str, list[str]], most: int) -> list[QuizGap]:
    """One gap a sentence, of a kind that has wrong answers; facts and names before other words."""
    best: dict[str, QuizGap] = {}
    rank = {"name": 1, "term": 2}
    for gap in gaps:
        if len(pool[gap.kind]) < (2 if gap.kind not in rank else 3) or gap.sentence.count(gap.answer) > 1:
            continue
        before = best.get(gap.sentence)
        if before is None or rank.get(gap.kind, 0) < rank.get(before.kind, 0):
            best[gap.sentence] = gap
    order = sorted(best.values(), key=lambda gap: rank.get(gap.kind, 0))[:most]
    surer = [gap for gap in order if gap.kind != "term"]
    order = surer if len(surer) >= _FEW else order[:_FEW]
    return [gap for gap in best.values() if gap in order]


def _options(gap: QuizGap, pool: list[str]) -> list[str]:
    """The answer among others of its kind that do not stand in the sentence; the order is the same each time."""
    others = [each for each in pool if each.casefold() != gap.answer.casefold() and each not in gap.sentence]
    others.sort(key=lambda each: abs(len(each) - len(gap.answer)))
    options = [gap.answer, *others[:_WRONG]]
    random.Random(gap.sentence).shuffle(options)
    return options
