"""What every page of the Hub works with, in one place: its settings, state, prototypes and jobs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from protokit.hub.settings import HubSettings

if TYPE_CHECKING:
    from protokit.hub.hosting import Hosting
    from protokit.hub.jobs import Jobs
    from protokit.hub.store import Store


@dataclass(frozen=True, slots=True)
class Hub:
    """One Hub; `request.app.state.hub` is it."""

    settings: HubSettings
    store: "Store"
    hosting: "Hosting"
    jobs: "Jobs"

    def folder(self, slug: str) -> Path:
        """The prototype's own folder."""
        return self.settings.home / "prototypes" / slug

    def address(self, slug: str, path: str = "") -> str:
        """The address of the prototype's frame, or of `path` below it ("app/" for the bare page)."""
        base = self.settings.base_domain
        return f"//{slug}.{base}/p/{slug}/{path}" if base else f"/p/{slug}/{path}"


def hub_of(request: Request) -> Hub:
    """The Hub that `request` came to."""
    found: Hub = request.app.state.hub
    return found
