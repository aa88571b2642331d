"""The owner's page of what happened in the Hub, and how long things are kept."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protokit.errors import ChoiceProblem, ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.database.audit_log import FAILURES, GROUPS
from protokit.hub.database.retention import MOST_DAYS, Retention
from protokit.hub.views.templating import page

A_PAGE = 60
_FIELDS = {"questions_days": "What visitors wrote", "activity_days": "This list"}


def routes() -> list[Route]:
    """The page and the form."""
    return [
        Route("/activity", show),
        Route("/activity", keep, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The newest entries of what is asked for."""
    return _page(request)


async def keep(request: Request) -> Response:
    """Decide how long things are kept."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    try:
        rules = Retention(_days(form, "questions_days"), _days(form, "activity_days") or 0)
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, form, str(problem))
    await run_in_threadpool(hub_of(request).store.set_retention, rules)
    return RedirectResponse("/activity?done=saved", 303)


def _page(request: Request, form: Mapping[str, str] | None = None, wrong: str = "") -> Response:
    store, (group, query) = hub_of(request).store, activity_filter(request)
    before = request.query_params.get("before", "")
    older_than = int(before) if before.isdecimal() and before.isascii() and len(before) < 18 else None
    entries = store.entries(group=group, query=query, before=older_than, limit=A_PAGE + 1)
    rules = store.retention()
    days = {"questions_days": rules.questions_days or "", "activity_days": rules.activity_days}
    view = {"show": group, "q": query}
    more = urlencode({**view, "before": entries[A_PAGE - 1].id}) if len(entries) > A_PAGE else ""
    return page(
        request,
        "activity.html",
        422 if wrong else 200,
        entries=entries[:A_PAGE],
        more=more,
        view=view,
        download=urlencode(view),
        groups=list(GROUPS),
        failures=FAILURES,
        form=form or days,
        wrong=wrong,
        most_days=MOST_DAYS,
    )


def activity_filter(request: Request) -> tuple[str, str]:
    """The group and the words that the address asks for, "" for none."""
    params = request.query_params
    group = params.get("show", "")
    return group if group in GROUPS else "", " ".join(params.get("q", "").split())[:100]


def _days(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 5:
        raise ChoiceProblem(f'{_FIELDS[name]}: "{text[:20]}" is not a number of days', fix="Write 90.")
    return int(text)
