"""The command line: each verb parses, calls and prints; nothing else in protokit prints."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

import protokit
from protokit.cli import (
    analytics_commands,
    blueprint_commands,
    change_commands,
    deploy_commands,
    hub_commands,
    make_commands,
    update_commands,
)
from protokit.cli.console import A_PATH, AS_JSON, complain, finish_checks, friendly, progress
from protokit.cli.make_commands import run_page
from protokit.cli.terminal_output import guard, tell

HERE = Path()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(protokit.__version__, prog_name="protokit")
def main() -> None:
    """One line in, a prototype that a stakeholder can click out.

    \b
    protokit demo "Answer new hires' questions about our handbook" --docs handbook.pdf
    """
    guard()


@main.command()
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Where to serve the page; the next free one if it is taken."
)
@click.option("--read-again", is_flag=True, help="Read again what is left out because it broke its reader.")
@friendly
def run(folder: Path, port: int | None, read_again: bool) -> None:
    """Open the page of the prototype in FOLDER (default: here)."""
    run_page(folder, port, read_again)


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
@click.option(
    "--picture", type=A_PATH, metavar="FILE.svg", help="Draw which label is taken for which (classifier)."
)
@AS_JSON
@friendly
def eval_(folder: Path, models: Sequence[str], judge: str, picture: Path | None, as_json: bool) -> None:
    """Measure the prototype in FOLDER by its questions.yaml: right, cited, refused, grounded, time, cost."""
    from protokit.evaluation.matrix_picture import draw_matrices
    from protokit.evaluation.run_evaluation import evaluate
    from protokit.evaluation.scorecard_report import render_scores, scoresheet_as_dict
    from protokit.evaluation.significance import compare
    from protokit.files.atomic import write_text
    from protokit.prototype.prototype_folder import Prototype

    prototype = Prototype.open(folder)
    with progress() as show:
        cards = evaluate(prototype, models, show, judge)
    if picture:
        write_text(picture, draw_matrices(cards))
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


main.add_command(make_commands.new)
main.add_command(make_commands.demo)
main.add_command(deploy_commands.serve)
main.add_command(deploy_commands.mcp)
main.add_command(deploy_commands.export)
main.add_command(deploy_commands.eject)
main.add_command(change_commands.change_)
main.add_command(change_commands.history_)
main.add_command(change_commands.undo_)
main.add_command(update_commands.update)
main.add_command(blueprint_commands.blueprint)
main.add_command(hub_commands.hub)
main.add_command(analytics_commands.metrics_)
main.add_command(analytics_commands.sql_)
main.add_command(analytics_commands.case_)
main.add_command(analytics_commands.memo_)
main.add_command(analytics_commands.story_)
main.add_command(analytics_commands.backlog_)
main.add_command(analytics_commands.examples_)

if __name__ == "__main__":
    main()
