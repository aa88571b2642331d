"""The conversation before a prototype is made: one screen says what was understood and asks what to change."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import click
import msgspec

from protokit import catalog
from protokit.commands.output import ask, tell
from protokit.errors import ChoiceProblem, ProtokitError
from protokit.making import Plan, Wish
from protokit.prompts import clean_name, slug_of
from protokit.routing import Choice
from protokit.spec import SCREENS

Replan = Callable[[Wish], Plan]
"""Makes the Plan for a changed Wish."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that can be changed, with the flag that decides it without asking."""

    name: str
    flag: str
    value: str
    hint: str


def converse(wish: Wish, planned: Plan, replan: Replan) -> Plan:
    """Show what `planned` would make until Enter takes it; each change shows the screen again.

    Whoever leaves with q, Ctrl-C or the end of input makes nothing. Raises click.Abort.
    """
    while True:
        tell(shown(planned), err=True)
        picked = _asked("Change anything? Enter makes it, a number changes a line, q leaves")
        if not picked:
            return planned
        if picked.lower() in ("q", "quit", "n", "no"):
            raise click.Abort
        lines = choices(planned)
        if not (picked.isdecimal() and 1 <= int(picked) <= len(lines)):
            tell(f"  {picked!r} is not a number from 1 to {len(lines)}.", err=True)
            continue
        wish, planned = _changed(lines[int(picked) - 1], wish, planned, replan)


def choices(planned: Plan) -> tuple[Line, ...]:
    """What the person can change, in the order of the screen."""
    spec = planned.spec
    blueprints = ", ".join(sorted(catalog.blueprints()))
    return (
        Line("Title", "--name", spec.title, "what the page is called; the folder is named after it"),
        Line("Blueprint", "--blueprint", planned.blueprint.name, blueprints),
        Line("UI", "--ui", spec.screen, " or ".join(SCREENS)),
        Line("Audience", "--audience", spec.audience, "who will use it"),
    )


def shown(planned: Plan) -> str:
    """The screen: what was understood, what will be made, with a number before all that can be changed."""
    spec, lines = planned.spec, choices(planned)
    width = max(len(line.name) for line in lines)
    told = [f"  {n}  {line.name:<{width}}  {line.value}" for n, line in enumerate(lines, 1)]
    asked = ", ".join(spec.starter_questions[:2])
    return "\n".join(
        [
            "",
            "What I understood",
            *(f"  {line}" for line in _understood(planned)),
            "",
            "What I will make",
            f"  {spec.emoji} {spec.pitch}",
            *([f"     first questions: {asked}"] if asked else []),
            *told,
            "",
        ]
    )


def _understood(planned: Plan) -> list[str]:
    choice, spec = planned.choice, planned.spec
    lines = [
        f"\u201c{spec.prompt}\u201d" if len(spec.prompt) <= 100 else f"\u201c{spec.prompt[:99]}\u2026\u201d"
    ]
    if choice.blueprint == planned.blueprint.name:
        because = ", ".join(repr(word) for word in choice.because)
        lines.append(
            f"a {planned.blueprint.title.lower()} ({choice.confidence:.0%} sure, because of {because})"
        )
    else:
        lines.append(f"a {planned.blueprint.title.lower()}, as you chose")
    if choice.question and choice.blueprint == planned.blueprint.name:
        lines.append(_doubt(choice))
    lines += [f"to keep: {wish.words}" for wish in spec.constraints if wish.words]
    if planned.drafted:
        lines.append(planned.drafted)
    if planned.report is not None:
        lines += str(planned.report).splitlines()
    return lines


def _doubt(choice: Choice) -> str:
    """What else may be meant: another blueprint, or what none does."""
    if choice.beyond:
        return f"it could also ask for {choice.beyond.title}. {choice.beyond.why}"
    return f"it could also be {choice.runner_up}: change line 2 then"


def _changed(line: Line, wish: Wish, planned: Plan, replan: Replan) -> tuple[Wish, Plan]:
    """Ask for the new value; what cannot be is told, and everything stays as it was."""
    tell(f"  {line.hint}", err=True)
    typed = _asked(f"{line.name} [{line.value}]")
    if not typed or typed == line.value:
        return wish, planned
    try:
        return _with(line, typed, wish, planned, replan)
    except ProtokitError as problem:
        tell(f"  {problem}", err=True)
        return wish, planned


def _with(line: Line, typed: str, wish: Wish, planned: Plan, replan: Replan) -> tuple[Wish, Plan]:
    """A title or a screen changes nothing else; another blueprint or audience is drafted for anew."""
    if line.name == "Title":
        title = clean_name(typed)
        named = msgspec.structs.replace(planned.spec, title=title, slug=slug_of(title))
        return replace(wish, name=title), replace(planned, spec=named)
    if line.name == "UI":
        screen = next((screen for screen in SCREENS if screen == typed.lower()), None)
        if screen is None:
            raise ChoiceProblem.of("ui", typed, list(SCREENS))
        drawn = msgspec.structs.replace(planned.spec, screen=screen)
        return replace(wish, screen=screen), replace(planned, spec=drawn)
    wish = replace(wish, blueprint=typed) if line.name == "Blueprint" else replace(wish, audience=typed)
    return wish, replan(wish)


def _asked(question: str) -> str:
    answer: str = ask(question, default="", show_default=False, prompt_suffix=": ")
    return answer.strip()
