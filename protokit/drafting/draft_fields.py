"""The fields to find in documents: named in the line, in the header of a CSV file, in a JSON Schema, or usual there."""

import csv
import json
import re
import runpy
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from protokit.errors import DocumentProblem
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import ExtractionField, FieldType
from protokit.runtime.yaml_checks import convert
from protokit.spec.yaml_io import read_text

_PATTERNS = PatternFile(Path(__file__).with_name("field_patterns.yaml"))
_MOST = 60
_FORMATS: dict[str, FieldType] = {"date": "date", "date-time": "date", "time": "time"}
_NO_SCHEMA, _GIVE_ONE = "no JSON Schema of an object", 'Give an object with "properties".'
_ITEM_COLUMNS = frozenset({"description", "quantity", "unit price", "amount", "unit", "number", "discount"})
_TYPES: dict[str, FieldType] = {"number": "number", "integer": "number", "boolean": "yes/no"}


def draft_fields(
    prompt: str, texts: Sequence[str], *, default: tuple[ExtractionField, ...]
) -> tuple[ExtractionField, ...]:
    """The fields that `prompt` names, else those usual in the documents it names, else the labels that most of `texts`
    have, else `default`."""
    items = bool(_PATTERNS.pattern("items", flags=re.IGNORECASE).search(prompt))
    if names := named_fields(prompt):
        return _of_items(typed_fields(names)) if items else typed_fields(names)
    if items:
        return _of_items(typed_fields(_PATTERNS.get("usual_items")))
    if usual := _usual(prompt):
        return typed_fields(usual)
    if labels := common_labels(texts):
        return typed_fields(labels)
    return default


def several_records(prompt: str) -> bool:
    """Whether the line says that one document holds several records, such as receipts scanned into one file."""
    return bool(_PATTERNS.pattern("several", flags=re.IGNORECASE).search(prompt))


def _of_items(fields: Sequence[ExtractionField]) -> tuple[ExtractionField, ...]:
    """`fields` with those marked that a list of items usually has a column for."""
    from protokit.runtime.extraction.item_rows import column_of

    marked = tuple(replace(each, item=column_of(each) in _ITEM_COLUMNS) for each in fields)
    if not any(each.item for each in marked):
        return tuple(fields)
    kinds: dict[str, FieldType] = {"quantity": "number", "description": "text"}
    return tuple(
        replace(each, type=kinds.get(column_of(each), each.type), description="") if each.item else each
        for each in marked
    )


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
    """The fields of a JSON Schema, of a pydantic class ("models.py:Invoice"), or of a CSV file: its header names them,
    and the rows below it show their types. Raises DocumentProblem, SpecProblem."""
    if match := re.fullmatch(r"(.+\.py):(\w+)", str(path)):
        return _of_schema(_schema_of_class(Path(match[1]), match[2]), path.name)
    if not path.is_file():
        raise DocumentProblem("no such file", where=str(path), fix="Check the path given with --fields.")
    if path.suffix.lower() == ".json":
        try:
            return _of_schema(json.loads(read_text(path)), path.name)
        except ValueError:
            raise DocumentProblem(_NO_SCHEMA, where=path.name, fix=_GIVE_ONE) from None
    rows = list(csv.reader(read_text(path).lstrip("\ufeff").splitlines()))
    names = [each.strip()[:60] for each in (rows[0] if rows else []) if each.strip()]
    if not names:
        raise DocumentProblem("its first line names no columns", where=path.name, fix="Write a header.")
    types = _types_of_columns(path) if len(rows) > 1 else {}
    return tuple(
        replace(each, type=types.get(each.name.casefold(), each.type)) for each in typed_fields(names[:_MOST])
    )


def _types_of_columns(path: Path) -> dict[str, FieldType]:
    """What the example rows of a CSV file show their columns to hold, by name; of plain text the name tells more."""
    from vectorstore.loaders import read

    kinds: dict[str, FieldType] = {
        "number": "number",
        "money": "money",
        "date": "date",
        "yes/no": "yes/no",
    }
    columns = [column for table in read(path).tables for column in table.columns]
    return {
        column.name.casefold(): kinds[column.type]
        for column in columns
        if column.type in kinds and not (column.type == "number" and _type_by_words(column.name) == "money")
    }


def _schema_of_class(path: Path, name: str) -> object:
    """The JSON Schema of the pydantic class `name` in the Python file at `path`, which is run."""
    if not path.is_file():
        raise DocumentProblem("no such file", where=str(path), fix="Check the path given with --fields.")
    try:
        return runpy.run_path(str(path))[name].model_json_schema()
    except KeyError:
        raise DocumentProblem(f"has no class {name}", where=path.name, fix="Check its name.") from None
    except AttributeError:
        what = f"{name} is no pydantic class"
        raise DocumentProblem(what, where=path.name, fix="Give one that inherits BaseModel.") from None
    except Exception as problem:  # the file is somebody's own program
        what = f"cannot be run ({type(problem).__name__}: {problem})"
        raise DocumentProblem(what, where=path.name, fix="Mend it, or install what it imports.") from None


def _of_schema(schema: object, where: str) -> tuple[ExtractionField, ...]:
    try:
        fields = list(_of_object(_resolved(schema, schema), schema))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DocumentProblem(_NO_SCHEMA, where=where, fix=_GIVE_ONE) from None
    return tuple(convert(ExtractionField, each, where=where) for each in fields[:_MOST])


def _of_object(schema: Any, whole: Any, above: str = "") -> Iterator[dict[str, Any]]:
    """A field for each property; those of objects in it by both names, those of a list of objects as items."""
    required = schema.get("required", [])
    for name, property_ in schema["properties"].items():
        inner = _resolved(property_, whole)
        listed = _resolved(inner.get("items", {}), whole) if inner.get("type") == "array" else {}
        if "properties" in inner:
            yield from _of_object(inner, whole, f"{above}{name} ")
        elif "properties" in listed:
            yield from ({**each, "item": True} for each in _of_object(listed, whole))
        else:
            told = {**inner, "items": listed} if listed else inner
            yield _of_property(f"{above}{name}", told, name in required)


def _resolved(schema: Any, whole: Any) -> Any:
    """`schema` with what it refers to, and of what may be null the other."""
    for each in schema.get("anyOf", []):
        if each.get("type") != "null":
            return {
                **_resolved(each, whole),
                **{key: schema[key] for key in ("description",) if key in schema},
            }
    if "$ref" not in schema:
        return schema
    target = whole
    for part in schema["$ref"].lstrip("#/").split("/"):
        target = target[part]
    return _resolved({**target, **{key: value for key, value in schema.items() if key != "$ref"}}, whole)


def _of_property(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    several = schema.get("type") == "array"
    inner = schema.get("items", {}) if several else schema
    (drafted,) = typed_fields([name])
    kinds = inner.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    kind = next((each for each in kinds if each != "null"), None)
    choices = [str(each) for each in inner.get("enum", []) if each is not None]
    numeric = kind in ("number", "integer") and drafted.type == "money"
    told = "choice" if choices else _FORMATS.get(str(inner.get("format")))
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


def typed_fields(names: Sequence[str]) -> tuple[ExtractionField, ...]:
    """The fields of these `names`, with the types, units and descriptions that are usual for them."""
    return tuple(map(_field, names))


def _field(told: str) -> ExtractionField:
    from protokit.runtime.extraction.concepts import concept_named

    name, unit = told, ""
    if measured := _PATTERNS.pattern("unit", flags=re.IGNORECASE).search(told):
        name, unit = measured["name"], measured["unit"]
    concept = concept_named(name)
    kind = "number" if unit else concept.type if concept else _type_by_words(told)
    if kind == "yes/no":
        name = _PATTERNS.pattern("asked", flags=re.IGNORECASE).sub("", name) or name
    return ExtractionField(
        name=name[:1].upper() + name[1:],
        type=kind,
        description=concept.description if concept else "",
        list=bool(concept and concept.list),
        unit=unit,
    )


def _type_by_words(name: str) -> FieldType:
    kinds: tuple[FieldType, ...] = ("money", "date", "time", "number", "yes/no")
    matches = (kind for kind in kinds if _PATTERNS.pattern("types", kind, flags=re.IGNORECASE).search(name))
    return next(matches, "text")
