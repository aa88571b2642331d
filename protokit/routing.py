"""Finds the blueprint that serves a prompt, says why and how sure, or says honestly that none does."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from protokit.beyond import Beyond
from protokit.blueprint import Blueprint
from protokit.evidence import Evidence, Kind, gather
from protokit.features import features, words

ACCEPT = 0.28
"""The least confidence at which a blueprint is taken."""
CLOSE = 0.5
"""A runner-up with this share of the winner's confidence is worth a question."""
_WEIGHTS = Path(__file__).with_name("router.tsv")
_SERVED = 0.7
"""Bonus of a blueprint over a kind beyond: where both fit, a prototype with a question beats a refusal. It and ACCEPT
were chosen by cross-validation on the training half: 97% of core prompts right, 2% of the others accepted."""
_NEW = 1.5
"""Bonus of a kind the weights have never seen, in place of what they would have learnt."""
_TELLING = 3
"""At most so many words are given as the reason."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What routing made of a prompt. `blueprint` is None when nothing serves it; `beyond` then says what it asks for."""

    blueprint: str | None
    confidence: float
    """0 to 1: how sure, of the blueprint or of the kind beyond."""
    because: tuple[str, ...]
    """The words of the prompt that decided, most telling first."""
    runner_up: str | None
    """The blueprint that came second; when none is chosen, the one that came nearest."""
    runner_up_confidence: float
    considered: tuple[tuple[str, float], ...]
    """Every blueprint and kind beyond with its confidence, best first; they sum to 1."""
    question: str | None
    """What to ask the person when two are close."""
    beyond: Beyond | None
    """What it asks for instead; also None when that could not be told."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What benchmarks/train_router.py learnt: a row of whole steps for each feature, a column for each kind."""

    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    strong: float
    weak: float
    alike: float
    step: float
    rows: Mapping[str, str]
    """Feature -> the steps as text: parsing the few rows of one prompt is quicker than parsing all."""

    def row(self, feature: str) -> tuple[float, ...] | None:
        """The weights of `feature`, one for each of `kinds`; None when it was never seen."""
        steps = self.rows.get(feature)
        return tuple(int(value) * self.step for value in steps.split(" ")) if steps is not None else None


@cache
def weights() -> Weights:
    """The weights that come with protokit (1 ms)."""
    head, _, body = _WEIGHTS.read_text(encoding="utf-8").partition("\n")
    rows = dict(line.split("\t", 1) for line in body.splitlines())
    shared = json.loads(head)
    return Weights(rows=rows, **{name: tuple(v) if isinstance(v, list) else v for name, v in shared.items()})


def route(prompt: str, blueprints: Mapping[str, Blueprint], beyond: Iterable[Beyond]) -> Choice:
    """Return the blueprint for the cleaned `prompt`, or a Choice without one. Nothing but the given data names a kind."""
    kinds: dict[str, Kind] = {**{entry.kind: entry for entry in beyond}, **blueprints}
    learnt, evidence = _learnt(prompt), gather(prompt, kinds)
    shares = _shares({name: _score(name, kind, evidence[name], learnt) for name, kind in kinds.items()})
    first, confidence = shares[0]
    rival, rival_confidence = next(
        (pair for pair in shares if pair[0] in blueprints and pair[0] != first), (None, 0.0)
    )
    because = _because(prompt, first, evidence[first], weights())
    served = first in blueprints and confidence >= ACCEPT and bool(because)
    second = shares[1][0] if len(shares) > 1 and shares[1][1] > CLOSE * confidence else None
    chosen = kinds[first]
    return Choice(
        blueprint=first if served else None,
        confidence=round(confidence, 3),
        because=because,
        runner_up=rival,
        runner_up_confidence=round(rival_confidence, 3),
        considered=tuple((name, round(share, 3)) for name, share in shares),
        question=_question(chosen, kinds[second]) if served and second else None,
        beyond=chosen if isinstance(chosen, Beyond) else None,
    )


def _learnt(prompt: str) -> dict[str, float]:
    """Score of each kind that the weights know."""
    known = weights()
    rows = [row for feature in features(prompt) if (row := known.row(feature))]
    length = math.sqrt(max(len(rows), 1))
    return {
        name: known.bias[at] + sum(row[at] for row in rows) / length for at, name in enumerate(known.kinds)
    }


def _score(name: str, kind: Kind, evidence: Evidence, learnt: Mapping[str, float]) -> float:
    known = weights()
    said = known.strong * evidence.strong + known.weak * evidence.weak + known.alike * evidence.alike
    said += 0.0 if isinstance(kind, Beyond) else _SERVED
    return said + learnt.get(name, _NEW if evidence.strong or evidence.alike > 0.4 else 0.0)


def _shares(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    most = max(scores.values())
    raised = {name: math.exp(score - most) for name, score in scores.items()}
    total = sum(raised.values())
    return sorted(
        ((name, value / total) for name, value in raised.items()), key=lambda pair: (-pair[1], pair[0])
    )


def _because(prompt: str, name: str, evidence: Evidence, known: Weights) -> tuple[str, ...]:
    """The words of the prompt that speak most for `name`: those its card lists, then those the weights favour."""
    at = known.kinds.index(name) if name in known.kinds else None
    listed = [said for word in evidence.found if (said := _as_said(word, prompt))]
    favoured: dict[str, float] = {}
    for word in re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", prompt) if at is not None else ():
        weight = _weight(word, at, known)
        if weight > 0.5 and (len(word) > 3 or not word.isascii()):
            favoured[word] = weight
    told = [*listed, *sorted(favoured, key=lambda word: -favoured[word])]
    return tuple(_distinct(told))[:_TELLING]


def _weight(word: str, at: int, known: Weights) -> float:
    """What the weights give `word` for the kind in column `at`; by the parts of the word when they never saw it whole."""
    if row := known.row(" ".join(words(word))):
        return row[at]
    rows = [row for feature in features(word) if (row := known.row(feature))]
    return sum(row[at] for row in rows) / math.sqrt(max(len(rows), 1))


def _as_said(word: str, prompt: str) -> str:
    """`word` as the prompt spells it."""
    at = prompt.lower().find(word.lower())
    return prompt[at : at + len(word)] if at >= 0 else word


def _distinct(told: Sequence[str]) -> list[str]:
    """Without repetitions, and without a word inside a phrase that is there already."""
    kept: list[str] = []
    for word in told:
        if not any(word.lower() in other.lower() for other in kept):
            kept.append(word)
    return kept


def _question(one: Kind, other: Kind) -> str:
    return f"Which is nearer to what you want: {_offer(one)}, or {_offer(other)}?"


def _offer(kind: Kind) -> str:
    if isinstance(kind, Beyond):
        return f"{kind.title} (no blueprint does that yet)"
    return f"{kind.title} ({kind.pitch.rstrip('.')})"
