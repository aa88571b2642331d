"""The command line: each verb parses, calls and prints; nothing else in protokit prints."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

import protokit
from protokit.cli import (
    analytics_commands,
    blueprint_commands,
    deploy_commands,
    hub_commands,
    update_commands,
)
from protokit.cli.console import A_PATH, AS_JSON, complain, finish_checks, friendly, progress, warn
from protokit.cli.terminal_output import guard, tell
from protokit.files.layout import KNOWLEDGE, SPEC_FILE

if TYPE_CHECKING:
    from protokit.drafting.alternatives import NotServed
    from protokit.scaffold.scaffold_plan import ScaffoldPlan, ScaffoldRequest
    from protokit.spec.prototype_spec import Spec

P = ParamSpec("P")
R = TypeVar("R")

HERE = Path()


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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(protokit.__version__, prog_name="protokit")
def main() -> None:
    """One line in, a prototype that a stakeholder can click out.

    \b
    protokit demo "Answer new hires' questions about our handbook" --docs handbook.pdf
    """
    guard()


@main.command()
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
        tell(json.dumps(_made_as_dict(plans, folders), ensure_ascii=False, indent=2))
    else:
        tell("\n\n".join(_next_steps(folder, plan.spec) for folder, plan in zip(folders, plans, strict=True)))


@main.command()
@_shared
@click.option("--port", type=click.IntRange(1, 65535), help="Where to serve the page.")
@friendly
def demo(yes: bool, out: Path | None, port: int | None, **options: Any) -> None:
    """Make a prototype from PROMPT and open it: `new` and `run` in one."""
    folder, *_ = _make_all(_planned(options, ask=not yes), out)
    _run(folder, port)


@main.command()
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Where to serve the page; the next free one if it is taken."
)
@click.option("--read-again", is_flag=True, help="Read again what is left out because it broke its reader.")
@friendly
def run(folder: Path, port: int | None, read_again: bool) -> None:
    """Open the page of the prototype in FOLDER (default: here)."""
    _run(folder, port, read_again)


@main.command()
@click.argument("folder", type=A_PATH)
@click.argument("questions", nargs=-1)
@click.option(
    "--file", type=A_PATH, help='Questions, one JSON object a line: {"question": "...", "history": ["..."]}'
)
@click.option("--input", "text", help="The text to work on, a file with it, or a folder of them.")
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="What is chosen beside it; repeat it."
)
@click.option("--model", default="", help="Another model than the prototype's.")
@click.option("--cost-on", default="", metavar="MODEL", help="Tell what each answer would cost on MODEL.")
@AS_JSON
@friendly
def ask(
    folder: Path,
    questions: Sequence[str],
    file: Path | None,
    text: str | None,
    options: Sequence[str],
    model: str,
    cost_on: str,
    as_json: bool,
) -> None:
    """Ask the prototype in FOLDER one or more QUESTIONS in the terminal."""
    from protokit.prototype.ask import (
        answer_as_dict,
        ask_prototype,
        read_options,
        read_questions,
        render_answer,
    )
    from protokit.prototype.prototype_folder import Prototype

    batch, failed = [*questions, *(read_questions(file) if file else ())], False
    for answer in ask_prototype(folder, batch, text, model, cost_on, read_options(options)):
        if answer.problem:
            complain(answer.problem)
            failed = True
        tell(json.dumps(answer_as_dict(answer), ensure_ascii=False) if as_json else render_answer(answer))
    for line in Prototype.open(folder).left_out():
        complain(line)
    if failed and model:  # the offline engine stood in for the model that was asked for
        sys.exit(1)


@main.command("list")
@AS_JSON
@friendly
def list_(as_json: bool) -> None:
    """List the blueprints, and the prototypes in this folder."""
    from protokit.cli.listing import listed, render_list

    inventory = listed(HERE.absolute())
    tell(json.dumps(inventory, ensure_ascii=False, indent=2) if as_json else render_list(inventory))


@main.command()
@click.argument("folder", default=".", type=A_PATH)
@AS_JSON
@friendly
def check(folder: Path, as_json: bool) -> None:
    """Check the prototype in FOLDER: it compiles, answers its questions offline, and its screen opens."""
    from protokit.evaluation.checks.prototype_check import check_prototype

    finish_checks(check_prototype(folder), as_json)


@main.command("eval")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--model", "models", multiple=True, help="A model to measure. Repeatable, the first is compared to."
)
@click.option(
    "--judge", default="", metavar="MODEL", help="A model that says which sentences are grounded too."
)
@AS_JSON
@friendly
def eval_(folder: Path, models: Sequence[str], judge: str, as_json: bool) -> None:
    """Measure the prototype in FOLDER by its questions.yaml: right, cited, refused, grounded, time, cost."""
    from protokit.evaluation.run_evaluation import evaluate
    from protokit.evaluation.scorecard_report import render_scores, scoresheet_as_dict
    from protokit.evaluation.significance import compare
    from protokit.prototype.prototype_folder import Prototype

    prototype = Prototype.open(folder)
    with progress() as show:
        cards = evaluate(prototype, models, show, judge)
    compared = compare(cards)
    below = {card.model: card.shortfalls(prototype.spec.thresholds) for card in cards}
    tell(scoresheet_as_dict(cards, compared, below) if as_json else render_scores(cards, compared))
    for model, lines in below.items():
        for line in lines:
            complain(f"{model}: {line} (thresholds in prototype.yaml)")
    if any(below.values()) or not all(card.answers for card in cards):
        sys.exit(1)


@main.command("trace")
@click.argument("folder", type=A_PATH)
@click.argument("number", metavar="[ID]", type=int, required=False)
@AS_JSON
@friendly
def trace_(folder: Path, number: int | None, as_json: bool) -> None:
    """Show how the answer ID in FOLDER (default: the newest) came about, and the stage that failed."""
    from protokit.evaluation.trace import diagnose_answer
    from protokit.evaluation.trace_report import render_trace, trace_as_dict
    from protokit.prototype.prototype_folder import Prototype

    traced = diagnose_answer(Prototype.open(folder), number)
    tell(json.dumps(trace_as_dict(traced), ensure_ascii=False, indent=2) if as_json else render_trace(traced))


@main.command()
@AS_JSON
@friendly
def doctor(as_json: bool) -> None:
    """Say what is missing on this machine, and the command that mends it."""
    from protokit.evaluation.checks.environment import examine

    finish_checks(examine(), as_json)


main.add_command(deploy_commands.serve)
main.add_command(deploy_commands.mcp)
main.add_command(deploy_commands.export)
main.add_command(deploy_commands.eject)
main.add_command(update_commands.update)
main.add_command(blueprint_commands.blueprint)
main.add_command(hub_commands.hub)
main.add_command(analytics_commands.metrics_)
main.add_command(analytics_commands.sql_)
main.add_command(analytics_commands.memo_)


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
        tell(_reason(plan), err=True)
    if plan.spec.source:
        tell(_fetched(plan), err=True)
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


def _reason(plan: "ScaffoldPlan") -> str:
    """Which blueprint and why, how sure, what else was considered, and what could be read."""
    from protokit.scaffold.sample_knowledge import describe_samples

    choice, spec = plan.choice, plan.spec
    lines = [f"{spec.emoji} {spec.title}: {spec.pitch}"]
    if choice.blueprint == plan.blueprint.name:
        lines += _choice(plan)
    else:
        lines.append(f"   blueprint {plan.blueprint.name}, as you chose")
    if plan.also:
        from protokit.cli.interview import describe_second

        lines.append(f"   {describe_second(plan.also)}" + ": --also makes it too" * bool(plan.also.blueprint))
    if plan.drafted:
        lines.append(f"   {plan.drafted}")
    if plan.report is not None:
        lines.append(str(plan.report))
    elif samples := spec.sample_documents:
        lines.append(f"   {describe_samples(samples)}")
    return "\n".join(lines)


def _choice(plan: "ScaffoldPlan") -> list[str]:
    """Why this blueprint, and what of the line it leaves undone."""
    choice = plan.choice
    others = [pair for pair in choice.considered if pair[0] != choice.blueprint][:1]
    other = "".join(f"; considered {name} ({share:.0%})" for name, share in others)
    if choice.because:
        words = ", ".join(repr(word) for word in choice.because)
        line = f"because of {words}, {choice.confidence:.0%} sure{other}"
    else:
        line = "because your documents can be asked; --blueprint decides otherwise"
    lines = [f"   blueprint {plan.blueprint.name} {line}"]
    if choice.question:
        lines.append(
            f"   Not sure: {choice.question} {choice.beyond.why if choice.beyond else '--blueprint decides'}"
        )
    elif choice.beyond:
        lines.append(
            f"   It may also ask for {choice.beyond.title}, which this does not do. {choice.beyond.why}"
        )
    return lines


def _fetched(plan: "ScaffoldPlan") -> str:
    """Where a blueprint from elsewhere comes from, and what of it would run."""
    from protokit.catalog.trust import render_code

    source = plan.spec.source
    return f"   from {source.url}, commit {source.commit}: {render_code(plan.blueprint)}" if source else ""


def _made_as_dict(plans: "Sequence[ScaffoldPlan]", folders: Sequence[Path]) -> dict[str, Any]:
    """The first prototype, and beside it what else was wished, with its folder where that was made too."""
    made = [
        {"folder": str(folder), **_plan_as_dict(plan, folder)}
        for plan, folder in zip(plans, folders, strict=True)
    ]
    wish = plans[0].also
    other = wish and {
        "words": wish.words,
        "blueprint": wish.blueprint,
        "asks_for": wish.beyond.kind if wish.beyond else None,
        "fields": wish.fields,
        "made": made[1] if len(made) > 1 else None,
    }
    return {**made[0], "also": other}


def _plan_as_dict(plan: "ScaffoldPlan", folder: Path) -> dict[str, Any]:
    from protokit.spec.prototype_spec import read_spec, spec_fields
    from vectorstore.file_list import file_rows

    choice = plan.choice
    files = plan.report.files if plan.report else ()
    rows = {row.file: row for row in file_rows(files, remedies=True)}
    return {
        "blueprint": plan.blueprint.reference,
        "confidence": choice.confidence if choice.blueprint == plan.blueprint.name else None,
        "because": choice.because,
        "question": choice.question,
        "drafted": plan.drafted,
        "considered": [{"name": name, "confidence": share} for name, share in choice.considered],
        "spec": spec_fields(read_spec(folder / SPEC_FILE)),
        "documents": [
            {
                "file": f.file,
                "status": f.status,
                "state": rows[f.file].state,
                "passages": f.passages,
                "note": rows[f.file].note,
            }
            for f in files
        ],
    }


def _next_steps(folder: Path, spec: "Spec") -> str:
    """What to paste next: each line works as it stands, and the second one is answered."""
    from protokit.cli.console import pasteable

    place = _argument(folder)
    if spec.takes == "question":
        words = pasteable(next(iter(spec.starter_questions), "your question"))
    else:
        samples = sorted(path for path in (folder / KNOWLEDGE).glob("[!.]*") if path.is_file())
        words = f"--input {_argument(samples[0]) if samples else pasteable('your text')}"
    return "\n".join(
        [
            f"Made {folder}",
            "",
            f"  protokit run {place}",
            f"  protokit ask {place} {words}",
            f"  protokit check {place}",
        ]
    )


def _argument(path: Path) -> str:
    """`path` as it can be pasted after a verb, also when it begins like an option."""
    from protokit.cli.console import pasteable

    return pasteable(f"{os.curdir}{os.sep}{path}" if str(path).startswith("-") else path)


def _run(folder: Path, port: int | None, read_again: bool = False) -> None:
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


if __name__ == "__main__":
    main()
