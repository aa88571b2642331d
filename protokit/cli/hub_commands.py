"""protokit hub: serves the prototypes of a team from one address."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protokit.cli.console import A_PATH, AS_JSON, finish_checks, friendly, warn
from protokit.cli.terminal_output import tell
from protokit.errors import FolderProblem, MissingExtra

if TYPE_CHECKING:
    from protokit.hub.hub_settings import HubSettings

_PACKAGES = {
    "starlette",
    "uvicorn",
    "httptools",
    "aiohttp",
    "websockets",
    "jinja2",
    "multipart",
    "itsdangerous",
    "sqlalchemy",
}
_PACKAGES |= {"alembic", "argon2", "segno", "psutil"}

LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8400, show_default=True)
@click.option("--home", type=A_PATH, help="The folder it keeps everything in. [default: hub]")
@click.option(
    "--name", "names", multiple=True, help="A host name it is reached by: hub.example.com. Repeatable."
)
@click.option(
    "--trusted-proxy", multiple=True, help="The address or network of a TLS proxy in front. Repeatable."
)
@click.option("--base-domain", default="", help="Give each prototype a host of its own, SLUG.BASE-DOMAIN.")
@click.option(
    "--prototypes-port",
    type=click.IntRange(0, 65535),
    default=None,
    help="The port where prototypes are, apart from the Hub. [default: the one after --port; behind a proxy 0, none]",
)
@click.option(
    "--tunnel",
    default="",
    metavar="COMMAND",
    help='A program that opens a way in from the internet: "cloudflared tunnel --url http://localhost:{port}".',
)
@click.option("--lan", is_flag=True, help="Be there for everybody in the same network.")
@click.option(
    "--state",
    "state_url",
    default="",
    envvar="PROTOKIT_HUB_STATE",
    help="A postgresql:// URL for its state, instead of a file in its home.",
)
@click.option(
    "--idle-seconds",
    type=click.FloatRange(min=1),
    default=900.0,
    show_default=True,
    help="After so long without visitors a prototype sleeps.",
)
@click.option(
    "--memory-mb", type=click.IntRange(64), default=1024, show_default=True, help="For each prototype."
)
@click.option(
    "--awake", type=click.IntRange(1), default=20, show_default=True, help="Prototypes that run at once."
)
@click.option("--upload-mb", type=click.IntRange(1), default=50, show_default=True, help="For each upload.")
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "required", "off"]),
    default="auto",
    show_default=True,
    help="Confine each prototype: where the system can, or else do not start, or never.",
)
@click.option(
    "--sandbox-read", multiple=True, metavar="SLUG=FOLDER", help="A folder that one may read. Repeatable."
)
@click.option(
    "--sandbox-connect",
    multiple=True,
    metavar="SLUG=HOST:PORT",
    help="A server that one may connect to. Repeatable.",
)
@click.option(
    "--demo", is_flag=True, help="Show three prototypes with a month of simulated traffic, in ./hub-demo."
)
@click.option("--check", is_flag=True, help="Open every prototype once, say which fail, and end.")
@click.option("--reset-passcode", is_flag=True, help="Print a new link to choose the passcode with.")
@click.option(
    "--backup", type=A_PATH, metavar="FILE", help="Write all that is in its home to a file, and end."
)
@click.option("--restore", type=A_PATH, metavar="FILE", help="Make the home anew from such a file, and end.")
@click.option(
    "--audit", is_flag=True, help="Print who signed in, opened a link or changed something, as CSV."
)
@AS_JSON
@friendly
def hub(
    demo: bool,
    check: bool,
    reset_passcode: bool,
    backup: Path | None,
    restore: Path | None,
    audit: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Serve the prototypes of a team: make, share and watch them in the browser."""
    if sum(map(bool, (check, backup, restore, audit))) > 1:
        raise click.UsageError("--check, --backup, --restore and --audit are one at a time.")
    options["home"] = options["home"] or Path("hub-demo" if demo else "hub")
    settings = _settings(options)
    if demo:
        from protokit.hub.demo import make_demo

        make_demo(settings, lambda line: tell(line, err=True))
    if backup or restore or audit:
        _keep(settings, backup, restore, as_json)
        return
    from protokit.hub import hub_server

    if check:
        import asyncio

        finish_checks(asyncio.run(hub_server.check_all(settings)), as_json)
        return
    warn(settings.exposures())
    hub_server.serve(
        settings,
        reset_passcode=reset_passcode,
        say=lambda line: tell(line, err=True),
        announce=tell,
    )


def _keep(settings: "HubSettings", backup: Path | None, restore: Path | None, as_json: bool) -> None:
    """Do what needs no running Hub."""
    from protokit.hub import backup as backups

    if not backup and not restore:
        _print_activity(settings, as_json)
        return
    done = backups.backup(settings, backup) if backup else backups.restore(restore or Path(), settings.home)
    if as_json:
        result = {"path": str(done.path), "files": done.files, "bytes": done.size, "notes": done.notes}
        tell(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        tell(str(done.path))
    for note in done.notes:
        tell(note, err=True)
    if backup:
        tell(
            "It holds the Hub's secret, its keys and all documents: keep it where only you can read it.",
            err=True,
        )


def _print_activity(settings: "HubSettings", as_json: bool) -> None:
    from contextlib import closing
    from dataclasses import asdict

    from protokit.hub.database.audit_log import lines
    from protokit.hub.database.store import Store

    if not settings.home.is_dir():
        raise FolderProblem("there is no Hub", where=str(settings.home), fix="Give its folder by --home.")
    with closing(Store.open(settings)) as store:
        entries = store.entries(limit=None)
    if as_json:
        tell(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False))
    else:
        tell(lines(entries), end="")


def _settings(options: dict[str, Any]) -> "HubSettings":
    """The settings, once everything that the Hub needs is known to be installed."""
    from importlib.util import find_spec

    if missing := sorted(name for name in _PACKAGES if find_spec(name) is None):
        raise MissingExtra(
            f"the Hub needs packages that are not installed ({', '.join(missing)})",
            fix='Run: pip install "protokit-studio[hub]"',
        )
    from protokit.hub.hub_settings import HubSettings
    from protokit.prototype.prototype_folder import free_port

    if options["lan"] and options["host"] == LOOPBACK:
        options["host"] = "0.0.0.0"
    if options["prototypes_port"] is None:
        alone = options["base_domain"] or options["trusted_proxy"] or options["tunnel"]
        options["prototypes_port"] = 0 if alone else free_port(min(options["port"] + 1, 65535))
    return HubSettings(**{**options, "home": options["home"].absolute()})
