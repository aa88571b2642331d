"""Reads a line into the list of changes that it asks for, without a model; what nothing is made of is named."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from protokit.drafting.constraints import find_constraints
from protokit.errors import PromptProblem
from protokit.revise.change_values import PATTERNS, VALUES
from protokit.revise.requested_change import Action, ChangeRequest, RequestedChange
from protokit.runtime.prototype_fields import Constraint
from protokit.spec.names import clean_prompt

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|„[^“]*“|‘[^’]*’|(?<!\w)'[^']*'(?!\w)")
_QUOTES = "\"'“”«»„‘’ "
_OF_CONSTRAINTS = {"max_words": "length"}
"""Kinds of a constraint that are another subject here."""
_WHOLE = "<WHOLE>"
_LONGEST = 400
_EXAMPLE = 'Say it in a line: protokit change . "shorter answers, in French"'


def read_changes(line: str) -> ChangeRequest:
    """Return what `line` asks for, in its order. Raises PromptProblem for a line that is empty, too long, not text."""
    cleaned = clean_prompt(line, documents=True)
    if not cleaned:
        raise PromptProblem("nothing was said to change", fix=_EXAMPLE)
    changes: list[RequestedChange] = []
    missed: list[str] = []
    last: Mapping[str, Any] = {}
    for clause in _clauses(cleaned):
        rule, found = _read(clause)
        if not found and last.get("list") and len(clause.split()) <= 4:
            found = _listed(
                last, _bare(clause), changes[-1].of, clause
            )  # "add fields vendor, date and total"
        else:
            last = rule
        changes += found
        if not found and (bare := _bare(clause)):
            missed.append(bare)
    return ChangeRequest(line=cleaned, changes=tuple(dict.fromkeys(changes)), not_understood=tuple(missed))


def _clauses(line: str) -> Iterator[str]:
    """The parts of `line` that each ask for something; what stands in quotes is never split."""
    hidden = _QUOTED.findall(line)
    masked = _QUOTED.sub(lambda match: f"\0{hidden.index(match[0])}\0", line)

    def shown(text: str) -> str:
        return re.sub(r"\0(\d+)\0", lambda match: hidden[int(match[1])], text).strip(" .!")

    for part in filter(None, map(str.strip, re.split(PATTERNS.text("between"), masked))):
        pieces = [piece for piece in re.split(PATTERNS.text("joined"), part) if piece.strip()]
        yield from map(shown, pieces if len(pieces) > 1 and _each_is_one(pieces, shown) else [part])


def _each_is_one(pieces: list[str], shown: Callable[[str], str]) -> bool:
    """Whether each of the pieces that an "and" joins asks for something by itself: "short and in French" does."""
    return all(_read(shown(piece))[1] for piece in pieces)


@cache
def _read(clause: str) -> tuple[Mapping[str, Any], tuple[RequestedChange, ...]]:
    """The rule that `clause` meets, if it meets one, and the changes it asks for."""
    bare = _bare(clause)
    if wishes := _of_rules(bare, clause, before_constraints=True):
        return wishes
    if constraints := tuple(_of_constraint(each) for each in find_constraints(bare)):
        return {}, constraints
    return _of_rules(bare, clause, before_constraints=False) or ({}, ())


def _of_rules(
    bare: str, clause: str, *, before_constraints: bool
) -> tuple[Mapping[str, Any], tuple[RequestedChange, ...]] | None:
    for rule, patterns in _rules():
        if (rule["what"] == "instruction") == before_constraints:
            continue
        for pattern in patterns:
            match = pattern.fullmatch(bare)
            if match and (found := _of_rule(rule, match, clause)):
                return rule, found
    return None


@cache
def _rules() -> tuple[tuple[Mapping[str, Any], tuple[re.Pattern[str], ...]], ...]:
    return tuple(
        (rule, tuple(re.compile(PATTERNS.fill(each), re.IGNORECASE) for each in rule["patterns"]))
        for rule in PATTERNS.get("rules")
    )


def _of_rule(rule: Mapping[str, Any], match: re.Match[str], clause: str) -> tuple[RequestedChange, ...]:
    groups = {name: text for name, text in match.groupdict().items() if text}
    said = groups.get("value") or groups.get("value1") or ""
    value = match[0] if rule.get("value") == _WHOLE else str(rule.get("value", said)).strip(_QUOTES)
    value = VALUES[rule["as"]](value) if "as" in rule else value
    of = str(rule.get("of", groups.get("of", ""))).strip(_QUOTES)
    if max(len(value), len(of)) > _LONGEST or not (value or _may_be_empty(rule, match)):
        return ()
    if rule.get("list"):
        return _listed(rule, said, of, clause)
    action: Action = rule.get("do", "set")
    return (RequestedChange(what=rule["what"], do=action, value=value, of=of, words=clause),)


def _may_be_empty(rule: Mapping[str, Any], match: re.Match[str]) -> bool:
    """Whether the rule needs no value, or has one of its own."""
    return "value" in rule or "value" not in match.re.groupindex


def _listed(rule: Mapping[str, Any], said: str, of: str, clause: str) -> tuple[RequestedChange, ...]:
    """One change for each item of a list: "vendor, date and total"."""
    items = [
        re.sub(rf"^{PATTERNS.text('pieces', 'THE')}", "", item, flags=re.IGNORECASE).strip(_QUOTES)
        for item in re.split(PATTERNS.text("items"), said, flags=re.IGNORECASE)
    ]
    return tuple(
        RequestedChange(what=rule["what"], do=rule.get("do", "set"), value=item, of=of, words=clause)
        for item in items
        if item
    )


def _of_constraint(wish: Constraint) -> RequestedChange:
    action: Action = "add" if wish.kind in ("never", "only", "format") else "set"
    what: Any = _OF_CONSTRAINTS.get(wish.kind, wish.kind)
    of = "answers" if wish.kind == "budget" else ""
    return RequestedChange(what=what, do=action, value=str(wish.value), of=of, words=wish.words)


def _bare(clause: str) -> str:
    """`clause` without politeness."""
    polite = re.compile(PATTERNS.text("pieces", "POLITE"), re.IGNORECASE)
    return polite.sub("", clause.strip()).strip(" ,.!")
