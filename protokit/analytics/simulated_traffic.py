"""Traffic that nobody caused: a month of it, so that one sees what the numbers of a prototype will be like."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from protokit.files.layout import EVENTS_FILE
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog
from protokit.runtime.usage.feedback import SIMULATED, Opinion
from protokit.runtime.usage.prices import cost

_DAY = 86_400.0
_DAYS = 30
_HOURS = (8, 9, 9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 15, 16, 17, 20)
_WORKING, _WEEKEND = 1.0, 0.15
"""How likely somebody who comes back at all does so on such a day."""
Columns = dict[str, object]
"""What is stored of a question beside its answer."""
Probability = Annotated[float, Meta(ge=0, le=1)]


class TrafficModel(Struct, frozen=True, forbid_unknown_fields=True):
    """How simulated visitors behave."""

    visitors: int
    return_rate: Probability
    """Of coming again on a working day, for the visitor in the middle; few come much more often."""
    pleased: Probability
    """Of thumbs up, where somebody gives thumbs on an answer."""
    would_use: Probability
    """Of 8 to 10 on "Would you use this?", where somebody answers it."""
    right: Probability
    """Of an answer being judged right, where it is judged."""
    gaps: Probability
    """Of asking something that the documents do not answer."""
    model: str
    """Whose price the answers cost, "openai:gpt-4.1-mini"."""
    seconds: float
    """The median wait for a whole answer."""
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Visitor:
    name: str
    first_day: int
    eagerness: float
    """A factor on coming again and on asking on; the heavy tail of use."""


def simulate_month(
    folder: Path, traffic: TrafficModel, answers: Sequence[Answer], *, seed: int, now: float | None = None
) -> int:
    """Write a month of traffic that ends at `now` into the events of the prototype in `folder`; return how many
    questions. `answers` are what the prototype answers to the questions that are asked, the most popular first: who
    asks, when, what it cost and what they thought of it is simulated. Raises sqlite3.Error.
    """
    chance = Random(seed)
    end = now or time.time()
    start = end // _DAY * _DAY - (_DAYS - 1) * _DAY
    people = [_visitor(chance, number) for number in range(traffic.visitors)]
    questions = [each for person in people for each in _questions(chance, person, traffic, answers, start)]
    questions = sorted((each for each in questions if each[0] <= end), key=itemgetter(0))
    rows = [(answer, {"time": moment, **columns}) for moment, answer, columns in questions]
    EventLog(folder / EVENTS_FILE).record_all(rows, _opinions(chance, people, traffic, start))
    return len(rows)


def _visitor(chance: Random, number: int) -> _Visitor:
    first = min(int(chance.expovariate(1 / 7.0)), _DAYS - 2)
    return _Visitor(f"{SIMULATED}{number + 1:03}", first, min(chance.paretovariate(1.3), 12.0))


def _questions(
    chance: Random, person: _Visitor, traffic: TrafficModel, answers: Sequence[Answer], start: float
) -> Iterator[tuple[float, Answer, Columns]]:
    answered = [each for each in answers if each.found] or answers
    gaps = [each for each in answers if not each.found]
    for day in range(person.first_day, _DAYS):
        weekday = _WEEKEND if (int(start // _DAY) + day + 3) % 7 > 4 else _WORKING
        if day > person.first_day and chance.random() > traffic.return_rate * person.eagerness * weekday:
            continue
        moment = start + day * _DAY + chance.choice(_HOURS) * 3600 + chance.random() * 3600
        for _ in range(1 + min(int(chance.expovariate(1 / (0.9 * person.eagerness))), 9)):
            answer = _choice(chance, gaps if gaps and chance.random() < traffic.gaps else answered)
            columns: Columns = {
                "session": f"{person.name} {day}",
                "visitor": person.name,
                "traffic": "simulated",
            }
            yield moment, _priced(chance, answer, traffic), columns | _said(chance, answer, traffic)
            moment += 30 + chance.expovariate(1 / 60)


def _choice(chance: Random, answers: Sequence[Answer]) -> Answer:
    """One of the answers, the first ones more often."""
    return answers[min(int(chance.expovariate(3.0 / len(answers))), len(answers) - 1)]


def _priced(chance: Random, answer: Answer, traffic: TrafficModel) -> Answer:
    """The answer with the tokens, waits and price that the model's would have."""
    sent = sum(len(passage.text) for passage in answer.passages) // 4 + 600
    written = int(max(len(answer.text) // 4, 20) * chance.uniform(0.8, 1.3))
    seconds = traffic.seconds * chance.lognormvariate(0, 0.45)
    return replace(
        answer,
        model=traffic.model,
        tokens_in=sent,
        tokens_out=written,
        seconds=seconds,
        seconds_to_first=seconds * chance.uniform(0.2, 0.4),
        search_seconds=seconds * 0.1,
        dollars=cost(traffic.model, sent, written).dollars,
    )


def _said(chance: Random, answer: Answer, traffic: TrafficModel) -> Columns:
    """Thumbs of some visitors, and what the owner said of some answers."""
    pleased = traffic.pleased if answer.found else 0.15
    thumbs = (1 if chance.random() < pleased else -1) if chance.random() < 0.3 else None
    comment = (
        chance.choice(traffic.comments) if thumbs and traffic.comments and chance.random() < 0.06 else ""
    )
    right = chance.random() < (traffic.right if answer.found else 0.9)
    judgement = ("right" if right else "wrong") if chance.random() < 0.12 else ""
    return {"feedback": thumbs, "comment": comment, "judgement": judgement}


def _opinions(
    chance: Random, people: Sequence[_Visitor], traffic: TrafficModel, start: float
) -> Iterator[Opinion]:
    for person in people:
        if chance.random() < 0.35:
            keen = chance.random() < traffic.would_use
            score = chance.choice((8, 8, 9, 9, 10) if keen else (2, 3, 4, 5, 6, 7))
            when = start + (person.first_day + 0.6) * _DAY
            comment = chance.choice(traffic.comments) if traffic.comments and chance.random() < 0.2 else ""
            yield Opinion(when, person.name, SIMULATED.strip(), 1 if keen else None, score, comment)
