"""The ways in: the first start, a member's passcode, invitations and share links; each with a bound on guessing."""

import hashlib
import secrets
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from protokit.errors import ProtokitError
from protokit.hub.database.audit_log import Who
from protokit.hub.database.comparisons import LinkComparison
from protokit.hub.database.members import FOUNDER, Invitation, Member, key_of
from protokit.hub.database.sessions import SESSION_SECONDS, Session
from protokit.hub.database.share_links import Link, Visit
from protokit.hub.database.store import Store
from protokit.hub.security.identity import (
    DEVICE_COOKIE,
    OWNER_COOKIE,
    VISIT_COOKIE,
    VISIT_SECONDS,
    VisitorIdentity,
    cookie,
    cookies,
)
from protokit.hub.security.oidc import Identity, OidcClient
from protokit.hub.security.passcode_queue import Crowded, PasscodeQueue
from protokit.hub.security.passcodes import OWNER_LENGTH, hashed, matches
from protokit.hub.security.rate_limit import RateLimiter, neighbourhood
from protokit.hub.security.signing import SigningKeys

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

DEVICE_SECONDS = 400 * 86400
"""As long as browsers keep a cookie."""
P = ParamSpec("P")
R = TypeVar("R")


class SignInRefused(ProtokitError):
    """Somebody does not get in: `status` is HTTP's, `wait` the seconds until another try is heard."""

    def __init__(self, what: str, status: int, *, fix: str = "", wait: float = 0.0) -> None:
        super().__init__(what, fix=fix)
        self.status, self.wait = status, wait


class SignIn:
    """Lets people in and writes their cookies. Methods touch the disk: call them from a thread."""

    def __init__(self, store: Store, keys: SigningKeys) -> None:
        self._store, self._keys = store, keys
        self._visitors = VisitorIdentity(store, keys)
        self._attempts, self._queue = RateLimiter(), PasscodeQueue()

    async def in_turn(
        self, request: "HTTPConnection", work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Carry out `work`, which tries a passcode, apart from the pages' threads. Raises Refused, and its errors."""
        try:
            return await self._queue.run(bool(self._device(request)), work, *args, **kwargs)
        except Crowded:
            raise SignInRefused(
                "too many try to get in just now", 429, fix="Try again in a minute.", wait=60
            ) from None

    def start_path(self) -> str:
        """The path of a new first-start link, which voids earlier ones; "" once there is a passcode."""
        if self._store.passcode():
            return ""
        code = secrets.token_urlsafe(24)
        self._store.set_start_code(_digest(code))
        return f"/start/{self._keys.sign('first start', code)}"

    def claim(self, request: "HTTPConnection", code: str, passcode: str) -> Session:
        """Set the owner's passcode through the first-start link and sign in. Raises Refused, ProtokitError."""
        self._count(request, "start")
        read = self._keys.read("first start", code)
        spent = SignInRefused(
            "this link was used already, or a newer one was printed", 410, fix="Sign in instead."
        )
        if not isinstance(read, str):
            raise spent
        stored = hashed(passcode, shortest=OWNER_LENGTH)
        if not self._store.claim_start(_digest(read)):
            raise spent
        self._store.set_passcode(stored)
        self._right(request, "start")
        self._note(request, "passcode chosen", "owner")
        return self.begin(request, FOUNDER)

    def sign_in(self, request: "HTTPConnection", passcode: str, name: str = "") -> Session:
        """A session for whoever knows the passcode of the member `name`, the founder's with "". Raises Refused."""
        member = self._store.member_named(name) if key_of(name) else self._store.member(FOUNDER)
        self._prove(request, member, passcode)
        assert member
        return self.begin(request, member.id)

    def change_passcode(self, request: "HTTPConnection", member: str, old: str, new: str) -> Session:
        """A member's new passcode; all their devices are signed out, and this one in again.
        Raises Refused, ProtokitError."""
        row = self._store.member(member)
        if row and row.passcode:  # whoever came in elsewhere has none to know
            self._prove(request, row, old)
        self._store.set_member_passcode(member, hashed(new, shortest=OWNER_LENGTH))
        return self.begin(request, member)

    def invitation_path(self, invitation: Invitation) -> str:
        """The path of an invitation."""
        return f"/invite/{self._keys.sign('invitation', invitation.id)}"

    def invitation(self, token: str) -> Invitation:
        """The one of a token. Raises Refused where it is none, used, withdrawn or over."""
        read = self._keys.read("invitation", token)
        invitation = self._store.invitation(read) if isinstance(read, str) else None
        if invitation is None:
            raise SignInRefused(
                "this invitation was used already, or is too old", 410, fix="Ask whoever sent it for another."
            )
        return invitation

    def join(self, request: "HTTPConnection", token: str, name: str, passcode: str) -> Session:
        """Accept an invitation with a name and a passcode, and sign in. Raises Refused, ProtokitError."""
        self._count(request, "invitation")
        invitation = self.invitation(token)
        stored = hashed(passcode, shortest=OWNER_LENGTH)
        member = self._store.accept(invitation, name, passcode=stored)
        self._right(request, "invitation")
        joined = "passcode chosen" if invitation.member else "member joined"
        self._note(request, joined, member.role, name=member.name)
        return self.begin(request, member.id)

    def sign_in_by_service(
        self, request: "HTTPConnection", client: OidcClient, back: str, cookie: str, query: dict[str, str]
    ) -> tuple[Session, str]:
        """A session for whom the sign-in service vouches, if they may come in, and where to go then.
        Raises Refused, OidcRefused."""
        answer = client.answer(cookie, query)
        self._count(request, "sign-in service")  # not before: another site's page must not use up one's tries
        identity, flow = client.identify(back, answer), answer.flow
        if flow.session:
            member = self._link(request, identity, flow.session)
        else:
            member = self._store.member_of(identity.subject) or self._admit(client, identity, flow.invitation)
        if member is None:
            self._note(request, "sign-in refused", "nobody", detail=identity.email or identity.name)
            raise SignInRefused(
                f"{identity.email or identity.name} is not invited here",
                403,
                fix="Ask an owner of this Hub for an invitation.",
            )
        self._right(request, "sign-in service")
        return self.begin(request, member.id), flow.target

    def _admit(self, client: OidcClient, identity: Identity, token: str) -> Member | None:
        """Make a member of somebody new: by the invitation of their link or of their address, or by the rule."""
        invitation = self.invitation(token) if token else self._store.invitation_for(identity.email)
        if invitation and not invitation.member and invitation.email in ("", identity.email):
            return self._store.join(invitation, identity.name, identity.subject, identity.email)
        if client.settings.allows(identity.email):
            return self._store.admit_member(identity.name, identity.subject, identity.email, "viewer")
        return None

    def _link(self, request: "HTTPConnection", identity: Identity, handle: str) -> Member | None:
        """Let the member of this browser's session, which began it, sign in by the service from now on."""
        session = self._visitors.owner(request.scope["headers"])
        if session is None or session.handle != handle:
            raise SignInRefused("this began under another sign-in", 403, fix="Sign in, and try again.")
        other = self._store.member_of(identity.subject)
        if other and other.id != session.member:
            raise SignInRefused(f"{other.name} signs in that way already", 403, fix="Take another account.")
        self._store.link_member(session.member, identity.subject, identity.email)
        return self._store.member(session.member)

    def _prove(self, request: "HTTPConnection", member: Member | None, passcode: str) -> None:
        """Raise Refused unless it is the member's passcode. Each member has a count of their own: whoever gets in
        by one passcode must not have the tries at another forgiven."""
        door = f"member {member.id if member else ''}"
        self._count(request, door)
        stored = member.passcode if member else ""
        # A name that is nobody's takes as long as one that is somebody's.
        if not matches(passcode, stored or _nobodys()) or not stored:
            self._note(request, "wrong passcode", "nobody", detail=member.name if member else "")
            raise SignInRefused("that is not the passcode", 403, fix="Try again.")
        self._right(request, door)

    def sign_out(self, request: "HTTPConnection") -> None:
        """End the session whose cookie came along."""
        session = self._visitors.owner(request.scope["headers"])
        if session:
            self._store.end_session(session.id)

    def path(self, link: Link) -> str:
        """The path of a share link; the same every time, as long as the Hub's secret is."""
        return f"/s/{self._keys.sign('share link', link.id)}"

    def comparison_path(self, comparison: LinkComparison) -> str:
        """The path that leads to one of two prototypes by lot."""
        return f"/s/{self._keys.sign('comparison', comparison.id)}"

    def pair(self, token: str) -> tuple[Link, ...]:
        """The open links between which a comparison's token chooses; none for another token, or where both are shut."""
        read = self._keys.read("comparison", token)
        comparison = self._store.comparison(read) if isinstance(read, str) else None
        links = (
            [self._store.link(each) for each in (comparison.first, comparison.second)] if comparison else []
        )
        return tuple(link for link in links if link and link.state in ("open", "full"))

    def look(self, request: "HTTPConnection", token: str) -> Link:
        """The link of a token, whether full or not. Raises Refused where it is unknown, revoked or expired."""
        read = self._keys.read("share link", token)
        link = self._store.link(read) if isinstance(read, str) else None
        if link is None:
            raise SignInRefused("this link leads nowhere", 404, fix="Ask whoever sent it for a new one.")
        if link.state in ("revoked", "expired"):
            raise SignInRefused(
                f"this link {'was closed' if link.state == 'revoked' else 'has expired'}",
                410,
                fix="Ask whoever sent it for a new one.",
            )
        return link

    def earlier_visit(self, request: "HTTPConnection", link: Link) -> Visit | None:
        """The visit of somebody who came by this link before, in this browser."""
        visit = self._visitors.visit(request.scope["headers"], link.slug)
        return visit if isinstance(visit, Visit) and visit.link == link.id else None

    def enter(self, request: "HTTPConnection", token: str, passcode: str = "") -> Visit:
        """Let a guest in by a share link. Raises Refused."""
        link = self.look(request, token)
        back = self.earlier_visit(request, link)
        if back:
            return back
        if link.passcode:
            self._count(request, link.id)
            if not matches(passcode, link.passcode):
                self._note(request, "wrong link passcode", "nobody", slug=link.slug, detail=link.name)
                raise SignInRefused("that is not the passcode", 403, fix="Try again.")
            self._right(request, link.id)
        visit = self._store.admit(link.id)
        if visit is None:
            raise SignInRefused(
                "as many people as this link is for have used it", 410, fix="Ask whoever sent it for another."
            )
        self._note(request, "link opened", "guest", slug=link.slug, detail=link.name)
        return visit

    def keep_owner(self, request: "HTTPConnection", response: "Response", session: Session) -> None:
        """Give a member's browser its cookie."""
        value = self._visitors.owner_cookie(session)
        response.set_cookie(
            **cookie(OWNER_COOKIE, value, path="/", seconds=SESSION_SECONDS, secure=_secure(request))
        )

    def keep_device(self, request: "HTTPConnection", response: "Response") -> None:
        """Let this browser be known from now on: what strangers try does not keep it from signing in again."""
        value = self._keys.sign("known device", self._device(request) or secrets.token_urlsafe(12))
        response.set_cookie(
            **cookie(DEVICE_COOKIE, value, path="/", seconds=DEVICE_SECONDS, secure=_secure(request))
        )

    def forget_owner(self, request: "HTTPConnection", response: "Response") -> None:
        """Take a member's cookie back."""
        response.delete_cookie(OWNER_COOKIE, path="/", secure=_secure(request), httponly=True, samesite="lax")

    def keep_guest(self, request: "HTTPConnection", response: "Response", visit: Visit) -> None:
        """Give a guest's browser the cookie for its prototype, and for the link, to be known when it is reopened."""
        value = self._visitors.visit_cookie(visit, visit.slug)
        for path in (f"/p/{visit.slug}", request.url.path):
            response.set_cookie(
                **cookie(VISIT_COOKIE, value, path=path, seconds=VISIT_SECONDS, secure=_secure(request))
            )

    def begin(self, request: "HTTPConnection", member: str) -> Session:
        """Sign a member in: always a new session; the one that this browser had ends."""
        if before := self._visitors.owner(request.scope["headers"]):
            self._store.end_session(before.id)
        device = request.headers.get("user-agent", "")
        session = self._store.begin_session(device, member)
        self._note(request, "signed in", session.role, detail=device, name=session.name)
        return session

    def _note(
        self,
        request: "HTTPConnection",
        action: str,
        who: Who,
        *,
        slug: str = "",
        detail: str = "",
        name: str = "",
    ) -> None:
        address = request.client.host if request.client else ""
        self._store.note(action, who, address=address, slug=slug, detail=detail, name=name)

    def _count(self, request: "HTTPConnection", door: str) -> None:
        person, known = self._person(request)
        wait = self._attempts.take(person, door, known=known)
        if wait:
            when = f"{wait / 60:.0f} minutes" if wait > 90 else f"{wait + 1:.0f} seconds"
            raise SignInRefused("that was too often", 429, fix=f"Try again in about {when}.", wait=wait)

    def _right(self, request: "HTTPConnection", door: str) -> None:
        person, known = self._person(request)
        self._attempts.right(person, door, known=known)

    def _person(self, request: "HTTPConnection") -> tuple[str, bool]:
        """Who is counted, and whether it is a device that was signed in before rather than an address."""
        device = self._device(request)
        return (f"device {device}", True) if device else (_address(request), False)

    def _device(self, request: "HTTPConnection") -> str:
        for value in cookies(request.scope["headers"], DEVICE_COOKIE):
            name = self._keys.read("known device", value)
            if isinstance(name, str) and name:
                return name
        return ""


def _address(request: "HTTPConnection") -> str:
    return neighbourhood(request.client.host) if request.client else ""


def _secure(request: "HTTPConnection") -> bool:
    return request.url.scheme in ("https", "wss")


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


@cache
def _nobodys() -> str:
    """A hash of the usual cost that no passcode fits."""
    return hashed(secrets.token_urlsafe(24))
