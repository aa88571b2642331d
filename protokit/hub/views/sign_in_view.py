"""The pages before the gate: the first start, signing in and out, and being turned away."""

from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from protokit.errors import ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.security.passcodes import OWNER_LENGTH
from protokit.hub.security.sign_in import SignInRefused
from protokit.hub.views.templating import page


def routes() -> list[Route]:
    """Everything that a stranger may see."""
    return [
        Route("/start/{code}", start),
        Route("/start/{code}", claim, methods=["POST"]),
        Route("/signin", sign_in),
        Route("/signin", open_door, methods=["POST"]),
        Route("/signout", sign_out, methods=["POST"]),
        Route("/health", health),
    ]


def health(request: Request) -> Response:
    """For whatever watches over the Hub."""
    hub_of(request).store.count()
    return JSONResponse({"status": "ok"})


def start(request: Request) -> Response:
    """The first start: choose the owner's passcode."""
    if hub_of(request).store.passcode():
        return RedirectResponse("/signin", 303)
    return page(request, "start.html", wrong="", least=OWNER_LENGTH)


async def claim(request: Request) -> Response:
    """Set the passcode and go in."""
    async with request.form() as form:
        passcode, again = str(form.get("passcode", "")), str(form.get("again", ""))
    if passcode != again:
        return page(request, "start.html", 422, wrong="The two are not the same.", least=OWNER_LENGTH)
    doors, code = hub_of(request).doors, request.path_params["code"]
    try:
        session = await doors.in_turn(request, doors.claim, request, code, passcode)
    except ProtokitError as problem:
        return page(request, "start.html", _status(problem), wrong=_words(problem), least=OWNER_LENGTH)
    response = RedirectResponse("/", 303)
    doors.keep_owner(request, response, session)
    doors.keep_device(request, response)
    return response


def sign_in(request: Request) -> Response:
    """The passcode is asked for."""
    return sign_in_page(request, inside(request.query_params.get("next", "/")))


async def open_door(request: Request) -> Response:
    """In with the right passcode, to where the person wanted to go."""
    doors = hub_of(request).doors
    async with request.form() as form:
        passcode, target = str(form.get("passcode", "")), inside(str(form.get("next", "/")))
        name = str(form.get("name", ""))
    try:
        session = await doors.in_turn(request, doors.sign_in, request, passcode, name)
    except SignInRefused as problem:
        response: Response = await run_in_threadpool(
            sign_in_page, request, target, problem.status, _words(problem), name
        )
        if problem.wait:
            response.headers["Retry-After"] = str(round(problem.wait) + 1)
        return response
    response = RedirectResponse(target, 303)
    doors.keep_owner(request, response, session)
    doors.keep_device(request, response)
    return response


async def sign_out(request: Request) -> Response:
    """This device is signed out; others stay in."""
    doors = hub_of(request).doors
    await run_in_threadpool(doors.sign_out, request)
    response = RedirectResponse("/signin?" + urlencode({"out": "1"}), 303)
    doors.forget_owner(request, response)
    return response


def sign_in_page(
    request: HTTPConnection, wanted: str, status_code: int = 200, wrong: str = "", name: str = ""
) -> Response:
    """The form that asks for a passcode, and for a name where there is more than one; `wanted` is where to go then."""
    return page(
        request,
        "signin.html",
        status_code,
        done=None,
        wanted=wanted,
        wrong=wrong,
        signed_out="out" in request.query_params,
        named=hub_of(request).store.has_passcodes(),
        service=service_of(request),
        name=name,
    )


def service_of(request: HTTPConnection) -> str:
    """What the sign-in service is called, "" where there is none."""
    client = hub_of(request).oidc
    return client.settings.name if client else ""


def refused(request: HTTPConnection, status: int, words: str) -> Response:
    """The page for a browser that is turned away by the gate, or whose address leads nowhere."""
    path = request.url.path
    if status == 401 and not path.startswith("/p/"):
        return sign_in_page(request, inside(path) if request.scope["method"] == "GET" else "/", 401)
    return page(
        request,
        "refused.html",
        status,
        done=None,
        status=status,
        words=words,
        guest=path.startswith(("/p/", "/s/")),
    )


def inside(path: str) -> str:
    """`path` where it is one of this Hub's, else the gallery: nobody is sent elsewhere by our sign-in page."""
    parts = urlsplit(path)
    plain = path.startswith("/") and path[1:2] not in ("/", "\\") and not parts.netloc and path.isprintable()
    return path if plain and "\\" not in path and not path.startswith(("/signin", "/signout")) else "/"


def _status(problem: ProtokitError) -> int:
    return problem.status if isinstance(problem, SignInRefused) else 422


def _words(problem: ProtokitError) -> str:
    text = f"{problem.what[:1].upper()}{problem.what[1:].rstrip('.')}."
    return f"{text} {problem.fix}".strip()
