"""What documents usually call a field, by concept and in several languages: the data file behind the engine."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import ExtractionField, FieldType
from vectorstore.text.plain_words import fold

CONCEPTS = PatternFile(Path(__file__).with_name("concepts.yaml"))


class FieldConcept:
    """What is known of a field that many documents have: its labels, patterns, and where it stands without one."""

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        self.name = name
        self.type: FieldType = data.get("type", "text")
        self.names: tuple[str, ...] = tuple(fold(each) for each in data.get("names", [name]))
        self.labels: tuple[str, ...] = tuple(data.get("labels", ()))
        self.not_labels: tuple[str, ...] = tuple(data.get("not", ()))
        """Words around a label that make it another one: "sub" before "total"."""
        self.patterns = tuple(re.compile(CONCEPTS.fill(each)) for each in data.get("patterns", ()))
        self.place: str = data.get("place", "")
        """Where it stands without a label: "letterhead", "address", "first", "largest", "currency"."""
        self.part: str = data.get("part", "")
        """"start" or "end" of a range of two values."""
        self.shape: str = data.get("shape", "")
        """A pattern of what it looks like behind its label."""
        self.no_value = re.compile(data["no_value"]) if "no_value" in data else None
        """What it never is, though it stands where a value may."""
        self.normal: str = data.get("normal", "")
        """"duration" for a length of time."""
        self.titled = bool(data.get("titled"))
        """Whether a label with a capital counts in the middle of a line, without a colon."""
        self.list = bool(data.get("list"))
        self.description: str = data.get("description", "")


@cache
def concepts() -> tuple[FieldConcept, ...]:
    """All that are known."""
    return tuple(FieldConcept(name, data) for name, data in CONCEPTS.get("concepts").items())


@cache
def all_labels() -> frozenset[str]:
    """Every word that is known to stand before a value; alone it is the head of a column and no value."""
    return frozenset(label.casefold() for each in concepts() for label in each.labels)


def plain_name(text: str) -> str:
    """A field's name as words: "invoiceNumber" and "invoice_number" are "invoice number"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return fold(re.sub(r"[_\W]+", " ", spaced)).strip()


def concept_named(name: str) -> FieldConcept | None:
    """The concept of that very name; None for what is not known."""
    plain = plain_name(name)
    return next((each for each in concepts() if plain in each.names), None)


def concept_of(field: ExtractionField) -> FieldConcept | None:
    """The concept that `field` means by its name, else by the last words of it; None for what is not known."""
    name = plain_name(field.name)
    if exact := concept_named(name):
        return exact if _fits(exact, field) else None
    ends = [
        (len(known), each)
        for each in concepts()
        for known in each.names
        if len(known) > 3
        and (name.endswith(f" {known}") or name.startswith(f"{known} "))
        and _fits(each, field)
    ]
    return max(ends, key=lambda pair: pair[0])[1] if ends else None


def _fits(concept: FieldConcept, field: ExtractionField) -> bool:
    return concept.type == field.type or (
        field.type == "text" and concept.type in ("date", "money", "number")
    )
