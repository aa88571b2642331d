"""What a field of a form is about, by its name and description: its type, the words beside its value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import ActionField, ActionFieldType

FORM_WORDS = PatternFile(Path(__file__).with_name("form_words.yaml"))
_BY_NAME: tuple[ActionFieldType, ...] = (
    "email",
    "phone",
    "date",
    "duration",
    "time",
    "money",
    "number",
    "person",
)


@dataclass(frozen=True, slots=True)
class FieldMeaning:
    """What tells the values of a field from those of others."""

    kinds: tuple[str, ...]
    lead: str
    """A pattern of what stands before a value, "" for nothing."""
    tail: str
    """A pattern of what stands behind it."""
    words: tuple[str, ...]
    """Its own words: those of its name, without ones that say nothing."""


def type_of_name(name: str, description: str = "", choices: Sequence[str] = ()) -> ActionFieldType:
    """The type of a field with this name."""
    if choices:
        if {each.casefold() for each in choices} <= {"true", "false", "yes", "no"}:
            return "yes/no"
        return "number" if all(each.isdigit() for each in choices) else "choice"
    plain = name.replace("_", " ").casefold()
    for text in (plain, description.casefold()):
        for kind in _BY_NAME:
            if (
                text
                and re.search(FORM_WORDS.get("types", kind), text)
                and not (text != plain and kind in ("person", "time"))
            ):
                counts = kind == "duration" and re.search(
                    r"\bin (?:days|nights|hours|minutes)\b", description.casefold()
                )
                return "number" if counts else kind
    return "text"


@cache
def meaning_of(field: ActionField) -> FieldMeaning:
    """What `field` is about."""
    plain = re.sub(r"[_/-]+", " ", field.name).casefold()
    told = f"{plain} {field.description.casefold()}"
    kinds: dict[str, dict[str, str]] = FORM_WORDS.get("kinds")
    by_name = [name for name, kind in kinds.items() if re.search(rf"\b(?:{kind['names']})\b", plain)]
    told_too = [name for name in _told(told, kinds) if name not in by_name and not by_name]
    named = tuple(by_name + told_too)
    if "title" in named and "name" in plain:
        named = tuple(
            each for each in named if each != "place"
        )  # a hotel's name stands behind other words than a city
    own = "|".join(re.escape(each) for each in field.words)
    lead = "|".join(filter(None, [own, *(kinds[name].get("lead", "") for name in named)]))
    tail = "|".join(filter(None, [own, *(kinds[name].get("tail", "") for name in named)]))
    words = [each for each in re.findall(r"[^\W\d]{3,}", plain) if each not in _EMPTY]
    return FieldMeaning(named, lead, tail, tuple(words))


def _told(told: str, kinds: dict[str, dict[str, str]]) -> list[str]:
    return [name for name, kind in kinds.items() if re.search(rf"\b(?:{kind['names']})\b", told)]


_EMPTY = frozenset(
    "the has is are only with for and number name type date time day of from your which".split()
)
