"""Asks in the terminal for what a blueprint lets a person decide."""

from collections.abc import Container
from typing import Any

import click

from protokit.commands.output import ask
from protokit.parameters import Parameter, Parameters
from protokit.spec import Value


def ask_parameters(parameters: Parameters, decided: Container[str]) -> dict[str, Value]:
    """The answers for the `parameters` that are not `decided` yet; an empty line takes the default."""
    return {name: _asked(name, parameters[name]) for name in parameters if name not in decided}


def _asked(name: str, parameter: Parameter) -> Value:
    def read(typed: str) -> Any:
        try:
            return parameter.read(typed)
        except ValueError as fault:
            raise click.BadParameter(str(fault)) from None  # click asks again

    choices = f" ({', '.join(map(str, parameter.choices))})" if parameter.choices else ""
    words = f"{name}: {parameter.help or parameter.type}{choices}"
    value: Value = ask(words, default=parameter.default, value_proc=read)
    return value
