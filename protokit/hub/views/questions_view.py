"""The pages of what visitors asked: the list with its sums, and one answer from question to passages to text."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.evaluation.keep_question import keep_question
from protokit.evaluation.trace import Trace
from protokit.hub.content.costs import spend_of
from protokit.hub.content.trace_job import Diagnosis, diagnose
from protokit.hub.content.usage_analytics import UsageAnalytics, events_file, kind_of, readable
from protokit.hub.context import hub_of
from protokit.hub.views.prototype_context import PrototypeContext, back, bench_page, opened
from protokit.hub.views.templating import Done
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.usage.event_table import JUDGEMENTS, Event
from protokit.runtime.usage.events import EventLog

A_PAGE = 30
_JUDGEMENTS = (("right", "Right"), ("wrong", "Wrong"), ("should refuse", "Should have refused"))
_DONE = {
    "marked": Done("Marked."),
    "unmarked": Done("It could not be marked just now. Try again in a minute."),
    "commented": Done("Said. All members see it here."),
    "uncommented": Done("The comment is gone."),
    "kept": Done("Added to the questions that the prototype is tested with."),
}
KIND_WORDS = {
    "all": "All",
    "unanswered": "No answer",
    "liked": "Helpful",
    "disliked": "Not helpful",
    "wrong": "Wrong",
    "unjudged": "Not judged",
}


def routes(home: str) -> list[BaseRoute]:
    """The list and the single answers."""
    return [
        Route(f"{home}/questions", show),
        Route(f"{home}/questions/{{number:int}}", show_answer),
        Route(f"{home}/questions/{{number:int}}", find_out, methods=["POST"]),
        Route(f"{home}/questions/{{number:int}}/mark", mark, methods=["POST"]),
        Route(f"{home}/questions/{{number:int}}/keep", keep, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The sums, the last two weeks, the gaps, and the questions themselves."""
    bench = opened(request)
    insights = UsageAnalytics(bench.folder)
    kind, before = kind_of(request.query_params.get("show", "all")), request.query_params.get("before", "")
    older_than = int(before) if before.isdecimal() and before.isascii() and len(before) < 18 else None
    questions = insights.questions(kind, before=older_than, limit=A_PAGE + 1)
    totals, days = insights.totals(), insights.days()
    return bench_page(
        request,
        bench,
        "prototype_questions.html",
        unread=insights.problem,
        totals=totals,
        spend=spend_of(bench.folder, bench.spec, totals),
        days=days,
        busiest=max(1, *(day.questions for day in days)),
        gaps=insights.gaps(6),
        asked=questions[:A_PAGE],
        commented=hub_of(request).store.last_comments(bench.slug, [each.id for each in questions]),
        older=questions[A_PAGE - 1].id if len(questions) > A_PAGE else None,
        show=kind,
        KINDS=tuple(KIND_WORDS.items()),
    )


def show_answer(request: Request) -> Response:
    """How one answer came about."""
    return _page(request, opened(request))


async def find_out(request: Request) -> Response:
    """The same, with the stage at which the answer was lost."""
    bench = await run_in_threadpool(opened, request)
    diagnosis, wrong = None, ""
    try:
        diagnosis = await diagnose(hub_of(request).hosting, bench.slug, request.path_params["number"])
    except ProtokitError as problem:
        wrong = str(problem)
    return await run_in_threadpool(_page, request, bench, diagnosis, wrong)


async def mark(request: Request) -> Response:
    """Store whether an answer was right, as the owner says."""
    bench, form = await run_in_threadpool(opened, request), await request.form()
    number, judgement = request.path_params["number"], str(form.get("judgement", ""))
    if judgement not in ("", *JUDGEMENTS):
        raise HTTPException(422)
    _, problem = await run_in_threadpool(
        readable, lambda: EventLog(events_file(bench.folder)).mark(number, judgement), None
    )
    return back(bench, f"/questions/{number}", "unmarked" if problem else "marked")


async def keep(request: Request) -> Response:
    """Make a question of a visitor's one that `protokit eval` asks."""
    bench, form = await run_in_threadpool(opened, request), await request.form()
    number = request.path_params["number"]
    contains, source = (str(form.get(name, "")).strip() for name in ("contains", "source"))
    try:
        await run_in_threadpool(_keep, bench, number, contains, source)
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, bench, None, "", str(problem))
    return back(bench, f"/questions/{number}", "kept")


def _keep(bench: PrototypeContext, number: int, contains: str, source: str) -> None:
    event, _ = readable(lambda: EventLog(events_file(bench.folder)).event(number), None)
    if event is None:
        raise HTTPException(404)
    refuse = event.fields["judgement"] == "should refuse"
    prototype = Prototype.open(bench.folder)
    keep_question(prototype, event.fields["question"], contains=contains, source=source, unanswerable=refuse)


def _page(
    request: Request,
    bench: PrototypeContext,
    found: Diagnosis | None = None,
    wrong: str = "",
    unkept: str = "",
) -> Response:
    number = request.path_params["number"]
    event, _ = readable(lambda: EventLog(events_file(bench.folder)).event(number), None)
    if event is None:
        raise HTTPException(404)
    fields = event.fields
    doubted = [
        {"text": fields["answer"][check["start"] : check["end"]], "why": check["why"]}
        for check in fields["checks"]
        if check["verdict"] == "unsupported"
    ]
    return bench_page(
        request,
        bench,
        "prototype_answer.html",
        answer=_answer_row(event),
        passages=[_passage(passage) for passage in Trace(event, "", "").passages],
        doubted=doubted,
        found=found,
        wrong=wrong,
        unkept=unkept,
        comments=hub_of(request).store.comments(bench.slug, number, fields["time"]),
        done=_DONE.get(request.query_params.get("done", "")),
        JUDGEMENTS=_JUDGEMENTS,
        same=UsageAnalytics(bench.folder).conversation(fields["session"]),
    )


def _answer_row(event: Event) -> dict[str, Any]:
    """The event under names that a template can say."""
    fields = event.fields
    plain = "time question answer error note packing instructions feedback comment judgement".split()
    return {
        "id": event.id,
        **{name: fields[name] for name in plain},
        "found": bool(fields["found"]),
        "model": fields["gen_ai.request.model"],
        "tokens_in": fields["gen_ai.usage.input_tokens"],
        "tokens_out": fields["gen_ai.usage.output_tokens"],
        "estimated": bool(fields["tokens_estimated"]),
        "first": fields["gen_ai.server.time_to_first_token"],
        "seconds": fields["gen_ai.client.operation.duration"],
        "search": fields["search_seconds"],
        "cost": fields["cost_usd"],
    }


def _passage(passage: dict[str, Any]) -> dict[str, Any]:
    """A passage with what earlier versions did not record left empty."""
    return {"text": "", "support": 0.0, "where": passage.get("file", ""), **passage}
