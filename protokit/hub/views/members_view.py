"""Who may come in: the members with their roles, invitations, and the page behind an invitation's link."""

from collections import Counter
from typing import get_args

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protokit.errors import ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.database.members import FOUNDER, MOST_NAME, Member, Role
from protokit.hub.security.audit_actions import tell
from protokit.hub.security.passcodes import OWNER_LENGTH
from protokit.hub.security.sign_in import SignInRefused
from protokit.hub.views.qr_code import qr_code
from protokit.hub.views.reach import reach_of, root_of
from protokit.hub.views.sign_in_view import service_of
from protokit.hub.views.templating import Done, page

ROLE_WORDS = {
    "viewer": ("Viewer", "sees the prototypes and what came of them, and comments"),
    "editor": ("Editor", "also makes, changes, shares and deletes them"),
    "owner": ("Owner", "also says who may come in, and how long things are kept"),
}
_DONE = {
    "invited": Done("The invitation is ready. Copy its link and send it to them."),
    "withdrawn": Done("Withdrawn. The link leads nowhere now."),
    "role": Done("Changed. It holds from their next click."),
    "removed": Done("Removed, and signed out on every device."),
    "out": Done("Signed out on every device."),
}


def routes() -> list[Route]:
    """The owners' page with its forms, and what a person invited sees."""
    return [
        Route("/members", show),
        Route("/members/invite", invite, methods=["POST"]),
        Route("/members/invitations/{invitation}/withdraw", withdraw, methods=["POST"]),
        Route("/members/{member}/role", set_role, methods=["POST"]),
        Route("/members/{member}/remove", remove, methods=["POST"]),
        Route("/members/{member}/signout", sign_out, methods=["POST"]),
        Route("/members/{member}/passcode", renew_passcode, methods=["POST"]),
        Route("/invite/{token}", look),
        Route("/invite/{token}", accept, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """Everybody, and the invitations nobody has used yet."""
    return _page(request)


async def invite(request: Request) -> Response:
    """Make a link for one person."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    role = _role(form.get("role", ""))
    store = hub_of(request).store
    try:
        invitation = await run_in_threadpool(
            store.invite,
            role,
            form.get("name", ""),
            request.state.visitor.member,
            email=form.get("email", ""),
        )
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, form, str(problem))
    tell(request, f"{invitation.name}: {role}")
    return RedirectResponse("/members?done=invited#invitations", 303)


async def renew_passcode(request: Request) -> Response:
    """Make a link by which a member chooses a new passcode; the founder's is renewed at the server alone."""
    member = await _addressed(request)
    tell(request, f"{member.name}: a new passcode")
    await run_in_threadpool(
        lambda: hub_of(request).store.invite(
            member.role, member.name, request.state.visitor.member, member=member.id
        )
    )
    return RedirectResponse("/members?done=invited#invitations", 303)


async def withdraw(request: Request) -> Response:
    """Void an invitation."""
    store = hub_of(request).store
    invitation = await run_in_threadpool(store.invitation, request.path_params["invitation"])
    if invitation is None:
        raise HTTPException(404)
    tell(request, invitation.name)
    await run_in_threadpool(store.withdraw, invitation.id)
    return _back("withdrawn")


async def set_role(request: Request) -> Response:
    """Let a member do more, or less."""
    member, role = await _addressed(request), _role(str((await request.form()).get("role", "")))
    tell(request, f"{member.name}: {role}")
    await run_in_threadpool(hub_of(request).store.set_role, member.id, role)
    return _back("role")


async def remove(request: Request) -> Response:
    """Take a member out."""
    member = await _addressed(request)
    tell(request, member.name)
    await run_in_threadpool(hub_of(request).store.remove_member, member.id)
    return _back("removed")


async def sign_out(request: Request) -> Response:
    """Sign a member out on every device."""
    member = await _addressed(request)
    tell(request, member.name)
    await run_in_threadpool(hub_of(request).store.end_all_sessions, member.id)
    return _back("out")


def look(request: Request) -> Response:
    """What a person invited sees first."""
    return _invitation_page(request)


async def accept(request: Request) -> Response:
    """Become a member, with a name and a passcode."""
    form = {name: str(value) for name, value in (await request.form(max_fields=10, max_files=0)).items()}
    doors, passcode = hub_of(request).doors, form.get("passcode", "")
    if passcode != form.get("again", ""):
        return await run_in_threadpool(_invitation_page, request, form, "The two are not the same.")
    try:
        session = await doors.in_turn(
            request, doors.join, request, request.path_params["token"], form.get("name", ""), passcode
        )
    except ProtokitError as problem:
        status = problem.status if isinstance(problem, SignInRefused) else 422
        return await run_in_threadpool(_invitation_page, request, form, str(problem), status)
    response = RedirectResponse("/", 303)
    doors.keep_owner(request, response, session)
    doors.keep_device(request, response)
    return response


def _invitation_page(
    request: Request, form: dict[str, str] | None = None, wrong: str = "", status: int = 422
) -> Response:
    hub = hub_of(request)
    try:
        invitation = hub.doors.invitation(request.path_params["token"])
    except SignInRefused as problem:
        words = f"{problem.what[:1].upper()}{problem.what[1:]}."
        return page(
            request,
            "closed.html",
            problem.status,
            done=None,
            heading="No invitation",
            words=f"{words} {problem.fix}",
        )
    inviter = hub.store.member(invitation.inviter)
    return page(
        request,
        "invite.html",
        status if wrong else 200,
        done=None,
        invitation=invitation,
        inviter=inviter.name if inviter else "",
        role=ROLE_WORDS[invitation.role],
        form={"name": invitation.name} | (form or {}),
        wrong=wrong[:1].upper() + wrong[1:],
        least=OWNER_LENGTH,
        most_name=MOST_NAME,
        service=service_of(request),
        token=request.path_params["token"],
    )


def _page(request: Request, form: dict[str, str] | None = None, wrong: str = "") -> Response:
    hub = hub_of(request)
    root = root_of(request)
    invitations = [
        (each, address, qr_code(address))
        for each in hub.store.invitations()
        for address in [root + hub.doors.invitation_path(each)]
    ]
    members = hub.store.members()
    return page(
        request,
        "members.html",
        422 if wrong else 200,
        done=_DONE.get(request.query_params.get("done", "")),
        members=members,
        names={each.id: each.name for each in members},
        devices=Counter(each.member for each in hub.store.sessions()),
        invitations=invitations,
        founder=FOUNDER,
        roles=ROLE_WORDS,
        form={"name": "", "email": "", "role": "viewer"} | (form or {}),
        wrong=wrong,
        reach=reach_of(request),
        service=service_of(request),
        most_name=MOST_NAME,
    )


async def _addressed(request: Request) -> Member:
    """The member that the address names, who may be changed; or 404. The founder is nobody's to change."""
    member = await run_in_threadpool(hub_of(request).store.member, request.path_params["member"])
    if member is None or member.id == FOUNDER:
        raise HTTPException(404)
    return member


def _role(text: str) -> Role:
    role: Role | None = next((each for each in get_args(Role) if each == text), None)
    if role is None:
        raise HTTPException(422)
    return role


def _back(done: str) -> Response:
    return RedirectResponse(f"/members?done={done}", 303)
