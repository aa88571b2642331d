"""The business case of a prototype with a slider for each assumption."""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.analytics.assumptions import Assumption, assume, assumptions
from protokit.analytics.business_case import PLANS, BusinessCase, make_case, price_models
from protokit.analytics.case_tables import case_in_words, case_tables, model_table
from protokit.analytics.usage_tables import database_of, is_simulated
from protokit.errors import ProtokitError
from protokit.hub.content.edit_prototype import change
from protokit.hub.content.usage_analytics import readable
from protokit.hub.views.prototype_context import back, bench_page, opened
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase
from protokit.spec.prototype_spec import Spec

_LONGEST = 80
"""Of a model's name."""


def routes(home: str) -> list[BaseRoute]:
    """The page, and what keeps its values."""
    return [
        Route(f"{home}/decision/case", show),
        Route(f"{home}/decision/case", keep, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The case with the values that the address holds, over those of prototype.yaml."""
    bench = opened(request)
    database, unread = readable(lambda: database_of(bench.folder), None)
    model = request.query_params.get("model", "")[:_LONGEST].strip()
    case, problem, own = None, "", dict[str, float]()
    if database is not None:
        try:
            spec = bench.require_spec()
            own = _changed(database, spec, request.query_params)
            case = make_case(database, {**spec.assumptions, **own}, model, spec.prices)
        except ProtokitError as wrong:
            problem = str(wrong)
    return bench_page(
        request,
        bench,
        "prototype_case.html",
        unread=unread,
        problem=problem,
        case=case,
        own=own,
        model=model,
        simulated=database is not None and is_simulated(database),
        plans=PLANS,
        **_tables(case),
    )


async def keep(request: Request) -> Response:
    """Write the values into prototype.yaml, or take all of the owner's out again."""
    bench = await run_in_threadpool(opened, request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    values = {name: float(form[name]) for name in assumptions() if _is_number(form.get(name, ""))}
    kept = {**bench.require_spec().assumptions, **values} if values else None
    await run_in_threadpool(change, bench.folder, {"assumptions": kept})
    return back(bench, "/decision/case")


def _tables(case: BusinessCase | None) -> dict[str, Any]:
    if case is None:
        return {"words": [], "tables": [], "models": None}
    tables = [each for each in case_tables(case) if each.title != "What it rests on"]  # the sliders tell that
    return {"words": case_in_words(case), "tables": tables, "models": model_table(price_models(case))}


def _changed(database: ReadOnlyDatabase, spec: Spec, typed: Mapping[str, str]) -> dict[str, float]:
    """The numbers in the address that are others than those the page began with, in steps of their sliders."""
    before = assume(database, spec.assumptions)
    return {
        name: _in_steps(each.assumption, float(typed[name]))
        for name, each in before.items()
        if _is_number(typed.get(name, ""))
        and abs(float(typed[name]) - each.value) > each.assumption.step / 100
    }


def _in_steps(assumption: Assumption, value: float) -> float:
    steps = round((value - assumption.low) / assumption.step)
    inside = min(max(assumption.low + steps * assumption.step, assumption.low), assumption.high)
    return round(inside, 4)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False
