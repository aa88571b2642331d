"""Runs the API, or the tools over HTTP, as a server process of its own until it is stopped."""

from importlib.util import find_spec

from starlette.types import ASGIApp

from protokit.errors import MissingExtra
from protokit.prototype.prototype_folder import install_command

GOODBYE = 10
"""Seconds that answers under way get when the server is told to stop."""


def require(package: str, extra: str, what: str) -> None:
    """Raise MissingExtra with the install command where `package` is not installed."""
    if find_spec(package) is None:
        raise MissingExtra(
            f"{what} needs a package that is not installed", fix=f"Run: {install_command(extra)}"
        )


def listen(app: ASGIApp, host: str, port: int) -> None:
    """Serve `app` at `host`:`port` until SIGTERM or Ctrl-C."""
    import uvicorn

    from protokit.deploy.serving.connections import Bounds, Waiting, open_files
    from protokit.deploy.serving.protocols import bounded

    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GOODBYE,
        server_header=False,
        **bounded(Waiting(Bounds(waiting=min(1024, open_files() // 4)))),
    )
