"""A prototype's versions: every change with who made it, and the way back."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protokit.hub.context import hub_of
from protokit.hub.security.audit_actions import tell
from protokit.hub.views.change_view import renew
from protokit.hub.views.prototype_context import bench_page, opened
from protokit.hub.views.templating import paged
from protokit.revise.change_history import read_history
from protokit.revise.change_report import history_as_dict

A_PAGE = 50
_PATIENCE_S = 20.0
"""Seconds that the browser waits for an undoing before the page shows that it is under way."""


def routes(home: str) -> list[BaseRoute]:
    """The list and its action."""
    return [
        Route(f"{home}/versions", show),
        Route(f"{home}/versions/undo", undo, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The changes, the newest one first."""
    bench = opened(request)
    rows, paging = paged(request, history_as_dict(read_history(bench.folder))[::-1], A_PAGE)
    run = hub_of(request).changes.run(bench.slug)
    return bench_page(
        request,
        bench,
        "prototype_versions.html",
        versions=rows,
        paging=paging,
        busy=run if run and run.state in ("planning", "trying") else None,
        told=run.report.get("told", "")
        if run and run.state == "over" and "undone" in request.query_params
        else "",
        undone=bool(run and run.report.get("verdict") == "undone"),
    )


async def undo(request: Request) -> Response:
    """Take back one change; edits since in other lines stay."""
    bench, form, hub = await run_in_threadpool(opened, request), await request.form(), hub_of(request)
    number = str(form.get("number", ""))
    if number.isdecimal() and number.isascii() and len(number) < 9:
        tell(request, f"change {number}")
        hub.changes.begin(
            bench.slug,
            bench.folder,
            "undo",
            who=request.state.visitor.name,
            number=int(number),
            then=lambda: renew(hub, bench),
        )
        await hub.changes.settled(bench.slug, _PATIENCE_S)
    return RedirectResponse(f"{bench.home}/versions?undone=1", 303)
