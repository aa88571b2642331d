"""The form that changes a prototype: its words, its instructions, its model and its budget."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.errors import ProtokitError
from protokit.files.layout import INSTRUCTIONS_FILE
from protokit.hub.content.api_keys import has_key, key_problem, server_of, store_key, store_server
from protokit.hub.content.edit_prototype import change, edition
from protokit.hub.context import hub_of
from protokit.hub.views.prototype_context import PrototypeContext, apply, back, bench_page, opened
from protokit.spec.prototype_spec import Spec

MODELS = (
    "offline",
    "openai:gpt-4.1-mini",
    "openai:gpt-4.1",
    "anthropic:claude-sonnet-4-5",
    "ollama:llama3.2",
)
_TEXTS = ("title", "pitch", "welcome", "emoji", "accent", "model")
_TICKS = ("fall_back_offline", "include_hidden")
_LIMITS = {"dollars_per_day": float, "dollars_total": float, "questions_per_minute": int}
_SAID = {
    "dollars_per_day": "Dollars a day",
    "dollars_total": "Dollars in all",
    "questions_per_minute": "Questions a minute",
}
_MOST_LINES = 100
"""Questions that are looked at, far more than a prototype takes: too many are refused, and that quickly."""


def routes(home: str) -> list[BaseRoute]:
    """The form and where it goes."""
    return [Route(f"{home}/edit", show), Route(f"{home}/edit", save, methods=["POST"])]


def show(request: Request) -> Response:
    """The form, filled with what the files say now."""
    bench = opened(request)
    form = _form(bench.folder, bench.spec) if bench.spec else None
    return _page(request, bench, form)


async def save(request: Request) -> Response:
    """Write what is in the form, all or nothing, and start the prototype again with it."""
    bench = await run_in_threadpool(opened, request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        spec = await run_in_threadpool(_save, bench, form)
    except ProtokitError as problem:
        return await run_in_threadpool(_page, request, bench, _typed(bench, form), str(problem))
    await apply(hub_of(request), bench, spec)
    return back(bench, "", slug=bench.slug)


def _page(
    request: Request, bench: PrototypeContext, form: Mapping[str, Any] | None, wrong: str = ""
) -> Response:
    spec = bench.spec
    return bench_page(
        request,
        bench,
        "prototype_edit.html",
        status_code=422 if wrong else 200,
        form=form,
        wrong=wrong,
        takes=spec.takes if spec else "question",
        edition=edition(bench.folder) if spec else "",
        has_key=spec is not None and has_key(bench.folder, spec.model),
        MODELS=MODELS,
    )


def _save(bench: PrototypeContext, form: Mapping[str, str]) -> Spec:
    if form.get("edition") != edition(bench.folder):
        raise ProtokitError(
            "somebody changed this prototype since you opened this page",
            fix="Your words are still below. Save again to put them over theirs, or reload to see theirs.",
        )
    fields = _fields(form, bench.require_spec())
    key, server = form.get("key", "").strip(), form.get("server", "").strip()
    if problem := key_problem(fields["model"], key, server):
        raise ProtokitError(problem)
    spec = change(bench.folder, fields, form.get("instructions", ""))
    if key:
        store_key(bench.folder, spec.model, key)
    if server != server_of(bench.folder):
        store_server(bench.folder, server)
    return spec


def _form(folder: Path, spec: Spec) -> dict[str, Any]:
    """The files' words as the form shows them."""
    path = folder / INSTRUCTIONS_FILE
    limits = {name: getattr(spec.limits, name) for name in _LIMITS}
    return {
        **{name: getattr(spec, name) for name in _TEXTS},
        "starter_questions": "\n".join(spec.starter_questions),
        "instructions": path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "",
        "fall_back_offline": spec.fall_back_offline,
        "include_hidden": spec.include_hidden,
        "server": server_of(folder),
        **{name: "" if value is None else f"{value:g}" for name, value in limits.items()},
    }


def _typed(bench: PrototypeContext, form: Mapping[str, str]) -> dict[str, Any] | None:
    """What was typed, to be shown again."""
    if bench.spec is None:
        return None
    ticked = {name: name in form for name in _TICKS}
    return {**_form(bench.folder, bench.spec), **form, **ticked}


def _fields(form: Mapping[str, str], spec: Spec) -> dict[str, Any]:
    """The form as fields of prototype.yaml. Raises ProtokitError for what is no number."""
    fields: dict[str, Any] = {name: form.get(name, "").strip() for name in _TEXTS}
    fields["welcome"] = "\n".join(fields["welcome"].splitlines())
    fields |= {name: name in form for name in _TICKS}
    if spec.takes == "question":
        lines = (line.strip() for line in form.get("starter_questions", "").splitlines())
        fields["starter_questions"] = list(islice(filter(None, lines), _MOST_LINES))
    fields["limits"] = {
        name: _number(form.get(name, ""), kind, _SAID[name]) for name, kind in _LIMITS.items()
    }
    return fields


def _number(text: str, kind: type[float] | type[int], label: str) -> float | None:
    plain = text.strip().lstrip("$").replace(",", ".")
    if not plain:
        return None
    try:
        return kind(plain)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise ProtokitError(f'{label}: "{text[:40]}" is not {what}', fix="Or leave it empty.") from None
