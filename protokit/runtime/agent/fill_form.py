"""A form filled from a whole talk: what was said last counts, what was offered and agreed to counts as said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from protokit.runtime.agent.form_fields import FORM_WORDS, meaning_of
from protokit.runtime.agent.read_message import Choices, FieldValue, read_message
from protokit.runtime.prototype_fields import ActionField


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one side said."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(slots=True)
class FormState:
    """What is known after a talk."""

    values: dict[str, FieldValue] = field(default_factory=dict)
    indifferent: set[str] = field(default_factory=set)
    """Fields of which the person said that they do not matter."""
    changed: list[str] = field(default_factory=list)
    """Fields that the last message gave another value."""
    new: list[str] = field(default_factory=list)
    """Fields that the last message gave a value."""

    def missing(self, fields: Sequence[ActionField]) -> list[ActionField]:
        """What must still be asked for."""
        return [
            each
            for each in fields
            if each.required and each.name not in self.values and each.name not in self.indifferent
        ]


def fill_form(
    fields: Sequence[ActionField],
    talk: Sequence[Utterance],
    *,
    now: datetime,
    language: str = "en",
    choices: Choices | None = None,
) -> FormState:
    """The form after `talk`, whose turns are in order."""
    form, asked = FormState(), list[str]()
    offer: dict[str, FieldValue] = {}
    names = {each.name for each in fields if each.type in ("text", "person")}
    before = ""
    for utterance in talk:
        if utterance.role == "assistant":
            asked = asked_fields(utterance.text, fields)
            kept = {name: value for name, value in offer.items() if name in names}
            proposal = read_message(
                utterance.text, fields, now=now, language=language, choices=choices, offered=True
            )
            offer = {**kept, **proposal}
            before = utterance.text
            continue
        _take(form, utterance.text, fields, asked, offer if before else {}, now, language, choices)
        turned_down = agrees(utterance.text) or re.search(FORM_WORDS.get("other"), utterance.text.casefold())
        asked, offer, before = [], {} if turned_down else offer, ""
    return form


def _take(
    form: FormState,
    text: str,
    fields: Sequence[ActionField],
    asked: Sequence[str],
    offer: dict[str, FieldValue],
    now: datetime,
    language: str,
    choices: Choices | None,
) -> None:
    names = {each.name for each in fields if each.type in ("text", "person")}
    form.changed, form.new = [], []
    told = read_message(
        text, fields, now=now, language=language, asked=asked, choices=choices, filled=list(form.values)
    )
    if agrees(text):
        for name, value in offer.items():
            known = form.values.get(name)
            if name not in told and not (known and isinstance(value.value, str) and name in names):
                told[name] = value
    for name, value in told.items():
        if name in form.values and form.values[name].value != value.value:
            form.changed.append(name)
        form.new.append(name)
        form.values[name] = value
        form.indifferent.discard(name)
    if asked and re.search(rf"\b(?:{FORM_WORDS.text('dont_care')})\b", text.casefold()):
        form.indifferent |= {name for name in asked if name not in told}


def asked_fields(text: str, fields: Sequence[ActionField]) -> list[str]:
    """The fields that a question asks for: those whose question it holds, else those whose words stand in it."""
    literal = [each.name for each in fields if each.question and each.question in text]
    if literal:
        return literal
    asked = []
    for sentence in re.split(r"(?<=[.!?？。])\s*", text):
        if "?" not in sentence and "？" not in sentence:
            continue
        low = sentence.casefold()
        for each in fields:
            words = [*meaning_of(each).words, *(word.casefold() for word in each.words)]
            if any(re.search(rf"\b{re.escape(word)}", low) for word in words) or _asks_type(low, each):
                asked.append(each.name)
    return list(dict.fromkeys(asked))


def _asks_type(low: str, each: ActionField) -> bool:
    patterns = {
        "date": r"\b(?:when|what day|which day|what date|which date|wann|cuándo|quand|quando|wanneer|kiedy)\b",
        "time": r"\b(?:what time|which time|when|um wie viel|a qué hora|à quelle heure|a che ora|que horas|hoe laat)\b",
        "number": r"\bhow many\b",
        "duration": r"\bhow (?:long|many (?:days|nights|hours))\b",
        "money": r"\bhow much\b",
        "person": r"\bwho(?:m)?\b",
        "text": r"\bwhere\b" if {"place", "origin", "destination"} & set(meaning_of(each).kinds) else r"(?!)",
    }
    return bool(re.search(patterns.get(each.type, r"(?!)"), low))


def agrees(text: str) -> bool:
    """Whether a message begins with a yes, and takes nothing of it back."""
    return bool(re.match(rf"\W*(?:{FORM_WORDS.text('affirm')})(?!\w)", text.casefold()))


def says_thanks(text: str) -> bool:
    """Whether a message ends the talk."""
    return bool(re.search(rf"\b(?:{FORM_WORDS.text('thanks')})(?!\w)", text.casefold()))
