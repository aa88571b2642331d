"""Holds a prototype to the limits in its `prototype.yaml`: room is reserved before a call and settled after it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from protokit.runtime.errors import LimitReached, ModelProblem
from protokit.runtime.settings import Settings

Settle = Callable[[float | None, int], None]
"""Call it with the dollars (None: unknown) and tokens that were really used."""

SHARED = "PROTOKIT_BUDGET_URL"
"""Environment variable: the `postgresql://` URL of a database that several machines keep their budgets in."""


@contextmanager
def reserved(settings: Settings, dollars: float | None, tokens: int, session: str) -> Iterator[Settle]:
    """Hold room for a call that costs at most `dollars` and `tokens`. Raises LimitReached, or
    ModelProblem where the shared database is out of reach.

    The account is a file of the prototype, or in the database of PROTOKIT_BUDGET_URL the one of its title:
    prototypes of one title share it, on whichever machine and in whichever folder they run.
    """
    if not any(value is not None for value in settings.limits.values()):
        yield lambda dollars, tokens: None
        return
    from protokit.runtime.budget import Budget, Limits, Refused

    limits = Limits(
        dollars_a_day=settings.limits.get("dollars_per_day"),
        dollars_in_all=settings.limits.get("dollars_total"),
        tokens_a_session=settings.limits.get("tokens_per_session"),
        questions_a_minute=settings.limits.get("questions_per_minute"),
    )
    url = os.environ.get(SHARED, "")
    with _within_reach(url):
        where = url or str(settings.folder / ".protokit" / "budget.db")
        budget = Budget(where, limits, account=settings.title if url else "")
        try:
            held = budget.reserve(dollars, tokens, session=session, visitor=session)
        except Refused as refused:
            said = str(refused)
            raise LimitReached(
                f"limits: {said}", friendly=said, note=f"{said} Meanwhile the offline engine answers."
            ) from None

    def settle(dollars: float | None, tokens: int) -> None:
        with _within_reach(url):
            budget.settle(held, dollars, tokens)

    yield settle


@contextmanager
def _within_reach(url: str) -> Iterator[None]:
    """Tell the owner what keeps the shared database from being used; its own words may hold the password."""
    if not url:
        yield
        return
    if not url.startswith(("postgresql://", "postgres://")):
        raise ModelProblem(f"{SHARED} is not a postgresql:// URL. Correct it, or unset it to use a file.")
    try:
        psycopg = import_module("psycopg")
    except ImportError:
        raise ModelProblem(
            f'{SHARED} is set and psycopg is not installed. Run: pip install "protokit-studio[postgres]"'
        ) from None
    try:
        yield
    except psycopg.Error as error:
        raise ModelProblem(
            f"the database of {SHARED} cannot be used ({type(error).__name__}). Check the URL and the server."
        ) from None
