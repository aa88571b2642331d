"""What a visitor sees around a prototype: its frame with the guided path and the feedback corner, and the waiting."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.files.layout import SPEC_FILE
from protokit.hub.content.guided_tour import Story, read_story
from protokit.hub.context import hub_of
from protokit.hub.database.prototypes import Record
from protokit.hub.hosting.supervisor import HostingStatus
from protokit.hub.views import feedback_view
from protokit.hub.views.prototype_context import status_of
from protokit.hub.views.templating import environment, page
from protokit.spec.prototype_spec import read_spec

TOLD = {
    "broken": (
        "{title} could not start",
        "This happens. Try again in a moment; the person who made it can see why.",
    ),
    "stopped": (
        "{title} is taking a break",
        "The person who made it has stopped it for now. Come back later.",
    ),
}


def routes() -> list[BaseRoute]:
    """The pages below `/p/<slug>/` that are not the prototype's own."""
    home = "/p/{slug}"
    return [
        Route(home, lead),
        Route(f"{home}/", frame),
        Route(f"{home}/state", state),
        *feedback_view.visitor_routes(home),
    ]


def lead(request: Request) -> Response:
    """The frame's address has a slash at its end."""
    return RedirectResponse(f"/p/{request.path_params['slug']}/")


def frame(request: Request) -> Response:
    """The prototype in its frame."""
    hub, slug = hub_of(request), request.path_params["slug"]
    record = hub.store.record(slug)
    if record is None:
        raise HTTPException(404)
    params = request.query_params
    return page(
        request,
        "visit.html",
        record=record,
        story=_story(request, slug),
        takes=_takes(request, slug),
        app=f"/p/{slug}/app/",
        home=f"/p/{slug}",
        thanks="thanks" in params,
        unsaid="unsaid" in params,
        back=_own_page(request, slug) if request.state.visitor.kind == "member" else "",
        done=None,
    )


def state(request: Request) -> Response:
    """How the prototype is, for a page that waits for it."""
    slug = request.path_params["slug"]
    return JSONResponse(
        {"state": status_of(hub_of(request), slug).state}, headers={"Cache-Control": "no-store"}
    )


def unavailable(record: Callable[[str], Record | None]) -> Callable[[str, HostingStatus], Response]:
    """The page in the place of a prototype that is not awake, for `Hosting`; `record` looks a slug up."""

    def waiting(slug: str, status: HostingStatus) -> Response:
        row = record(slug)
        title, emoji = (row.title, row.emoji) if row else ("This prototype", "💬")
        notice = TOLD.get(status.state)
        text = (
            environment()
            .get_template("waiting.html")
            .render(
                slug=slug,
                emoji=emoji,
                state=status.state,
                heading=notice[0].format(title=title) if notice else f"Waking up {title}",
                words=notice[1] if notice else "It slept because nobody used it. A second or two.",
            )
        )
        return HTMLResponse(text, 503, headers={"Retry-After": "1", "Cache-Control": "no-store"})

    return waiting


def _own_page(request: Request, slug: str) -> str:
    """The address of the prototype's own page, which is at the Hub's host also where the frame has another."""
    url = request.url
    port = str(url.port) if url.port else ""
    return f"{url.scheme}://{hub_of(request).settings.hub_at(url.hostname or '', port)}/prototypes/{slug}"


def _takes(request: Request, slug: str) -> str:
    """What a visitor hands to it: "question" or "text"."""
    try:
        return read_spec(hub_of(request).folder(slug) / SPEC_FILE).takes
    except ProtokitError:
        return "question"


def _story(request: Request, slug: str) -> Story:
    """Its guided path; one that cannot be read is none, which the owner is told on the story's page."""
    try:
        return read_story(hub_of(request).folder(slug))
    except ProtokitError:
        return Story()
