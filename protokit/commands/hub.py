"""protokit hub: serves the prototypes of a team from one address."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protokit.commands.output import tell
from protokit.commands.terminal import A_PATH, AS_JSON, finish_checks, friendly
from protokit.errors import MissingExtra

if TYPE_CHECKING:
    from protokit.hub.settings import HubSettings

_PACKAGES = {
    "starlette",
    "uvicorn",
    "aiohttp",
    "websockets",
    "jinja2",
    "multipart",
    "itsdangerous",
    "sqlalchemy",
}
_PACKAGES |= {"alembic", "argon2", "segno", "psutil"}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8400, show_default=True)
@click.option(
    "--home", type=A_PATH, default=Path("hub"), show_default=True, help="The folder it keeps everything in."
)
@click.option(
    "--name", "names", multiple=True, help="A host name it is reached by: hub.example.com. Repeatable."
)
@click.option(
    "--trusted-proxy", multiple=True, help="The address or network of a TLS proxy in front. Repeatable."
)
@click.option("--base-domain", default="", help="Give each prototype a host of its own, SLUG.BASE-DOMAIN.")
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
@click.option("--check", is_flag=True, help="Open every prototype once, say which fail, and end.")
@click.option("--reset-passcode", is_flag=True, help="Print a new link to choose the passcode with.")
@AS_JSON
@friendly
def hub(check: bool, reset_passcode: bool, as_json: bool, **options: Any) -> None:
    """Serve the prototypes of a team: make, share and watch them in the browser."""
    settings = _settings(options)
    from protokit.hub import serving

    if check:
        import asyncio

        finish_checks(asyncio.run(serving.check_all(settings)), as_json)
        return
    serving.serve(
        settings,
        reset_passcode=reset_passcode,
        say=lambda line: tell(line, err=True),
        announce=tell,
    )


def _settings(options: dict[str, Any]) -> "HubSettings":
    """The settings, once everything that the Hub needs is known to be installed."""
    from importlib.util import find_spec

    if missing := sorted(name for name in _PACKAGES if find_spec(name) is None):
        raise MissingExtra(
            f"the Hub needs packages that are not installed ({', '.join(missing)})",
            fix='Run: pip install "protokit-studio[hub]"',
        )
    from protokit.hub.settings import HubSettings

    return HubSettings(**{**options, "home": options["home"].absolute()})
