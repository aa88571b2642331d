"""The verbs that hand a prototype over: to programs, to engineers, to a machine that hosts it."""

from pathlib import Path

import click

from protokit.cli.console import A_PATH, friendly, warn
from protokit.cli.terminal_output import tell

_FIRST_PORT = 8000
_PORT = click.option(
    "--port", type=click.IntRange(1, 65535), help="Where to listen; the next free one if it is taken."
)
_HOST = click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in, with the key."
)


@click.command()
@click.argument("folder", default=".", type=A_PATH)
@_PORT
@_HOST
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    help="A web page's address whose scripts may call it: https://app.example.com. Repeatable.",
)
@friendly
def serve(folder: Path, port: int | None, host: str, origins: tuple[str, ...]) -> None:
    """Serve the prototype in FOLDER to programs: OpenAI's chat completions, responses and embeddings, AG-UI's runs."""
    from protokit.deploy.serving.http_server import require
    from protokit.prototype.prototype_folder import Prototype

    prototype = Prototype.open(folder)
    for package in ("fastapi", "ag_ui"):
        require(package, "serve", "protokit serve")
    from protokit.deploy.serving.auth import api_keys
    from protokit.deploy.serving.http_server import listen
    from protokit.deploy.serving.openai_api import api

    app = api(prototype, api_keys(prototype.folder), origins)
    listen(app, host, _announce(prototype.folder, host, port, "/v1"))


@click.command()
@click.argument("folder", default=".", type=A_PATH)
@click.option("--http", is_flag=True, help="Listen at an address instead of speaking over stdin and stdout.")
@_PORT
@_HOST
@click.option("--name", "names", multiple=True, help="With --http: a host name it is reached by. Repeatable.")
@friendly
def mcp(folder: Path, http: bool, port: int | None, host: str, names: tuple[str, ...]) -> None:
    """Give agents and editors the prototype in FOLDER as tools (Model Context Protocol)."""
    from protokit.deploy.serving.http_server import require
    from protokit.prototype.exposure import exposures
    from protokit.prototype.prototype_folder import Prototype

    prototype = Prototype.open(folder)
    require("mcp", "mcp", "protokit mcp")
    from protokit.deploy.serving.assistant_session import speaker
    from protokit.deploy.serving.mcp_tools import tool_server, web_tools

    with speaker(prototype) as speaking:
        if not http:
            warn(exposures("127.0.0.1", prototype.folder))
            tool_server(speaking).run("stdio")
            return
        from protokit.deploy.serving.auth import api_keys
        from protokit.deploy.serving.http_server import listen

        app = web_tools(speaking, api_keys(prototype.folder), host, names)
        listen(app, host, _announce(prototype.folder, host, port, "/mcp"))


def _announce(folder: Path, host: str, port: int | None, path: str) -> int:
    """Say where the server will listen and where the key is, and return the port."""
    from protokit.deploy.serving.auth import API_KEY
    from protokit.prototype.exposure import exposures
    from protokit.prototype.prototype_folder import free_port

    warn(exposures(host, folder))

    first = port or _FIRST_PORT
    free = free_port(first)
    if port and free != port:
        tell(f"Port {port} is in use, taking {free}.", err=True)
    tell(f"http://{'localhost' if host == '127.0.0.1' else host}:{free}{path}")
    tell(f"The key is {API_KEY} in {folder / '.env'}. Press Ctrl-C to stop.", err=True)
    return free


@click.command()
@click.argument("folder", default=".", type=A_PATH)
@click.option("--out", type=A_PATH, help="The folder to make, instead of FOLDER-ejected beside it.")
@click.option("--in-place", is_flag=True, help="Change FOLDER itself, after a copy of it is made beside it.")
@friendly
def eject(folder: Path, out: Path | None, in_place: bool) -> None:
    """Copy the prototype in FOLDER so that it needs no protokit: all it uses stands beside its app.py."""
    from protokit.cli.console import pasteable
    from protokit.deploy.export.eject import eject as ejected_to
    from protokit.deploy.export.eject import eject_in_place
    from protokit.errors import ChoiceProblem

    if in_place and out:
        raise ChoiceProblem("--out and --in-place were both given", fix="Leave one of them out.")
    ejection = eject_in_place(folder) if in_place else ejected_to(folder, out)
    if ejection.backup:
        tell(f"Kept the folder as it was in {ejection.backup}", err=True)
    tell(
        f"Ejected to {ejection.folder}\n\n  cd {pasteable(ejection.folder)}\n  pip install -r requirements.txt"
    )
    tell(f"  {ejection.run}\n  pytest")


@click.command()
@click.argument("folder", default=".", type=A_PATH)
@click.option(
    "--to", "kind", required=True, help="docker, compose, kubernetes, spaces, streamlit-cloud or zip."
)
@click.option("--out", type=A_PATH, help="The folder (or zip file) to make, instead of one beside FOLDER.")
@click.option("--runs", default="page", show_default=True, help="With docker: page, serve or mcp.")
@friendly
def export(folder: Path, kind: str, out: Path | None, runs: str) -> None:
    """Bundle the prototype in FOLDER for another place: it builds there from nothing else, and holds no key."""
    from protokit.deploy.export.bundles import export as exported

    bundle = exported(folder, kind, out, runs)
    tell(f"Made {bundle}")
    guide = {"streamlit-cloud": "PUBLISH.md", "zip": "START.md in it"}.get(kind, "README.md")
    tell(f"{guide} says how to start it. Keys are given there: none is in it.", err=True)
