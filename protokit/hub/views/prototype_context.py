"""What all pages of one prototype start from: the prototype itself, opened, and the tabs between its pages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protokit.errors import ProtokitError
from protokit.files.layout import OURS, SPEC_FILE
from protokit.hub.context import Hub, hub_of
from protokit.hub.hosting.supervisor import HostingStatus
from protokit.hub.views.templating import Done, page
from protokit.runtime.ui.formatting import duration
from protokit.runtime.usage.sqlite_files import damaged_stores
from protokit.spec.prototype_spec import Spec, read_spec

TABS = (
    ("preview", "Preview", ""),
    ("edit", "Edit", "/edit"),
    ("versions", "Versions", "/versions"),
    ("documents", "Documents", "/documents"),
    ("story", "Story", "/story"),
    ("share", "Share", "/links"),
    ("questions", "Questions", "/questions"),
    ("feedback", "Feedback", "/feedback"),
    ("decision", "Decision", "/decision"),
    ("health", "Health", "/health"),
)


@dataclass(frozen=True, slots=True)
class PrototypeContext:
    """One prototype as its owner's pages show it."""

    slug: str
    title: str
    pitch: str
    emoji: str
    screen: str
    archived: bool
    folder: Path
    status: HostingStatus
    address: str
    """Of the visitor's frame."""
    app: str
    """Of the bare page."""
    apart: bool
    """Whether the page can be shown inside the owner's, which its scripts then cannot read."""
    spec: Spec | None
    problem: str
    """Why there is no Spec: somebody broke the file by hand."""

    @property
    def home(self) -> str:
        """The address of its own page."""
        return f"/prototypes/{self.slug}"

    @property
    def damaged(self) -> list[str]:
        """Names of the stores that were damaged and set aside by now, which the owner has not put away."""
        return [path.name for path in damaged_stores(self.folder / OURS)]

    @property
    def unaccounted(self) -> bool:
        """Whether the account of what was spent is among what was damaged."""
        return any(name.startswith("budget.") for name in self.damaged)

    def require_spec(self) -> Spec:
        """Its Spec. Raises ProtokitError where the file cannot be read."""
        if self.spec is None:
            raise ProtokitError(self.problem)
        return self.spec


def opened(request: Request) -> PrototypeContext:
    """The prototype that the address names. Raises HTTPException 404."""
    hub, slug = hub_of(request), request.path_params["slug"]
    record = hub.store.record(slug)
    if record is None:
        raise HTTPException(404)
    folder = hub.folder(slug)
    spec, problem = _spec(folder)
    return PrototypeContext(
        slug=slug,
        title=spec.title if spec else record.title,
        pitch=spec.pitch if spec else record.pitch,
        emoji=spec.emoji if spec else record.emoji,
        screen=record.screen,
        archived=record.archived is not None,
        folder=folder,
        status=status_of(hub, slug),
        address=hub.address(slug),
        app=hub.address(slug, "app/"),
        apart=hub.settings.apart,
        spec=spec,
        problem=problem,
    )


def status_of(hub: Hub, slug: str) -> HostingStatus:
    """How the prototype is; asleep where it is not hosted yet."""
    try:
        return hub.hosting.status(slug)
    except KeyError:
        return HostingStatus("asleep", 0.0, 0, 0, "")


def bench_page(
    request: Request,
    bench: PrototypeContext,
    template: str,
    *,
    done: Done | None = None,
    status_code: int = 200,
    **shown: Any,
) -> Response:
    """A page of `bench`: what `template` shows, below its head and tabs."""
    notice = {"done": done} if done else {}
    shown.setdefault("unread", "")
    return page(
        request,
        template,
        status_code,
        shown=bench,
        home=bench.home,
        TABS=TABS,
        percent=percent,
        duration=duration,
        **notice,
        **shown,
    )


def back(bench: PrototypeContext, path: str, done: str = "saved", **said: str) -> Response:
    """Send the browser on to a page of `bench`, which tells what was done."""
    where, hash_, at = path.partition("#")
    return RedirectResponse(f"{bench.home}{where}?{urlencode({'done': done, **said})}{hash_}{at}", 303)


async def apply(hub: Hub, bench: PrototypeContext, spec: Spec | None = None) -> None:
    """Let a prototype that is up start again with its folder as it is now; the gallery shows `spec`."""
    if spec is not None:
        await run_in_threadpool(hub.store.update, bench.slug, spec)
    if status_of(hub, bench.slug).state in ("starting", "awake", "broken"):
        await hub.hosting.restart(bench.slug)


def percent(share: float) -> str:
    """ "84%"; next to nothing and nearly all are told apart from nothing and all."""
    if 0 < share < 0.01:
        return "< 1%"
    return f"{min(share, 0.99) if share < 1 else 1:.0%}"


def _spec(folder: Path) -> tuple[Spec | None, str]:
    try:
        return read_spec(folder / SPEC_FILE), ""
    except ProtokitError as problem:
        return None, str(problem)
