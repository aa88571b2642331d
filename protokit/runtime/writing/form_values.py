"""The values of a form that a program or a file gives: as JSON, or as a text for its longest field."""

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from protokit.runtime.prototype_fields import FormField
from protokit.runtime.runtime_errors import InputProblem

_AS_JSON = re.compile(r"\s*\{\s*[\"}]")
"""How JSON begins; a text with a placeholder begins otherwise."""


def form_values(text: str, form: Sequence[FormField]) -> dict[str, str]:
    """The values of a form by name: `text` is the whole form as JSON, or what its first long field takes.

    Raises InputProblem for JSON that is not an object of fields of this form; a name's case does not matter.
    """
    main = next((each.name for each in form if each.long), form[0].name if form else "Text")
    if not _AS_JSON.match(text):
        return {main: text} if text.strip() else {}
    fields = {each.name.casefold(): each for each in form or (FormField(name=main),)}
    values: dict[str, str] = {}
    for name, value in _parsed(text).items():
        field = fields.get(name.strip().casefold())
        if field is None:
            raise InputProblem(_unknown(name, [each.name for each in fields.values()], main))
        if value not in (None, "", []):
            values[field.name] = _text(field, value)
    if not values:
        raise InputProblem(f"The form is empty. Fill in {main}.")
    return values


def _parsed(text: str) -> Mapping[str, object]:
    try:
        values: dict[str, object] = json.loads(text)
    except ValueError as error:
        at = f", line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputProblem(
            f"The form cannot be read as JSON{at}. Correct it, or give a plain text."
        ) from None
    return values


def _unknown(name: str, names: list[str], main: str) -> str:
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"A text that is JSON itself is given as {main}."
    return f'The form has no field "{name[:60]}", only {", ".join(names)}. {hint}'


def _text(field: FormField, value: object) -> str:
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return "\n".join(map(_plain, value))
    if not isinstance(value, str | int | float):
        raise InputProblem(f"{field.name} is a text, a number or a list of them, nothing within another.")
    text = _plain(value)
    if field.choices and text not in field.choices:
        raise InputProblem(f'{field.name} "{text[:60]}" is not one of {", ".join(field.choices)}.')
    return text


def _plain(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
