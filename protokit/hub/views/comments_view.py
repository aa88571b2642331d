"""What members say about an answer, beside it."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.hub.content.usage_analytics import events_file, readable
from protokit.hub.context import hub_of
from protokit.hub.security.audit_actions import tell
from protokit.hub.views.prototype_context import back, opened
from protokit.runtime.usage.events import EventLog


def routes(home: str) -> list[BaseRoute]:
    """The forms below an answer."""
    answer = f"{home}/questions/{{number:int}}"
    return [
        Route(f"{answer}/comments", add, methods=["POST"]),
        Route(f"{answer}/comments/{{comment:int}}/remove", remove, methods=["POST"]),
    ]


async def add(request: Request) -> Response:
    """Say something about an answer."""
    bench, form = await run_in_threadpool(opened, request), await request.form()
    number, visitor = request.path_params["number"], request.state.visitor
    event, _ = await run_in_threadpool(
        readable, lambda: EventLog(events_file(bench.folder)).event(number), None
    )
    if event is None:
        raise HTTPException(404)
    text = str(form.get("text", "")).replace("\r\n", "\n")
    if text.strip():
        await run_in_threadpool(
            hub_of(request).store.add_comment,
            *(bench.slug, number, event.fields["time"], visitor.member, visitor.name, text),
        )
    return back(bench, f"/questions/{number}#comments", "commented")


async def remove(request: Request) -> Response:
    """Take a comment away: one's own, or any as an owner."""
    bench = await run_in_threadpool(opened, request)
    number, visitor = request.path_params["number"], request.state.visitor
    whose = "" if visitor.role == "owner" else visitor.member
    gone = await run_in_threadpool(
        hub_of(request).store.remove_comment, request.path_params["comment"], bench.slug, number, whose
    )
    if not gone:
        raise HTTPException(404)
    tell(request, f"answer {number}")
    return back(bench, f"/questions/{number}#comments", "uncommented")
