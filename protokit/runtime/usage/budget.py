"""A spending limit that cannot be overrun: room is reserved before a call to a model and settled after it.

Every check and its reservation are one transaction, so callers in any number of processes (SQLite file) or on
several machines (Postgres URL) see one account. A caller that dies leaves a reservation behind that holds its
room until it expires, and is then booked as spent: what the server sends a bill for nobody knows. All times are
UTC; a day runs from 00:00 UTC to 00:00 UTC.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.settings import title_key
from protokit.runtime.usage.sql_database import Ledger, Transaction

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS budget_spent (account TEXT PRIMARY KEY, dollars DOUBLE PRECISION NOT NULL,"
    " tokens BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS budget_holds (id TEXT PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,"
    " session TEXT NOT NULL, dollars DOUBLE PRECISION NOT NULL, tokens BIGINT NOT NULL,"
    " expires DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE IF NOT EXISTS budget_asked (visitor TEXT NOT NULL, at DOUBLE PRECISION NOT NULL)",
    "CREATE INDEX IF NOT EXISTS budget_asked_by ON budget_asked (visitor, at)",
)
_ALL = "all"
_MINUTE = 60.0
_UNDER_WAY = (
    "Other answers are being written just now, and they may need what is left. Try again in a moment."
)
# Adding up cents in binary must not refuse the last call that just fits.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Reservation:
    """Room for one call: give it back with `Budget.settle`, or it is booked as it stands when it expires."""

    id: str
    day: str
    session: str
    dollars: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Dollars settled today and in all, and what calls under way hold on top."""

    today: float
    in_all: float
    held: float


class BudgetExceeded(Exception):
    """A call that does not fit. `limit` names the field of `SpendingLimits`, `opens_at` (UTC) when it may fit again.

    `opens_at` is None where waiting does not help: a total that is used up, a session that is too long, or a
    price that nobody knows. `passing` says that only answers on their way stand in between, which may need less than
    was set aside for them. `str(refused)` is a line for the visitor.
    """

    def __init__(
        self, limit: str, reason: str, opens_at: datetime | None = None, *, passing: bool = False
    ) -> None:
        self.limit, self.opens_at, self.passing = limit, opens_at, passing
        when = f" It opens again at {opens_at:%H:%M:%S} UTC on {opens_at:%Y-%m-%d}." if opens_at else ""
        super().__init__(reason + when)


class Budget:
    """The account of one prototype in `where`, a SQLite file or a `postgresql://` URL.

    Budgets with the same `account` in one place share their limits, those with another name do not.
    `hold_seconds` is how long a reservation holds its room when nobody settles it, before it counts as spent: longer
    than any call takes. `clock` gives the time in seconds since 1970 UTC, in place of the database's own: machines
    whose clocks differ would forget each other's questions too early.
    """

    def __init__(
        self,
        where: str,
        limits: SpendingLimits,
        *,
        account: str = "",
        hold_seconds: float = 300,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._ledger = Ledger(where, _SCHEMA)
        self._limits, self._account, self._hold, self._clock = limits, account, hold_seconds, clock
        if account:
            _key_titles(where, account)

    def reserve(self, dollars: float | None, tokens: int, *, session: str, visitor: str) -> Reservation:
        """Hold room for a call that costs at most `dollars` (None: unknown) and `tokens`, or raise `BudgetExceeded`.

        A question counts against the visitor's minute even if its call fails later. An unknown price is
        refused where a dollar limit is set, because that limit could not be kept.
        """
        limited = self._limits.dollars_per_day is not None or self._limits.dollars_total is not None
        if dollars is None and limited:
            reason = "The price of this model is not known, so the spending limit cannot be kept."
            raise BudgetExceeded(
                "dollars_per_day" if self._limits.dollars_per_day is not None else "dollars_total", reason
            )
        with self._ledger.transaction() as entry:
            # Read after the lock is held: waiting for it must not date the call before those that went first.
            now = self._now(entry)
            reservation = Reservation(uuid.uuid4().hex, _day(now), session, dollars or 0.0, tokens)
            visitor = self._own(visitor)
            _book_expired(entry, now)
            entry.run("DELETE FROM budget_asked WHERE at <= ?", (now - _MINUTE,))
            self._check_minute(entry, visitor, now)
            self._check_session(entry, reservation)
            self._check_dollars(entry, reservation, now)
            entry.run("INSERT INTO budget_asked VALUES (?, ?)", (visitor, now))
            own = (self._account, reservation.day, reservation.session)
            row = (reservation.id, *own, reservation.dollars, reservation.tokens, now + self._hold)
            entry.run("INSERT INTO budget_holds VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return reservation

    def settle(self, reservation: Reservation, dollars: float | None, tokens: int) -> None:
        """Book what the call really used and free the rest; 0 and 0 for a call that never happened.

        An unknown price books what was reserved. A reservation that has expired was booked as it stood, and is put
        right; settling twice books once.
        """
        with self._ledger.transaction() as entry:
            settled = f"settled:{reservation.id}"
            if entry.one("SELECT 1 FROM budget_spent WHERE account = ?", (settled,)):
                return
            entry.run("DELETE FROM budget_holds WHERE id = ?", (reservation.id,))
            spent = reservation.dollars if dollars is None else dollars
            if entry.one("SELECT 1 FROM budget_spent WHERE account = ?", (f"expired:{reservation.id}",)):
                spent, tokens = spent - reservation.dollars, tokens - reservation.tokens
            for account in (_ALL, f"day:{reservation.day}", f"session:{reservation.session}"):
                _book(entry, self._own(account), spent, tokens)
            _book(entry, settled, 0.0, 0)

    def spent(self) -> Spent:
        """How much is gone, for the page and the report."""
        with self._ledger.transaction() as entry:
            now = self._now(entry)
            _book_expired(entry, now)
            return Spent(
                today=self._spent(entry, f"day:{_day(now)}")[0],
                in_all=self._spent(entry, _ALL)[0],
                held=self._held(entry, "dollars"),
            )

    def _check_minute(self, entry: Transaction, visitor: str, now: float) -> None:
        limit = self._limits.questions_per_minute
        if limit is None:
            return
        count, oldest = entry.one("SELECT COUNT(*), MIN(at) FROM budget_asked WHERE visitor = ?", (visitor,))
        if count >= limit:
            opens = datetime.fromtimestamp((oldest or now) + _MINUTE, UTC) + timedelta(seconds=1)
            raise BudgetExceeded("questions_per_minute", f"That is {limit} questions within a minute.", opens)

    def _check_session(self, entry: Transaction, reservation: Reservation) -> None:
        limit = self._limits.tokens_per_session
        if limit is None:
            return
        used = self._spent(entry, f"session:{reservation.session}")[1]
        if used + reservation.tokens > limit:
            verb = "has used its" if used >= limit else "has too little left of its"
            reason = f"This conversation {verb} {limit:,} tokens; start a new one."
            raise BudgetExceeded("tokens_per_session", reason)
        if (
            used + reservation.tokens + self._held(entry, "tokens", "session = ?", reservation.session)
            > limit
        ):
            raise BudgetExceeded("tokens_per_session", _UNDER_WAY, passing=True)

    def _check_dollars(self, entry: Transaction, reservation: Reservation, now: float) -> None:
        day, total = self._limits.dollars_per_day, self._limits.dollars_total
        if total is not None:
            spent, under_way = self._spent(entry, _ALL)[0], self._held(entry, "dollars")
            reason = (
                "This prototype has used its budget" if spent >= total else "Too little is left of the budget"
            )
            if spent + reservation.dollars > total + _ROUNDING:
                raise BudgetExceeded("dollars_total", f"{reason} of ${total:,.2f}.")
            if spent + under_way + reservation.dollars > total + _ROUNDING:
                raise BudgetExceeded("dollars_total", _UNDER_WAY, passing=True)
        if day is not None:
            spent = self._spent(entry, f"day:{reservation.day}")[0]
            under_way = self._held(entry, "dollars", "day = ?", reservation.day)
            if spent + reservation.dollars > day + _ROUNDING:
                reason = (
                    f"budget of ${day:,.2f} is used up"
                    if spent >= day
                    else f"budget of ${day:,.2f} is nearly used"
                )
                raise BudgetExceeded("dollars_per_day", f"Today's {reason}.", _next_day(now))
            if spent + under_way + reservation.dollars > day + _ROUNDING:
                raise BudgetExceeded("dollars_per_day", _UNDER_WAY, passing=True)

    def _held(self, entry: Transaction, column: str, condition: str = "", *values: object) -> float:
        """What this account's calls under way hold, where `condition` is true of `values`."""
        sql = f"SELECT COALESCE(SUM({column}), 0) FROM budget_holds WHERE account = ?"
        sql += f" AND {condition}" if condition else ""
        return float(entry.one(sql, (self._account, *values))[0])

    def _spent(self, entry: Transaction, name: str) -> tuple[float, int]:
        """Dollars and tokens booked under `name`."""
        sql = "SELECT COALESCE(SUM(dollars), 0), COALESCE(SUM(tokens), 0) FROM budget_spent WHERE account = ?"
        dollars, tokens = entry.one(sql, (self._own(name),))
        return float(dollars), int(tokens)

    def _now(self, entry: Transaction) -> float:
        return self._clock() if self._clock else entry.now()

    def _own(self, name: str) -> str:
        return _in(self._account, name)


def _in(account: str, name: str) -> str:
    return f"{account}/{name}" if account else name


@cache
def _key_titles(where: str, account: str) -> None:
    """Move what an older program booked under a prototype's title to the `account` that this title has now."""
    with Ledger(where, _SCHEMA).transaction() as entry:
        names = [
            row[0]
            for row in entry.all("SELECT account FROM budget_spent WHERE account LIKE ?", (f"%/{_ALL}",))
        ]
        for title in (name.removesuffix(f"/{_ALL}") for name in names):
            if title == account or title_key(title) != account:
                continue
            entry.run("UPDATE budget_holds SET account = ? WHERE account = ?", (account, title))
            for column, table in (("account", "budget_spent"), ("visitor", "budget_asked")):
                entry.run(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
                    (account, len(title) + 1, len(title) + 1, f"{title}/"),
                )


@cache
def take_over(file: Path, where: str, account: str) -> None:
    """Book in the database `where` what an account's `file` holds, once, whichever process or crash comes between.

    A machine that kept its own file spent from the same budget before. Raises as `Ledger.transaction` does.
    """
    with Ledger(str(file), _SCHEMA).transaction() as own:
        row = own.one("SELECT account FROM budget_spent WHERE account LIKE ?", ("moved:%",))
        token = row[0] if row else f"moved:{uuid.uuid4().hex}"
        if row is None:
            _book(own, token, 0.0, 0)
        spent = own.all("SELECT account, dollars, tokens FROM budget_spent WHERE dollars != 0 OR tokens != 0")
        held = own.all("SELECT day, session, dollars, tokens FROM budget_holds")
    with Ledger(where, _SCHEMA).transaction() as entry:
        if entry.one("SELECT 1 FROM budget_spent WHERE account = ?", (_in(account, token),)):
            return
        for name, dollars, tokens in spent:
            _book(entry, _in(account, name), dollars, tokens)
        for day, session, dollars, tokens in held:
            for name in (_ALL, f"day:{day}", f"session:{session}"):
                _book(entry, _in(account, name), dollars, tokens)
        _book(entry, _in(account, token), 0.0, 0)


def _book_expired(entry: Transaction, now: float) -> None:
    """Book what nobody has settled in time, in whichever account: the call may have cost all that it could."""
    sql = "SELECT id, account, day, session, dollars, tokens FROM budget_holds WHERE expires <= ?"
    for id, account, day, session, dollars, tokens in entry.all(sql, (now,)):
        for name in (_ALL, f"day:{day}", f"session:{session}"):
            _book(entry, _in(account, name), dollars, tokens)
        _book(entry, f"expired:{id}", 0.0, 0)
    entry.run("DELETE FROM budget_holds WHERE expires <= ?", (now,))


def _book(entry: Transaction, account: str, dollars: float, tokens: int) -> None:
    entry.run(
        "INSERT INTO budget_spent VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET"
        " dollars = budget_spent.dollars + excluded.dollars, tokens = budget_spent.tokens + excluded.tokens",
        (account, dollars, tokens),
    )


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")


def _next_day(now: float) -> datetime:
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)
