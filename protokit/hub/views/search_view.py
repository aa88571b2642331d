"""The page on which a member searches what was asked in all prototypes."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from protokit.hub.content.question_search import QuestionSearch, search_questions
from protokit.hub.content.usage_analytics import kind_of
from protokit.hub.context import hub_of
from protokit.hub.views.questions_view import KIND_WORDS
from protokit.hub.views.templating import page, paged
from protokit.runtime.ui.formatting import duration

A_PAGE = 30
_MOST = 1000
"""Questions that the page leads to; the file has all."""


def routes() -> list[Route]:
    """The page."""
    return [Route("/questions", show)]


def show(request: Request) -> Response:
    """The newest questions that have the words, whichever prototype was asked."""
    words, kind = _words(request), kind_of(request.query_params.get("show", ""))
    result, titles = search_of(request, _MOST), _titles(request)
    view = {"q": " ".join(words), "show": kind}
    rows, paging = paged(request, result.hits, A_PAGE, view)
    return page(
        request,
        "questions.html",
        hits=rows,
        paging=paging,
        most=_MOST,
        titles=titles,
        unread=[titles[slug] for slug in result.unread if slug in titles],
        view=view,
        download=urlencode(view),
        KINDS=tuple(KIND_WORDS.items()),
        duration=duration,
    )


def search_of(request: Request, limit: int) -> QuestionSearch:
    """What the words and the kind in the address find, in the archive too; at most `limit`."""
    hub = hub_of(request)
    kind = kind_of(request.query_params.get("show", ""))
    folders = {slug: hub.folder(slug) for slug in _titles(request)}
    return search_questions(folders, _words(request), kind, limit)


def _titles(request: Request) -> dict[str, str]:
    """Of all prototypes but the deleted ones, by slug."""
    store = hub_of(request).store
    return {each.slug: each.title for each in (*store.prototypes(), *store.prototypes(archived=True))}


def _words(request: Request) -> list[str]:
    return request.query_params.get("q", "")[:200].split()[:12]
