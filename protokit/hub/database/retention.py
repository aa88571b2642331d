"""How long the Hub keeps what visitors wrote, and its log of what happened: what the owner decided."""

from dataclasses import dataclass

from sqlalchemy import Engine, delete, select

from protokit.errors import ChoiceProblem
from protokit.hub.database.schema import OWNER
from protokit.hub.database.sessions import set_fact

ACTIVITY_DAYS = 365
MOST_DAYS = 3650
_QUESTIONS, _ACTIVITY = "questions days", "activity days"


@dataclass(frozen=True, slots=True)
class Retention:
    """Whole days, each at least 1."""

    questions_days: int | None = None
    """None keeps what visitors wrote for good."""
    activity_days: int = ACTIVITY_DAYS

    def __post_init__(self) -> None:
        for days in (self.questions_days, self.activity_days):
            if days is not None and not 1 <= days <= MOST_DAYS:
                raise ChoiceProblem(f"{days} days cannot be kept", fix=f"Choose 1 to {MOST_DAYS} days.")


class RetentionRules:
    """The rows that say so. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def retention(self) -> Retention:
        """What is valid now."""
        names = (_QUESTIONS, _ACTIVITY)
        with self._engine.connect() as database:
            rows = database.execute(select(OWNER.c.name, OWNER.c.value).where(OWNER.c.name.in_(names)))
            days = {name: int(value) for name, value in rows}
        return Retention(days.get(_QUESTIONS), days.get(_ACTIVITY, ACTIVITY_DAYS))

    def set_retention(self, retention: Retention) -> None:
        """Decide; upkeep deletes what is older within the hour."""
        with self._engine.begin() as database:
            set_fact(database, _ACTIVITY, str(retention.activity_days))
            if retention.questions_days is None:
                database.execute(delete(OWNER).where(OWNER.c.name == _QUESTIONS))
            else:
                set_fact(database, _QUESTIONS, str(retention.questions_days))
