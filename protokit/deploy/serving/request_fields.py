"""The fields of a request to OpenAI's API: null is as absent, and what cannot be done is refused by its name."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from protokit.errors import PromptProblem
from protokit.runtime.yaml_checks import lone_surrogates

_TEXT_ALONE = "the prototype answers in text; what programs read beside it is in the field protokit"


def plain_fields(fields: Any) -> Any:
    """`fields` without those that are null. Raises PydanticCustomError for half of a character."""
    if place := next(lone_surrogates(fields), None):
        raise PydanticCustomError("half", "{place}: holds half of a character", {"place": place})
    return _without_null(fields)


def require_possible_fields(fields: Mapping[str, Any]) -> None:
    """Raise PromptProblem for a field that asks for what no prototype does; the rest is not used."""
    form = fields.get("response_format")
    if form and (not isinstance(form, dict) or form.get("type") != "text"):
        raise PromptProblem(_TEXT_ALONE, where="response_format")
    choice = fields.get("tool_choice", "auto")
    for name in ("tools", "functions"):
        if fields.get(name) and choice != "none":
            raise PromptProblem("the prototype calls no tools", where=name, fix="Leave them out.")
    if choice not in ("auto", "none") or fields.get("function_call", "none") not in ("auto", "none"):
        where = "tool_choice" if choice not in ("auto", "none") else "function_call"
        raise PromptProblem("the prototype calls no tools", where=where, fix="Leave it out.")
    for name in ("logprobs", "top_logprobs", "audio"):
        if fields.get(name):
            raise PromptProblem("the prototype cannot give this", where=name, fix="Leave it out.")
    if set(fields.get("modalities") or ()) - {"text"}:
        raise PromptProblem(_TEXT_ALONE, where="modalities")


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value
