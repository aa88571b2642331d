"""The page of the kinds of prototypes that can be made: what each is good for, and an example to be made or opened."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.hub.context import hub_of
from protokit.hub.views.templating import page


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A kind as the page shows it."""

    kind: Blueprint
    slug: str
    """The newest prototype of that kind in the gallery, "" for none."""


def routes() -> list[Route]:
    """The page."""
    return [Route("/templates", show)]


def show(request: Request) -> Response:
    """Every kind; what is in the Hub already is there to be opened."""
    hub = hub_of(request)
    newest: dict[str, str] = {}
    for record in hub.store.prototypes(sort="newest"):
        newest.setdefault(record.blueprint.partition("@")[0], record.slug)
    cards = [TemplateCard(kind, newest.get(name, "")) for name, kind in lookup.blueprints().items()]
    return page(request, "templates.html", cards=cards, address=hub.address)
