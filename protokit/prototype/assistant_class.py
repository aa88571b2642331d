"""A prototype's own Assistant as its assistant.py has it, held against what protokit calls."""

from collections.abc import Mapping
from types import ModuleType

from protokit.errors import ChoiceProblem, FolderProblem, PromptProblem
from protokit.runtime.assistant import BaseAssistant, Input
from protokit.runtime.text_limits import require_options

_ALWAYS = (
    "inputs",
    "remembers",
    "reply",
    "settings",
    "samples",
    "score",
    "page_check",
    "__enter__",
    "__exit__",
)


def assistant_class(module: ModuleType) -> type[BaseAssistant]:
    """The class Assistant of an assistant.py. Raises FolderProblem where protokit cannot use it."""
    kind: type[BaseAssistant] | None = getattr(module, "Assistant", None)
    where = str(module.__file__)
    if kind is None:
        raise FolderProblem(
            "no class Assistant here",
            where=where,
            fix="Move it aside, then run: protokit update --restore assistant.py",
        )
    if missing := [name for name in _ALWAYS if not hasattr(kind, name)]:
        what = f"Assistant has no {missing[0]}, as those of an earlier protokit"
        fix = "Run `protokit update DIR`, or let it inherit protokit.runtime.BaseAssistant."
        raise FolderProblem(what, where=where, fix=fix)
    return kind


def check_options(inputs: tuple[Input, ...], options: Mapping[str, str]) -> None:
    """Raise ChoiceProblem for an option that is none of `inputs` or has no such value, PromptProblem for one that is
    missing, TooLong."""
    require_options(options, [each.name for each in inputs if each.kind == "text"])
    options_by_name = {each.name: each for each in inputs[1:]}
    for name, value in options.items():
        if name not in options_by_name:
            raise ChoiceProblem.of("option", name, sorted(options_by_name) or ["none"])
        if options_by_name[name].values and value not in options_by_name[name].values:
            raise ChoiceProblem.of(name, value, list(options_by_name[name].values))
    if missing := [name for name, each in options_by_name.items() if each.required and not options.get(name)]:
        raise PromptProblem(f"{missing[0]} is missing", fix=f"Give the option {missing[0]}.")
