"""Prototypes have a host or a port of their own; browsers are sent over to it."""

import time
from urllib.parse import parse_qs, quote, urlencode

from starlette.responses import RedirectResponse, Response

from protokit.hub.database.store import Store
from protokit.hub.security.identity import VISIT_COOKIE, VISIT_SECONDS, VisitorIdentity, cookie
from protokit.hub.security.request import GateRequest
from protokit.hub.security.routes import prototype_of
from protokit.hub.security.signing import SigningKeys

_SECONDS = 60.0
_ENTER = "/enter"
_ANYWHERE = ("/health", "/static/", "/s/")


class Nowhere(Exception):
    """The host that was asked has no such page."""


class SubdomainLogin:
    """Keeps every prototype to its own host, and takes the owner there without their cookie; or all to their port."""

    def __init__(self, store: Store, keys: SigningKeys) -> None:
        self._store, self._keys = store, keys
        self._domain, self._visitors = store.settings.base_domain, VisitorIdentity(store, keys)
        self._settings = store.settings

    def concerns(self, request: GateRequest) -> bool:
        """Whether `answer` has to be asked."""
        return self._settings.apart and request.path != "/health"

    def answer(self, request: GateRequest) -> Response | None:
        """Where to go instead; None where the right host was asked. Raises Nowhere."""
        slug = prototype_of(request.host, self._settings)
        if slug:
            return self._at_prototype(request, slug)
        if self._settings.prototypes_port and request.port == str(self._settings.prototypes_port):
            if request.place.slug or request.path.startswith(_ANYWHERE):
                return None
            raise Nowhere
        if not request.place.slug:
            return None
        if request.changes or request.scope["type"] != "http":
            raise Nowhere
        if request.place.kind == "frame" and not request.navigates:
            return None  # the Hub's own answer to the Hub's own page: how a prototype is
        return RedirectResponse(self._way_over(request), 303)

    def _at_prototype(self, request: GateRequest, slug: str) -> Response | None:
        if request.path == _ENTER:
            return self._enter(request, slug)
        if request.place.slug == slug or request.path.startswith(_ANYWHERE):
            return None
        raise Nowhere

    def _way_over(self, request: GateRequest) -> str:
        slug, path = request.place.slug, quote(request.path)
        there = f"{request.scheme}://{self._settings.prototype_at(slug, request.host, request.port)}"
        if not self._domain:
            return there + path  # cookies know no ports
        session = self._visitors.owner(request.headers)
        if not session:
            return there + path
        ticket = self._keys.sign("handover", [slug, session.id, time.time() + _SECONDS])
        return f"{there}{_ENTER}?{urlencode({'ticket': ticket, 'to': path})}"

    def _enter(self, request: GateRequest, slug: str) -> Response:
        fields = parse_qs(request.scope["query_string"].decode("latin-1"))
        path = fields.get("to", [""])[0]
        match self._keys.read("handover", fields.get("ticket", [""])[0]):
            case [place, str(name), float(until)] if place == slug and until > time.time():
                session = self._store.session(name)
            case _:
                session = None
        if session is None or not path.startswith(f"/p/{slug}/"):
            raise Nowhere
        response = RedirectResponse(path, 303)
        value = self._visitors.visit_cookie(session, slug)
        response.set_cookie(
            **cookie(
                VISIT_COOKIE,
                value,
                path=f"/p/{slug}",
                seconds=VISIT_SECONDS,
                secure=request.scheme == "https",
            )
        )
        return response
