"""The people of a Hub with their roles, and the invitations by which they come in."""

import secrets
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from protokit.errors import NameProblem, ProtokitError
from protokit.hub.database.schema import INVITATIONS, MEMBERS, SESSIONS

Role = Literal["viewer", "editor", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most that one may do."""
FOUNDER = "founder"
"""The id of whoever started the Hub: always an owner, and never removed."""
INVITATION_SECONDS = 7 * 86400.0
MOST_NAME = 60
_MOST_NAMESAKES = 100
_ROWS, _INVITATIONS = MEMBERS.c, INVITATIONS.c


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may come in. Times are seconds since 1970 (UTC)."""

    id: str
    name: str
    role: Role
    passcode: str
    """An argon2 hash, empty where there is none: not chosen yet, or signed in elsewhere."""
    subject: str
    """Who they are to the sign-in service, "" where they have none."""
    email: str
    created: float


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes one person a member, or lets a member choose a new passcode. Times as above."""

    id: str
    role: Role
    name: str
    """Whom it is for."""
    email: str
    """The address by which the sign-in service knows them, "" where only the link lets in."""
    inviter: str
    """The id of the owner who made it; it is gone with them."""
    member: str | None
    """The member who is to choose a new passcode."""
    created: float
    expires: float


class Members:
    """The rows of members and invitations. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def members(self) -> list[Member]:
        """Everybody, the founder first, then by name."""
        statement = select(*_MEMBER).order_by(_ROWS.id != FOUNDER, _ROWS.key)
        with self._engine.connect() as database:
            return [Member(**row._mapping) for row in database.execute(statement)]

    def member(self, id: str) -> Member | None:
        """The one with this id."""
        return self._member(_ROWS.id == id)

    def member_named(self, name: str) -> Member | None:
        """The one with this name, however it is written."""
        return self._member(_ROWS.key == key_of(name))

    def member_of(self, subject: str) -> Member | None:
        """The one whom the sign-in service calls `subject`."""
        return self._member(_ROWS.subject == subject) if subject else None

    def rename_member(self, id: str, name: str) -> None:
        """Raises NameProblem where the name is none, or another's."""
        self._change(id, name=clean_name(name), key=key_of(name))

    def set_member_passcode(self, id: str, hashed: str) -> None:
        """Set a member's passcode and end all their sessions; `hashed` is by `passcodes.hashed`."""
        with self._engine.begin() as database:
            database.execute(update(MEMBERS).where(_ROWS.id == id).values(passcode=hashed))
            database.execute(delete(SESSIONS).where(SESSIONS.c.member == id))

    def link_member(self, id: str, subject: str, email: str) -> None:
        """Let a member sign in by the sign-in service from now on. Raises NameProblem where another does so."""
        self._change(id, subject=subject, email=email)

    def set_role(self, id: str, role: Role) -> None:
        """Change what a member may do, from their next request on; invitations of somebody who is no
        owner any more are withdrawn. The founder stays an owner."""
        with self._engine.begin() as database:
            database.execute(update(MEMBERS).where(_ROWS.id == id, _ROWS.id != FOUNDER).values(role=role))
            if role != "owner":
                database.execute(
                    delete(INVITATIONS).where(_INVITATIONS.inviter == id, _INVITATIONS.inviter != FOUNDER)
                )

    def remove_member(self, id: str) -> None:
        """Take a member out, with their sessions and the invitations they made. The founder stays."""
        with self._engine.begin() as database:
            database.execute(delete(MEMBERS).where(_ROWS.id == id, _ROWS.id != FOUNDER))

    def has_passcodes(self) -> bool:
        """Whether somebody beside the founder signs in with a passcode."""
        others = select(func.count()).where(_ROWS.id != FOUNDER, _ROWS.passcode != "")
        with self._engine.connect() as database:
            return bool(database.scalar(others))

    def invite(
        self, role: Role, name: str, inviter: str, *, email: str = "", member: str | None = None
    ) -> Invitation:
        """A new invitation, which is good for a week and once. Raises NameProblem."""
        name = clean_name(name)
        if member is None and self.member_named(name):
            raise _taken(name)
        now = time.time()
        invitation = Invitation(
            secrets.token_urlsafe(18),
            *(role, name, _clean_email(email), inviter, member, now, now + INVITATION_SECONDS),
        )
        values = {column.name: getattr(invitation, column.name) for column in _INVITATIONS}
        with self._engine.begin() as database:
            database.execute(delete(INVITATIONS).where(_INVITATIONS.expires <= now))
            if member is not None:  # a newer link for a passcode voids the one before
                database.execute(delete(INVITATIONS).where(_INVITATIONS.member == member))
            database.execute(insert(INVITATIONS).values(values))
        return invitation

    def invitations(self) -> list[Invitation]:
        """Those that nobody has used yet, newest first."""
        statement = (
            select(INVITATIONS)
            .where(_INVITATIONS.expires > time.time())
            .order_by(_INVITATIONS.created.desc())
        )
        with self._engine.connect() as database:
            return [Invitation(**row._mapping) for row in database.execute(statement)]

    def invitation(self, id: str) -> Invitation | None:
        """The one with this id, unless it was used or withdrawn or is over."""
        return next((each for each in self.invitations() if each.id == id), None)

    def invitation_for(self, email: str) -> Invitation | None:
        """The newest one for an address."""
        wanted = email.strip().casefold()
        return next((each for each in self.invitations() if each.email == wanted != ""), None)

    def withdraw(self, id: str) -> None:
        """Void an invitation."""
        with self._engine.begin() as database:
            database.execute(delete(INVITATIONS).where(_INVITATIONS.id == id))

    def accept(
        self, invitation: Invitation, name: str, *, passcode: str = "", subject: str = "", email: str = ""
    ) -> Member:
        """Spend an invitation; of two at once one succeeds. `passcode` is a hash. Raises NameProblem, ProtokitError."""
        spend = delete(INVITATIONS).where(
            _INVITATIONS.id == invitation.id, _INVITATIONS.expires > time.time()
        )
        member = invitation.member or secrets.token_hex(12)
        try:
            with self._engine.begin() as database:
                if database.execute(spend).rowcount != 1:
                    raise ProtokitError("this invitation was used already", fix="Ask for another one.")
                if invitation.member:
                    database.execute(update(MEMBERS).where(_ROWS.id == member).values(passcode=passcode))
                    database.execute(delete(SESSIONS).where(SESSIONS.c.member == member))
                else:
                    row = Member(
                        member, clean_name(name), invitation.role, passcode, subject, email, time.time()
                    )
                    values = {column.name: getattr(row, column.name) for column in _MEMBER}
                    database.execute(insert(MEMBERS).values(key=key_of(name), **values))
        except IntegrityError:
            raise _taken(name) from None
        accepted = self.member(member)
        if accepted is None:  # removed at this moment
            raise ProtokitError("this invitation was withdrawn", fix="Ask for another one.")
        return accepted

    def join(self, invitation: Invitation, name: str, subject: str, email: str) -> Member:
        """Accept an invitation as somebody whom the sign-in service vouches for. Raises ProtokitError."""
        return self._numbered(name, lambda own: self.accept(invitation, own, subject=subject, email=email))

    def admit_member(self, name: str, subject: str, email: str, role: Role) -> Member:
        """A new member whom the sign-in service vouches for and a rule lets in."""

        def add(own: str) -> Member:
            row = Member(secrets.token_hex(12), own, role, "", subject, email, time.time())
            values = {column.name: getattr(row, column.name) for column in _MEMBER}
            try:
                with self._engine.begin() as database:
                    database.execute(insert(MEMBERS).values(key=key_of(own), **values))
            except IntegrityError:
                if existing := self.member_of(subject):  # who came in twice at once
                    return existing
                raise _taken(own) from None
            return row

        return self._numbered(name, add)

    def _numbered(self, name: str, add: Callable[[str], Member]) -> Member:
        """What `add` makes of `name`, with a number where it is another's."""
        plain = (
            "".join(letter for letter in name if letter.isprintable())[: MOST_NAME - 4].strip() or "Member"
        )
        for own in (plain, *(f"{plain} {number}" for number in range(2, _MOST_NAMESAKES))):
            with suppress(NameProblem):
                return add(own)
        raise _taken(plain)

    def _member(self, condition: object) -> Member | None:
        with self._engine.connect() as database:
            row = database.execute(select(*_MEMBER).where(condition)).first()  # type: ignore[arg-type]
        return Member(**row._mapping) if row else None

    def _change(self, id: str, **values: str) -> None:
        try:
            with self._engine.begin() as database:
                database.execute(update(MEMBERS).where(_ROWS.id == id).values(**values))
        except IntegrityError:
            raise _taken(values.get("name", values.get("email", ""))) from None


_MEMBER = [column for column in MEMBERS.c if column.name != "key"]


def clean_name(name: str) -> str:
    """A member's name on one line. Raises NameProblem."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain or len(plain) > MOST_NAME or not plain.isprintable():
        raise NameProblem(f"a name has 1 to {MOST_NAME} signs", fix="Write it as colleagues know it.")
    return plain


def key_of(name: str) -> str:
    """What two names have in common that a person takes for the same."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _clean_email(email: str) -> str:
    plain = email.strip().casefold()
    before, at, after = plain.rpartition("@")
    if plain and not (before and at and "." in after and len(plain) <= 200 and " " not in plain):
        raise ProtokitError(f'"{plain[:60]}" is not an e-mail address', fix="Write it like ann@example.com.")
    return plain


def _taken(name: str) -> NameProblem:
    return NameProblem(f'"{name}" is taken already', fix="Choose another name, one that tells you apart.")
