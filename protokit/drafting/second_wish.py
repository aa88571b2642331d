"""Hears what else is asked for beside what is made: by a line with two wishes, or by documents that are all alike."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protokit.catalog import lookup
from protokit.catalog.out_of_scope import OutOfScope, out_of_scope
from protokit.drafting.prompt_patterns import piece
from protokit.drafting.router import RoutingDecision, route
from protokit.drafting.router_features import Kind, match_features

_SURE, _PLAIN, _STRANGE = 0.5, 0.7, 0.25
"""The confidence that a part of a line needs, a part that nothing serves, and the most of the other part's kind."""
_FEWEST_FORMS, _FEWEST_FIELDS = 5, 3
_FEWEST_LETTERS = 8
"""Of a part that can be a wish."""
_NEIGHBOURS = frozenset({"chatbot", "rag-search"})
"""Both answer questions from documents: who asks for both wants one thing."""


@dataclass(frozen=True, slots=True)
class SecondWish:
    """What else could be made."""

    words: str
    """Those of the line; empty where the documents suggest it."""
    blueprint: str | None = None
    """None where no blueprint does it."""
    beyond: OutOfScope | None = None
    """What it asks for instead."""
    fields: tuple[str, ...] = ()
    """What all documents have, where they are alike."""


def second_wish(prompt: str, made: str) -> SecondWish | None:
    """Return the wish in the cleaned `prompt` that the blueprint `made` leaves open, None where there is one wish."""
    served = lookup.blueprints()
    for parts in _splits(prompt):
        routed = [route(part, served, out_of_scope()) for part in parts]
        kinds = [choice.considered[0] for choice in routed]
        if not _differ(routed) or not all(map(_is_plain, parts, routed)):
            continue
        names = [name for name, _ in kinds]
        own = next((at for at, name in enumerate(names) if _same(name, made)), None)
        if own is not None:
            words, choice, name = parts[1 - own], routed[1 - own], names[1 - own]
            if name in served:
                return SecondWish(words, name)
            return SecondWish(words, beyond=choice.beyond) if choice.beyond else None
    return None


def alike_forms(texts: Sequence[str], made: str) -> SecondWish | None:
    """Return the offer of a table where `texts` are many forms with the same fields, and something else is `made`."""
    from protokit.drafting.draft_fields import common_labels

    kind = next((name for name, card in lookup.blueprints().items() if card.fields), None)
    if kind is None or kind == made or len(texts) < _FEWEST_FORMS:
        return None
    fields = common_labels(texts)
    return SecondWish("", kind, fields=tuple(fields)) if len(fields) >= _FEWEST_FIELDS else None


def _splits(prompt: str) -> Iterator[tuple[str, str]]:
    for joint in re.finditer(piece("BETWEEN_WISHES"), prompt, re.IGNORECASE):
        parts = prompt[: joint.start()].strip(" ,.;"), prompt[joint.end() :].strip(" ,.;")
        if all(_says_enough(part) for part in parts):
            yield parts


def _says_enough(part: str) -> bool:
    return len(part) >= (_FEWEST_LETTERS if part.isascii() else _FEWEST_LETTERS // 2)


def _is_plain(part: str, routed: RoutingDecision) -> bool:
    """Whether a part of a line says by a word of its own what it asks for."""
    (name, share), *_ = routed.considered
    served = lookup.blueprints()
    if share < (_SURE if name in served else _PLAIN):
        return False
    beyond: dict[str, Kind] = {each.kind: each for each in out_of_scope()}
    if match_features(part, {name: {**beyond, **served}[name]})[name].strong:
        return True
    asks = name in served and served[name].takes == "question"
    return asks and bool(re.search(piece("ASKING"), part, re.IGNORECASE))


def _differ(routed: Sequence[RoutingDecision]) -> bool:
    """Whether each of two parts asks for something that the other does not."""
    one, other = routed
    first, second = one.considered[0][0], other.considered[0][0]
    if _same(first, second) or "unclear" in (first, second):
        return False
    return dict(one.considered)[second] < _STRANGE and dict(other.considered)[first] < _STRANGE


def _same(one: str, other: str) -> bool:
    return one == other or {one, other} == _NEIGHBOURS
