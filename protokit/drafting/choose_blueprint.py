"""Decides what a line asks for: routes it, and lets documents settle what the line leaves open."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.catalog.out_of_scope import out_of_scope
from protokit.drafting.draft import without_constraints
from protokit.drafting.prompt_patterns import piece
from protokit.drafting.router import RoutingDecision, question_between, route

_ASKED, _TABLES = "rag-search", "data-analyst"
_UNCLEAR = "unclear"
_TABLE_TYPES = frozenset({".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet"})
_FAR = 1.5
"""So many times likelier must it be that a line is unclear than that it asks for the likeliest blueprint."""
_PLAIN_NO = 0.75
"""A kind beyond that is as sure as this is what the line asks for, unless it speaks of asking as well."""


def choose(prompt: str, documents: Mapping[str, object] | None = None) -> RoutingDecision:
    """Return the blueprint for the cleaned `prompt`: by what it asks for, and by how only where that leaves a doubt.

    `documents` (by file name) can always be asked: with them every line gets one, with the doubt said where it plainly
    wants something else, and an empty `prompt` will do.
    """
    choice = _routed(prompt) if any(map(str.isalnum, prompt)) else None
    return _settled(prompt, choice, documents) if documents else _plain(choice or _routed(prompt))


def _plain(choice: RoutingDecision) -> RoutingDecision:
    """`choice` without the blueprint where the line is far likelier to say nothing that can be made."""
    unclear = dict(choice.considered).get(_UNCLEAR, 0.0)
    if choice.blueprint is None or unclear < _FAR * choice.confidence:
        return choice
    return replace(choice, blueprint=None, confidence=unclear, question=None)


def _routed(prompt: str) -> RoutingDecision:
    served, beyond = lookup.blueprints(), out_of_scope()
    bare = without_constraints(prompt)
    choice = route(bare, served, beyond) if any(map(str.isalnum, bare)) else None
    if choice is None or choice.blueprint is None or (choice.question and choice.beyond is None):
        return route(prompt, served, beyond)
    return choice


def _settled(prompt: str, choice: RoutingDecision | None, documents: Mapping[str, object]) -> RoutingDecision:
    """What `documents` make of a line: their being there answers what it leaves open."""
    served = lookup.blueprints()
    tables = _TABLES in served and all(PurePath(name).suffix.lower() in _TABLE_TYPES for name in documents)
    if choice is None:
        name = _TABLES if tables else _ASKED
        return RoutingDecision(name, 1.0, (), None, 0.0, ((name, 1.0),), None, None)
    if choice.blueprint and not choice.question and not (tables and _asks(served, choice.blueprint)):
        return choice
    unclear = choice.beyond is not None and choice.beyond.kind == _UNCLEAR
    name = _TABLES if tables else (not unclear and choice.blueprint) or _asked_by(choice, served)
    return replace(
        choice,
        blueprint=name,
        confidence=dict(choice.considered).get(name, 0.0),
        because=choice.because if name == choice.blueprint else (),
        question=_question(prompt, choice, served[name]),
        beyond=None if unclear else choice.beyond,
    )


def _asked_by(choice: RoutingDecision, served: Mapping[str, Blueprint]) -> str:
    """The likeliest of those that are asked a question."""
    return next((name for name, _ in choice.considered if _asks(served, name)), _ASKED)


def _asks(served: Mapping[str, Blueprint], name: str) -> bool:
    return name in served and served[name].takes == "question"


def _question(prompt: str, choice: RoutingDecision, taken: Blueprint) -> str | None:
    """What to ask of a line that leaves a doubt although there are documents."""
    if choice.blueprint is None and choice.beyond and _wants_something_else(prompt, choice):
        return question_between(taken, choice.beyond)
    return choice.question if choice.blueprint == taken.name and not choice.beyond else None


def _wants_something_else(prompt: str, choice: RoutingDecision) -> bool:
    """Whether a line plainly names a kind that none serves, and nothing in it may be a question."""
    beyond = choice.beyond
    plain = beyond is not None and beyond.kind != _UNCLEAR and choice.confidence >= _PLAIN_NO
    return plain and not re.search(piece("ASKING"), prompt, re.IGNORECASE)
