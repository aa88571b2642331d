"""`protokit new` and `protokit demo`: from a line to a prototype, and the conversation in between."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from protokit.cli.console import A_PATH, AS_JSON, friendly, warn
from protokit.cli.plan_words import made_as_dict, next_steps, render_fetched, render_plan
from protokit.cli.terminal_output import tell

if TYPE_CHECKING:
    from protokit.drafting.alternatives import NotServed
    from protokit.scaffold.scaffold_plan import ScaffoldPlan, ScaffoldRequest

P = ParamSpec("P")
R = TypeVar("R")


def _shared(verb: Callable[P, R]) -> Callable[P, R]:
    """The options of `new` and `demo`."""
    options = [
        click.argument("prompt", default=""),
        click.option(
            "--docs",
            multiple=True,
            type=A_PATH,
            help="A document or a folder of them. Repeatable.",
        ),
        click.option(
            "--fields",
            type=A_PATH,
            help="For a table of documents: a CSV file with the columns and perhaps example rows, a JSON Schema, or a"
            " pydantic class as models.py:Invoice.",
        ),
        click.option("--blueprint", help="The blueprint to use, instead of the one the prompt asks for."),
        click.option("--ui", default="streamlit", show_default=True, help="streamlit or gradio."),
        click.option(
            "--model", default="offline", show_default=True, help="offline, openai:NAME or PROVIDER:NAME."
        ),
        click.option("--name", help="The title. The folder is named after it."),
        click.option("--audience", help="Who will use it, instead of whom the prompt names."),
        click.option(
            "--hypothesis",
            default="",
            help="What it is to show: we believe WHO will WHAT; we will know when...",
        ),
        click.option(
            "--out",
            type=A_PATH,
            help="The folder to make, instead of one named after the title.",
        ),
        click.option(
            "--set",
            "decided",
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter of the blueprint. Repeatable.",
        ),
        click.option("--trust", is_flag=True, help="Let the code of a blueprint from git+URL run."),
        click.option("--yes", is_flag=True, help="Take the first choice without asking."),
    ]
    for option in reversed(options):
        verb = option(verb)
    return verb


@click.command()
@_shared
@click.option("--dry-run", is_flag=True, help="Print the Spec as YAML and make nothing.")
@click.option(
    "--spec", type=A_PATH, help="Make it from this Spec (as --dry-run prints it) instead of a PROMPT."
)
@click.option("--also", is_flag=True, help="Make what else the line or the documents ask for, too.")
@AS_JSON
@friendly
def new(
    as_json: bool,
    yes: bool,
    out: Path | None,
    dry_run: bool,
    spec: Path | None,
    also: bool,
    **options: Any,
) -> None:
    """Make a prototype from PROMPT, the line that says what it should do."""
    with _as_data(as_json):
        plans = (
            [_specified(spec, options)]
            if spec
            else _planned(options, ask=not (yes or as_json or dry_run), also=also)
        )
    if dry_run:
        from protokit.spec.prototype_spec import write_spec

        tell("---\n".join(write_spec(plan.spec) for plan in plans), end="")
        return
    folders = _make_all(plans, out)
    if as_json:
        tell(json.dumps(made_as_dict(plans, folders), ensure_ascii=False, indent=2))
    else:
        tell("\n\n".join(next_steps(folder, plan.spec) for folder, plan in zip(folders, plans, strict=True)))


@click.command()
@_shared
@click.option("--port", type=click.IntRange(1, 65535), help="Where to serve the page.")
@friendly
def demo(yes: bool, out: Path | None, port: int | None, **options: Any) -> None:
    """Make a prototype from PROMPT and open it: `new` and `run` in one."""
    folder, *_ = _make_all(_planned(options, ask=not yes), out)
    run_page(folder, port)


def run_page(folder: Path, port: int | None, read_again: bool = False) -> None:
    """Serve the page of the prototype in `folder` until it is ended, and say where. Raises FolderProblem."""
    from protokit.prototype.exposure import exposures
    from protokit.prototype.run_prototype import run_prototype

    warn(exposures("127.0.0.1", folder))
    run_prototype(
        folder,
        port,
        read_again=read_again,
        say=lambda line: tell(line, err=True),
        announce=tell,
    )


def _planned(options: dict[str, Any], ask: bool, also: bool = False) -> "list[ScaffoldPlan]":
    """The plan for what was asked for, and the one for what else is wanted, if it is."""
    from protokit.drafting.alternatives import NotServed
    from protokit.scaffold.scaffold_plan import plan_scaffold, plan_second

    request = _request(options)
    ask = ask and sys.stdin.isatty() and sys.stderr.isatty()
    try:
        plan = plan_scaffold(request)
    except NotServed as no:
        if not ask:
            raise
        from protokit.cli.interview import offer_instead

        request = offer_instead(no, request)
        plan, ask = plan_scaffold(request), False
    if ask:
        from protokit.cli.interview import converse

        request, plan, both = converse(request, plan, plan_scaffold)
        also = also or both
    else:
        tell(render_plan(plan), err=True)
    if plan.spec.source:
        tell(render_fetched(plan), err=True)
    if ask and plan.blueprint.parameters:
        from protokit.cli.interview import ask_parameters
        from protokit.scaffold.scaffold_plan import with_parameters

        plan = with_parameters(plan, ask_parameters(plan.blueprint.parameters, request.parameters))
    return [plan, plan_second(request, plan)] if also else [plan]


def _request(options: dict[str, Any]) -> "ScaffoldRequest":
    from protokit.catalog.parameters import pairs
    from protokit.scaffold.scaffold_plan import ScaffoldRequest

    return ScaffoldRequest(
        prompt=options["prompt"],
        documents=options["docs"],
        blueprint=options["blueprint"],
        screen=options["ui"],
        model=options["model"],
        name=options["name"],
        audience=options["audience"],
        hypothesis=options["hypothesis"],
        parameters=pairs(options["decided"]),
        fields=options["fields"],
        trust=options["trust"],
        say=lambda line: tell(f"   {line}", err=True),
    )


@contextmanager
def _as_data(as_json: bool) -> Iterator[None]:
    """Print a no as JSON too, with what could be made instead."""
    from protokit.drafting.alternatives import NotServed

    try:
        yield
    except NotServed as no:
        if as_json:
            tell(json.dumps(_no_as_dict(no), ensure_ascii=False, indent=2))
        raise


def _no_as_dict(no: "NotServed") -> dict[str, Any]:
    beyond = no.choice.beyond
    return {
        "folder": None,
        "problem": no.what,
        "asks_for": beyond.kind if beyond else None,
        "question": "Which of these is nearest to what you want?",
        "alternatives": [asdict(each) for each in no.alternatives],
        "considered": [{"name": name, "confidence": share} for name, share in no.choice.considered],
    }


def _specified(path: Path, options: dict[str, Any]) -> "ScaffoldPlan":
    from protokit.catalog.parameters import pairs
    from protokit.errors import PromptProblem
    from protokit.scaffold.scaffold_plan import plan_from_spec, with_parameters
    from protokit.spec.prototype_spec import read_spec

    if options["prompt"]:
        raise PromptProblem("a PROMPT and --spec were both given", fix="Leave one of them out.")
    plan = plan_from_spec(
        read_spec(path), options["docs"], blueprint=options["blueprint"], trust=options["trust"]
    )
    return with_parameters(plan, pairs(options["decided"]))


def _make_all(plans: "Sequence[ScaffoldPlan]", out: Path | None) -> list[Path]:
    """Make each of `plans`; where one folder is named, the second stands beside it."""
    from protokit.files.atomic import refuse_occupied
    from protokit.scaffold.scaffold_plan import make

    beside = [
        out and (out if plan is plans[0] else out.with_name(f"{out.name}-{plan.blueprint.name}"))
        for plan in plans
    ]
    for plan, folder in zip(plans, beside, strict=True):
        refuse_occupied(folder or Path.cwd() / plan.spec.slug)
    return [make(plan, folder) for plan, folder in zip(plans, beside, strict=True)]
