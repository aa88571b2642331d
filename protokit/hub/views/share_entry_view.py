"""The page behind a share link: it lets a guest in, or asks for the passcode first."""

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.database.share_links import Link, Visit
from protokit.hub.security.identity import VISIT_SECONDS, cookie
from protokit.hub.security.sign_in import SignInRefused
from protokit.hub.views.templating import page

_LOT = "protokit_lot"
"""The cookie that says which of two prototypes this browser was sent to."""


def routes() -> list[BaseRoute]:
    """`/s/<token>`."""
    return [Route("/s/{token}", look), Route("/s/{token}", enter, methods=["POST"])]


def look(request: Request) -> Response:
    """Take a known guest to the prototype. Another browser shows a page first, whose script goes on by itself:
    the robots that preview a link in a chat must not count as visitors."""
    doors = hub_of(request).doors
    if pair := doors.pair(request.path_params["token"]):
        return _by_lot(request, pair)
    try:
        link = doors.look(request, request.path_params["token"])
    except SignInRefused as problem:
        return _closed(request, problem)
    own_host = _own_host(request, link)
    if own_host:
        return RedirectResponse(own_host, 303)
    back = doors.earlier_visit(request, link)
    return _onward(request, back) if back else _page(request, link)


def _by_lot(request: Request, pair: tuple[Link, ...]) -> Response:
    """Send the browser to one of the links, and to the same one whenever it comes again. Nothing tells it so."""
    before = request.cookies.get(_LOT, "")
    link = next((each for each in pair if each.id == before), None) or secrets.choice(pair)
    response = RedirectResponse(hub_of(request).doors.path(link), 303)
    secure = request.url.scheme == "https"
    response.set_cookie(**cookie(_LOT, link.id, path=request.url.path, seconds=VISIT_SECONDS, secure=secure))
    return response


async def enter(request: Request) -> Response:
    """Let the guest in."""
    form = await request.form(max_fields=10, max_files=0)
    passcode, doors = str(form.get("passcode", "")), hub_of(request).doors
    if not passcode:
        return await run_in_threadpool(_enter, request, passcode)
    try:
        return await doors.in_turn(request, _enter, request, passcode)
    except SignInRefused as problem:
        return _closed(request, problem)


def _enter(request: Request, passcode: str) -> Response:
    doors, token = hub_of(request).doors, request.path_params["token"]
    try:
        link = doors.look(request, token)
    except SignInRefused as problem:
        return _closed(request, problem)
    try:
        return _onward(request, doors.enter(request, token, passcode))
    except SignInRefused as problem:
        return _closed(request, problem) if problem.status == 410 else _page(request, link, problem)


def _onward(request: Request, visit: Visit) -> Response:
    response = RedirectResponse(f"/p/{visit.slug}/", 303)
    hub_of(request).doors.keep_guest(request, response, visit)
    return response


def _own_host(request: Request, link: Link) -> str:
    """The address of this page at the prototype's own host, where it has one and another was asked."""
    url = request.url
    there = hub_of(request).settings.prototype_at(link.slug, url.hostname or "", str(url.port or ""))
    return "" if there == url.netloc else f"{url.scheme}://{there}{url.path}"


def _page(request: Request, link: Link, problem: SignInRefused | None = None) -> Response:
    record = hub_of(request).store.record(link.slug)
    response = page(
        request,
        "enter.html",
        status_code=problem.status if problem else 200,
        record=record,
        asks=bool(link.passcode),
        wrong=_sentence(problem) if problem else "",
    )
    return _wait(response, problem)


def _closed(request: Request, problem: SignInRefused) -> Response:
    response = page(
        request, "closed.html", status_code=problem.status, heading=problem.what, words=problem.fix
    )
    return _wait(response, problem)


def _wait(response: Response, problem: SignInRefused | None) -> Response:
    if problem and problem.wait:
        response.headers["Retry-After"] = str(round(problem.wait) + 1)
    return response


def _sentence(problem: ProtokitError) -> str:
    text = str(problem)
    return text[:1].upper() + text[1:]
