"""The verbs for whoever makes blueprints: list, show, new, fork, check, pack."""

import json
from pathlib import Path
from typing import Any

import click

from protokit.cli.console import A_PATH, AS_JSON, finish_checks, friendly, progress
from protokit.cli.terminal_output import tell

_WHICH = click.argument("which", metavar="BLUEPRINT")
_TRUST = click.option("--trust", is_flag=True, help="Let the code of a blueprint from git+URL run.")
_OUT = click.option("--out", type=A_PATH, help="The folder to make, instead of one of its name.")


@click.group()
def blueprint() -> None:
    """Make blueprints of your own. BLUEPRINT is a name, a folder (./mine) or git+URL@TAG#FOLDER."""


@blueprint.command("list")
@AS_JSON
@friendly
def list_(as_json: bool) -> None:
    """List the blueprints that are known by name, and where each is."""
    from protokit.catalog.describe import known_blueprints, render_known

    rows = known_blueprints()
    tell(_json(rows) if as_json else render_known(rows))


@blueprint.command()
@_WHICH
@AS_JSON
@friendly
def show(which: str, as_json: bool) -> None:
    """Show what BLUEPRINT is for, what it asks, and which file comes from where. None of its code runs."""
    from protokit.catalog.describe import blueprint_as_dict, render_blueprint
    from protokit.catalog.lookup import find_blueprint

    description = blueprint_as_dict(find_blueprint(which, trust=True))
    tell(_json(description) if as_json else render_blueprint(description))


@blueprint.command()
@click.argument("prompt")
@click.option("--as", "name", help="Its name, instead of one from the prompt.")
@_OUT
@friendly
def new(prompt: str, name: str | None, out: Path | None) -> None:
    """Start a blueprint for prompts like PROMPT: a few lines over the one that serves it now."""
    from protokit.authoring.new_blueprint import start

    _tell_next(start(prompt, name, out))


@blueprint.command()
@_WHICH
@click.option("--as", "name", required=True, help="The name of the copy.")
@click.option("--git", "repository", is_flag=True, help="Make it a git repository of its own.")
@_OUT
@_TRUST
@friendly
def fork(which: str, name: str, repository: bool, out: Path | None, trust: bool) -> None:
    """Copy BLUEPRINT with all its files into a folder of your own, to change whatever you like."""
    from protokit.authoring.fork import fork
    from protokit.catalog.lookup import find_blueprint
    from protokit.spec.names import slug_of

    blueprint = find_blueprint(which, trust=trust)
    _tell_next(fork(blueprint, name, out or Path.cwd() / slug_of(name), repository=repository))


@blueprint.command()
@_WHICH
@click.option("--ui", multiple=True, type=click.Choice(["streamlit", "gradio"]), help="Only this screen.")
@_TRUST
@AS_JSON
@friendly
def check(which: str, ui: Any, trust: bool, as_json: bool) -> None:
    """Check BLUEPRINT: its sample is made in each screen, compiles, is typed and answers its questions offline."""
    from protokit.authoring.check_blueprint import check_blueprint
    from protokit.catalog.lookup import find_blueprint

    blueprint = find_blueprint(which, trust=trust)
    with progress() as show:
        checks = check_blueprint(blueprint, ui, show)
    finish_checks(checks, as_json)


@blueprint.command()
@_WHICH
@click.option("--out", type=A_PATH, default="dist", show_default=True, help="The folder for the wheel.")
@friendly
def pack(which: str, out: Path) -> None:
    """Pack BLUEPRINT as a wheel for pip: where that is installed, the blueprint is known by its name."""
    from protokit.authoring.pack import pack
    from protokit.catalog.lookup import find_blueprint

    tell(str(pack(find_blueprint(which, trust=True), out)))


def _tell_next(folder: Path) -> None:
    from protokit.cli.console import pasteable

    here = folder.absolute().is_relative_to(Path.cwd())
    place = pasteable(f"./{folder.absolute().relative_to(Path.cwd()).as_posix()}" if here else folder)
    tell(f"Made {folder}\n\n  protokit blueprint check {place}\n  protokit new PROMPT --blueprint {place}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
