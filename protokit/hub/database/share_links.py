"""Share links and who came through them, as the Hub's state knows them."""

import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    Float,
    Row,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from protokit.errors import FolderProblem, ProtokitError
from protokit.hub.database.schema import LINKS, PROTOTYPES, VISITS

_LINK, _VISIT, _PROTOTYPE = LINKS.c, VISITS.c, PROTOTYPES.c
_TOUCH_SECONDS = 60.0
"""A visitor's last moment is written at most once in this time: a page makes dozens of requests."""


@dataclass(frozen=True, slots=True)
class Link:
    """One audience's way in. Times are seconds since 1970 (UTC)."""

    id: str
    slug: str
    name: str
    passcode: str
    """An argon2 hash, empty where none is asked for."""
    created: float
    expires: float | None
    max_visitors: int | None
    visitors: int
    revoked: float | None
    uploads: bool = False
    """Whether its guests may upload files."""

    @property
    def state(self) -> Literal["open", "full", "expired", "revoked"]:
        """Whether someone new gets in; who is in already stays in a full one."""
        if self.revoked is not None:
            return "revoked"
        if self.expires is not None and self.expires <= time.time():
            return "expired"
        if self.max_visitors is not None and self.visitors >= self.max_visitors:
            return "full"
        return "open"


@dataclass(frozen=True, slots=True)
class Visit:
    """One guest of one link, from the first page to the last one seen so far."""

    id: str
    link: str
    slug: str
    began: float
    seen: float
    uploads: bool = False
    """Whether the guest may upload files."""


class Links:
    """The rows of links and visits. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def links(self, slug: str) -> list[Link]:
        """All links of a prototype, newest first, revoked ones too."""
        with self._engine.connect() as database:
            rows = database.execute(
                select(LINKS).where(_LINK.slug == slug).order_by(_LINK.created.desc(), _LINK.id)
            )
            return [Link(**row._mapping) for row in rows]

    def link(self, link: str) -> Link | None:
        """The link with this id whose prototype is in the gallery: neither archived nor deleted."""
        with self._engine.connect() as database:
            row = database.execute(select(LINKS).where(_LINK.id == link, _in_gallery(_LINK.slug))).first()
        return Link(**row._mapping) if row else None

    def make_link(
        self,
        slug: str,
        name: str,
        *,
        passcode: str = "",
        expires: float | None = None,
        max_visitors: int | None = None,
        uploads: bool = False,
    ) -> Link:
        """A new link; `passcode` is a hash by `passcodes.hashed`. Raises FolderProblem, ProtokitError."""
        if not name.strip() or len(name) > 80:
            raise ProtokitError("a link needs a name of at most 80 signs", fix='For example "Board, June".')
        if max_visitors is not None and max_visitors < 1:
            raise ProtokitError("a link must let in at least one visitor", fix="Leave it empty for no limit.")
        if expires is not None and expires <= time.time():
            raise ProtokitError("the link would have expired already", fix="Choose a later day.")
        link = Link(
            secrets.token_hex(12),
            slug,
            name.strip(),
            passcode,
            time.time(),
            expires,
            max_visitors,
            0,
            None,
            uploads,
        )
        values = {column.name: getattr(link, column.name) for column in LINKS.columns}
        with self._engine.begin() as database:
            if not database.scalar(select(_PROTOTYPE.slug).where(_PROTOTYPE.slug == slug)):
                raise FolderProblem(f'there is no prototype "{slug}"', fix="It may have been deleted.")
            database.execute(insert(LINKS).values(values))
        return link

    def revoke(self, link: str) -> None:
        """Shut a link, for those who are in as well."""
        with self._engine.begin() as database:
            shut = update(LINKS).where(_LINK.id == link, _LINK.revoked.is_(None))
            database.execute(shut.values(revoked=time.time()))

    def let_upload(self, link: str, uploads: bool) -> None:
        """Let the guests of a link upload files from now on, or no longer."""
        with self._engine.begin() as database:
            database.execute(update(LINKS).where(_LINK.id == link).values(uploads=uploads))

    def admit(self, link: str) -> Visit | None:
        """A new visit, or None where the link is shut or full. Two at once never take the same last place."""
        now = time.time()
        place = (
            update(LINKS)
            .where(_LINK.id == link, _open(now), _in_gallery(_LINK.slug))
            .where(or_(_LINK.max_visitors.is_(None), _LINK.visitors < _LINK.max_visitors))
            .values(visitors=_LINK.visitors + 1)
            .returning(_LINK.slug)
        )
        with self._engine.begin() as database:
            slug = database.scalar(place)
            if slug is None:
                return None
            visit = Visit(secrets.token_hex(12), link, slug, now, now)
            database.execute(
                insert(VISITS).values(
                    id=visit.id, link=visit.link, slug=visit.slug, began=visit.began, seen=visit.seen
                )
            )
            _note_visit(database, slug, now)
        return visit

    def visit(self, visit: str) -> Visit | None:
        """The visit with this id while its link is open to it (also where the link is full by now)."""
        with self._engine.connect() as database:
            row = database.execute(_ALLOWED, {"visit": visit, "now": time.time()}).first()
        return _visit(row) if row else None

    def touch_visit(self, visit: Visit) -> None:
        """Note that the guest is there now."""
        now = time.time()
        if now - visit.seen < _TOUCH_SECONDS:
            return
        with self._engine.begin() as database:
            database.execute(update(VISITS).where(_VISIT.id == visit.id).values(seen=now))
            _note_visit(database, visit.slug, now)

    def visits(self, slug: str, link: str | None = None, limit: int = 1000) -> list[Visit]:
        """The visits of a prototype, or of one of its links, the latest seen first."""
        statement = select(VISITS).where(_VISIT.slug == slug)
        if link is not None:
            statement = statement.where(_VISIT.link == link)
        with self._engine.connect() as database:
            return [
                _visit(row) for row in database.execute(statement.order_by(_VISIT.seen.desc()).limit(limit))
            ]

    def last_seen(self, slug: str) -> dict[str, float]:
        """When the latest guest of each link was there; links nobody used are left out."""
        statement = (
            select(_VISIT.link, func.max(_VISIT.seen)).where(_VISIT.slug == slug).group_by(_VISIT.link)
        )
        with self._engine.connect() as database:
            return {row[0]: row[1] for row in database.execute(statement)}


def _open(now: float | BindParameter[float]) -> ColumnElement[bool]:
    return _LINK.revoked.is_(None) & or_(_LINK.expires.is_(None), _LINK.expires > now)


def _in_gallery(slug: ColumnElement[str]) -> ColumnElement[bool]:
    return (
        select(_PROTOTYPE.slug)
        .where(_PROTOTYPE.slug == slug, _PROTOTYPE.archived.is_(None), _PROTOTYPE.trashed.is_(None))
        .exists()
    )


# Asked on every request of every guest: putting the statement together would take three times as long as the answer.
_ALLOWED = (
    select(VISITS, _LINK.uploads)
    .join(LINKS, _LINK.id == _VISIT.link)
    .where(_VISIT.id == bindparam("visit"), _open(bindparam("now", type_=Float)), _in_gallery(_VISIT.slug))
)


def _note_visit(database: Any, slug: str, now: float) -> None:
    database.execute(update(PROTOTYPES).where(_PROTOTYPE.slug == slug).values(last_visit=now))


def _visit(row: Row[Any]) -> Visit:
    return Visit(**row._mapping)
