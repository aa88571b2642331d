"""The conversation before a prototype is made: one screen says what was understood and asks what to change."""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Any

import click
import msgspec

from protokit.catalog import lookup
from protokit.catalog.parameters import Parameter, Parameters
from protokit.cli.terminal_output import ask, tell
from protokit.drafting.alternatives import NotServed
from protokit.drafting.router import RoutingDecision
from protokit.drafting.second_wish import SecondWish
from protokit.errors import ChoiceProblem, ProtokitError
from protokit.runtime.prototype_fields import SCREENS, Value
from protokit.scaffold.sample_knowledge import describe_samples
from protokit.scaffold.scaffold_plan import ScaffoldPlan, ScaffoldRequest
from protokit.spec.names import clean_hypothesis, clean_name, slug_of

Replan = Callable[[ScaffoldRequest], ScaffoldPlan]
"""Makes the Plan for a changed Wish."""

_HYPOTHESIS = "optional: we believe WHO will WHAT; we will know when NUMBER by DATE"


@dataclass(frozen=True, slots=True)
class InterviewLine:
    """One thing that can be changed, with the flag that decides it without asking."""

    name: str
    flag: str
    value: str
    hint: str


def converse(
    request: ScaffoldRequest, plan: ScaffoldPlan, replan: Replan
) -> tuple[ScaffoldRequest, ScaffoldPlan, bool]:
    """Show what `plan` would make until Enter takes it; each change shows the screen again.

    Returns what is asked for in the end, the plan for it, and whether to make the second wish as well. Whoever leaves
    with q, Ctrl-C or the end of input makes nothing. Raises click.Abort.
    """
    while True:
        tell(render_plan(plan), err=True)
        second = bool(plan.also and plan.also.blueprint)
        both = " b makes both," if second else ""
        picked = _ask_line(f"Change anything? Enter makes it,{both} a number changes a line, q leaves")
        if not picked or (second and picked.lower() == "b"):
            return request, plan, bool(picked)
        if picked.lower() in ("q", "quit", "n", "no"):
            raise click.Abort
        lines = choices(plan)
        if not (picked.isdecimal() and 1 <= int(picked) <= len(lines)):
            tell(f"  {picked!r} is not a number from 1 to {len(lines)}.", err=True)
            continue
        request, plan = _changed(lines[int(picked) - 1], request, plan, replan)


def offer_instead(no: NotServed, request: ScaffoldRequest) -> ScaffoldRequest:
    """Ask once what to make instead of a line that nothing serves; Enter takes the first. Raises click.Abort.

    A line of the person's own is as good an answer as one of those that are offered.
    """
    offers = no.alternatives
    tell(_offer_screen(no), err=True)
    picks = ", a number another of them" if len(offers) > 1 else ""
    typed = _ask_line(
        f"Enter makes the first{picks}, another line says it better, q leaves"
        if picks
        else "Enter makes that, another line says it better, q leaves"
    )
    if typed.lower() in ("q", "quit", "n", "no"):
        raise click.Abort
    if typed and not (typed.isdecimal() and 1 <= int(typed) <= len(offers)):
        return replace(request, prompt=typed)
    taken = offers[int(typed) - 1 if typed else 0]
    return replace(request, prompt=taken.line, blueprint=taken.blueprint)


def _offer_screen(no: NotServed) -> str:
    offers = no.alternatives
    if len(offers) == 1:
        (only,) = offers
        declined = f", which would not {only.would_not}" if only.would_not else ""
        return f"\n{no.what}\n  What can be made of it: a {only.title.lower()}{declined}.\n"
    width = max(len(each.line) for each in offers)
    rows = [f"  {n}  {each.line:<{width}}  {each.title.lower()}" for n, each in enumerate(offers, 1)]
    return "\n".join(["", "I could not tell what this should do. Which of these is nearest?", *rows, ""])


def describe_second(wish: SecondWish) -> str:
    """What else was heard, and which blueprint would do it; or why none does."""
    if wish.beyond:
        asks = f"\u201c{wish.words}\u201d asks for {wish.beyond.title}"
        return f"Also heard: {asks}, which is not made. {wish.beyond.why}"
    title = lookup.find_blueprint(wish.blueprint or "").title.lower()
    if wish.fields:
        names = ", ".join(wish.fields[:4])
        return f"Your documents all have the same fields ({names}); {_a(title)} would make a table of them"
    return f"Also heard: \u201c{wish.words}\u201d, which {_a(title)} would do"


def _a(title: str) -> str:
    return f"an {title}" if title[:1] in "aeiou" else f"a {title}"


def choices(plan: ScaffoldPlan) -> tuple[InterviewLine, ...]:
    """What the person can change, in the order of the screen."""
    spec = plan.spec
    blueprints = ", ".join(sorted(lookup.blueprints()))
    return (
        InterviewLine("Title", "--name", spec.title, "what the page is called; the folder is named after it"),
        InterviewLine("Blueprint", "--blueprint", plan.blueprint.name, blueprints),
        InterviewLine("UI", "--ui", spec.screen, " or ".join(SCREENS)),
        InterviewLine("Audience", "--audience", spec.audience, "who will use it"),
        InterviewLine("Hypothesis", "--hypothesis", spec.hypothesis or "none yet", _HYPOTHESIS),
    )


def render_plan(plan: ScaffoldPlan) -> str:
    """The screen: what was understood, what will be made, with a number before all that can be changed."""
    spec, lines = plan.spec, choices(plan)
    width = max(len(line.name) for line in lines)
    rows = [f"  {n}  {line.name:<{width}}  {line.value}" for n, line in enumerate(lines, 1)]
    first_questions = ", ".join(spec.starter_questions[:2])
    return "\n".join(
        [
            "",
            "What I understood",
            *(f"  {line}" for line in _understood(plan)),
            "",
            "What I will make",
            f"  {spec.emoji} {spec.pitch}",
            *([f"     first questions: {first_questions}"] if first_questions else []),
            *rows,
            "",
        ]
    )


def _understood(plan: ScaffoldPlan) -> list[str]:
    choice, spec = plan.choice, plan.spec
    said = spec.prompt if len(spec.prompt) <= 100 else f"{spec.prompt[:99]}\u2026"
    lines = [f"\u201c{said}\u201d"] if said else []
    if choice.blueprint == plan.blueprint.name:
        because = ", ".join(repr(word) for word in choice.because)
        sure = (
            f"{choice.confidence:.0%} sure, because of {because}"
            if because
            else "your documents can be asked"
        )
        lines.append(f"a {plan.blueprint.title.lower()} ({sure})")
    else:
        lines.append(f"a {plan.blueprint.title.lower()}, as you chose")
    if (choice.question or choice.beyond) and choice.blueprint == plan.blueprint.name:
        lines.append(_doubt(choice))
    if plan.also:
        lines.append(describe_second(plan.also))
    lines += [f"to keep: {constraint.words}" for constraint in spec.constraints if constraint.words]
    if plan.drafted:
        lines.append(plan.drafted)
    if plan.report is not None:
        lines += str(plan.report).splitlines()
    elif spec.sample_documents:
        lines.append(describe_samples(spec.sample_documents))
    return lines


def _doubt(choice: RoutingDecision) -> str:
    """What else may be meant: another blueprint, or what none does."""
    if choice.beyond:
        return f"it could also ask for {choice.beyond.title}. {choice.beyond.why}"
    return f"it could also be {choice.runner_up}: change line 2 then"


def _changed(
    line: InterviewLine, request: ScaffoldRequest, plan: ScaffoldPlan, replan: Replan
) -> tuple[ScaffoldRequest, ScaffoldPlan]:
    """Ask for the new value; what cannot be is told, and everything stays as it was."""
    tell(f"  {line.hint}", err=True)
    typed = _ask_line(f"{line.name} [{line.value}]")
    if not typed or typed == line.value:
        return request, plan
    try:
        return _with(line, typed, request, plan, replan)
    except ProtokitError as problem:
        tell(f"  {problem}", err=True)
        return request, plan


def _with(
    line: InterviewLine, typed: str, request: ScaffoldRequest, plan: ScaffoldPlan, replan: Replan
) -> tuple[ScaffoldRequest, ScaffoldPlan]:
    """A title or a screen changes nothing else; another blueprint or audience is drafted for anew."""
    if line.name == "Title":
        title = clean_name(typed)
        named = msgspec.structs.replace(plan.spec, title=title, slug=slug_of(title))
        return replace(request, name=title), replace(plan, spec=named)
    if line.name == "Hypothesis":
        stated = clean_hypothesis(typed)
        believed = msgspec.structs.replace(plan.spec, hypothesis=stated)
        return replace(request, hypothesis=stated), replace(plan, spec=believed)
    if line.name == "UI":
        screen = next((screen for screen in SCREENS if screen == typed.lower()), None)
        if screen is None:
            raise ChoiceProblem.of("ui", typed, list(SCREENS))
        drawn = msgspec.structs.replace(plan.spec, screen=screen)
        return replace(request, screen=screen), replace(plan, spec=drawn)
    request = (
        replace(request, blueprint=typed) if line.name == "Blueprint" else replace(request, audience=typed)
    )
    return request, replan(request)


def _ask_line(question: str) -> str:
    answer: str = ask(question, default="", show_default=False, prompt_suffix=": ")
    return answer.strip()


def ask_parameters(parameters: Parameters, decided: Container[str]) -> dict[str, Value]:
    """The answers for the `parameters` that are not `decided` yet; an empty line takes the default."""
    return {name: _parameter_value(name, parameters[name]) for name in parameters if name not in decided}


def _parameter_value(name: str, parameter: Parameter) -> Value:
    def read(typed: str) -> Any:
        try:
            return parameter.read(typed)
        except ValueError as fault:
            raise click.BadParameter(str(fault)) from None  # click asks again

    choices = f" ({', '.join(map(str, parameter.choices))})" if parameter.choices else ""
    words = f"{name}: {parameter.help or parameter.type}{choices}"
    value: Value = ask(words, default=parameter.default, value_proc=read)
    return value
