"""What visitors think: the corner in which they say it, and the page on which the owner reads it."""

import logging
import sqlite3

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protokit.hub.content.usage_analytics import events_of, read_opinions, readable
from protokit.hub.context import hub_of
from protokit.hub.views.prototype_context import bench_page, opened
from protokit.hub.views.templating import paged
from protokit.runtime.usage.feedback import latest

_LOG = logging.getLogger(__name__)
MOST_EACH = 50
"""Opinions one visitor may leave: enough for any person, little for a script."""
A_PAGE = 100
"""Opinions on one page."""


def routes(home: str) -> list[BaseRoute]:
    """The owner's page."""
    return [Route(f"{home}/feedback", show)]


def visitor_routes(home: str) -> list[BaseRoute]:
    """Where the corner in the visitor's frame sends to."""
    return [Route(f"{home}/feedback", take, methods=["POST"])]


def show(request: Request) -> Response:
    """The opinions summed up, one for each visitor, and all that was said."""
    bench = opened(request)
    opinions, problem = read_opinions(bench.folder)
    own = latest(opinions)
    scored = [each.would_use for each in own if each.would_use is not None]
    scores = [scored.count(score) for score in range(11)]
    rows, paging = paged(request, opinions, A_PAGE)
    return bench_page(
        request,
        bench,
        "prototype_feedback.html",
        unread=problem,
        opinions=rows,
        paging=paging,
        people=len(own),
        mean=sum(scored) / len(scored) if scored else None,
        scored=len(scored),
        scores=scores,
        most=max(1, *scores),
        up=sum(each.thumbs == 1 for each in own),
        down=sum(each.thumbs == -1 for each in own),
        commented=len({each.visitor for each in opinions if each.comment}),
        names={link.id: link.name for link in hub_of(request).store.links(bench.slug)},
    )


async def take(request: Request) -> Response:
    """Store what a visitor sent; a script gets JSON, a form without one the frame again with thanks."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    status, words = await run_in_threadpool(_take, request, form)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"ok": status == 200, "words": words}, status)
    slug = request.path_params["slug"]
    return RedirectResponse(f"/p/{slug}/?{'thanks' if status == 200 else 'unsaid'}=1", 303)


def _take(request: Request, form: dict[str, str]) -> tuple[int, str]:
    hub, slug = hub_of(request), request.path_params["slug"]
    if hub.store.record(slug) is None:
        raise HTTPException(404)
    visitor, log = request.state.visitor, events_of(hub.folder(slug))
    who = visitor.id if visitor.kind == "guest" else "owner"
    if readable(lambda: len(log.opinions(who)), 0)[0] >= MOST_EACH:
        return 429, "That is a lot of feedback already. Thank you!"
    try:
        score = int(form["would_use"]) if form.get("would_use") else None
        thumbs = {"up": 1, "down": -1}.get(form.get("thumbs", ""))
        log.record_opinion(
            who, visitor.link if visitor.kind == "guest" else "", thumbs, score, form.get("comment", "")
        )
    except ValueError:
        return 422, "Choose a thumb or a number, or write a line."
    except (sqlite3.Error, OSError) as error:
        _LOG.warning("feedback on %s cannot be stored: %s", slug, error)
        return 503, "Your feedback could not be stored just now. Please try again in a minute."
    return 200, "Thank you! It went straight to the person who made this."
