"""One request as the gate reads it, once and strictly."""

from dataclasses import dataclass

from protokit.hub.hosting.public_address import PublicAddress
from protokit.hub.hub_settings import HubSettings
from protokit.hub.security.routes import BadAddress, Route, Scope, answers_to, host_of, place_of

STREAMLIT_UPLOAD = "/_stcore/upload_file/"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class GateRequest:
    """A request with a plain address of this Hub."""

    scope: Scope
    place: Route
    scheme: str
    host: str
    port: str
    """ "" where the browser named none."""
    fields: dict[str, str]
    """The headers by name in small letters; of repeated ones the last."""

    @property
    def path(self) -> str:
        path: str = self.scope["path"]
        return path

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self.scope["headers"])

    @property
    def origin(self) -> str:
        """Scheme, host and port as the browser knows them: "https://hub.example.com"."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}" if self.port else self.host

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.scope["type"] == "http" and self.scope["method"] not in _READING

    @property
    def uploads(self) -> bool:
        """Whether it hands a file to a prototype's page, Gradio's or Streamlit's."""
        ways = ("/gradio_api/upload", STREAMLIT_UPLOAD)
        return self.place.kind == "app" and self.changes and any(way in self.path for way in ways)

    @property
    def navigates(self) -> bool:
        """Whether a browser would show the answer as a page."""
        if self.scope["type"] != "http" or "text/html" not in self.fields.get("accept", ""):
            return False
        return self.fields.get("sec-fetch-mode", "navigate") == "navigate"

    @property
    def comes_from_elsewhere(self) -> bool:
        """Whether a page of another origin sent it. The scheme is left out: a proxy may not have told it."""
        site = self.fields.get("sec-fetch-site", "same-origin")
        origin = self.fields.get("origin")
        if site not in ("same-origin", "none"):
            return True
        return origin is not None and _plain(origin.partition("://")[2].lower()) != _plain(self.authority)


def _plain(authority: str) -> str:
    return authority.removesuffix(":80").removesuffix(":443")


def read(scope: Scope, settings: HubSettings, public: PublicAddress) -> GateRequest:
    """Read `scope`; a Host may also be the tunnel's, `public`. Raises BadAddress where path or host are not plain, or
    the host is not this Hub's."""
    host, port = host_of(scope["headers"])
    place = place_of(scope)
    # Whoever balances load asks for /health by an address of its own choosing.
    by_tunnel = public.serves(f"{host}:{port}" if port else host)
    if scope["path"] != "/health" and not by_tunnel and not answers_to(host, settings):
        raise BadAddress("This Hub does not go by that name.")
    scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return GateRequest(scope, place, scheme, host, port, fields)
