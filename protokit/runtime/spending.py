"""Holds a prototype to the limits in its `prototype.yaml`: room is reserved before a call and settled after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from protokit.runtime.errors import ModelProblem
from protokit.runtime.settings import Settings

Settle = Callable[[float | None, int], None]
"""Call it with the dollars (None: unknown) and tokens that were really used."""


@contextmanager
def reserved(settings: Settings, dollars: float | None, tokens: int, session: str) -> Iterator[Settle]:
    """Hold room for a call that costs at most `dollars` and `tokens`. Raises ModelProblem when a limit is reached."""
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
    budget = Budget(str(settings.folder / ".protokit" / "budget.db"), limits)
    try:
        held = budget.reserve(dollars, tokens, session=session, visitor=session)
    except Refused as refused:
        said = str(refused)
        raise ModelProblem(
            f"limits: {said}", friendly=said, note=f"{said} Meanwhile the offline engine answers."
        ) from None
    yield lambda dollars, tokens: budget.settle(held, dollars, tokens)
