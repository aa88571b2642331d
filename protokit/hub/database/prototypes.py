"""The Hub's record of each prototype: what the gallery shows without opening a folder."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Engine, and_, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from protokit.errors import FolderProblem, NameProblem
from protokit.hub.database.schema import PROTOTYPES
from protokit.hub.hub_settings import HubSettings
from protokit.spec.prototype_spec import Spec

Sort = Literal["visited", "newest", "title", "questions", "cost"]

_ROWS = PROTOTYPES.c
SORTS: tuple[Sort, ...] = ("visited", "newest", "title", "questions", "cost")


@dataclass(frozen=True, slots=True)
class Record:
    """One prototype. Times are seconds since 1970 (UTC), cost_today is US dollars since 00:00 UTC."""

    slug: str
    title: str
    pitch: str
    blueprint: str
    screen: str
    emoji: str
    accent: str
    created: float
    archived: float | None
    trashed: float | None
    last_visit: float | None
    questions: int
    thumbs_up: int
    thumbs_down: int
    cost_today: float
    tallied: str
    """The state of the prototype's events that the counters come from; see `tallies`."""


class Records:
    """The rows of all prototypes. Every method may be called from any thread."""

    def __init__(self, settings: HubSettings, engine: Engine) -> None:
        self.settings, self._engine = settings, engine

    def prototypes(
        self,
        *,
        archived: bool = False,
        query: str = "",
        sort: str = "visited",
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Record]:
        """Those with every word of `query` in their title, pitch, blueprint or slug; `sort` is one of SORTS."""
        statement = select(PROTOTYPES).where(_matching(archived, query)).order_by(*_order(sort), _ROWS.slug)
        return self._all(statement.limit(limit).offset(offset))

    def count(self, *, archived: bool = False, query: str = "") -> int:
        """How many `prototypes` would list without a limit."""
        with self._engine.connect() as database:
            statement = select(func.count()).select_from(PROTOTYPES).where(_matching(archived, query))
            return database.scalar(statement) or 0

    def trashed(self) -> list[Record]:
        """The deleted ones that can still be taken back, last deleted first."""
        return self._all(select(PROTOTYPES).where(_ROWS.trashed.is_not(None)).order_by(_ROWS.trashed.desc()))

    def slugs(self) -> set[str]:
        """Every slug that is taken, also by an archived or deleted prototype."""
        with self._engine.connect() as database:
            return set(database.scalars(select(_ROWS.slug)))

    def record(self, slug: str) -> Record | None:
        """The prototype with this slug unless it was deleted."""
        records = self._all(select(PROTOTYPES).where(_ROWS.slug == slug, _ROWS.trashed.is_(None)))
        return records[0] if records else None

    def add(self, slug: str, spec: Spec) -> Record:
        """Record a new prototype whose folder is HOME/prototypes/`slug`. Raises NameProblem where it is taken."""
        row = {"slug": slug, "created": time.time(), **_columns(slug, spec)}
        try:
            with self._engine.begin() as database:
                database.execute(insert(PROTOTYPES).values(row))
        except IntegrityError:
            raise NameProblem(f'there is a prototype "{slug}" already', fix="Choose another name.") from None
        return self._record_of(slug)

    def update(self, slug: str, spec: Spec) -> Record:
        """Show what `spec` says from now on. Raises FolderProblem for an unknown slug."""
        self._set(slug, _columns(slug, spec))
        return self._record_of(slug)

    def archive(self, slug: str) -> None:
        """Take it out of the gallery; its links stay shut until `restore`."""
        self._set(slug, {"archived": time.time()})

    def restore(self, slug: str) -> None:
        self._set(slug, {"archived": None})

    def trash(self, slug: str) -> None:
        """Move its folder to HOME/trash; `untrash` takes everything back, links too. Stop it before."""
        shutil.rmtree(self.settings.trash / slug, ignore_errors=True)
        self._set(slug, {"trashed": time.time()})
        _move(self.settings.prototypes / slug, self.settings.trash / slug)

    def untrash(self, slug: str) -> None:
        """Undo `trash`."""
        _move(self.settings.trash / slug, self.settings.prototypes / slug)
        self._set(slug, {"trashed": None})

    def empty_trash(self, before: float) -> list[str]:
        """Delete for good what was deleted before the time `before`, with links and visits; return the slugs."""
        with self._engine.begin() as database:
            deletion = delete(PROTOTYPES).where(_ROWS.trashed < before).returning(_ROWS.slug)
            slugs = sorted(database.scalars(deletion))
        for slug in slugs:
            shutil.rmtree(self.settings.trash / slug, ignore_errors=True)
        return slugs

    def tally(self, slug: str, counters: Mapping[str, Any], state: str) -> None:
        """Store `questions`, `thumbs_up`, `thumbs_down` and `cost_today` as counted from events in `state`."""
        self._set(slug, {**counters, "cost_day": _today(), "tallied": state})

    def visited(self, slug: str, moment: float) -> None:
        """Note that a guest was there."""
        self._set(slug, {"last_visit": moment})

    def _set(self, slug: str, values: Mapping[str, Any]) -> None:
        with self._engine.begin() as database:
            changed = database.execute(update(PROTOTYPES).where(_ROWS.slug == slug).values(values))
            if not changed.rowcount:
                raise _unknown(slug)

    def _record_of(self, slug: str) -> Record:
        record = self.record(slug)
        if record is None:
            raise _unknown(slug)
        return record

    def _all(self, query: Any) -> list[Record]:
        with self._engine.connect() as database:
            return [_record(dict(row)) for row in database.execute(query).mappings()]


def _matching(archived: bool, query: str) -> ColumnElement[bool]:
    shelf = _ROWS.archived.is_not(None) if archived else _ROWS.archived.is_(None)
    words = [_ROWS.words.contains(word, autoescape=True) for word in query.casefold().split()]
    return and_(_ROWS.trashed.is_(None), shelf, *words)


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    if sort == "newest":
        return (_ROWS.created.desc(),)
    if sort == "title":
        return (_ROWS.words,)
    if sort == "questions":
        return _ROWS.questions.desc(), _ROWS.words
    if sort == "cost":
        return case((_ROWS.cost_day == _today(), _ROWS.cost_today), else_=0.0).desc(), _ROWS.words
    return (func.coalesce(_ROWS.last_visit, _ROWS.created).desc(),)


def _columns(slug: str, spec: Spec) -> dict[str, str]:
    names = ("title", "pitch", "blueprint", "screen", "emoji", "accent")
    columns = {name: str(getattr(spec, name)) for name in names}
    words = " ".join([columns["title"], columns["pitch"], columns["blueprint"], slug])
    return {**columns, "words": words.casefold()}


def _record(row: dict[str, Any]) -> Record:
    row.pop("words")
    if row.pop("cost_day") != _today():
        row["cost_today"] = 0.0
    return Record(**row)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return  # removed by hand: there is nothing to keep
    if target.exists():
        raise FolderProblem("there is such a folder already", where=target.name, fix="Rename or remove it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)


def _unknown(slug: str) -> FolderProblem:
    return FolderProblem(f'there is no prototype "{slug}"', fix="It may have been deleted.")
