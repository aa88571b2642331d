"""Two prototypes or versions behind one link, and which of them visitors do better with."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.analytics.ab_test import AB_MEASURES, MARGIN, AbResult, compare_visitors, shares_by_visitor
from protokit.analytics.usage_tables import database_of
from protokit.errors import ProtokitError
from protokit.hub.content.usage_analytics import readable
from protokit.hub.context import Hub, hub_of
from protokit.hub.database.comparisons import LinkComparison
from protokit.hub.security.audit_actions import tell
from protokit.hub.views.prototype_context import PrototypeContext, back, bench_page, opened
from protokit.hub.views.reach import root_of
from protokit.hub.views.templating import Done
from protokit.runtime import Settings
from protokit.runtime.visitor import pseudonym_of_guest

_MOST_VISITS = 20_000
_DONE = {
    "made": Done(
        "The link is ready. Whoever opens it sees one of the two, and is not told that there is another."
    ),
    "ended": Done("Ended. Nobody new gets in; what was counted stays."),
}


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """One comparison as the page shows it."""

    id: str
    name: str
    measure: str
    titles: tuple[str, str]
    result: AbResult
    address: str
    """Empty where it has ended."""
    decision: str
    """In a sentence."""


def routes(home: str) -> list[BaseRoute]:
    """The page and its actions."""
    return [
        Route(f"{home}/decision/compare", show),
        Route(f"{home}/decision/compare", make, methods=["POST"]),
        Route(f"{home}/decision/compare/{{id}}/end", end, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The comparisons, newest first, and the form for a new one."""
    return _page(request, opened(request))


async def make(request: Request) -> Response:
    """Make a link to this prototype and another one."""
    bench = await run_in_threadpool(opened, request)
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    measure, other = form.get("measure", ""), form.get("other", "")
    store = hub_of(request).store
    try:
        if measure not in AB_MEASURES or await run_in_threadpool(store.record, other) is None:
            raise ProtokitError("there is nothing to compare", fix="Choose another prototype and a number.")
        name = form.get("name", "")
        made = await run_in_threadpool(store.make_comparison, name, (bench.slug, other), measure)
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, bench, form, str(problem))
    tell(request, made.name)
    return back(bench, "/decision/compare", "made")


async def end(request: Request) -> Response:
    """Shut the links of a comparison."""
    bench = await run_in_threadpool(opened, request)
    store = hub_of(request).store
    own = {each.id: each for each in await run_in_threadpool(store.comparisons, bench.slug)}
    comparison = own.get(request.path_params["id"])
    if comparison is None:
        raise HTTPException(404)
    await run_in_threadpool(store.end_comparison, comparison)
    tell(request, comparison.name)
    return back(bench, "/decision/compare", "ended")


def _page(
    request: Request, bench: PrototypeContext, form: dict[str, str] | None = None, wrong: str = ""
) -> Response:
    store = hub_of(request).store
    others = [(each.slug, each.title) for each in store.prototypes(sort="title") if each.slug != bench.slug]
    return bench_page(
        request,
        bench,
        "prototype_compare.html",
        status_code=422 if wrong else 200,
        done=_DONE.get(request.query_params.get("done", "")),
        comparisons=[_shown(request, each) for each in store.comparisons(bench.slug)],
        others=others,
        measures=list(AB_MEASURES.items()),
        form={"name": "", "other": "", "measure": "accepted", **(form or {})},
        wrong=wrong,
        margin=MARGIN,
    )


def _shown(request: Request, comparison: LinkComparison) -> ShownComparison:
    hub = hub_of(request)
    links = [hub.store.any_link(each) for each in (comparison.first, comparison.second)]
    slugs = [link.slug if link else "" for link in links]
    records = [hub.store.record(slug) for slug in slugs]
    titles = tuple(record.title if record else slug for record, slug in zip(records, slugs, strict=True))
    shares = [
        _shares(hub, slug, link.id if link else "", comparison.measure)
        for slug, link in zip(slugs, links, strict=True)
    ]
    result = compare_visitors(*shares)
    is_open = any(link and link.state in ("open", "full") for link in links)
    address = root_of(request) + hub.doors.comparison_path(comparison) if is_open else ""
    first, second = titles
    measure = AB_MEASURES[comparison.measure]
    decision = _decision(result, first, second)
    return ShownComparison(
        comparison.id, comparison.name, measure, (first, second), result, address, decision
    )


def _shares(hub: Hub, slug: str, link: str, measure: str) -> list[float]:
    """What the visitors of one of the two links gave, oldest first."""
    folder = hub.folder(slug)
    database, _ = readable(lambda: database_of(folder), None)
    if database is None or not slug:
        return []
    visits = [visit.id for visit in hub.store.visits(slug, link, limit=_MOST_VISITS)]
    key = Settings.read(folder).key
    # Opinions are kept with the visit itself, questions with the pseudonym that a prototype knows.
    names = visits if measure == "would_use" else [pseudonym_of_guest(each, key) for each in visits]
    return shares_by_visitor(database, measure, frozenset(names))


def _decision(result: AbResult, first: str, second: str) -> str:
    if result.verdict == "A is better":
        return f"{first} is better."
    if result.verdict == "B is better":
        return f"{second} is better."
    if result.verdict == "no difference that matters":
        return f"There is no difference that matters: it is smaller than {MARGIN:.0%}."
    return "Too few yet to say."
