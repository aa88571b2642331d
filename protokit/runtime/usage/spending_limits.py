"""Holds a prototype to the limits in its `prototype.yaml`: room is reserved before a call and settled after it."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.runtime.page_texts import page_texts, texts_in
from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.runtime_errors import LimitReached, ModelProblem, SettingsProblem
from protokit.runtime.settings import Settings
from protokit.runtime.usage.events import EVENTS_URL_ENV
from protokit.runtime.usage.sql_database import database_errors, database_url
from protokit.runtime.usage.sqlite_files import damaged_stores

if TYPE_CHECKING:
    from protokit.runtime.usage.budget import BudgetExceeded

_LOG = logging.getLogger(__name__)
_CLOSED = texts_in("en").limit_unknown
ACCOUNT = "budget.db"
Settle = Callable[[float | None, int], None]
"""Call it with the dollars (None: unknown) and tokens that were really used."""

_PRICE = " Set it under prices in prototype.yaml, [0, 0] for a server that sends no bill."
BUDGET_URL_ENV = "PROTOKIT_BUDGET_URL"
"""Environment variable: the `postgresql://` URL of a database that several machines keep their budgets in; where it is
unset, the one of their events."""


@contextmanager
def reserved(
    settings: Settings, dollars: float | None, tokens: int, session: str, visitor: str = ""
) -> Iterator[Settle]:
    """Hold room for a call that costs at most `dollars` and `tokens`. Raises LimitReached, also
    where the shared database is out of reach. `visitor` is whose questions are counted a minute, the
    session where nothing is known of them.

    The account is a file of the prototype, or in the database of PROTOKIT_BUDGET_URL (else PROTOKIT_EVENTS_URL) the one
    of its id: whoever has the same shares it, on whichever machine and in whichever folder they run. What the file
    held before goes there.
    """
    if settings.limits == SpendingLimits():
        yield lambda dollars, tokens: None
        return
    from protokit.runtime.usage.budget import Budget, BudgetExceeded, take_over

    variable = BUDGET_URL_ENV if os.environ.get(BUDGET_URL_ENV) else EVENTS_URL_ENV
    try:
        url = database_url(variable)
    except SettingsProblem as problem:
        raise ModelProblem(str(problem)) from None
    with _within_reach(url, variable):
        try:
            file = _account(settings.folder)
            where = url or str(file)
            if url and file.exists():
                take_over(file, url, settings.key)
            budget = Budget(where, settings.limits, account=settings.key if url else "")
            reservation = budget.reserve(dollars, tokens, session=session, visitor=visitor or session)
        except BudgetExceeded as refused:
            texts = page_texts()
            passing = refused.passing or refused.limit == "questions_per_minute"
            told = texts.price_unknown if dollars is None else _told(refused)
            raise _shut(str(refused), told, _PRICE if dollars is None else "", passing) from None
        except (sqlite3.Error, OSError) as error:
            _LOG.warning("%s cannot be used (%s): no model is asked", ACCOUNT, error)
            raise _shut(_CLOSED, page_texts().limit_unknown) from None

    def settle(dollars: float | None, tokens: int) -> None:
        try:
            budget.settle(reservation, dollars, tokens)
        except database_errors(url) as error:  # the room that was reserved stays taken
            # The words of a server may hold its password.
            account, why = (variable, type(error).__name__) if url else (ACCOUNT, str(error))
            _LOG.warning("%s cannot be written (%s): what a call cost is not booked", account, why)

    yield settle


def _account(folder: Path) -> Path:
    """The account's file. Raises LimitReached while a damaged one waits for the owner: nobody knows what was spent."""
    home = folder / ".protokit"
    if damaged_stores(home, ACCOUNT):
        raise _shut(_CLOSED, page_texts().limit_unknown)
    return home / ACCOUNT


def _shut(reason: str, told: str, remedy: str = "", passing: bool = False) -> LimitReached:
    note = f"{told} {page_texts().offline_meanwhile}"
    return LimitReached(f"limits: {reason}{remedy}", friendly=told, note=note, passing=passing)


def _told(refused: "BudgetExceeded") -> str:
    """A limit for the visitor: with its figures in English, in other languages without."""
    texts = page_texts()
    if texts.language == "en":
        return str(refused)
    if refused.passing:
        return texts.answers_under_way
    return {
        "questions_per_minute": texts.questions_a_minute,
        "tokens_per_session": texts.conversation_used_up,
        "dollars_per_day": texts.budget_of_today_used_up,
    }.get(refused.limit, texts.budget_used_up)


@contextmanager
def _within_reach(url: str, variable: str) -> Iterator[None]:
    """Tell the owner what keeps the shared database from being used, and visitors that the budget stays shut; its own
    words may hold the password."""
    if not url:
        yield
        return
    try:
        yield
    except database_errors(url) as error:
        why = f"the database of {variable} cannot be used ({type(error).__name__}). Check the URL and the server."
        raise _shut(why, page_texts().limit_unknown) from None
