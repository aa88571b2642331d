"""Two prototypes behind one link: each visitor is sent to one of them by lot."""

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import insert, or_, select

from protokit.errors import FolderProblem, ProtokitError
from protokit.hub.database.schema import COMPARISONS, LINKS
from protokit.hub.database.share_links import Link, Links

_ROWS = COMPARISONS.c


@dataclass(frozen=True, slots=True)
class LinkComparison:
    """Two links whose visitors are compared, each a link of a prototype of its own."""

    id: str
    name: str
    measure: str
    """What they are compared by, one of `ab_test.AB_MEASURES`."""
    first: str
    second: str
    """Ids of the links."""
    created: float
    """Seconds since 1970 (UTC)."""


class Comparisons(Links):
    """The rows of comparisons, beside those of links. Every method may be called from any thread."""

    def comparisons(self, slug: str) -> list[LinkComparison]:
        """Those that a prototype is part of, newest first."""
        own = select(LINKS.c.id).where(LINKS.c.slug == slug)
        rows = select(COMPARISONS).where(or_(_ROWS.first.in_(own), _ROWS.second.in_(own)))
        with self._engine.connect() as database:
            return [
                LinkComparison(**row._mapping)
                for row in database.execute(rows.order_by(_ROWS.created.desc()))
            ]

    def comparison(self, id: str) -> LinkComparison | None:
        """The one with this id."""
        with self._engine.connect() as database:
            row = database.execute(select(COMPARISONS).where(_ROWS.id == id)).first()
        return LinkComparison(**row._mapping) if row else None

    def any_link(self, id: str) -> Link | None:
        """A link by its id, whatever became of its prototype."""
        with self._engine.connect() as database:
            row = database.execute(select(LINKS).where(LINKS.c.id == id)).first()
        return Link(**row._mapping) if row else None

    def make_comparison(self, name: str, slugs: tuple[str, str], measure: str) -> LinkComparison:
        """A new one between two prototypes, with a link to each. Raises FolderProblem, ProtokitError."""
        if slugs[0] == slugs[1]:
            raise ProtokitError("a prototype cannot be compared with itself", fix="Choose another one.")
        first = self.make_link(slugs[0], name)
        try:
            second = self.make_link(slugs[1], name)
        except FolderProblem:
            self.revoke(first.id)
            raise
        made = LinkComparison(secrets.token_hex(12), first.name, measure, first.id, second.id, time.time())
        with self._engine.begin() as database:
            database.execute(
                insert(COMPARISONS).values({column.name: getattr(made, column.name) for column in _ROWS})
            )
        return made

    def end_comparison(self, comparison: LinkComparison) -> None:
        """Shut both of its links; what was counted stays."""
        for link in (comparison.first, comparison.second):
            self.revoke(link)
