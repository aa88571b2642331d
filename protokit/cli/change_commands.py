"""`protokit change`, `history`, `undo`: a prototype changed by saying so, and taken back."""

import json
import sys
from pathlib import Path

import click

from protokit.cli.console import A_PATH, AS_JSON, friendly, progress
from protokit.cli.terminal_output import tell

_FINE = ("changed", "would change")


@click.command("change")
@click.argument("folder", type=A_PATH)
@click.argument("line")
@click.option(
    "--dry-run", is_flag=True, help="Show what was understood and the lines that would change, and stop."
)
@click.option("--diff", "whole", is_flag=True, help="Show every line that changes.")
@click.option(
    "--by", "who", default="", metavar="NAME", help="Who asks for it; git's name for you by default."
)
@click.option(
    "--model", default="", help="A language model that reads the line, and may edit the page's code."
)
@AS_JSON
@friendly
def change_(folder: Path, line: str, dry_run: bool, whole: bool, who: str, model: str, as_json: bool) -> None:
    """Change the prototype in FOLDER as LINE says: "shorter answers, in French, make it green".

    It is tried in a copy first and kept only when no test, question or page is worse with it.
    """
    from protokit.revise.change_prototype import change_prototype, preview_change
    from protokit.revise.change_report import change_as_dict, render_change
    from protokit.revise.read_changes import read_changes

    request = read_changes(line)
    with progress() as bar:
        if model and not dry_run:
            from protokit.revise.llm_changes import ModelBudget, change_by_model

            tell(str(ModelBudget.of(model, folder, line)), err=True)
            ended = change_by_model(folder, line, model, who=who, tell=lambda step: bar(step, 0, 1))
        elif dry_run:
            ended = preview_change(folder, request)
        else:
            ended = change_prototype(folder, request, who=who, tell=lambda step: bar(step, 0, 1))
    if as_json:
        tell(json.dumps(change_as_dict(ended), ensure_ascii=False, indent=2))
    else:
        tell(render_change(ended, whole=whole))
    if ended.verdict not in _FINE or ended.plan.refusals or ended.plan.request.not_understood:
        sys.exit(1)


@click.command("history")
@click.argument("folder", default=".", type=A_PATH)
@AS_JSON
@friendly
def history_(folder: Path, as_json: bool) -> None:
    """List the changes of the prototype in FOLDER (default: here): who asked when for what."""
    from protokit.prototype.prototype_folder import Prototype
    from protokit.revise.change_history import read_history
    from protokit.revise.change_report import history_as_dict, render_history

    entries = read_history(Prototype.open(folder).folder)
    tell(
        json.dumps(history_as_dict(entries), ensure_ascii=False, indent=2)
        if as_json
        else render_history(entries)
    )


@click.command("undo")
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--change", "number", type=click.IntRange(1), help="The change to take back; the last one by default."
)
@click.option("--by", "who", default="", metavar="NAME", help="Who undoes it.")
@friendly
def undo_(folder: Path, number: int | None, who: str) -> None:
    """Take back the last change of the prototype in FOLDER (default: here); edits since in other lines stay."""
    from protokit.revise.change_prototype import undo_change

    entry = undo_change(folder, number, who=who)
    tell(f"Undone: {entry.line}")
