"""The Hub's lists as files: each has the rows of its page, for all of them and not for one page."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from protokit.errors import ProtokitError
from protokit.hub.content import knowledge_files
from protokit.hub.content.usage_analytics import QuestionRecord, UsageAnalytics, kind_of, read_opinions
from protokit.hub.context import hub_of
from protokit.hub.database.audit_log import COLUMNS, row_of
from protokit.hub.views.activity_view import activity_filter
from protokit.hub.views.gallery_view import View
from protokit.hub.views.list_download import list_download, when
from protokit.hub.views.prototype_context import opened
from protokit.hub.views.search_view import search_of
from protokit.revise.change_history import read_history
from protokit.revise.change_report import history_as_dict

_MOST = 1_000_000
"""Rows of a file: as many as Excel holds, or nearly."""
_ASKED = ["time", "question", "answer", "answered", "error", "feedback", "comment", "judgement", "seconds"]
_ASKED += ["model", "dollars"]


def routes() -> list[Route]:
    """A file for each list."""
    home = "/prototypes/{slug}"
    return [
        Route("/prototypes.{kind}", prototypes),
        Route("/questions.{kind}", all_questions),
        Route("/activity.{kind}", activity),
        Route("/members.{kind}", members),
        Route(f"{home}/questions.{{kind}}", questions),
        Route(f"{home}/feedback.{{kind}}", feedback),
        Route(f"{home}/links.{{kind}}", links),
        Route(f"{home}/documents.{{kind}}", documents),
        Route(f"{home}/versions.{{kind}}", versions),
    ]


def prototypes(request: Request) -> Response:
    """The gallery's shelf with its search and order."""
    view, store = View.of(request), hub_of(request).store
    records = (
        store.trashed()
        if view.shelf == "trash"
        else store.prototypes(archived=view.shelf == "archive", query=view.query, sort=view.sort)
    )
    columns = ["prototype", "title", "pitch", "kind", "screen", "made", "last visit", "questions"]
    rows = (
        (
            *(each.slug, each.title, each.pitch, each.blueprint, each.screen, when(each.created)),
            *(when(each.last_visit), each.questions, each.thumbs_up, each.thumbs_down, each.cost_today),
        )
        for each in records
    )
    return list_download(request, "prototypes", [*columns, "thumbs up", "thumbs down", "dollars today"], rows)


def all_questions(request: Request) -> Response:
    """What a search over all prototypes finds."""
    result = search_of(request, _MOST)
    rows = ([each.slug, *_asked(each.question)] for each in result.hits)
    return list_download(request, "questions", ["prototype", *_ASKED], rows)


def activity(request: Request) -> Response:
    """The audit log, filtered as its page is."""
    group, query = activity_filter(request)
    entries = hub_of(request).store.entries(group=group, query=query, limit=None)
    return list_download(request, "activity", COLUMNS, map(row_of, entries))


def members(request: Request) -> Response:
    """Who may come in; nothing that opens a door."""
    rows = (
        (each.name, each.role, each.email, when(each.created)) for each in hub_of(request).store.members()
    )
    return list_download(request, "members", ["name", "role", "email", "since"], rows)


def questions(request: Request) -> Response:
    """What one prototype was asked."""
    bench = opened(request)
    insights = UsageAnalytics(bench.folder)
    asked = insights.questions(kind_of(request.query_params.get("show", "")), limit=_MOST)
    _must_be_read(insights.problem)
    return list_download(request, f"{bench.slug}-questions", _ASKED, map(_asked, asked))


def feedback(request: Request) -> Response:
    """What visitors of one prototype think of it, and by which link they came; the owner's by none."""
    bench = opened(request)
    opinions, problem = read_opinions(bench.folder)
    _must_be_read(problem)
    names = {link.id: link.name for link in hub_of(request).store.links(bench.slug)}
    rows = (
        (when(each.time), names.get(each.link, each.link), each.thumbs, each.would_use, each.comment)
        for each in opinions
    )
    columns = ["time", "link", "thumbs", "would use (0 to 10)", "comment"]
    return list_download(request, f"{bench.slug}-feedback", columns, rows)


def links(request: Request) -> Response:
    """The share links of one prototype without their addresses, which let people in."""
    bench, store = opened(request), hub_of(request).store
    last = store.last_seen(bench.slug)
    rows = (
        (
            *(each.name, each.state, when(each.created), when(each.expires), bool(each.passcode)),
            *(each.uploads, each.visitors, each.max_visitors, when(last.get(each.id))),
        )
        for each in store.links(bench.slug)
    )
    columns = [
        "link",
        "state",
        "made",
        "ends",
        "passcode",
        "uploads",
        "visitors",
        "visitors at most",
        "last visit",
    ]
    return list_download(request, f"{bench.slug}-links", columns, rows)


def documents(request: Request) -> Response:
    """The documents of one prototype and how each was read."""
    bench = opened(request)
    rows = (
        (each.row.file, each.row.state, each.row.amount, each.row.note, each.size, when(each.added))
        for each in knowledge_files.documents(bench.folder)
    )
    columns = ["document", "state", "amount", "note", "bytes", "added"]
    return list_download(request, f"{bench.slug}-documents", columns, rows)


def versions(request: Request) -> Response:
    """The changes of one prototype, the newest one first, with who asked for them."""
    bench = opened(request)
    rows = (
        (each["number"], each["when"], each["who"], each["line"], each["undone"])
        for each in history_as_dict(read_history(bench.folder))[::-1]
    )
    return list_download(
        request, f"{bench.slug}-versions", ["number", "time", "who", "change", "undone"], rows
    )


def _asked(each: QuestionRecord) -> Sequence[object]:
    return (
        *(when(each.time), each.question, each.answer, not each.unanswered, each.error, each.feedback),
        *(each.comment, each.judgement, each.seconds, each.model, each.cost),
    )


def _must_be_read(problem: str) -> None:
    """Raises ProtokitError where `problem` says why rows are missing: a file without them would mislead."""
    if problem:
        raise ProtokitError(problem.rstrip("."))
