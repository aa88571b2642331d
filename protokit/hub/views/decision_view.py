"""The page on which a prototype is decided: criteria, numbers, SQL over what visitors did, and the memo."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.analytics.memo import write_memo
from protokit.analytics.memo_advice import next_step, steps_to_try
from protokit.analytics.memo_files import MEMO_FILES
from protokit.analytics.metrics import measure
from protokit.analytics.queries import run_query, starter_queries
from protokit.analytics.success import RULE, judge_criteria, recommend
from protokit.analytics.usage_tables import TABLES, database_of, is_simulated
from protokit.errors import ProtokitError
from protokit.hub.content.usage_analytics import readable
from protokit.hub.views.prototype_context import PrototypeContext, bench_page, opened
from protokit.runtime.analysis.charts import csv_text
from protokit.runtime.analysis.read_only_database import SqlResult

_MOST_ROWS = 200
"""Rows of a result that the page shows; the file has all."""
_LONGEST = 4_000


def routes(home: str) -> list[BaseRoute]:
    """The page, and its files."""
    return [
        Route(f"{home}/decision", show),
        Route(f"{home}/decision/rows.csv", rows),
        Route(f"{home}/decision/memo.{{kind}}", memo),
    ]


def show(request: Request) -> Response:
    """Criteria, numbers, and what the query in the address gives."""
    bench = opened(request)
    query = request.query_params.get("query", "")[:_LONGEST]
    result, problem = _result(bench, query)
    database, unread = readable(lambda: database_of(bench.folder), None)
    shown: dict[str, Any] = {
        "steps": [],
        "criteria": [],
        "measures": [],
        "recommendation": "not yet",
        "wrong": "",
        "simulated": False,
    }
    if database is not None:
        shown["simulated"] = is_simulated(database)
        shown["measures"] = measure(database)
        try:
            success = bench.require_spec().success
            shown["criteria"] = judge_criteria(database, success)
            shown["recommendation"] = recommend(shown["criteria"], stated=bool(success))
            shown["steps"] = steps_to_try(shown["criteria"], (), stated=bool(success))
        except ProtokitError as broken:
            shown["wrong"] = str(broken)
    return bench_page(
        request,
        bench,
        "prototype_decision.html",
        unread=unread,
        rule=RULE,
        next_step=next_step(shown["recommendation"]),
        query=query,
        result=result,
        most=_MOST_ROWS,
        problem=problem,
        starters=list(starter_queries().values()),
        tables=TABLES,
        **shown,
    )


def rows(request: Request) -> Response:
    """The rows of the query in the address as CSV."""
    result, problem = _result(opened(request), request.query_params.get("query", "")[:_LONGEST])
    if result is None:
        return Response(problem or "There is no query.", 422, media_type="text/plain")
    return _file(csv_text(result.table), "rows.csv", "text/csv")


def memo(request: Request) -> Response:
    """The memo as a file."""
    bench, kind = opened(request), request.path_params["kind"]
    if kind not in MEMO_FILES:
        raise HTTPException(404)
    file = MEMO_FILES[kind]
    return _file(file.render(write_memo(bench.folder)), f"{bench.slug}-memo.{kind}", file.media_type)


def _result(bench: PrototypeContext, query: str) -> tuple[SqlResult | None, str]:
    """What a query gives, or why it gives nothing."""
    try:
        return (run_query(bench.folder, query) if query.strip() else None), ""
    except ProtokitError as problem:
        return None, str(problem)


def _file(text: str | bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=media_type, headers=headers)
