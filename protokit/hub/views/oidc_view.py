"""The way to the sign-in service and back."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protokit.errors import ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.security.audit_actions import tell
from protokit.hub.security.identity import cookie
from protokit.hub.security.oidc import FLOW_SECONDS, OidcClient, OidcFlow
from protokit.hub.security.sign_in import SignInRefused
from protokit.hub.views.sign_in_view import inside, refused
from protokit.hub.views.templating import page

_COOKIE = "protokit_oidc"
_HOME = "/signin/oidc"


def routes() -> list[Route]:
    """There, back, and the form by which a member adds this way in."""
    return [
        Route(_HOME, begin),
        Route(f"{_HOME}/callback", finish),
        Route("/account/oidc", link, methods=["POST"]),
    ]


async def begin(request: Request) -> Response:
    """Send the browser to the sign-in service."""
    params, client = request.query_params, _client(request)
    flow = OidcFlow(inside(params.get("next", "/")), params.get("invitation", "")[:400])
    try:
        url, value = await hub_of(request).doors.in_turn(request, client.begin, _back(request), flow)
    except ProtokitError as problem:
        return await run_in_threadpool(refused, request, 503, _sentence(problem))
    return _with_flow(request, RedirectResponse(url, 303), value)


async def link(request: Request) -> Response:
    """Let the member who asks sign in this way from now on. The way there is a link on a page of ours: only a form
    of ours may begin it, and a form may lead to no other site."""
    session = await run_in_threadpool(hub_of(request).store.session, request.state.visitor.id)
    if session is None:
        raise HTTPException(401)
    flow = OidcFlow("/account?done=linked", session=session.handle)
    url, value = await run_in_threadpool(_client(request).begin, _back(request), flow)
    tell(request, _client(request).settings.name)
    shown = page(request, "oidc.html", done=None, url=url, service=_client(request).settings.name)
    return _with_flow(request, shown, value)


async def finish(request: Request) -> Response:
    """The browser is back: let the person in, if they may."""
    client, doors = _client(request), hub_of(request).doors
    try:
        session, target = await doors.in_turn(
            request,
            doors.sign_in_by_service,
            request,
            client,
            _back(request),
            request.cookies.get(_COOKIE, ""),
            dict(request.query_params),
        )
        response: Response = RedirectResponse(inside(target), 303)
        doors.keep_owner(request, response, session)
        doors.keep_device(request, response)
    except ProtokitError as problem:
        status = problem.status if isinstance(problem, SignInRefused) else 403
        response = await run_in_threadpool(refused, request, status, _sentence(problem))
    response.delete_cookie(_COOKIE, path=_HOME, httponly=True, samesite="lax")
    return response


def _client(request: Request) -> OidcClient:
    client = hub_of(request).oidc
    if client is None:
        raise HTTPException(404)
    return client


def _back(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{_HOME}/callback"


def _with_flow(request: Request, response: Response, value: str) -> Response:
    secure = request.url.scheme == "https"
    response.set_cookie(**cookie(_COOKIE, value, path=_HOME, seconds=FLOW_SECONDS, secure=secure))
    return response


def _sentence(problem: ProtokitError) -> str:
    text = f"{problem.what[:1].upper()}{problem.what[1:].rstrip('.')}."
    return f"{text} {problem.fix}".strip()
