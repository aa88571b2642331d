"""Who can reach this Hub, in words, and the address by which they do."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request

from protokit.hub.context import hub_of
from protokit.hub.hosting.lan_address import lan_address
from protokit.hub.views.qr_code import qr_code

_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Reach:
    """What the pages that share something say first."""

    who: str
    how: str
    address: str = ""
    kind: str = "info"
    """Of notice: "info", "warn" or "bad"."""

    @property
    def qr(self) -> Markup:
        """The address as a QR code, nothing without one."""
        return qr_code(self.address) if self.address else Markup()


def root_of(request: Request) -> str:
    """The beginning of links that are given out: the tunnel's address, else the network's, else where one is now."""
    hub = hub_of(request)
    if hub.public.origin:
        return hub.public.origin
    own = str(request.base_url).rstrip("/")
    if hub.settings.lan and request.url.hostname in _HERE:
        return lan_address(hub.settings.port) or own
    return own


def reach_of(request: Request) -> Reach | None:
    """Who can open a link; None where the Hub has a name of its own, which says it."""
    hub = hub_of(request)
    settings, public = hub.settings, hub.public
    if public.state == "open":
        how = (
            "Whoever has a link below can open it, from anywhere. Nobody else sees anything but the sign-in."
        )
        return Reach("Everybody on the internet", how, public.origin)
    if public.state == "ended":
        return Reach("The tunnel is down: nobody outside can open a link", public.problem, kind="bad")
    if public.state == "opening":
        how = public.problem or "The tunnel is being opened. Reload this page in a moment."
        return Reach("Nobody outside can open a link yet", how, kind="warn")
    if settings.lan:
        how = "Whoever is in the same network as this computer and has a link below can open it. Nobody outside can."
        return Reach("Everybody in this network", how, lan_address(settings.port))
    if settings.names or settings.base_domain or settings.trusted_proxy or settings.host not in _HERE:
        return None
    how = (
        "This Hub listens on this computer alone. Start it with --lan for everybody in the room, or with --tunnel for"
        " the internet."
    )
    return Reach("Only this computer can open these links", how, kind="warn")
