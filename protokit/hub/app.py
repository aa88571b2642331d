"""Puts the Hub together: its parts, its pages, the gate before them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from protokit.errors import ProtokitError
from protokit.hub.context import Hub
from protokit.hub.database.store import Store
from protokit.hub.hosting.prototype_host import Hosting
from protokit.hub.hosting.public_address import PublicAddress
from protokit.hub.hosting.resource_limits import MIB, ResourceLimits
from protokit.hub.hosting.tunnel import Tunnel
from protokit.hub.hub_settings import HubSettings
from protokit.hub.jobs.change_runs import ChangeRuns
from protokit.hub.jobs.job_queue import JobQueue
from protokit.hub.maintenance import keep_up
from protokit.hub.prototype_folders import adopt
from protokit.hub.security.crowd import Crowd
from protokit.hub.security.middleware import SecurityMiddleware
from protokit.hub.security.oidc import OidcClient
from protokit.hub.security.oidc_settings import OidcSettings
from protokit.hub.security.roles import guarded
from protokit.hub.security.sign_in import SignIn
from protokit.hub.security.signing import SigningKeys
from protokit.hub.views import (
    account_view,
    activity_view,
    create_view,
    gallery_view,
    lists_view,
    members_view,
    oidc_view,
    overview_view,
    search_view,
    share_entry_view,
    sign_in_view,
    templates_view,
    visitor_frame,
)
from protokit.hub.views.templating import STATIC
from protokit.hub.worker.sandbox_policy import SandboxPolicy

_LOG = logging.getLogger(__name__)
_ALL = 1_000_000
_SAID = {
    404: "There is nothing at this address. It may have been moved or deleted.",
    405: "This address cannot be opened that way.",
    413: "That is more than fits at once.",
}


def open_hub(settings: HubSettings) -> Hub:
    """The parts of the Hub in `settings.home`, not started yet. Raises ProtokitError."""
    service = OidcSettings.of()
    sandbox = SandboxPolicy.of(settings.sandbox, settings.sandbox_read, settings.sandbox_connect)
    store = Store.open(settings)
    limits = ResourceLimits(
        memory=settings.memory_mb * MIB,
        awake=settings.awake,
        idle_seconds=settings.idle_seconds,
        start_seconds=settings.start_seconds,
    )
    home = settings.home
    hosting = Hosting(
        home / "run",
        home / "logs",
        limits,
        unavailable=visitor_frame.unavailable(store.record),
        sandbox=sandbox,
    )
    keys = SigningKeys.open(home)
    adopt(settings.prototypes, store)
    for archived in (False, True):
        for record in store.prototypes(archived=archived, limit=_ALL):
            hosting.add(record.slug, settings.prototypes / record.slug)
    return Hub(
        settings,
        store,
        hosting,
        JobQueue(settings, store, hosting),
        SignIn(store, keys),
        ChangeRuns(),
        PublicAddress(),
        OidcClient(service, keys) if service else None,
    )


def assemble(hub: Hub, crowd: Crowd | None = None) -> SecurityMiddleware:
    """The pages over `hub`, with the gate before them, and `crowd` in it; their lifespan starts and stops it."""
    app = Starlette(
        routes=guarded(routes(hub)),
        lifespan=_lifespan(hub),
        exception_handlers={
            HTTPException: _no_page,
            ProtokitError: _mendable,
            SQLAlchemyError: _no_database,
            Exception: _broken,
        },
    )
    app.state.hub = hub
    return SecurityMiddleware(
        app,
        hub.store,
        SigningKeys.open(hub.settings.home),
        refused=sign_in_view.refused,
        crowd=crowd,
        public=hub.public,
    )


def routes(hub: Hub) -> list[BaseRoute]:
    """Everything that the Hub answers to."""
    return [
        Mount("/static", StaticFiles(directory=STATIC)),
        Mount("/p/{slug}/app", hub.hosting),
        *sign_in_view.routes(),
        *share_entry_view.routes(),
        *gallery_view.routes(),
        *lists_view.routes(),
        *search_view.routes(),
        *templates_view.routes(),
        *activity_view.routes(),
        *create_view.routes(),
        *overview_view.routes(),
        *visitor_frame.routes(),
        *members_view.routes(),
        *oidc_view.routes(),
        *account_view.routes(),
    ]


def _lifespan(hub: Hub) -> Callable[[Starlette], Any]:
    @asynccontextmanager
    async def live(_: Starlette) -> AsyncIterator[None]:
        await hub.hosting.start()
        await hub.jobs.start()
        settings = hub.settings
        tunnel = Tunnel(settings.tunnel, settings.port, hub.public) if settings.tunnel else None
        if tunnel:
            await tunnel.start()
        upkeep = asyncio.create_task(keep_up(hub.store, hub.jobs))
        try:
            yield
        finally:
            upkeep.cancel()
            if tunnel:
                await tunnel.stop()
            await hub.changes.stop()
            await hub.jobs.stop()
            await hub.hosting.stop()
            await run_in_threadpool(hub.store.close)

    return live


async def _no_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    words = str(getattr(error, "detail", "")) if status == 403 else _SAID.get(status, "This did not work.")
    return await _message(request, status, words)


async def _mendable(request: Request, error: Exception) -> Response:
    """What a person can mend, said in words."""
    return await _message(request, 409, str(error))


async def _no_database(request: Request, error: Exception) -> Response:
    """The Hub's own database is damaged or away: it is never replaced, for a new one would have no owner."""
    _LOG.error("The Hub's database cannot be used: %s", str(error).partition("\n")[0])
    return await _message(
        request, 503, "The Hub's own database cannot be used just now. Try again in a minute."
    )


async def _broken(request: Request, error: Exception) -> Response:
    """A mistake of ours: the log has it, the visitor a friendly page."""
    return await _message(request, 500, "Something went wrong on our side. It was written to the log.")


async def _message(request: Request, status: int, words: str) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(words, status)
    return await run_in_threadpool(sign_in_view.refused, request, status, words)
