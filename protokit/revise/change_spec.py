"""Makes one requested change in a Spec: nothing is read or written here, and what cannot be is a ProtokitError."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from protokit.errors import ChoiceProblem
from protokit.revise.requested_change import RequestedChange
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import (
    ChecklistItem,
    Constraint,
    Label,
    SpendingLimits,
)
from protokit.spec.names import clean_name
from protokit.spec.prototype_spec import Spec
from vectorstore.text.plain_words import words

TEXTS = PatternFile(Path(__file__).with_name("change_texts.yaml"))
_STEM = 5
"""Letters by which two forms of a word are one."""
_FIRST_LIMIT, _FEWEST_WORDS = 60, 20
"""Words of a "shorter" answer where no limit was, and the fewest that it goes down to."""
_SHORTER, _LONGER = 0.6, 1.6
_SEVERAL = ("never", "only", "format")
"""Kinds of constraints of which a prototype may have more than one."""


def change_spec(spec: Spec, change: RequestedChange) -> Spec:
    """Return `spec` with `change` made. Raises ChoiceProblem or NameProblem where that cannot be."""
    return _SPEC_CHANGES[change.what](spec, change)


def changes_spec(change: RequestedChange) -> bool:
    """Whether `change` is one that a Spec alone can hold."""
    return change.what in _SPEC_CHANGES


def stems(text: str) -> frozenset[str]:
    """The words of `text` as far as they are told apart: "refunds" and "refund" are one."""
    return frozenset(word[:_STEM].rstrip("s") for word in words(text))


def _title(spec: Spec, change: RequestedChange) -> Spec:
    return replace(spec, title=clean_name(change.value))


def _text(name: str, most: int) -> Callable[[Spec, RequestedChange], Spec]:
    def set_text(spec: Spec, change: RequestedChange) -> Spec:
        if len(change.value) > most:
            raise ChoiceProblem(f"the {name} has {len(change.value)} characters, more than {most}")
        return replace(spec, **{name: change.value})

    return set_text


def _tone(spec: Spec, change: RequestedChange) -> Spec:
    spec = replace(spec, tone=change.value[:200])
    return _with(spec, Constraint(kind="tone", value=change.value, words=change.words))


def _friendlier(spec: Spec, change: RequestedChange) -> Spec:
    greeting = TEXTS.get("greeting", spec.language) or TEXTS.get("greeting", "en")
    welcome = spec.welcome if spec.welcome.startswith(greeting) else f"{greeting} {spec.welcome}"
    tone = RequestedChange(what="tone", value=TEXTS.get("friendlier_tone"), words=change.words)
    return replace(_tone(spec, tone), welcome=welcome if len(welcome) <= 400 else spec.welcome)


def _simpler(spec: Spec, change: RequestedChange) -> Spec:
    from vectorstore.text.sentences import split

    sentences = split(spec.welcome)
    tone = RequestedChange(what="tone", value=TEXTS.get("simpler_tone"), words=change.words)
    return replace(
        _tone(spec, tone), welcome=spec.welcome[: sentences[0].end].strip() if sentences else spec.welcome
    )


def _audience(spec: Spec, change: RequestedChange) -> Spec:
    wish = Constraint(kind="audience", value=change.value, words=change.words)
    told = {
        name: re.sub(rf"\b{re.escape(spec.audience)}\b", lambda _: change.value, getattr(spec, name))
        for name in ("pitch", "welcome")
    }
    fitting = {name: text for name, text in told.items() if len(text) <= 200}
    return replace(_with(spec, wish), audience=change.value[:200], **fitting)


def _language(spec: Spec, change: RequestedChange) -> Spec:
    wish = Constraint(kind="language", value=change.value, words=change.words)
    return replace(_with(spec, wish), language=change.value)


def _length(spec: Spec, change: RequestedChange) -> Spec:
    limit = next((int(each.value) for each in spec.constraints if each.kind == "max_words"), None)
    if change.do == "remove" or (change.value == "longer" and limit is None):
        if limit is None:
            raise ChoiceProblem("no answer is limited in length")
        return _without(spec, "max_words")
    if change.value.isdigit():
        most = int(change.value)
    elif change.value == "shorter":
        most = _FIRST_LIMIT if limit is None else max(_FEWEST_WORDS, _tens(limit * _SHORTER))
    elif change.value == "longer" and limit is not None:
        most = _tens(limit * _LONGER)
    else:
        raise ChoiceProblem(f'a length of "{change.value}" is no number of words')
    if most < 5:
        raise ChoiceProblem(f"{most} words are too few for an answer", fix="Name 5 or more.")
    if most == limit:
        raise ChoiceProblem(f"answers have at most {most} words already")
    return _with(spec, Constraint(kind="max_words", value=most, words=change.words))


def _tens(number: float) -> int:
    return int(round(number, -1))


def _constraint(spec: Spec, change: RequestedChange) -> Spec:
    kind: Any = change.what
    if change.do == "remove":
        return _unruled(spec, change)
    spec = _with(spec, Constraint(kind=kind, value=change.value, words=change.words))
    if kind == "never":
        spec = replace(spec, will_not=tuple(dict.fromkeys([change.value[:200], *spec.will_not]))[:12])
    return spec


def _unruled(spec: Spec, change: RequestedChange) -> Spec:
    """`spec` without the rules that `change` names; a "never" is lifted where it shares the topic."""
    topic = stems(change.value) - stems("give talk speak about discuss answer questions mention")

    def meant(text: object) -> bool:
        return not change.value or bool(topic & stems(str(text)))

    left = tuple(each for each in spec.constraints if each.kind != change.what or not meant(each.value))
    will_not = tuple(each for each in spec.will_not if change.what != "never" or not meant(each))
    if left == spec.constraints and will_not == spec.will_not:
        raise ChoiceProblem(f"there is no such rule ({change.what.replace('_', ' ')})")
    return replace(spec, constraints=left, will_not=will_not)


def _with(spec: Spec, wish: Constraint) -> Spec:
    """`spec` with `wish`, in the place of another of its kind where there can be one alone."""
    others = tuple(
        each
        for each in spec.constraints
        if (each.kind != wish.kind or wish.kind in _SEVERAL)
        and (each.kind, each.value) != (wish.kind, wish.value)
    )
    if len(others) >= 20:
        raise ChoiceProblem("there are 20 rules already", fix="Remove one first.")
    return replace(spec, constraints=(*others, wish))


def _without(spec: Spec, kind: str) -> Spec:
    return replace(spec, constraints=tuple(each for each in spec.constraints if each.kind != kind))


def _field(spec: Spec, change: RequestedChange) -> Spec:
    from protokit.drafting.draft_fields import typed_fields

    fields = _required(spec.fields, "field", "finds no fields in documents")
    if change.do == "add":
        _refuse_same(change.value, [each.name for each in fields], "field")
        return replace(spec, fields=(*fields, *typed_fields([change.value])))
    at = _place(change.of or change.value, [each.name for each in fields], "field")
    if change.do == "remove":
        _require_others(fields, "field")
        return replace(spec, fields=(*fields[:at], *fields[at + 1 :]))
    if change.do == "replace":
        new = replace(
            fields[at], name=change.value, labels=tuple(dict.fromkeys((*fields[at].labels, fields[at].name)))
        )
    else:
        new = replace(fields[at], required=change.value == "required")
    return replace(spec, fields=(*fields[:at], new, *fields[at + 1 :]))


def _choice(spec: Spec, change: RequestedChange) -> Spec:
    fields = _required(spec.fields, "field", "finds no fields in documents")
    at = _place(change.of, [each.name for each in fields], "field")
    choices = fields[at].choices
    if change.do == "remove":
        gone = _place(change.value, choices, "choice")
        choices = (*choices[:gone], *choices[gone + 1 :])
    else:
        choices = tuple(dict.fromkeys((*choices, change.value)))
    new = replace(fields[at], type="choice" if choices else "text", choices=choices)
    return replace(spec, fields=(*fields[:at], new, *fields[at + 1 :]))


def _label(spec: Spec, change: RequestedChange) -> Spec:
    from protokit.runtime.classification.common_labels import common_description

    labels = _required(spec.labels, "label", "gives texts no labels")
    if change.do == "add":
        _refuse_same(change.value, [each.name for each in labels], "label")
        new = Label(name=change.value[:60], description=common_description(change.value))
        return replace(spec, labels=(*labels, new))
    at = _place(change.of or change.value, [each.name for each in labels], "label")
    if change.do == "remove":
        _require_others(labels, "label")
        return replace(spec, labels=(*labels[:at], *labels[at + 1 :]))
    return replace(
        spec, labels=(*labels[:at], replace(labels[at], name=change.value[:60]), *labels[at + 1 :])
    )


def _checklist(spec: Spec, change: RequestedChange) -> Spec:
    items = _required(spec.checklist, "checklist", "holds documents against no checklist")
    if change.do == "add":
        _refuse_same(change.value, [each.name for each in items], "item")
        return replace(
            spec, checklist=(*items, ChecklistItem(name=change.value[:80], description=change.value))
        )
    at = _place(change.value, [each.name for each in items], "item")
    _require_others(items, "item")
    return replace(spec, checklist=(*items[:at], *items[at + 1 :]))


def _budget(spec: Spec, change: RequestedChange) -> Spec:
    if change.of == "answers":
        return _with(spec, Constraint(kind="budget", value=change.value, words=change.words))
    if change.do == "remove":
        return replace(spec, limits=SpendingLimits(questions_per_minute=spec.limits.questions_per_minute))
    if change.of == "questions_per_minute":
        return replace(spec, limits=replace(spec.limits, questions_per_minute=max(1, int(change.value))))
    if change.of not in ("dollars_per_day", "dollars_total"):
        raise ChoiceProblem.of(
            "limit", change.of, ["dollars_per_day", "dollars_total", "questions_per_minute"]
        )
    return replace(spec, limits=replace(spec.limits, **{change.of: _dollars(change.value)}))


def _dollars(said: str) -> float:
    """ "$5", "20 dollars", "50 cents" -> 5, 20, 0.5."""
    if re.search(r"€|£|eur|gbp|chf|pound|franc", said, re.IGNORECASE):
        raise ChoiceProblem("what a model costs is counted in US dollars", fix="Say it in dollars.")
    digits = re.sub(r"[^\d.,]", "", said).strip(".,")
    plain = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", digits).replace(",", ".")
    try:
        amount = float(plain)
    except ValueError:
        raise ChoiceProblem(f'"{said}" is no amount of dollars') from None
    return amount / 100 if "cent" in said.casefold() else amount


def _uploads(spec: Spec, change: RequestedChange) -> Spec:
    if "uploads" in Spec.__struct_fields__:
        return replace(spec, **{"uploads": change.value})
    if change.value == "shared":
        raise ChoiceProblem("what a visitor adds is that visitor's own", fix="Add documents yourself.")
    return replace(spec, visitor_uploads=change.value == "private")


def _required(values: tuple[Any, ...], name: str, lack: str) -> tuple[Any, ...]:
    if not values:
        raise ChoiceProblem(f"this kind of prototype {lack}, so no {name} can be changed")
    return values


def _require_others(values: Sequence[object], name: str) -> None:
    if len(values) == 1:
        raise ChoiceProblem(f"it is the only {name}, and one must stay")


def _refuse_same(name: str, names: Sequence[str], kind: str) -> None:
    if name.casefold() in (each.casefold() for each in names):
        raise ChoiceProblem(f'there is a {kind} "{name}" already')


def _place(name: str, names: Sequence[str], kind: str) -> int:
    """Where `name` stands among `names`, in whatever case. Raises ChoiceProblem."""
    low = [each.casefold() for each in names]
    if name.casefold() in low:
        return low.index(name.casefold())
    raise ChoiceProblem.of(kind, name, list(names) or ["none"])


_SPEC_CHANGES: Mapping[str, Callable[[Spec, RequestedChange], Spec]] = {
    "title": _title,
    "pitch": _text("pitch", 200),
    "welcome": _text("welcome", 400),
    "emoji": _text("emoji", 8),
    "accent": _text("accent", 7),
    "model": _text("model", 200),
    "tone": _tone,
    "friendlier": _friendlier,
    "simpler": _simpler,
    "audience": _audience,
    "language": _language,
    "length": _length,
    **dict.fromkeys(
        ("never", "only", "only_for", "only_documents", "disclaimer", "opening", "format", "currency"),
        _constraint,
    ),
    "field": _field,
    "choice": _choice,
    "label": _label,
    "checklist": _checklist,
    "budget": _budget,
    "uploads": _uploads,
    "personal_data": lambda spec, change: replace(spec, mask_personal_data=change.value == "mask"),
}
