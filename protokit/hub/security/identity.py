"""Who is there: read from the Hub's signed cookies, and checked against its state on every request."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.exc import OperationalError

from protokit.hub.database.members import Role
from protokit.hub.database.sessions import Session
from protokit.hub.database.share_links import Visit
from protokit.hub.database.store import Store
from protokit.hub.security.signing import SigningKeys

OWNER_COOKIE = "protokit_owner"
VISIT_COOKIE = "protokit_visit"
DEVICE_COOKIE = "protokit_device"
FORM_COOKIE = "protokit_csrf"
VISIT_SECONDS = 90 * 86400


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member, a guest of one prototype, or nobody the Hub knows."""

    kind: Literal["member", "guest", "nobody"] = "nobody"
    id: str = ""
    """Of the member's session or the guest's visit."""
    link: str = ""
    """The id of the link a guest came by."""
    slug: str = ""
    """The prototype a guest may see."""
    uploads: bool = False
    """Whether files of theirs are taken."""
    role: Role | Literal[""] = ""
    """What a member may do, "" for anybody else."""
    member: str = ""
    """The member's id."""
    name: str = ""
    """The member's name."""


NOBODY = Visitor()


class VisitorIdentity:
    """Reads and writes the cookies that say who somebody is."""

    def __init__(self, store: Store, keys: SigningKeys) -> None:
        self._store, self._keys = store, keys

    def owner(self, headers: Iterable[tuple[bytes, bytes]]) -> Session | None:
        """The session whose cookie came along, unless it has ended."""
        for value in cookies(headers, OWNER_COOKIE):
            name = self._keys.read("owner cookie", value)
            session = self._store.session(name) if isinstance(name, str) else None
            if session:
                return session
        return None

    def visit(self, headers: Iterable[tuple[bytes, bytes]], slug: str) -> Session | Visit | None:
        """The guest of `slug` whose cookie came along, or a member sent over to the prototype's own host."""
        for value in cookies(headers, VISIT_COOKIE):
            match self._keys.read("visit cookie", value):
                case [kind, place, str(name)] if place == slug:
                    visitor = self._store.session(name) if kind == "owner" else self._store.visit(name)
                    if visitor:
                        return visitor
        return None

    def identify(self, headers: Iterable[tuple[bytes, bytes]], slug: str = "") -> Visitor:
        """Who asks for the prototype `slug`, or for the Hub itself."""
        visitor = self.owner(headers) or (self.visit(headers, slug) if slug else None)
        if visitor is None:
            return NOBODY
        with suppress(OperationalError):  # a full disk is no reason to shut people out
            self._store.touch(visitor)
        if isinstance(visitor, Session):
            return Visitor(
                "member",
                visitor.id,
                uploads=True,
                role=visitor.role,
                member=visitor.member,
                name=visitor.name,
            )
        return Visitor("guest", visitor.id, visitor.link, visitor.slug, visitor.uploads)

    def still(self, visitor: Visitor) -> bool:
        """Whether somebody who got in would get in now."""
        if visitor.kind == "member":
            return self._store.session(visitor.id) is not None
        return visitor.kind == "guest" and self._store.visit(visitor.id) is not None

    def owner_cookie(self, session: Session) -> str:
        return self._keys.sign("owner cookie", session.id)

    def visit_cookie(self, visitor: Session | Visit, slug: str) -> str:
        """A cookie for the prototype `slug` and nothing else, also where the owner holds it."""
        return self._keys.sign(
            "visit cookie", ["owner" if isinstance(visitor, Session) else "guest", slug, visitor.id]
        )


def cookies(headers: Iterable[tuple[bytes, bytes]], name: str) -> Iterator[str]:
    """Every value of the cookie `name`: a page of a neighbouring host may have set one of the same name."""
    for header, value in headers:
        if header == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                key, _, text = pair.strip().partition("=")
                if key == name:
                    yield text


def cookie(name: str, value: str, *, path: str, seconds: float, secure: bool) -> dict[str, Any]:
    """The arguments of `Response.set_cookie` for a cookie of the Hub."""
    return {
        "key": name,
        "value": value,
        "path": path,
        "max_age": int(seconds),
        "secure": secure,
        "httponly": True,
        "samesite": "lax",
    }
