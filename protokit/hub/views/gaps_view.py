"""What visitors did not get or got wrong, by stage and by theme."""

from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.analytics.backlog import BacklogItem, backlog
from protokit.analytics.gap_groups import gaps_by_stage, gaps_by_theme
from protokit.analytics.usage_tables import database_of, is_simulated
from protokit.errors import ProtokitError
from protokit.hub.content.usage_analytics import readable
from protokit.hub.views.prototype_context import bench_page, opened
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase

_MOST_ITEMS = 12
"""Questions of a group that are shown."""


def routes(home: str) -> list[BaseRoute]:
    """The page."""
    return [Route(f"{home}/decision/gaps", show)]


def show(request: Request) -> Response:
    """Both groupings; grouping by theme takes a second, and is kept until the next question."""
    bench = opened(request)
    database, unread = readable(lambda: database_of(bench.folder), None)
    items, wrong = tuple[BacklogItem, ...](), ""
    if database is not None:
        try:
            items = _items(bench.folder, database)
        except ProtokitError as problem:
            wrong = str(problem)
    return bench_page(
        request,
        bench,
        "prototype_gaps.html",
        unread=unread,
        wrong=wrong,
        stages=gaps_by_stage(items),
        themes=gaps_by_theme(items),
        most=_MOST_ITEMS,
        simulated=database is not None and is_simulated(database),
    )


@lru_cache(maxsize=4)
def _items(folder: Path, database: ReadOnlyDatabase) -> tuple[BacklogItem, ...]:
    """The backlog; `database` is another one after each question."""
    return tuple(backlog(folder))
