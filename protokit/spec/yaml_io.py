"""YAML that a person wrote, checked as a running prototype checks it; every mistake is a SpecProblem."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import yaml

from protokit.errors import SpecProblem
from protokit.runtime import yaml_checks
from protokit.runtime.runtime_errors import SettingsProblem

P = ParamSpec("P")
R = TypeVar("R")


def _told_to_the_owner(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except SettingsProblem as problem:
            raise SpecProblem(problem.what, where=problem.where, fix=problem.fix) from None

    return call


validate = _told_to_the_owner(yaml_checks.validate)
convert = _told_to_the_owner(yaml_checks.convert)
load_yaml = _told_to_the_owner(yaml_checks.load_yaml)
read_text = _told_to_the_owner(yaml_checks.read_text)


def dump_yaml(value: object) -> str:
    """Return `value` as readable YAML: order kept, no line folding, any script as it is."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
