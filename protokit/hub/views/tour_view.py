"""The page on which the owner puts the guided path together; it works without JavaScript."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.hub.content.guided_tour import MOST_STEPS, checked_story, read_story, write_story
from protokit.hub.views.prototype_context import PrototypeContext, back, bench_page, opened

Steps = list[tuple[str, str]]


def routes(home: str) -> list[BaseRoute]:
    """The page and where it goes."""
    return [Route(f"{home}/story", show), Route(f"{home}/story", act, methods=["POST"])]


def show(request: Request) -> Response:
    """The path as it is kept."""
    bench = opened(request)
    try:
        story = read_story(bench.folder)
    except ProtokitError as problem:
        return _page(request, bench, "", [], broken=str(problem))
    return _page(request, bench, story.opening, [(step.question, step.say) for step in story.steps])


async def act(request: Request) -> Response:
    """Save, or move, remove or add a step: whatever the button says, the words in the form come along."""
    bench = await run_in_threadpool(opened, request)
    form = await request.form()
    opening = str(form.get("opening", ""))
    questions, texts = [[str(each) for each in form.getlist(name)] for name in ("question", "say")]
    steps: Steps = list(zip(questions, texts, strict=False))
    do, _, number = str(form.get("do", "save")).partition("-")
    at = int(number) - 1 if number.isdecimal() and number.isascii() else 0
    offers = [str(each) for each in form.getlist("offer")]
    if do == "save":
        return await run_in_threadpool(_save, request, bench, opening, steps)
    changed, focus = changed_steps(steps, do, at, offers)
    return await run_in_threadpool(_page, request, bench, opening, changed, "", unsaved=True, focus=focus)


def changed_steps(steps: Steps, do: str, at: int, offers: Sequence[str]) -> tuple[Steps, int]:
    """The steps after `do` ("up", "down", "remove", "add", "offer") at index `at`, and the index to look at."""
    steps = list(steps)
    if do == "offer" and at < len(offers) and len(steps) < MOST_STEPS:
        return [*steps, (offers[at], "")], len(steps)
    if do == "add" and len(steps) < MOST_STEPS:
        return [*steps, ("", "")], len(steps)
    if do == "remove" and at < len(steps):
        del steps[at]
        return steps, max(at - 1, 0)
    target = {"up": at - 1, "down": at + 1}.get(do, at)
    if 0 <= target < len(steps) and at < len(steps):
        steps.insert(target, steps.pop(at))
        return steps, target
    return steps, at


def _save(request: Request, bench: PrototypeContext, opening: str, steps: Steps) -> Response:
    try:
        write_story(bench.folder, checked_story(opening, steps))
    except ProtokitError as problem:
        return _page(request, bench, opening, steps, str(problem))
    return back(bench, "/story", slug=bench.slug)


def _page(
    request: Request,
    bench: PrototypeContext,
    opening: str,
    steps: Steps,
    wrong: str = "",
    *,
    broken: str = "",
    unsaved: bool = False,
    focus: int | None = None,
) -> Response:
    questions = {question.strip() for question, _ in steps}
    starters = bench.spec.starter_questions if bench.spec else ()
    return bench_page(
        request,
        bench,
        "prototype_story.html",
        status_code=422 if wrong else 200,
        opening=opening,
        steps=steps,
        offers=[question for question in starters if question.strip() not in questions],
        takes=bench.spec.takes if bench.spec else "question",
        unsaved=unsaved,
        focus=focus,
        wrong=wrong,
        broken=broken,
    )
