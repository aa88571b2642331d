"""The owner's passcode, as a hash, and the devices they are signed in on, as the Hub's state knows them."""

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from protokit.hub.database.schema import OWNER, SESSIONS

SESSION_SECONDS = 30 * 86400.0
_TOUCH_SECONDS = 60.0
# Asked on every request of the owner, so put together once.
_VALID = select(SESSIONS).where(SESSIONS.c.id == bindparam("session"), SESSIONS.c.expires > bindparam("now"))


@dataclass(frozen=True, slots=True)
class Session:
    """The owner on one device. Times are seconds since 1970 (UTC)."""

    id: str
    began: float
    seen: float
    expires: float
    device: str
    """What the browser says it is, to recognise it by."""


class Sessions:
    """The owner and their sessions. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def passcode(self) -> str:
        """The hash of the owner's passcode, empty before the first start is done."""
        with self._engine.connect() as database:
            return database.scalar(select(OWNER.c.value).where(OWNER.c.name == "passcode")) or ""

    def set_passcode(self, hashed: str) -> None:
        """Set the owner's passcode; every session ends and the first-start link is spent."""
        with self._engine.begin() as database:
            set_fact(database, "passcode", hashed)
            database.execute(delete(OWNER).where(OWNER.c.name == "start"))
            database.execute(delete(SESSIONS))

    def set_start_code(self, digest: str) -> None:
        """Make this the only valid first-start link."""
        with self._engine.begin() as database:
            set_fact(database, "start", digest)

    def claim_start(self, digest: str) -> bool:
        """Spend the first-start link; False where it is not the valid one or somebody was quicker."""
        valid = delete(OWNER).where(OWNER.c.name == "start", OWNER.c.value == digest)
        with self._engine.begin() as database:
            return database.execute(valid).rowcount == 1

    def begin_session(self, device: str = "") -> Session:
        """Sign the owner in on a device; sessions that are over are removed."""
        now = time.time()
        session = Session(secrets.token_urlsafe(24), now, now, now + SESSION_SECONDS, device[:200])
        values = {column.name: getattr(session, column.name) for column in SESSIONS.columns}
        with self._engine.begin() as database:
            database.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))
            database.execute(insert(SESSIONS).values(values))
        return session

    def session(self, session: str) -> Session | None:
        """The session with this id unless it was ended or is over."""
        with self._engine.connect() as database:
            row = database.execute(_VALID, {"session": session, "now": time.time()}).first()
        return Session(**row._mapping) if row else None

    def touch_session(self, session: Session) -> None:
        """Note that the owner is there now, on this device."""
        now = time.time()
        if now - session.seen >= _TOUCH_SECONDS:
            with self._engine.begin() as database:
                database.execute(update(SESSIONS).where(SESSIONS.c.id == session.id).values(seen=now))

    def sessions(self) -> list[Session]:
        """The devices the owner is signed in on, the latest used first."""
        statement = select(SESSIONS).where(SESSIONS.c.expires > time.time()).order_by(SESSIONS.c.seen.desc())
        with self._engine.connect() as database:
            return [Session(**row._mapping) for row in database.execute(statement)]

    def end_session(self, session: str) -> None:
        with self._engine.begin() as database:
            database.execute(delete(SESSIONS).where(SESSIONS.c.id == session))

    def end_all_sessions(self) -> None:
        with self._engine.begin() as database:
            database.execute(delete(SESSIONS))


def set_fact(database: Connection, name: str, value: str) -> None:
    """Put one row into the table of what the owner decided, in place of an earlier one of this name."""
    now = time.time()
    changed = database.execute(update(OWNER).where(OWNER.c.name == name).values(value=value, changed=now))
    if not changed.rowcount:
        database.execute(insert(OWNER).values(name=name, value=value, changed=now))
