"""What a model says of the fields, as JSON -> cells; a value that does not stand in the document is none."""

import json
import re
from collections.abc import Sequence
from typing import Any

from protokit.runtime.extraction.extract_fields import ExtractedCell
from protokit.runtime.extraction.field_values import ExtractedValue
from protokit.runtime.extraction.typed_values import Value, find_values
from protokit.runtime.prototype_fields import ExtractionField
from protokit.runtime.runtime_errors import UnusableReply

_TYPES = {"number": "number", "money": "number", "yes/no": "boolean"}
_SURE = 0.9


def json_schema(fields: Sequence[ExtractionField], *, many: bool = False) -> str:
    """The JSON Schema of a row, or of `many`: each field null or its value with its quote."""
    row = _object_of({each.name: _schema_of(each) for each in fields})
    return json.dumps(_object_of({"rows": {"type": "array", "items": row}}) if many else row)


def _object_of(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _schema_of(field: ExtractionField) -> dict[str, Any]:
    value: dict[str, Any] = {"type": _TYPES.get(field.type, "string")}
    if field.choices:
        value["enum"] = list(field.choices)
    stated = _object_of({"value": value, "quote": {"type": "string"}})
    if field.list:
        return {"type": "array", "items": stated, "description": field.description}
    return {"anyOf": [stated, {"type": "null"}], "description": field.description}


def rows_of_model(
    fields: Sequence[ExtractionField], reply: str, text: str, *, many: bool = False
) -> tuple[tuple[ExtractedCell, ...], ...]:
    """The rows in the model's `reply`, a cell for each of `fields`, each value held against `text`.

    Raises UnusableReply where the reply is no JSON of that form.
    """
    whole = _object(reply)
    rows = whole.get("rows") if many else [whole]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnusableReply('it has no list "rows" of objects', reply)
    names = {each.name for each in fields}
    if not many and not names & whole.keys():
        raise UnusableReply("it names none of the fields", reply)
    return tuple(tuple(_cell(each, row.get(each.name), text) for each in fields) for row in rows or [{}])


def _object(reply: str) -> dict[str, Any]:
    start, end = reply.find("{"), reply.rfind("}")
    try:
        row = json.loads(reply[start : end + 1])
    except ValueError as problem:
        raise UnusableReply(f"it is no JSON ({problem})", reply) from None
    if not isinstance(row, dict):
        raise UnusableReply("it is no JSON object", reply)
    return row


def _cell(field: ExtractionField, said: object, text: str) -> ExtractedCell:
    values, unknown = [], []
    for each in said if isinstance(said, list) else [said]:
        value, quote = (each.get("value"), each.get("quote")) if isinstance(each, dict) else (each, None)
        if value is None or value == "":
            continue
        if candidate := _looked_up(field, value, str(quote or ""), text):
            values.append(candidate)
        else:
            unknown.append(str(value)[:80])
    note = f"the model said “{'”, “'.join(unknown)}”, which the document does not say" if unknown else ""
    return ExtractedCell(field, tuple(values if field.list else values[:1]), note)


def _looked_up(field: ExtractionField, value: object, quote: str, text: str) -> ExtractedValue | None:
    """The value where its quote, or the value itself, stands in `text`; None where neither does or they differ."""
    span = place_of(quote, text) if quote else None
    if field.type == "text":
        own = place_of(str(value), text[slice(*span)]) if span else place_of(str(value), text)
        if own is None:
            own, span = place_of(str(value), text), None
        if own is None:
            return None
        start = own[0] + (span[0] if span else 0)
        return ExtractedValue(
            " ".join(str(value).split()), start, start + own[1] - own[0], _SURE, "by the model"
        )
    begin, end = span or (0, len(text))
    for each in find_values(field, text[begin:end]) or ():
        readings = (each.value, each.other)
        if any(reading is not None and _same(reading, value) for reading in readings):
            typed: Value = each.value if _same(each.value, value) else each.other  # type: ignore[assignment]
            return ExtractedValue(
                typed, begin + each.start, begin + each.end, _SURE, "by the model", each.unit
            )
    return _looked_up(field, value, "", text) if span else None


def _same(read: Value, said: object) -> bool:
    if isinstance(read, bool) or isinstance(said, bool):
        return str(read).casefold() == str(said).casefold()
    if isinstance(read, float):
        try:
            return abs(read - float(str(said).replace(",", ""))) < 0.005
        except ValueError:
            return False
    return str(read).casefold() == str(said).strip().casefold()


def place_of(words: str, text: str) -> tuple[int, int] | None:
    """Where `words` stand in `text`, whatever the blanks and capitals; None where they do not."""
    pieces = words.split()
    if not pieces:
        return None
    pattern = r"\s+".join(map(re.escape, pieces))
    match = re.search(rf"(?<!\w){pattern}(?!\w)" if pieces[0][0].isalnum() else pattern, text, re.IGNORECASE)
    return match.span() if match else None
