"""The fields to find in documents: named in the line, in the header of a CSV file, in a JSON Schema, or usual there."""

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from protokit.errors import DocumentProblem
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import ExtractionField, FieldType
from protokit.runtime.yaml_checks import convert
from protokit.spec.yaml_io import read_text

_PATTERNS = PatternFile(Path(__file__).with_name("field_patterns.yaml"))
_MOST = 60
_TYPES: dict[str, FieldType] = {"number": "number", "integer": "number", "boolean": "yes/no"}


def draft_fields(
    prompt: str, texts: Sequence[str], *, default: tuple[ExtractionField, ...]
) -> tuple[ExtractionField, ...]:
    """The fields that `prompt` names, else those usual in the documents it names, else the labels that most of `texts`
    have, else `default`."""
    if names := named_fields(prompt):
        return _fields(names)
    if usual := _usual(prompt):
        return _fields(usual)
    if labels := common_labels(texts):
        return _fields(labels)
    return default


def named_fields(prompt: str) -> list[str]:
    """The names of fields that `prompt` lists: "vendor, date and total from invoices" has three."""
    for pattern in _PATTERNS.get("lists"):
        if match := re.search(_PATTERNS.fill(pattern), prompt, re.IGNORECASE):
            joint = _PATTERNS.pattern("joint", flags=re.IGNORECASE)
            names = [_name(each) for each in joint.split(match["list"])]
            names = [each for each in names if each]
            if len(names) > 1 or (names and _known(names[0])):
                return list(dict.fromkeys(names))
    return []


def _name(words: str) -> str:
    bare = _PATTERNS.pattern("leading", flags=re.IGNORECASE).sub("", words.strip(" .:;\"'“”"))
    return bare if 0 < len(bare) <= 40 and len(bare.split()) <= 5 else ""


def _known(name: str) -> bool:
    from protokit.runtime.extraction.concepts import concept_named

    return concept_named(name) is not None


def _usual(prompt: str) -> list[str]:
    usual: dict[str, list[str]] = _PATTERNS.get("usual")
    said = prompt.casefold()
    return next((names for words, names in usual.items() if re.search(rf"\b(?:{words})\b", said)), [])


def common_labels(texts: Sequence[str]) -> list[str]:
    """Return the words before a colon that stand in at least half of the documents, the commonest first."""
    if not texts:
        return []
    counted: Counter[str] = Counter()
    for text in texts:
        labels = re.findall(r"(?m)^[ \t*#|-]*([^\W\d_][\w /.-]{1,28}?)[ *]*:[ *\t]+\S", text[:20_000])
        counted.update({each.strip().capitalize() for each in labels})
    return [name for name, count in counted.most_common(12) if 2 * count >= len(texts)]


def read_fields(path: Path) -> tuple[ExtractionField, ...]:
    """The fields of a JSON Schema, or of the header of a CSV file. Raises DocumentProblem, SpecProblem."""
    if not path.is_file():
        raise DocumentProblem("no such file", where=str(path), fix="Check the path given with --fields.")
    if path.suffix.lower() == ".json":
        return _of_schema(path)
    rows = list(csv.reader(read_text(path).lstrip("\ufeff").splitlines()))
    names = [each.strip()[:60] for each in (rows[0] if rows else []) if each.strip()]
    if not names:
        raise DocumentProblem("its first line names no columns", where=path.name, fix="Write a header.")
    return _fields(names[:_MOST])


def _of_schema(path: Path) -> tuple[ExtractionField, ...]:
    try:
        schema = json.loads(read_text(path))
        properties: dict[str, dict[str, Any]] = schema["properties"]
        required = schema.get("required", [])
        fields = [_of_property(name, each, name in required) for name, each in properties.items()]
    except (ValueError, KeyError, TypeError, AttributeError):
        fix = 'Give an object with "properties".'
        raise DocumentProblem("no JSON Schema of an object", where=path.name, fix=fix) from None
    return tuple(convert(ExtractionField, each, where=path.name) for each in fields[:_MOST])


def _of_property(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    several = schema.get("type") == "array"
    inner = schema.get("items", {}) if several else schema
    (drafted,) = _fields([name])
    kinds = inner.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    kind = next((each for each in kinds if each != "null"), None)
    choices = [str(each) for each in inner.get("enum", []) if each is not None]
    numeric = kind in ("number", "integer") and drafted.type == "money"
    told = "choice" if choices else "date" if inner.get("format") in ("date", "date-time") else None
    usual = drafted.type if drafted.type == "time" or numeric else _TYPES.get(str(kind), "text")
    description = " ".join(str(schema.get("description", "")).split())[:300]
    return {
        "name": name,
        "type": told or usual,
        "description": description or drafted.description,
        "choices": choices,
        "required": required,
        "list": several,
    }


def _fields(names: Sequence[str]) -> tuple[ExtractionField, ...]:
    from protokit.runtime.extraction.concepts import concept_named

    fields = []
    for name in names:
        concept = concept_named(name)
        title = name[:1].upper() + name[1:]
        kind: FieldType = concept.type if concept else _type_by_words(name)
        several = bool(concept and concept.list)
        fields.append(
            ExtractionField(
                name=title, type=kind, description=concept.description if concept else "", list=several
            )
        )
    return tuple(fields)


def _type_by_words(name: str) -> FieldType:
    kinds: tuple[FieldType, ...] = ("money", "date", "time", "number", "yes/no")
    matches = (kind for kind in kinds if _PATTERNS.pattern("types", kind, flags=re.IGNORECASE).search(name))
    return next(matches, "text")
