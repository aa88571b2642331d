"""The box "What should change?": a line is planned, shown, tried, and kept, beside the live preview."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.files.layout import SPEC_FILE
from protokit.hub.context import Hub, hub_of
from protokit.hub.views.prototype_context import PrototypeContext, apply, opened
from protokit.revise.change_history import read_history
from protokit.revise.change_report import history_as_dict
from protokit.spec.names import MOST_CHARACTERS, clean_prompt
from protokit.spec.prototype_spec import read_spec

_PLANNING_S = 20.0
"""Seconds that the browser waits for the plan, before the page shows that it is being made."""
_SHOWN = 20
"""Changes of the history that the page lists, the newest ones."""
_WITHOUT: dict[str, Any] = {
    **dict.fromkeys(("changes", "refused", "not_understood", "notes"), ()),
    **{"verdict": "", "told": "", "model": "", "health": None, "number": None},
}
"""What a report of an undoing, or of a failure, does not say."""
_MOST_DIFF = 400
"""Lines of a diff that the page shows."""


def routes(home: str) -> list[BaseRoute]:
    """What the box sends, and what its page asks for while it waits."""
    return [
        Route(f"{home}/change", plan, methods=["POST"]),
        Route(f"{home}/change/apply", apply_plan, methods=["POST"]),
        Route(f"{home}/change/discard", discard, methods=["POST"]),
        Route(f"{home}/change/undo", undo, methods=["POST"]),
        Route(f"{home}/change/state", state),
    ]


def change_shown(request: Request, bench: PrototypeContext) -> dict[str, Any]:
    """What the page shows of the change under way, and of those that were made."""
    history = history_as_dict(read_history(bench.folder))[::-1]
    run = hub_of(request).changes.run(bench.slug)
    diff = run.report.get("diff", []) if run else []
    return {
        "change": run,
        "report": _WITHOUT | run.report if run and run.report else {},
        "diff": diff[:_MOST_DIFF],
        "diff_left": max(0, len(diff) - _MOST_DIFF),
        "history": history[:_SHOWN],
        "most_line": MOST_CHARACTERS,
        "reader": bench.spec.model if bench.spec and bench.spec.model != "offline" else "",
    }


async def plan(request: Request) -> Response:
    """Read the line and show what it would do."""
    bench, form = await run_in_threadpool(opened, request), await request.form()
    line = clean_prompt(str(form.get("line", "")), documents=True)
    hub = hub_of(request)
    if line:
        spec = bench.require_spec()
        hub.changes.begin(
            bench.slug,
            bench.folder,
            "preview",
            who=request.state.visitor.name,
            line=line,
            model=spec.model if form.get("by_model") and spec.model != "offline" else "",
        )
        await hub.changes.settled(bench.slug, _PLANNING_S)
    return _to_box(bench)


async def apply_plan(request: Request) -> Response:
    """Try what was shown, and keep it where nothing is worse."""
    bench, hub = await run_in_threadpool(opened, request), hub_of(request)
    run = hub.changes.run(bench.slug)
    if run and run.state == "planned":
        hub.changes.begin(
            bench.slug,
            bench.folder,
            "apply",
            who=request.state.visitor.name,
            line=run.line,
            model=run.model,
            then=lambda: renew(hub, bench),
        )
    return _to_box(bench)


async def discard(request: Request) -> Response:
    """Put away what was shown."""
    bench = await run_in_threadpool(opened, request)
    hub_of(request).changes.forget(bench.slug)
    return _to_box(bench)


async def undo(request: Request) -> Response:
    """Take back one change."""
    bench, form, hub = await run_in_threadpool(opened, request), await request.form(), hub_of(request)
    number = str(form.get("number", ""))
    if number.isdigit():
        hub.changes.begin(
            bench.slug,
            bench.folder,
            "undo",
            who=request.state.visitor.name,
            number=int(number),
            then=lambda: renew(hub, bench),
        )
        await hub.changes.settled(bench.slug, _PLANNING_S)
    return _to_box(bench)


def state(request: Request) -> Response:
    """Whether something is under way, for the page that waits for it."""
    run = hub_of(request).changes.run(str(request.path_params["slug"]))
    told = {"state": run.state, "step": run.step} if run else {"state": "over", "step": ""}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


async def renew(hub: Hub, bench: PrototypeContext) -> None:
    """Let the prototype start again as it is now."""
    try:
        spec = await run_in_threadpool(read_spec, bench.folder / SPEC_FILE)
    except ProtokitError:
        spec = None
    await apply(hub, bench, spec)


def _to_box(bench: PrototypeContext) -> Response:
    return RedirectResponse(f"{bench.home}#change", 303)
