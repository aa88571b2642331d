"""The gallery: every prototype as a card, and what can be done with one as a whole."""

from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protokit.catalog import lookup
from protokit.hub.context import Hub, hub_of
from protokit.hub.database.prototypes import SORTS, Record
from protokit.hub.maintenance import TRASH_DAYS
from protokit.hub.prototype_folders import duplicate
from protokit.hub.views.create_view import EXAMPLES
from protokit.hub.views.templating import page

PAGE = 60
"""Cards on one page."""
Shelf = Literal["", "archive", "trash"]
_SHELVES: dict[str, Shelf] = {"archive": "archive", "trash": "trash"}
_SORT_WORDS = {
    "visited": "Last visited",
    "newest": "Newest",
    "title": "Title",
    "questions": "Most questions",
    "cost": "Cost today",
}


@dataclass(frozen=True, slots=True)
class PrototypeCard:
    """A prototype as the gallery shows it."""

    record: Record
    state: str
    blueprint: str
    """Its title, "Chatbot"."""
    takes: str
    """What a visitor hands to it, "question"."""


@dataclass(frozen=True, slots=True)
class View:
    """What the person looks at: the shelf, the words searched for, the order and the page."""

    shelf: Shelf = ""
    query: str = ""
    sort: str = "visited"
    page: int = 1

    @classmethod
    def of(cls, request: Request) -> "View":
        """The view of an address; anything it cannot mean is left out."""
        params = request.query_params
        shelf, sort, number = params.get("shelf", ""), params.get("sort", ""), params.get("page", "")
        return cls(
            shelf=_SHELVES.get(shelf, ""),
            query=" ".join(params.get("q", "").split())[:100],
            sort=sort if sort in SORTS else "visited",
            page=min(max(int(number), 1), 10_000) if number.isdecimal() and len(number) < 6 else 1,
        )

    def address(self, page: int) -> str:
        """The address of the same view at another page."""
        params = {"shelf": self.shelf, "q": self.query, "sort": self.sort, "page": page}
        usual = {"shelf": "", "q": "", "sort": "visited", "page": 1}
        return "/?" + urlencode({name: value for name, value in params.items() if value != usual[name]})


def routes() -> list[Route]:
    """The gallery and the actions on a prototype as a whole."""
    return [
        Route("/", gallery),
        *(
            Route(f"/prototypes/{{slug}}/{name}", action, methods=["POST"])
            for name, action in (
                ("archive", archive),
                ("unarchive", unarchive),
                ("duplicate", copy),
                ("delete", delete),
                ("undelete", undelete),
            )
        ),
    ]


def gallery(request: Request) -> Response:
    """The page with the cards of one shelf."""
    hub, view = hub_of(request), View.of(request)
    if view.shelf == "trash":
        return page(request, "trash.html", view=view, records=hub.store.trashed(), days=TRASH_DAYS)
    archived = view.shelf == "archive"
    total = hub.store.count(archived=archived, query=view.query)
    records = hub.store.prototypes(
        archived=archived, query=view.query, sort=view.sort, limit=PAGE, offset=(view.page - 1) * PAGE
    )
    return page(
        request,
        "gallery.html",
        view=view,
        cards=[_card(hub, record) for record in records],
        total=total,
        exposures=hub.settings.exposures(),
        pages=-(-total // PAGE),
        address=hub.address,
        examples=EXAMPLES,
        sorts=list(_SORT_WORDS.items()),
    )


async def archive(request: Request) -> Response:
    """Take it out of the gallery; nobody can visit it until it is back."""
    hub, record = await _record_of(request)
    await run_in_threadpool(hub.store.archive, record.slug)  # first: until then a visit wakes it again
    await hub.hosting.put_to_sleep(record.slug)
    return _back("archived", record.slug)


async def unarchive(request: Request) -> Response:
    hub, record = await _record_of(request)
    await run_in_threadpool(hub.store.restore, record.slug)
    return _back("unarchived", record.slug)


async def copy(request: Request) -> Response:
    """A copy of the folder without its index and its visitors' questions."""
    hub, record = await _record_of(request)
    twin = await run_in_threadpool(duplicate, hub, record)
    hub.hosting.add(twin.slug, hub.folder(twin.slug))
    return _back("duplicated", twin.slug)


async def delete(request: Request) -> Response:
    """To the trash, from where `undelete` brings everything back."""
    hub, record = await _record_of(request)
    await hub.hosting.remove(record.slug)
    await run_in_threadpool(hub.store.trash, record.slug)
    return _back("deleted", record.slug)


async def undelete(request: Request) -> Response:
    hub, slug = hub_of(request), request.path_params["slug"]
    await run_in_threadpool(hub.store.untrash, slug)
    hub.hosting.add(slug, hub.folder(slug))
    return _back("undeleted", slug)


async def _record_of(request: Request) -> tuple[Hub, Record]:
    hub = hub_of(request)
    record = await run_in_threadpool(hub.store.record, request.path_params["slug"])
    if record is None:
        raise HTTPException(404)
    return hub, record


def _back(done: str, slug: str) -> Response:
    return RedirectResponse("/?" + urlencode({"done": done, "slug": slug}), 303)


def _card(hub: Hub, record: Record) -> PrototypeCard:
    name = record.blueprint.partition("@")[0]
    blueprint = _blueprints().get(name)
    try:
        state: str = hub.hosting.status(record.slug).state
    except KeyError:
        state = "asleep"
    title, takes = (blueprint.title, blueprint.takes) if blueprint else (name, "question")
    return PrototypeCard(record, state, title, takes)


_blueprints = cache(lookup.blueprints)
