"""Finds the blueprint that serves a prompt, says why and how sure, or says honestly that none does."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from protokit.beyond import Beyond
from protokit.blueprint import Blueprint
from protokit.features import features, words

ACCEPT = 0.4
"""The least confidence at which a blueprint is taken at all."""
CLOSE = 0.6
"""A runner-up with this share of the winner's confidence is worth a question."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What routing made of a prompt. `blueprint` is None when nothing serves it; `beyond` then says what it asks for."""

    blueprint: str | None
    confidence: float
    """0 to 1: how sure, of the blueprint or of the kind beyond."""
    because: tuple[str, ...]
    """The words of the prompt that decided, most telling first."""
    runner_up: str | None
    """The blueprint that came second."""
    runner_up_confidence: float
    considered: tuple[tuple[str, float], ...]
    """Every blueprint and kind beyond with its confidence, best first; they sum to 1."""
    question: str | None
    """What to ask the person when two are close."""
    beyond: Beyond | None


def route(prompt: str, blueprints: Mapping[str, Blueprint], beyond: Iterable[Beyond]) -> Choice:
    """Return the blueprint for the cleaned `prompt`, or a Choice without one. Nothing but the given data names a kind."""
    kinds: dict[str, Blueprint | Beyond] = {**{entry.kind: entry for entry in beyond}, **blueprints}
    asked = features(prompt)
    scores = {name: _evidence(asked, prompt, kind) for name, kind in kinds.items()}
    total = sum(math.exp(8 * score) for score in scores.values())
    shares = sorted(
        ((name, math.exp(8 * score) / total) for name, score in scores.items()), key=lambda pair: -pair[1]
    )
    name, confidence = shares[0]
    chosen = kinds[name]
    ranked = [pair for pair in shares if pair[0] in blueprints and pair[0] != name]
    runner_up, runner_up_confidence = ranked[0] if ranked else (None, 0.0)
    served = name in blueprints and scores[name] > 0
    close = served and runner_up is not None and runner_up_confidence > CLOSE * confidence
    return Choice(
        blueprint=name if served else None,
        confidence=round(confidence, 3),
        because=tuple(_telling(prompt, chosen)),
        runner_up=runner_up,
        runner_up_confidence=round(runner_up_confidence, 3),
        considered=tuple((name, round(share, 3)) for name, share in shares),
        question=_question(blueprints[name], blueprints[runner_up]) if close and runner_up else None,
        beyond=chosen if isinstance(chosen, Beyond) and scores[name] > 0 else None,
    )


def _question(one: Blueprint, two: Blueprint) -> str:
    return f"Which is nearer: {one.title} ({one.pitch}) or {two.title} ({two.pitch})?"


def _evidence(asked: set[str], prompt: str, kind: Blueprint | Beyond) -> float:
    nearest = max((_overlap(asked, features(example)) for example in kind.examples), default=0.0)
    found = set(words(prompt))
    strong = sum(word in found for word in kind.words.strong)
    weak = sum(word in found for word in kind.words.weak)
    return nearest + 0.3 * strong + 0.1 * weak


def _overlap(one: set[str], two: set[str]) -> float:
    return len(one & two) / math.sqrt(len(one) * len(two)) if one and two else 0.0


def _telling(prompt: str, kind: Blueprint | Beyond) -> Iterable[str]:
    told = {*kind.words.strong, *kind.words.weak}
    return [word for word in dict.fromkeys(words(prompt)) if word in told]
