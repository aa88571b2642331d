"""The page of a prototype's share links: one for each audience, with what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.hub.content.knowledge_files import hidden_in
from protokit.hub.content.usage_analytics import read_opinions
from protokit.hub.context import hub_of
from protokit.hub.database.share_links import Link
from protokit.hub.security.audit_actions import tell
from protokit.hub.security.passcodes import hashed
from protokit.hub.views.prototype_context import PrototypeContext, back, bench_page, opened
from protokit.hub.views.qr_code import qr_code
from protokit.hub.views.reach import reach_of, root_of
from protokit.hub.views.templating import Done, paged
from protokit.runtime.usage.feedback import Opinion, latest

A_PAGE = 50
"""Links on one page; the QR code of each takes ten milliseconds."""
_DONE = {
    "made": Done("The link is ready. Copy it and send it."),
    "revoked": Done("Revoked. Whoever came by it is out from now on."),
    "uploads": Done("Its guests can upload files now: each for themselves alone, and for the visit."),
    "no-uploads": Done("Its guests can no longer upload files."),
}


@dataclass(frozen=True, slots=True)
class Shared:
    """One link as the page shows it. Times are seconds since 1970 (UTC)."""

    id: str
    name: str
    state: str
    address: str
    qr: Markup
    has_passcode: bool
    visitors: int
    max_visitors: int | None
    uploads: bool
    expires: float | None
    last: float | None
    said: int
    """How many of its visitors left feedback."""
    would_use: float | None
    """The mean of what its visitors answered, 0 to 10."""


def routes(home: str) -> list[BaseRoute]:
    """The list and its actions."""
    return [
        Route(f"{home}/links", show),
        Route(f"{home}/links", make, methods=["POST"]),
        Route(f"{home}/links/{{link}}/revoke", revoke, methods=["POST"]),
        Route(f"{home}/links/{{link}}/uploads", let_upload, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The links, newest first and those that are shut last, and the form for a new one."""
    return _page(request, opened(request), done=_DONE.get(request.query_params.get("done", "")))


async def make(request: Request) -> Response:
    """Make the link that the form describes."""
    bench = await run_in_threadpool(opened, request)
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    try:
        link = await run_in_threadpool(_make, request, bench, form)
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, bench, form, str(problem))
    tell(request, link.name)
    return back(bench, f"/links#link-{link.id}", "made")


async def revoke(request: Request) -> Response:
    """Shut a link at once, also for those who are in."""
    bench, link = await _addressed(request)
    await run_in_threadpool(hub_of(request).store.revoke, link)
    return back(bench, "/links", "revoked")


async def let_upload(request: Request) -> Response:
    """Let the guests of a link upload files, or no longer, also those who are in."""
    bench, link = await _addressed(request)
    uploads = bool((await request.form()).get("uploads"))
    await run_in_threadpool(hub_of(request).store.let_upload, link, uploads)
    return back(bench, f"/links#link-{link}", "uploads" if uploads else "no-uploads")


async def _addressed(request: Request) -> tuple[PrototypeContext, str]:
    """The prototype and the id of its link that the address names, told to the log; or 404."""
    bench = await run_in_threadpool(opened, request)
    link: str = request.path_params["link"]
    names = {one.id: one.name for one in await run_in_threadpool(hub_of(request).store.links, bench.slug)}
    if link not in names:
        raise HTTPException(404)
    tell(request, names[link])
    return bench, link


def _page(
    request: Request,
    bench: PrototypeContext,
    form: Mapping[str, str] | None = None,
    wrong: str = "",
    done: Done | None = None,
) -> Response:
    empty = {"name": "", "expires": "", "max_visitors": "", "uploads": "", "share_hidden": ""}
    links = hub_of(request).store.links(bench.slug)
    rows, paging = paged(
        request, sorted(links, key=lambda link: link.state in ("revoked", "expired")), A_PAGE
    )
    return bench_page(
        request,
        bench,
        "prototype_links.html",
        status_code=422 if wrong else 200,
        done=done,
        links=_shared(request, bench, rows),
        paging=paging,
        archived=bench.archived,
        reach=reach_of(request),
        hidden=hidden_in(bench.folder),
        reads_hidden=bench.spec is not None and bench.spec.include_hidden,
        form={**empty, **(form or {})},
        wrong=wrong,
        today=datetime.now(UTC).date().isoformat(),
        day=_day,
    )


def _make(request: Request, bench: PrototypeContext, form: Mapping[str, str]) -> Link:
    if bench.require_spec().include_hidden and hidden_in(bench.folder) and not form.get("share_hidden"):
        raise ProtokitError(
            "guests could ask about what the documents hide",
            fix="Tick that they may, or have it left out under Edit.",
        )
    passcode = form.get("passcode", "")
    return hub_of(request).store.make_link(
        bench.slug,
        form.get("name", ""),
        passcode=hashed(passcode) if passcode else "",
        expires=_end_of(form.get("expires", "")),
        max_visitors=_whole(form.get("max_visitors", "")),
        uploads=bool(form.get("uploads")),
    )


def _shared(request: Request, bench: PrototypeContext, links: Iterable[Link]) -> list[Shared]:
    hub = hub_of(request)
    last = hub.store.last_seen(bench.slug)
    opinions_of: dict[str, list[Opinion]] = {}
    opinions, _ = read_opinions(bench.folder)
    for opinion in latest(opinions):
        opinions_of.setdefault(opinion.link, []).append(opinion)
    rows = []
    for link in links:
        address = root_of(request) + hub.doors.path(link)
        rows.append(
            Shared(
                id=link.id,
                name=link.name,
                state=link.state,
                address=address,
                qr=qr_code(address) if link.state in ("open", "full") else Markup(),
                has_passcode=bool(link.passcode),
                visitors=link.visitors,
                max_visitors=link.max_visitors,
                uploads=link.uploads,
                expires=link.expires,
                last=last.get(link.id),
                said=len(opinions_of.get(link.id, [])),
                would_use=_mean(opinions_of.get(link.id, [])),
            )
        )
    return rows


def _mean(opinions: Sequence[Opinion]) -> float | None:
    scores = [opinion.would_use for opinion in opinions if opinion.would_use is not None]
    return fmean(scores) if scores else None


def _end_of(day: str) -> float | None:
    """The end of an ISO day in UTC, as seconds since 1970."""
    if not day:
        return None
    try:
        return (datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)).timestamp()
    except ValueError:
        raise ProtokitError("the last day is not a day", fix="Write it like 2027-06-30.") from None


def _whole(number: str) -> int | None:
    if not number:
        return None
    try:
        return int(number)
    except ValueError:
        raise ProtokitError("the number of visitors is not a whole number") from None


def _day(moment: float) -> str:
    """The last whole day before `moment`."""
    return f"{datetime.fromtimestamp(moment - 1, UTC):%d %b %Y}"
