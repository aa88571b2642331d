"""The founder's passcode, as a hash, and the devices that members are signed in on, as the Hub's state knows them."""

import hashlib
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from protokit.hub.database.members import FOUNDER, Role
from protokit.hub.database.schema import MEMBERS, OWNER, SESSIONS

SESSION_SECONDS = 30 * 86400.0
_TOUCH_SECONDS = 60.0
_SESSIONS = select(SESSIONS, MEMBERS.c.name, MEMBERS.c.role).join(MEMBERS, MEMBERS.c.id == SESSIONS.c.member)
# Asked on every request of a member, so put together once.
_VALID = _SESSIONS.where(SESSIONS.c.id == bindparam("session"), SESSIONS.c.expires > bindparam("now"))


@dataclass(frozen=True, slots=True)
class Session:
    """A member on one device. Times are seconds since 1970 (UTC)."""

    id: str
    member: str
    """The member's id."""
    began: float
    seen: float
    expires: float
    device: str
    """What the browser says it is, to recognise it by."""
    name: str
    """The member's, now."""
    role: Role
    """What the member may do, now."""

    @property
    def handle(self) -> str:
        """A name for it that lets nobody in."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:16]


class Sessions:
    """The founder's passcode and everybody's sessions. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def passcode(self) -> str:
        """The hash of the founder's passcode, empty before the first start is done."""
        with self._engine.connect() as database:
            return database.scalar(select(MEMBERS.c.passcode).where(MEMBERS.c.id == FOUNDER)) or ""

    def set_passcode(self, hashed: str) -> None:
        """Set the founder's passcode; every session of theirs ends and the first-start link is spent."""
        with self._engine.begin() as database:
            database.execute(update(MEMBERS).where(MEMBERS.c.id == FOUNDER).values(passcode=hashed))
            database.execute(delete(OWNER).where(OWNER.c.name == "start"))
            database.execute(delete(SESSIONS).where(SESSIONS.c.member == FOUNDER))

    def set_start_code(self, digest: str) -> None:
        """Make this the only valid first-start link."""
        with self._engine.begin() as database:
            set_fact(database, "start", digest)

    def claim_start(self, digest: str) -> bool:
        """Spend the first-start link; False where it is not the valid one or somebody was quicker."""
        valid = delete(OWNER).where(OWNER.c.name == "start", OWNER.c.value == digest)
        with self._engine.begin() as database:
            return database.execute(valid).rowcount == 1

    def begin_session(self, device: str = "", member: str = FOUNDER) -> Session:
        """Sign a member in on a device; sessions that are over are removed."""
        now = time.time()
        id = secrets.token_urlsafe(24)
        values = {"id": id, "member": member, "began": now, "seen": now, "device": device[:200]}
        with self._engine.begin() as database:
            database.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))
            database.execute(insert(SESSIONS).values(**values, expires=now + SESSION_SECONDS))
            row = database.execute(_VALID, {"session": id, "now": now}).one()
        return Session(**row._mapping)

    def session(self, session: str) -> Session | None:
        """The session with this id unless it was ended or is over."""
        with self._engine.connect() as database:
            row = database.execute(_VALID, {"session": session, "now": time.time()}).first()
        return Session(**row._mapping) if row else None

    def touch_session(self, session: Session) -> None:
        """Note that the member is there now, on this device."""
        now = time.time()
        if now - session.seen >= _TOUCH_SECONDS:
            with self._engine.begin() as database:
                database.execute(update(SESSIONS).where(SESSIONS.c.id == session.id).values(seen=now))

    def sessions(self, member: str = "") -> list[Session]:
        """The devices a member is signed in on, or all members with "", the latest used first."""
        statement = _SESSIONS.where(SESSIONS.c.expires > time.time()).order_by(SESSIONS.c.seen.desc())
        if member:
            statement = statement.where(SESSIONS.c.member == member)
        with self._engine.connect() as database:
            return [Session(**row._mapping) for row in database.execute(statement)]

    def end_session(self, session: str) -> None:
        with self._engine.begin() as database:
            database.execute(delete(SESSIONS).where(SESSIONS.c.id == session))

    def end_all_sessions(self, member: str = "") -> None:
        """Sign a member out on every device, or everybody with ""."""
        statement = delete(SESSIONS)
        if member:
            statement = statement.where(SESSIONS.c.member == member)
        with self._engine.begin() as database:
            database.execute(statement)


def set_fact(database: Connection, name: str, value: str) -> None:
    """Put one row into the table of what the owner decided, in place of an earlier one of this name."""
    now = time.time()
    changed = database.execute(update(OWNER).where(OWNER.c.name == name).values(value=value, changed=now))
    if not changed.rowcount:
        database.execute(insert(OWNER).values(name=name, value=value, changed=now))
