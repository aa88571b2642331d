"""What every page of the Hub works with, in one place: its settings, state, prototypes and jobs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from protokit.hub.settings import HubSettings

if TYPE_CHECKING:
    from protokit.hub.engine.hosting import Hosting
    from protokit.hub.guard.doors import Doors
    from protokit.hub.making.jobs import Jobs
    from protokit.hub.state.store import Store


@dataclass(frozen=True, slots=True)
class Hub:
    """One Hub; `request.app.state.hub` is it."""

    settings: HubSettings
    store: "Store"
    hosting: "Hosting"
    jobs: "Jobs"
    doors: "Doors"

    def folder(self, slug: str) -> Path:
        """The prototype's own folder."""
        return self.settings.home / "prototypes" / slug

    def address(self, slug: str, path: str = "") -> str:
        """The path of the prototype's frame, or of `path` below it ("app/" for the bare page).

        Under a base domain the gate sends the browser over to the prototype's own host.
        """
        return f"/p/{slug}/{path}"


def hub_of(request: HTTPConnection) -> Hub:
    """The Hub that `request` came to."""
    found: Hub = request.scope["app"].state.hub
    return found
