"""What every page of the Hub works with, in one place: its settings, state, prototypes and jobs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from protokit.hub.hub_settings import HubSettings

if TYPE_CHECKING:
    from protokit.hub.database.store import Store
    from protokit.hub.hosting.prototype_host import Hosting
    from protokit.hub.hosting.public_address import PublicAddress
    from protokit.hub.jobs.change_runs import ChangeRuns
    from protokit.hub.jobs.job_queue import JobQueue
    from protokit.hub.security.oidc import OidcClient
    from protokit.hub.security.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class Hub:
    """One Hub; `request.app.state.hub` is it."""

    settings: HubSettings
    store: "Store"
    hosting: "Hosting"
    jobs: "JobQueue"
    doors: "SignIn"
    changes: "ChangeRuns"
    public: "PublicAddress"
    oidc: "OidcClient | None"
    """The sign-in service, where there is one."""

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
    hub: Hub = request.scope["app"].state.hub
    return hub
