"""Finds the blueprint that serves a prompt, says why and how sure, or says honestly that none does."""

import json
import math
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.out_of_scope import OutOfScope
from protokit.drafting.router_features import Kind, RouterEvidence, features, match_features
from vectorstore.text.plain_words import words

ACCEPT = 0.28
"""All blueprints together need this much confidence; below it, the honest no."""
UNKNOWN = 0.6
"""The same where no word of the prompt is known, only parts of words: nonsense has those too."""
LEAST, BEHIND = 0.15, 0.3
"""The first blueprint alone needs this much confidence, and this share of that of the likeliest kind beyond."""
CLOSE = 0.5
"""Another blueprint with this share of the winner's confidence is worth a question."""
DOUBT = 0.2
"""The same for a kind beyond: a prototype made with the doubt said beats a refusal of what could have been served,
and what is taken silently should be right."""
_WEIGHTS = Path(__file__).with_name("router.tsv")
_NEW = 1.5
"""Bonus of a kind the weights have never seen, in place of what they would have learnt."""
_FAVOURS = 0.2
"""A word whose weight for a kind is above this is a reason to take it."""
_TELLING = 3
"""At most so many words are given as the reason."""

Share = tuple[str, float]
"""A kind's name and its share of the confidence."""


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """What routing made of a prompt. `blueprint` is None when nothing serves it; `beyond` then says what it is."""

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
    beyond: OutOfScope | None
    """What it asks for instead, None when that could not be told; beside a blueprint, what it may ask for instead."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What benchmarks/train_router.py learnt: a row of whole steps for each feature, a column for each kind."""

    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    strong: float
    weak: float
    alike: float
    step: float
    lines: bytes
    """Lines of a feature, a tab and its steps, sorted: the few of one prompt are found by halving, none is split."""

    def row(self, feature: str) -> tuple[float, ...] | None:
        """The weights of `feature`, one for each of `kinds`; None when it was never seen."""
        key, low, high = f"{feature}\t".encode(), 0, len(self.lines)
        while low < high:
            start = self.lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self.lines.index(b"\n", start)
            if self.lines.startswith(key, start):
                return tuple(int(value) * self.step for value in self.lines[start + len(key) : end].split())
            low, high = (end + 1, high) if self.lines[start:end] < key else (low, start)
        return None


@cache
def weights() -> Weights:
    """The weights that come with protokit (2 MB, read in a millisecond)."""
    head, _, body = _WEIGHTS.read_bytes().partition(b"\n")
    shared = json.loads(head)
    kinds, bias = tuple(shared["kinds"]), tuple(shared["bias"])
    return Weights(kinds, bias, shared["strong"], shared["weak"], shared["alike"], shared["step"], body)


def route(prompt: str, blueprints: Mapping[str, Blueprint], beyond: Iterable[OutOfScope]) -> RoutingDecision:
    """Return the blueprint for the cleaned `prompt`, or a Choice without one. Only the given data names a kind."""
    kinds: dict[str, Kind] = {**{entry.kind: entry for entry in beyond}, **blueprints}
    learnt, evidence = _learnt(prompt), {**match_features(prompt, kinds), **_quoted(prompt, blueprints)}
    scores = {name: _score(name, kind, evidence[name], learnt) for name, kind in kinds.items()}
    shares = _shares({**scores, **_extended(blueprints, scores, evidence)})
    ranked = [(name, share) for name, share in shares if name in blueprints]
    served = is_likely(ranked, shares) and _is_enough(prompt, ranked, kinds, evidence)
    first, confidence = ranked[0] if served else shares[0]
    rival = doubted(first, shares, blueprints) if served else None
    runner_up, runner_up_confidence = next(iter(ranked[served:]), (None, 0.0))
    other = kinds[rival or first]
    return RoutingDecision(
        blueprint=first if served else None,
        confidence=round(confidence, 3),
        because=_because(prompt, first, kinds[first], evidence[first]),
        runner_up=runner_up,
        runner_up_confidence=round(runner_up_confidence, 3),
        considered=tuple((name, round(share, 3)) for name, share in shares),
        question=question_between(kinds[first], other) if rival else None,
        beyond=other if isinstance(other, OutOfScope) else None,
    )


def is_likely(ranked: Sequence[Share], shares: Sequence[Share]) -> bool:
    """Whether the first of the blueprints `ranked` is likely enough beside all other kinds (`shares`)."""
    return bool(ranked) and ranked[0][1] >= max(LEAST, BEHIND * shares[0][1])


def _is_enough(
    prompt: str, ranked: Sequence[Share], kinds: Mapping[str, Kind], evidence: Mapping[str, RouterEvidence]
) -> bool:
    """Whether the blueprints together have confidence enough to take the first, with a reason to tell."""
    first = ranked[0][0]
    least = ACCEPT if evidence[first].found or _is_known(prompt) else UNKNOWN
    if sum(share for _, share in ranked) < least:
        return False
    return bool(_because(prompt, first, kinds[first], evidence[first]))


def doubted(first: str, shares: Sequence[Share], blueprints: Container[str]) -> str | None:
    """What may be meant instead of the blueprint `first`, None if nothing. `shares` are those of all kinds."""
    confidence = dict(shares)[first]
    rivals = (
        name
        for name, share in shares
        if name != first and share > confidence * (CLOSE if name in blueprints else DOUBT)
    )
    return next(rivals, None)


def _learnt(prompt: str) -> dict[str, float]:
    """Score of each kind that the weights know."""
    known = weights()
    rows = [row for feature in features(prompt) if (row := known.row(feature))]
    length = math.sqrt(max(len(rows), 1))
    return {
        name: known.bias[at] + sum(row[at] for row in rows) / length for at, name in enumerate(known.kinds)
    }


def _is_known(prompt: str) -> bool:
    """Whether any word of the prompt that can tell something was learnt whole."""
    known = weights()
    return any((len(word) > 3 or not word.isascii()) and known.row(word) for word in words(prompt))


def _quoted(prompt: str, blueprints: Mapping[str, Blueprint]) -> dict[str, RouterEvidence]:
    """The evidence for blueprints the weights have never seen, one of whose own examples the prompt is."""
    new = {name: card for name, card in blueprints.items() if name not in weights().kinds}
    asked = features(prompt) if new else set()
    quoted = {
        name: card for name, card in new.items() if any(features(text) == asked for text in card.examples)
    }
    return {name: replace(found, alike=1.0) for name, found in match_features(prompt, quoted).items()}


def _extended(
    blueprints: Mapping[str, Blueprint], scores: Mapping[str, float], evidence: Mapping[str, RouterEvidence]
) -> dict[str, float]:
    """Scores of blueprints that extend one the weights know and are nearer to the prompt: as much, and more."""
    known, found = weights(), dict[str, float]()
    for name, card in blueprints.items():
        below = card.below.name if card.below else ""
        if name in known.kinds or below not in scores:
            continue
        ahead = known.alike * (evidence[name].alike - evidence[below].alike)
        ahead += known.strong * evidence[name].strong
        if ahead > 0:
            found[name] = max(scores[name], scores[below] + ahead)
    return found


def _score(name: str, kind: Kind, evidence: RouterEvidence, learnt: Mapping[str, float]) -> float:
    known = weights()
    said = known.strong * evidence.strong + known.weak * evidence.weak + known.alike * evidence.alike
    return said + learnt.get(name, _NEW if evidence.strong or evidence.alike > 0.4 else 0.0)


def _shares(scores: Mapping[str, float]) -> list[Share]:
    most = max(scores.values())
    raised = {name: math.exp(score - most) for name, score in scores.items()}
    total = sum(raised.values())
    return sorted(
        ((name, value / total) for name, value in raised.items()), key=lambda pair: (-pair[1], pair[0])
    )


def _because(prompt: str, name: str, kind: Kind, evidence: RouterEvidence) -> tuple[str, ...]:
    """The words of the prompt that speak most for `kind`: those its card lists, then those learnt."""
    listed = [_as_said(word, prompt) for word in evidence.found]
    long_enough = [word for word in _WORD.findall(prompt) if _tells(word)]
    weighed = {word: _weight(word, name, kind) for word in long_enough}
    favoured = sorted((word for word in weighed if weighed[word] > _FAVOURS), key=lambda word: -weighed[word])
    return tuple(_distinct([*listed, *favoured]))[:_TELLING]


def _tells(word: str) -> bool:
    """Whether a person would take `word` for a reason: not "sobre", "with" or "the"."""
    from vectorstore.text.languages import FUNCTION_WORDS

    known = any(word.lower() in vocabulary for vocabulary in FUNCTION_WORDS.values())
    return not known and (len(word) > 3 or not word.isascii())


_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def _weight(word: str, name: str, kind: Kind) -> float:
    """What was learnt of `word` for a kind, by its parts if it was never seen whole; 1 for a word of its examples."""
    known = weights()
    if name not in known.kinds:
        return float(any(word.lower() in example.lower() for example in kind.examples))
    at = known.kinds.index(name)
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


def question_between(one: Kind, other: Kind) -> str:
    """Return what to ask where either may be meant; a kind beyond that nothing is near to is no offer."""
    if isinstance(other, OutOfScope) and not other.nearest:
        return f"Is this what you want: {_offer(one)}?"
    return f"Which is nearer to what you want: {_offer(one)}, or {_offer(other)}?"


def _offer(kind: Kind) -> str:
    if isinstance(kind, OutOfScope):
        return f"{kind.title}, which no blueprint does yet"
    return f"{kind.title} ({kind.pitch.rstrip('.')})"
