"""`protokit update`: brings prototypes to what their blueprints are today."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from protokit.cli.console import A_PATH, AS_JSON, complain, friendly, progress
from protokit.cli.terminal_output import tell

_FINE = ("up to date", "would update", "updated")


@click.command()
@click.argument("folder", default=".", type=A_PATH)
@click.option("--all", "every", is_flag=True, help="Every prototype inside FOLDER.")
@click.option("--dry-run", is_flag=True, help="Show what would happen to each file and write nothing.")
@click.option(
    "--conflicts", is_flag=True, help="Where both changed the same lines, write both, between markers."
)
@click.option("--deps", is_flag=True, help="Instead, take the newest packages, if the tests pass with them.")
@click.option("--blueprint", default="", help="Take the blueprint from here: a folder, a name or git+URL.")
@click.option("--diff", is_flag=True, help="Show the lines that would change and write nothing.")
@click.option("--restore", metavar="FILE", help="Instead, put FILE back as the blueprint gave it.")
@click.option("--trust", is_flag=True, help="Let what changed in a blueprint from git+URL run.")
@AS_JSON
@friendly
def update(folder: Path, every: bool, as_json: bool, restore: str | None, **options: Any) -> None:
    """Bring the prototype in FOLDER (default: here) to its blueprint of today, and keep what you changed."""
    if restore:
        from protokit.update.update_prototype import restore_file

        restore_file(folder, restore)
        tell(f"{restore} is as the blueprint gave it.")
        return
    results = []
    with progress() as bar:
        for each in _inside(folder) if every else [folder]:
            report, text = _updated(each, options, lambda step: bar(step, 0, 1), alone=not every)
            results.append(report)
            if text and not as_json:
                tell(text)
    if as_json:
        tell(json.dumps(results if every else results[0], ensure_ascii=False, indent=2))
    if not all(report["verdict"] in _FINE for report in results):
        sys.exit(1)


def _inside(folder: Path) -> list[Path]:
    """The prototypes in `folder`, one level down."""
    from protokit.errors import FolderProblem
    from protokit.files.layout import SPEC_FILE

    folders = [path.parent for path in sorted(folder.glob(f"*/{SPEC_FILE}")) if path.parent.name[0] != "."]
    if not folders:
        raise FolderProblem(
            "no prototypes in this folder", where=str(folder), fix="Name the folder they are in."
        )
    return folders


def _updated(
    folder: Path, options: dict[str, Any], tell: Callable[[str], None], *, alone: bool
) -> tuple[dict[str, Any], str]:
    """How it ended, for a program and for a person. Among several, a problem with one does not stop the others."""
    from protokit.errors import ProtokitError

    try:
        return _packages(folder, options, tell) if options["deps"] else _files(folder, options, tell)
    except (ProtokitError, OSError) as problem:
        if alone:
            raise
        complain(f"{folder}: {problem}")
        return {"folder": str(folder), "verdict": "failed", "why": str(problem)}, ""


def _files(folder: Path, options: dict[str, Any], tell: Callable[[str], None]) -> tuple[dict[str, Any], str]:
    from protokit.update.update_prototype import UpdateOptions, update
    from protokit.update.update_report import recovery_as_dict, render_diff, render_update, update_as_dict

    words = {name: options[name] for name in ("blueprint", "trust", "dry_run", "conflicts")}
    words["dry_run"] |= options["diff"]
    ended = update(folder, UpdateOptions(**words), tell)
    if ended.recovery is not None:
        complain(recovery_as_dict(ended.recovery))
    return update_as_dict(ended), (render_diff if options["diff"] else render_update)(ended)


def _packages(
    folder: Path, options: dict[str, Any], tell: Callable[[str], None]
) -> tuple[dict[str, Any], str]:
    from protokit.update.dependencies import render_renewal, renew, renewal_as_dict

    ended = renew(folder, tell, dry_run=options["dry_run"])
    return renewal_as_dict(ended), render_renewal(ended)
