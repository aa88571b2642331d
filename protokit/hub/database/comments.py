"""What members say to each other about answers, as the Hub's state knows it."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select

from protokit.errors import ProtokitError
from protokit.hub.database.schema import COMMENTS

MOST_LETTERS = 2000
MOST_EACH = 500
"""Comments on one answer."""
_ROWS = COMMENTS.c


@dataclass(frozen=True, slots=True)
class Comment:
    """What one member said about one answer. Times are seconds since 1970 (UTC)."""

    id: int
    slug: str
    answer: int
    """The id of the answer's event."""
    answered: float
    """Its time, which tells it from one of the same id after a damaged file was put away."""
    member: str | None
    """The member's id while they are one."""
    name: str
    """Their name, as it was then."""
    text: str
    time: float


class Comments:
    """The rows of comments. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def comments(self, slug: str, answer: int, answered: float) -> list[Comment]:
        """Those on one answer, the first one first."""
        statement = select(COMMENTS).where(_on(slug, answer, answered)).order_by(_ROWS.id)
        with self._engine.connect() as database:
            return [Comment(**row._mapping) for row in database.execute(statement)]

    def last_comments(
        self, slug: str, answers: Collection[int]
    ) -> dict[tuple[int, float], tuple[int, Comment]]:
        """How many there are on each of these answers, and the last one, by id and time; none for those without."""
        statement = select(COMMENTS).where(_ROWS.slug == slug, _ROWS.answer.in_(answers)).order_by(_ROWS.id)
        counted: dict[tuple[int, float], tuple[int, Comment]] = {}
        with self._engine.connect() as database:
            for row in database.execute(statement):
                comment = Comment(**row._mapping)
                place = (comment.answer, comment.answered)
                counted[place] = (counted.get(place, (0, comment))[0] + 1, comment)
        return counted

    def add_comment(self, slug: str, answer: int, answered: float, member: str, name: str, text: str) -> None:
        """Raises ProtokitError for none, one that is too long, or one too many."""
        plain = "".join(letter for letter in text if letter.isprintable() or letter == "\n").strip()
        if not plain or len(plain) > MOST_LETTERS:
            raise ProtokitError(f"a comment has 1 to {MOST_LETTERS} signs")
        row = {"slug": slug, "answer": answer, "answered": answered, "member": member, "name": name}
        with self._engine.begin() as database:
            count = select(func.count()).select_from(COMMENTS).where(_on(slug, answer, answered))
            if (database.scalar(count) or 0) >= MOST_EACH:
                raise ProtokitError("there are as many comments on this answer as fit")
            database.execute(insert(COMMENTS).values(**row, text=plain, time=time.time()))

    def remove_comment(self, id: int, slug: str, answer: int, member: str = "") -> bool:
        """Delete a comment on this answer, one of `member`'s, or anybody's with ""; whether there was one."""
        statement = delete(COMMENTS).where(_ROWS.id == id, _ROWS.slug == slug, _ROWS.answer == answer)
        if member:
            statement = statement.where(_ROWS.member == member)
        with self._engine.begin() as database:
            return database.execute(statement).rowcount == 1

    def forget_comments(self, before: float) -> int:
        """Delete those on answers that were given before; return how many."""
        with self._engine.begin() as database:
            return database.execute(delete(COMMENTS).where(_ROWS.answered < before)).rowcount


def _on(slug: str, answer: int, answered: float) -> ColumnElement[bool]:
    return (_ROWS.slug == slug) & (_ROWS.answer == answer) & (_ROWS.answered == answered)
