"""A prototype's own page: the live preview beside its numbers, its health, and the switches."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.files.layout import OURS
from protokit.hub.content.costs import spend_of
from protokit.hub.content.usage_analytics import UsageAnalytics
from protokit.hub.context import hub_of
from protokit.hub.views import (
    case_view,
    change_view,
    comments_view,
    comparison_view,
    decision_view,
    documents_view,
    edit_view,
    feedback_view,
    gaps_view,
    questions_view,
    share_links_view,
    tour_view,
    versions_view,
)
from protokit.hub.views.prototype_context import PrototypeContext, back, bench_page, opened
from protokit.hub.views.templating import Done
from protokit.runtime.usage.sqlite_files import file_away

LOG_LINES = 400
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
"""What a terminal would show as colour."""
_DONE = {
    "restarted": Done("Starting again. It takes about a second."),
    "started": Done("Starting. It takes about a second."),
    "settled": Done("Put away. Nothing was deleted; it lies in the prototype's folder."),
    "stopped": Done("Stopped. Nobody can use it until you start it again."),
}


def routes() -> list[BaseRoute]:
    """All pages and actions below `/prototypes/<slug>`."""
    home = "/prototypes/{slug}"
    return [
        Route(home, preview),
        Route(f"{home}/health", health),
        Route(f"{home}/restart", restart, methods=["POST"]),
        Route(f"{home}/start", start, methods=["POST"]),
        Route(f"{home}/stop", stop, methods=["POST"]),
        Route(f"{home}/damage", settle_damage, methods=["POST"]),
        *change_view.routes(home),
        *edit_view.routes(home),
        *documents_view.routes(home),
        *tour_view.routes(home),
        *share_links_view.routes(home),
        *questions_view.routes(home),
        *comments_view.routes(home),
        *versions_view.routes(home),
        *feedback_view.routes(home),
        *decision_view.routes(home),
        *gaps_view.routes(home),
        *case_view.routes(home),
        *comparison_view.routes(home),
    ]


def preview(request: Request) -> Response:
    """The live prototype, framed, and its numbers at a glance."""
    bench = opened(request)
    insights = UsageAnalytics(bench.folder)
    totals = insights.totals()
    return bench_page(
        request,
        bench,
        "prototype_preview.html",
        unread=insights.problem,
        totals=totals,
        spend=spend_of(bench.folder, bench.spec, totals),
        gaps=insights.gaps(4),
        asked=insights.questions(limit=4),
        **change_view.change_shown(request, bench),
    )


def health(request: Request) -> Response:
    """How it runs, and what it printed."""
    bench, notice = opened(request), request.query_params.get("done", "")
    sandbox = hub_of(request).hosting.sandbox
    return bench_page(
        request,
        bench,
        "prototype_health.html",
        done=_DONE.get(notice),
        log=_log(request, bench),
        lack=sandbox.lack,
        confined=sandbox.holds,
        servers=[
            f"{host}:{port}" for host, port in dict.fromkeys(sandbox.servers_of(bench.slug, bench.folder))
        ],
        granted=sandbox.folders.get(bench.slug, ()),
    )


async def restart(request: Request) -> Response:
    """End its process and bring it up anew."""
    bench = await run_in_threadpool(opened, request)
    await hub_of(request).hosting.restart(bench.slug)
    return back(bench, "/health", "restarted")


async def start(request: Request) -> Response:
    """Take back the owner's stop."""
    bench = await run_in_threadpool(opened, request)
    await hub_of(request).hosting.restart(bench.slug)
    return back(bench, "/health", "started")


async def stop(request: Request) -> Response:
    """Stop it until the owner starts it again."""
    bench = await run_in_threadpool(opened, request)
    await hub_of(request).hosting.halt(bench.slug)
    return back(bench, "/health", "stopped")


async def settle_damage(request: Request) -> Response:
    """The owner has seen what was damaged; an account that was set aside counts from zero again."""
    bench = await run_in_threadpool(opened, request)
    await run_in_threadpool(file_away, bench.folder / OURS)
    return back(bench, "/health", "settled")


def _log(request: Request, bench: PrototypeContext) -> list[str]:
    try:
        return [_COLOURS.sub("", line) for line in hub_of(request).hosting.log(bench.slug, LOG_LINES)]
    except KeyError:
        return []
