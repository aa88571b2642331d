"""Parameters: what a blueprint lets a person decide, typed, with a default, choices and help."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from protokit.errors import ChoiceProblem
from protokit.runtime.prototype_fields import Value
from protokit.runtime.yaml_checks import Strict

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", description="small letters, digits and underscores")]


class Parameter(Strict, frozen=True, kw_only=True):
    """One decision; without a default it must be made."""

    type: Literal["text", "integer", "number", "boolean"] = "text"
    default: Value | None = None
    choices: tuple[Value, ...] = ()
    help: Annotated[str, Meta(max_length=200, pattern=r"^[^\r\n]*$", description="text on one line")] = ""

    def __post_init__(self) -> None:
        values = self.choices if self.default is None else (*self.choices, self.default)
        for value in values:
            if not _of_type(value, self.type):
                raise ValueError(f"{value!r} is not of the type {self.type}")
        if self.default is not None and self.choices and self.default not in self.choices:
            raise ValueError(f"the default {self.default!r} is not one of its choices")

    def read(self, given: Value) -> Value:
        """Return `given`, a value or what somebody typed for one. Raises ValueError with what is expected."""
        value = _typed(given, self.type) if isinstance(given, str) and self.type != "text" else given
        if not _of_type(value, self.type):
            raise ValueError(f"expected {_spoken(self.type)}")
        if self.choices and value not in self.choices:
            raise ValueError(f"expected one of {', '.join(map(str, self.choices))}")
        return value


Parameters = Mapping[str, Parameter]


def decided(parameters: Parameters, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return the value of each parameter: the one `given`, else its default; one without either is left out.

    Raises ChoiceProblem for a name that is not a parameter and for a value of the wrong kind.
    """
    for name, value in given.items():
        if name not in parameters:
            raise _unknown(name, parameters)
        try:
            parameters[name].read(value)
        except ValueError as fault:
            raise ChoiceProblem(f'{name}="{value}": {fault}', where="--set") from None
    values = {name: given.get(name, parameter.default) for name, parameter in parameters.items()}
    return {name: parameters[name].read(value) for name, value in values.items() if value is not None}


def require_decided(parameters: Parameters, values: Mapping[str, Value]) -> None:
    """Raise ChoiceProblem where a parameter without a default has no value."""
    for name, parameter in parameters.items():
        if name not in values:
            raise ChoiceProblem(
                f'the blueprint asks for "{name}"' + (f" ({parameter.help})" if parameter.help else ""),
                fix=f"Add --set {name}=VALUE",
            )


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Return {"name": "value"} of texts like "name=value". Raises ChoiceProblem."""
    for text in given:
        if "=" not in text:
            raise ChoiceProblem(f'"{text}" has no "="', where="--set", fix="Write --set NAME=VALUE")
    split = (text.partition("=") for text in given)
    return {name.strip(): value for name, _, value in split}


def _unknown(name: str, parameters: Parameters) -> ChoiceProblem:
    if not parameters:
        return ChoiceProblem(f'no parameter "{name}": this blueprint has none', where="--set")
    return ChoiceProblem.of("parameter", name, sorted(parameters), where="--set")


def _of_type(value: Value, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _typed(text: str, kind: str) -> Value:
    """What `text` says as a `kind`; the text itself where it says none."""
    plain = text.strip().lower()
    if kind == "boolean":
        return _WORDS.get(plain, text)
    try:
        return int(plain) if kind == "integer" else float(plain)
    except ValueError:
        return text


def _spoken(kind: str) -> str:
    return {"integer": "a whole number", "boolean": "true or false", "number": "a number"}.get(kind, "text")
