"""Holds a prototype to the limits in its `prototype.yaml`: room is reserved before a call and settled after it."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.runtime_errors import LimitReached, ModelProblem, SettingsProblem
from protokit.runtime.settings import Settings
from protokit.runtime.usage.sql_database import database_errors, database_url
from protokit.runtime.usage.sqlite_files import damaged_stores

_LOG = logging.getLogger(__name__)
_CLOSED = "What was spent cannot be looked up just now, so the budget stays shut."
ACCOUNT = "budget.db"
Settle = Callable[[float | None, int], None]
"""Call it with the dollars (None: unknown) and tokens that were really used."""

_PRICE = " Set it under prices in prototype.yaml, [0, 0] for a server that sends no bill."
BUDGET_URL_ENV = "PROTOKIT_BUDGET_URL"
"""Environment variable: the `postgresql://` URL of a database that several machines keep their budgets in."""


@contextmanager
def reserved(
    settings: Settings, dollars: float | None, tokens: int, session: str, visitor: str = ""
) -> Iterator[Settle]:
    """Hold room for a call that costs at most `dollars` and `tokens`. Raises LimitReached, or
    ModelProblem where the shared database is out of reach. `visitor` is whose questions are counted a minute, the
    session where nothing is known of them.

    The account is a file of the prototype, or in the database of PROTOKIT_BUDGET_URL the one of its title:
    prototypes of one title share it, on whichever machine and in whichever folder they run.
    """
    if settings.limits == SpendingLimits():
        yield lambda dollars, tokens: None
        return
    from protokit.runtime.usage.budget import Budget, BudgetExceeded

    try:
        url = database_url(BUDGET_URL_ENV)
    except SettingsProblem as problem:
        raise ModelProblem(str(problem)) from None
    with _within_reach(url):
        where = url or str(_account(settings.folder))
        try:
            budget = Budget(where, settings.limits, account=settings.title if url else "")
            reservation = budget.reserve(dollars, tokens, session=session, visitor=visitor or session)
        except BudgetExceeded as refused:
            passing = refused.passing or refused.limit == "questions_per_minute"
            raise _shut(str(refused), _PRICE if dollars is None else "", passing) from None
        except (sqlite3.Error, OSError) as error:
            _LOG.warning("%s cannot be used (%s): no model is asked", ACCOUNT, error)
            raise _shut(_CLOSED) from None

    def settle(dollars: float | None, tokens: int) -> None:
        with _within_reach(url):
            try:
                budget.settle(reservation, dollars, tokens)
            except (sqlite3.Error, OSError) as error:  # the room that was reserved stays taken
                _LOG.warning("%s cannot be written (%s): what a call cost is not booked", ACCOUNT, error)

    yield settle


def _account(folder: Path) -> Path:
    """The account's file. Raises LimitReached while a damaged one waits for the owner: nobody knows what was spent."""
    home = folder / ".protokit"
    if damaged_stores(home, ACCOUNT):
        raise _shut(_CLOSED)
    return home / ACCOUNT


def _shut(reason: str, remedy: str = "", passing: bool = False) -> LimitReached:
    note = f"{reason} Meanwhile the offline engine answers."
    return LimitReached(f"limits: {reason}{remedy}", friendly=reason, note=note, passing=passing)


@contextmanager
def _within_reach(url: str) -> Iterator[None]:
    """Tell the owner what keeps the shared database from being used; its own words may hold the password."""
    if not url:
        yield
        return
    try:
        yield
    except database_errors(url) as error:
        raise ModelProblem(
            f"the database of {BUDGET_URL_ENV} cannot be used ({type(error).__name__}). Check the URL and the server."
        ) from None
