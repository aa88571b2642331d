"""A member's own page: their name, their passcode, and the devices they are signed in on."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protokit.errors import ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.security.audit_actions import tell
from protokit.hub.security.identity import Visitor
from protokit.hub.security.passcodes import OWNER_LENGTH
from protokit.hub.security.sign_in import SignInRefused
from protokit.hub.views.sign_in_view import service_of
from protokit.hub.views.templating import Done, page

_DONE = {
    "name": Done("Saved. Others see this name from now on."),
    "passcode": Done("Your passcode is changed, and all your other devices are signed out."),
    "linked": Done("From now on you can sign in that way."),
    "ended": Done("That device is signed out."),
}


def routes() -> list[Route]:
    """The page and its forms."""
    return [
        Route("/account", show),
        Route("/account/name", rename, methods=["POST"]),
        Route("/account/passcode", change_passcode, methods=["POST"]),
        Route("/account/sessions/end", end_all, methods=["POST"]),
        Route("/account/sessions/{handle}/end", end_one, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """Who one is here, and where one is signed in."""
    return _page(request)


async def rename(request: Request) -> Response:
    """Take another name."""
    name = str((await request.form()).get("name", ""))
    visitor, store = _me(request), hub_of(request).store
    try:
        await run_in_threadpool(store.rename_member, visitor.member, name)
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, "name", str(problem))
    tell(request, name)
    return RedirectResponse("/account?done=name", 303)


async def change_passcode(request: Request) -> Response:
    """Choose another passcode; whoever does must know the one before."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    doors, visitor = hub_of(request).doors, _me(request)
    try:
        session = await doors.in_turn(
            request,
            doors.change_passcode,
            request,
            visitor.member,
            form.get("old", ""),
            form.get("passcode", ""),
        )
    except ProtokitError as problem:
        status = problem.status if isinstance(problem, SignInRefused) else 422
        return await run_in_threadpool(_page, request, "passcode", str(problem), status)
    response = RedirectResponse("/account?done=passcode", 303)
    doors.keep_owner(request, response, session)
    return response


async def end_one(request: Request) -> Response:
    """Sign out on one device; on this one that is leaving."""
    visitor, store = _me(request), hub_of(request).store
    handle = request.path_params["handle"]
    sessions = await run_in_threadpool(store.sessions, visitor.member)  # one's own and nobody else's
    session = next((each for each in sessions if each.handle == handle), None)
    if session is None:
        raise HTTPException(404)
    tell(request, session.device)
    await run_in_threadpool(store.end_session, session.id)
    if session.id == visitor.id:
        return _out(request)
    return RedirectResponse("/account?done=ended", 303)


async def end_all(request: Request) -> Response:
    """Sign out everywhere, here too."""
    await run_in_threadpool(hub_of(request).store.end_all_sessions, _me(request).member)
    return _out(request)


def _out(request: Request) -> Response:
    response = RedirectResponse("/signin?out=1", 303)
    hub_of(request).doors.forget_owner(request, response)
    return response


def _page(request: Request, field: str = "", wrong: str = "", status: int = 422) -> Response:
    store, visitor = hub_of(request).store, _me(request)
    return page(
        request,
        "account.html",
        status if wrong else 200,
        done=_DONE.get(request.query_params.get("done", "")),
        member=store.member(visitor.member),
        sessions=store.sessions(visitor.member),
        here=visitor.id,
        wrong={field: wrong[:1].upper() + wrong[1:]} if wrong else {},
        least=OWNER_LENGTH,
        service=service_of(request),
    )


def _me(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor
