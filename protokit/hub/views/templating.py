"""Turns templates into pages, so that every handler says only what is on them."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from protokit.hub.security.csrf import FIELD
from protokit.hub.security.roles import may
from protokit.hub.views import template_filters
from protokit.runtime.ui.formatting import money

if TYPE_CHECKING:
    from protokit.hub.context import Hub

HERE = Path(__file__).parent
STATIC = HERE / "static"
_LITTLE_DISK = 50_000_000
"""Bytes; below that the owner is told on each page."""
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Done:
    """What just happened, told once at the bottom of the next page; `undo` is the address that takes it back."""

    words: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a long list is shown, counted from 1, and the addresses of its neighbours."""

    number: int
    pages: int
    total: int
    """Rows on all pages."""
    query: str = ""
    """What else the address of a page says."""

    @property
    def before(self) -> str:
        return f"?{self.query}page={self.number - 1}"

    @property
    def after(self) -> str:
        return f"?{self.query}page={self.number + 1}"


def paged(
    request: HTTPConnection, rows: Sequence[R], size: int, view: Mapping[str, str] | None = None
) -> tuple[Sequence[R], Paging]:
    """The rows of the page that the address asks for (`?page=2`), at most `size`; the last one where it is too far.
    `view` is what else the addresses of the pages say."""
    pages = max(1, -(-len(rows) // size))
    typed = request.query_params.get("page", "")
    number = min(max(int(typed), 1), pages) if typed.isdecimal() and len(typed) < 8 else 1
    query = urlencode(view) + "&" if view else ""
    return rows[(number - 1) * size : number * size], Paging(number, pages, len(rows), query)


_DONE = {
    "deleted": Done("Moved “{title}” to the trash.", "/prototypes/{slug}/undelete"),
    "undeleted": Done("“{title}” is back."),
    "archived": Done("Archived “{title}”.", "/prototypes/{slug}/unarchive"),
    "unarchived": Done("“{title}” is back in the gallery."),
    "duplicated": Done("Made a copy: “{title}”."),
    "saved": Done("Saved."),
}


def page(request: HTTPConnection, template: str, status_code: int = 200, **shown: Any) -> HTMLResponse:
    """The page `template` filled with `shown`; every template also has `request`, `csrf_field()`,
    `done`, the visitor `me`, and `may(route)`: whether they may use a route of `roles.LEAST`."""
    if "done" not in shown:
        shown["done"] = _notice(request) if "app" in request.scope else None
    visitor = request.state.visitor
    shown.setdefault("me", visitor)
    shown["may"] = partial(may, visitor.role)
    shown["demo"] = "app" in request.scope and _hub(request).settings.demo
    shown["disk_full"] = _disk_full(request) if "app" in request.scope else False
    text = (
        environment().get_template(template).render(request=request, csrf_field=_csrf_field(request), **shown)
    )
    return HTMLResponse(text, status_code, headers={"Cache-Control": "no-store"})


@cache
def environment() -> Environment:
    """The templates, with what they can call."""
    jinja = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.globals["static"] = static
    jinja.filters.update(
        ago=template_filters.ago,
        moment=template_filters.moment,
        dollars=money,
        count=template_filters.count,
        size=template_filters.size,
        device=template_filters.device,
    )
    return jinja


@cache
def static(name: str) -> str:
    """The address of a file in static/, which changes with its content so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def _csrf_field(request: HTTPConnection) -> Callable[[], Markup]:
    """The first field of a form, without which the gate turns it away."""
    return lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, request.state.csrf)


def _hub(request: HTTPConnection) -> "Hub":
    from protokit.hub.context import hub_of

    return hub_of(request)


def _disk_full(request: HTTPConnection) -> bool:
    """Whether so little disk is left that things are not recorded any more, or soon."""
    try:
        return shutil.disk_usage(_hub(request).settings.home).free < _LITTLE_DISK
    except OSError:
        return False


def _notice(request: HTTPConnection) -> Done | None:
    """What the address says was done before; the words are ours, only the prototype is looked up."""
    notice = _DONE.get(request.query_params.get("done", ""))
    if notice is None:
        return None
    slug = request.query_params.get("slug", "")
    if not slug:
        return notice
    store = _hub(request).store
    there = [store.record(slug)] if notice is not _DONE["deleted"] else store.trashed()
    title = next((record.title for record in there if record and record.slug == slug), "")
    return Done(notice.words.format(title=title), notice.undo.format(slug=slug)) if title else None
