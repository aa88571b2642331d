"""The gate before everything: who is there, where they may go, and what a browser may do with the answer.

It is pure ASGI and the outermost layer, so that websockets and event streams pass it as well.
"""

import asyncio
import html
import logging
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from protokit.hub.database.store import Store
from protokit.hub.hosting.public_address import PROBE, PublicAddress
from protokit.hub.hub_settings import MEGABYTE
from protokit.hub.security import csrf
from protokit.hub.security import request as requests
from protokit.hub.security.audit_actions import action_of
from protokit.hub.security.body_limit import Bounded, Incoming, Receive, declared, declared_utf8, form_token
from protokit.hub.security.crowd import MOST_GUESTS, Crowd, Full
from protokit.hub.security.identity import FORM_COOKIE, NOBODY, Visitor, VisitorIdentity, cookies
from protokit.hub.security.request import GateRequest
from protokit.hub.security.response import ResponseSender, Send
from protokit.hub.security.routes import BadAddress, Route, Scope, forwarded
from protokit.hub.security.signing import SigningKeys
from protokit.hub.security.subdomain_login import Nowhere, SubdomainLogin
from protokit.runtime.uploads.upload_quota import UploadQuota, UploadRefused

_LOG = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
App = Callable[[Scope, Receive, Send], Awaitable[None]]
RefusedPage = Callable[[HTTPConnection, int, str], Response]

_FORM_BYTES = 64 * 1024
_WHO_ARE_YOU = "Sign in, or open the link you were sent."
_NO_DATABASE = "The Hub cannot look up who you are just now. Try again in a minute."
_FULL = "Too many people are here just now. Try again in a minute."
_STALE = "This form is too old, or came from elsewhere. Go back, reload the page and try again."


class _Turned(Exception):
    """The request goes no further."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class SecurityMiddleware:
    """Lets members reach `app`, and guests their own prototype; what a member may do there is for `roles`.

    What passes finds `request.state.visitor` (a Visitor) and `request.state.csrf` (the token for the forms of the
    page). `refused(request, status, words)` makes the page for a browser that is turned away. Whoever is in is
    looked at again every `recheck` seconds, so that a revoked link ends event streams and websockets too.
    """

    def __init__(
        self,
        app: App,
        store: Store,
        keys: SigningKeys,
        *,
        refused: RefusedPage | None = None,
        recheck: float = 2.0,
        crowd: Crowd | None = None,
        public: PublicAddress | None = None,
    ) -> None:
        self._app, self._keys, self._settings, self._store = app, keys, store.settings, store
        self._visitors, self._handover = VisitorIdentity(store, keys), SubdomainLogin(store, keys)
        self._uploads, self._public = UploadQuota(), public or PublicAddress()
        self._refused, self._recheck = refused or _plain_page, recheck
        self._crowd = crowd or Crowd(MOST_GUESTS, MOST_GUESTS)
        # Threads of its own: pages that take long must not keep anybody waiting at the gate.
        self._threads = ThreadPoolExecutor(8, "gate")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope = self._public.seen(forwarded(scope, self._settings))
        scope = {**scope, "state": dict(scope.get("state") or {})}
        scope["state"] |= {"visitor": NOBODY, "csrf": ""}
        try:
            request = requests.read(scope, self._settings, self._public)
        except BadAddress as problem:
            plain = PlainTextResponse(str(problem), 400, {"X-Content-Type-Options": "nosniff"})
            await _answer(plain, scope, receive, send)
            return
        if request.path == "/health" and (probe := request.fields.get(PROBE)):
            self._public.arrived(request.authority, probe, request.fields.get("x-forwarded-for", ""))
        browser = next(cookies(request.headers, FORM_COOKIE), "")
        reply = ResponseSender(self._settings, request, send, browser or secrets.token_urlsafe(16))
        incoming = Incoming(receive)
        try:
            await self._admit(request, reply, incoming)
        except _Turned as turned:
            await self._turn_away(request, reply, incoming, turned)
        except Full:
            await self._turn_away(request, reply, incoming, _Turned(503, _FULL))

    async def _admit(self, request: GateRequest, reply: ResponseSender, receive: Receive) -> None:
        if request.comes_from_elsewhere and (request.changes or request.scope["type"] == "websocket"):
            raise _Turned(403, "This request came from another site.")
        if self._handover.concerns(request):
            try:
                elsewhere = await self._threaded(self._handover.answer, request)
            except Nowhere:
                raise _Turned(404, "There is nothing here.") from None
            if elsewhere:
                await _answer(elsewhere, request.scope, receive, reply)
                return
        place, state = request.place, request.scope["state"]
        if place.kind != "public":
            state["visitor"] = await self._identify(request)
            if state["visitor"] == NOBODY:
                raise _Turned(401, _WHO_ARE_YOU)
        if request.uploads:
            self._check_upload(request, state["visitor"])
        for_whom = csrf.subject(place, state["visitor"], reply.browser)
        state["csrf"] = csrf.issue(self._keys, for_whom)
        if place.kind == "member":
            self._check_reader(request, for_whom)
        try:
            with self._crowd.place(request.scope):
                await self._pass(request, reply, await self._checked_body(request, for_whom, receive))
        finally:
            if request.changes and place.kind == "member":
                await self._log_change(request, reply.status)

    async def _log_change(self, request: GateRequest, status: int) -> None:
        """Note what a member changed: every form that did something leads on to another page, or says so."""
        detail = request.scope["state"].get("audit")
        if status != 303 and detail is None:
            return
        action, slug = action_of(request.path)
        visitor: Visitor = request.scope["state"]["visitor"]
        client = request.scope.get("client")
        address = client[0] if client else ""
        await self._threaded(
            self._store.note,
            action,
            visitor.role or "nobody",
            address=address,
            slug=slug,
            detail=detail or "",
            name=visitor.name,
        )

    async def _identify(self, request: GateRequest) -> Visitor:
        try:
            return await self._threaded(self._visitors.identify, request.headers, request.place.slug)
        except SQLAlchemyError as error:
            _LOG.error("The Hub's database cannot be used: %s", error)
            raise _Turned(503, _NO_DATABASE) from None

    def _check_upload(self, request: GateRequest, visitor: Visitor) -> None:
        """Take files only where the link says so. Streamlit counts none itself; before Gradio stands our guard."""
        if not visitor.uploads:
            raise _Turned(403, "Files cannot be uploaded to this page.")
        if requests.STREAMLIT_UPLOAD not in request.path or request.scope["method"] == "DELETE":
            return
        size = declared(request.headers) or self._uploads.limits.file_bytes
        try:
            self._uploads.take(visitor.id, max(0, size - _FORM_BYTES))
        except UploadRefused as refusal:
            raise _Turned(refusal.status, str(refusal)) from None

    async def _may_stay(self, visitor: Visitor) -> bool:
        if visitor == NOBODY:
            return True  # on a public page
        try:
            return await self._threaded(self._visitors.still, visitor)
        except SQLAlchemyError:
            return True  # while its database is away nobody can revoke anything either

    def _check_reader(self, request: GateRequest, for_whom: str) -> None:
        """Members' pages are for windows, not for the scripts or frames of a prototype on the same origin."""
        mode, destination = request.fields.get("sec-fetch-mode"), request.fields.get("sec-fetch-dest")
        if mode is None or (mode == "navigate" and destination == "document"):
            return  # a browser says neither over plain http to another machine
        if destination == "image" and request.fields.get("sec-fetch-site") == "same-origin":
            return
        if mode == "navigate" or not csrf.fits(self._keys, request.fields.get(csrf.HEADER, ""), for_whom):
            raise _Turned(403, "This page is not for scripts or frames.")

    async def _checked_body(self, request: GateRequest, for_whom: str, receive: Receive) -> Bounded:
        most = self._most(request)
        if declared(request.headers) > most:
            raise _Turned(413, _too_large(most))
        if request.place.kind != "app" and not declared_utf8(request.fields.get("content-type", "")):
            raise _Turned(400, "This form is in another encoding than UTF-8.")
        if request.changes and request.place.kind != "app":
            token = request.fields.get(csrf.HEADER, "")
            if not token:
                token, receive = await form_token(receive, request.fields.get("content-type", ""))
            if not csrf.fits(self._keys, token, for_whom):
                raise _Turned(403, _STALE)
        return Bounded(receive, most)

    def _most(self, request: GateRequest) -> int:
        uploads = request.fields.get("content-type", "").lower().startswith("multipart/form-data")
        if request.place.kind == "app" or (request.place.kind == "member" and uploads):
            return self._settings.upload_bytes
        return MEGABYTE if request.place.kind == "member" else _FORM_BYTES

    async def _pass(self, request: GateRequest, reply: ResponseSender, body: Bounded) -> None:
        """Run the app for as long as the visitor may be there and sends no more than they may."""
        visitor: Visitor = request.scope["state"]["visitor"]
        running = asyncio.ensure_future(self._app(request.scope, body, reply.unless(body)))
        try:
            while not (await asyncio.wait({running}, timeout=self._recheck))[0]:
                if not await self._may_stay(visitor):
                    break
        finally:
            running.cancel()  # nothing to a finished one
        try:
            await running
        except asyncio.CancelledError:
            if not reply.started:
                raise _Turned(401, _WHO_ARE_YOU) from None
            await reply.end()
        except Exception:
            if not body.exceeded:
                raise
        if body.exceeded and not reply.started:
            raise _Turned(413, _too_large(self._most(request)))

    async def _turn_away(
        self, request: GateRequest, reply: ResponseSender, receive: Incoming, turned: _Turned
    ) -> None:
        if request.scope["type"] == "websocket":
            await reply({"type": "websocket.close", "code": 1008, "reason": turned.words})
            return
        if request.changes:
            await receive.drain(2 * self._settings.upload_bytes if turned.status == 413 else MEGABYTE)
        if request.place.kind == "app":
            reply.place = Route("frame", request.place.slug)  # the page is ours, not the prototype's
        public = csrf.subject(Route("public"), NOBODY, reply.browser)
        request.scope["state"] |= {"visitor": NOBODY, "csrf": csrf.issue(self._keys, public)}
        if request.navigates:
            request.scope.setdefault("app", self._app)
            page = await self._threaded(
                self._refused, HTTPConnection(request.scope), turned.status, turned.words
            )
        else:
            page = PlainTextResponse(turned.words, turned.status)
        await _answer(page, request.scope, receive, reply)

    async def _threaded(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **kwargs))


def _plain_page(request: HTTPConnection, status: int, words: str) -> Response:
    return HTMLResponse(f"<!doctype html><title>{status}</title><p>{html.escape(words)}</p>", status)


def _too_large(most: int) -> str:
    return f"This is more than fits through: the most is {most / MEGABYTE:.3g} MB."


async def _answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await response(scope, receive, send)
