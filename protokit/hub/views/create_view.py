"""The pages on which a prototype comes about: the line and the documents, the choice, the progress."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from protokit.catalog import lookup
from protokit.errors import ProtokitError
from protokit.hub.context import hub_of
from protokit.hub.jobs.job import DOCUMENTS, ID, Job, Reading
from protokit.hub.jobs.job_queue import JobQueue, copy_documents
from protokit.hub.security.audit_actions import tell
from protokit.hub.views.templating import page
from protokit.runtime.prototype_fields import SCREENS
from protokit.runtime.uploads.saved_upload import keep_upload
from protokit.spec.names import MOST_CHARACTERS, clean_hypothesis, clean_name, clean_prompt
from vectorstore.file_list import sentence

MOST_FILES = 200
_UNSAID = "documents without a line"
EXAMPLES = (
    "Answer new hires' questions about our handbook",
    "Search our product manuals and show the page each answer is from",
    "Turn meeting notes into decisions and action items",
)


@dataclass(frozen=True, slots=True)
class CreateForm:
    """What the form holds, as typed; `wrong` says what is to be mended, by field."""

    prompt: str = ""
    name: str = ""
    screen: str = "streamlit"
    blueprint: str = ""
    model: str = "offline"
    hypothesis: str = ""
    earlier: str = ""
    """The job whose documents come along."""
    number: str = field(default_factory=lambda: secrets.token_hex(8))
    """The id of the job to be: a form that is sent twice makes one prototype."""
    documents: bool = False
    """Whether documents come along; they can be asked whatever the line says, so that it may be empty."""
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, form: FormData) -> "CreateForm":
        """The draft that came with a form."""
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        number, earlier = fields.get("number", ""), fields.get("earlier", "")
        return cls(
            prompt=fields.get("prompt", "").strip(),
            name=fields.get("name", "").strip(),
            screen=fields.get("screen", "streamlit"),
            blueprint=fields.get("blueprint", ""),
            model=fields.get("model", "").strip() or "offline",
            hypothesis=fields.get("hypothesis", "").strip(),
            earlier=earlier if ID.fullmatch(earlier) else "",
            number=number if ID.fullmatch(number) else secrets.token_hex(8),
            documents=bool(_uploads(form)),
        )

    def checked(self) -> "CreateForm":
        """The same draft with what is wrong about it."""
        return replace(self, wrong={name: words for name, words in self._problems() if words})

    def _problems(self) -> list[tuple[str, str]]:
        return [
            ("prompt", _prompt_problem(self.prompt, self.documents)),
            ("name", _problem(clean_name, self.name) if self.name else ""),
            ("screen", "" if self.screen in SCREENS else "Choose one of the two looks."),
            ("blueprint", "" if self.blueprint in ("", *lookup.blueprints()) else "Choose one of the list."),
            ("model", _model_problem(self.model)),
            ("hypothesis", _problem(clean_hypothesis, self.hypothesis)),
        ]

    def job(self, refused: tuple[Reading, ...]) -> Job:
        """The job that this draft asks for; `refused` are documents that were not taken."""
        return Job(
            id=self.number,
            prompt=self.prompt,
            screen=self.screen,
            model=self.model,
            name=self.name,
            blueprint=self.blueprint,
            hypothesis=self.hypothesis,
            refused=refused,
        )


def routes() -> list[Route]:
    """The form, and the pages of a job."""
    return [
        Route("/new", form),
        Route("/new", begin, methods=["POST"]),
        Route("/jobs/{number}", progress),
        Route("/jobs/{number}", choose, methods=["POST"]),
        Route("/jobs/{number}/also", also, methods=["POST"]),
        Route("/jobs/{number}/steps", steps),
        Route("/jobs/{number}/made", made),
    ]


def form(request: Request) -> Response:
    """The empty form, or the one of an earlier job to be changed (`from`)."""
    params = request.query_params
    job = hub_of(request).jobs.job(params.get("from", ""))
    draft = CreateForm(prompt=params.get("prompt", "")[:MOST_CHARACTERS])
    if job:
        draft = CreateForm(
            job.prompt, job.name, job.screen, job.blueprint, job.model, job.hypothesis, earlier=job.id
        )
    if params.get("blueprint") in lookup.blueprints():
        draft = replace(draft, blueprint=params["blueprint"])
    return _form_page(request, draft)


async def begin(request: Request) -> Response:
    """Keep the documents, start the job, show its progress."""
    async with request.form(max_files=MOST_FILES) as form:
        jobs, draft = hub_of(request).jobs, CreateForm.of(form)
        kept = await run_in_threadpool(_kept_names, jobs, draft)
        draft = await run_in_threadpool(replace(draft, documents=draft.documents or bool(kept)).checked)
        if draft.wrong:
            return await run_in_threadpool(_form_page, request, draft, 422)
        if await run_in_threadpool(jobs.job, draft.number) is None:
            refused = await _keep_documents(jobs, draft, form)
            await run_in_threadpool(jobs.create, draft.job(refused))
            jobs.begin(draft.number)
    tell(request, draft.name or draft.prompt or _UNSAID)
    return RedirectResponse(f"/jobs/{draft.number}", 303)


def progress(request: Request) -> Response:
    """What the job does now, or what came of it."""
    job = _job(request)
    if job.state == "ready":
        return RedirectResponse(f"/jobs/{job.id}/made", 303)
    return page(request, "job.html", job=job)


def made(request: Request) -> Response:
    """The new prototype, live, with the reason beside it."""
    hub, job = hub_of(request), _job(request)
    if job.state != "ready" or hub.store.record(job.slug) is None:
        raise HTTPException(404)
    return page(
        request, "made.html", job=job, app=hub.address(job.slug, "app/"), apart=hub.settings.apart, done=None
    )


def steps(request: Request) -> Response:
    """The steps alone, for our script; the header tells when the whole page has something new to say."""
    job = _job(request)
    response = page(request, "_steps.html", job=job)
    response.headers["X-Job"] = "over" if job.over else "going"
    return response


async def choose(request: Request) -> Response:
    """Go on with the blueprint or the line that the person picked, or try again as it was."""
    job = await run_in_threadpool(_job, request)
    async with request.form() as form:
        blueprint, line = str(form.get("blueprint", "")), str(form.get("line", ""))
    if line and line not in [offer.line for offer in (job.refusal.lines if job.refusal else ())]:
        raise HTTPException(404)
    if job.over and job.state != "ready" and blueprint in ("", *lookup.blueprints()):
        jobs = hub_of(request).jobs
        await run_in_threadpool(jobs.choose, job, blueprint, line)
        jobs.begin(job.id)
        tell(request, job.name or job.prompt or _UNSAID)
    return RedirectResponse(f"/jobs/{job.id}", 303)


async def also(request: Request) -> Response:
    """Make what else the line or the documents ask for, over the same documents."""
    jobs = hub_of(request).jobs
    job = await run_in_threadpool(_job, request)
    second = await run_in_threadpool(jobs.create_second, job) if job.state == "ready" else None
    if second is None:
        raise HTTPException(404)
    if not second.over:
        jobs.begin(second.id)
    tell(request, second.prompt or _UNSAID)
    return RedirectResponse(f"/jobs/{second.id}", 303)


def _form_page(request: Request, draft: CreateForm, status_code: int = 200) -> Response:
    names = _kept_names(hub_of(request).jobs, draft)
    return page(
        request,
        "new.html",
        status_code,
        draft=draft,
        kept=names,
        examples=EXAMPLES,
        blueprints=[(card.name, card.title, card.pitch) for card in lookup.blueprints().values()],
        most=MOST_CHARACTERS,
        upload_mb=hub_of(request).settings.upload_mb,
    )


def _kept_names(jobs: JobQueue, draft: CreateForm) -> list[str]:
    """The documents that come along from an earlier job."""
    earlier = jobs.folder(draft.earlier) / DOCUMENTS if draft.earlier else None
    return sorted(path.name for path in earlier.iterdir()) if earlier and earlier.is_dir() else []


async def _keep_documents(jobs: JobQueue, draft: CreateForm, form: FormData) -> tuple[Reading, ...]:
    """Put the documents into the job's folder; return those that could not be taken, and why."""
    folder, refused = jobs.folder(draft.number), []
    uploads = _uploads(form)
    if draft.earlier and not uploads:
        await run_in_threadpool(copy_documents, jobs.folder(draft.earlier), folder)
    for file in uploads:
        name = cast(str, file.filename)
        try:
            await run_in_threadpool(keep_upload, folder / DOCUMENTS, name, await file.read())
        except ValueError as problem:
            why = sentence(str(problem).removeprefix(name).strip())
            refused.append(Reading(file=name[-120:], state="not read", fine=False, detail=why))
    return tuple(refused)


def _uploads(form: FormData) -> list[UploadFile]:
    return [file for file in form.getlist("documents") if isinstance(file, UploadFile) and file.filename]


def _job(request: Request) -> Job:
    job = hub_of(request).jobs.job(request.path_params["number"])
    if job is None:
        raise HTTPException(404)
    return job


def _prompt_problem(typed: str, documents: bool) -> str:
    if not typed:
        return "" if documents else "Say in a sentence what it should do. Documents alone will do as well."
    if len(typed) > MOST_CHARACTERS:
        return f"That is {len(typed):,} characters; {MOST_CHARACTERS:,} fit. Put the rest into a document."
    return _problem(partial(clean_prompt, documents=documents), typed)


def _problem(check: Callable[[str], object], typed: str) -> str:
    try:
        check(typed)
    except ProtokitError as problem:
        return f"{problem.what[:1].upper()}{problem.what[1:].rstrip('.')}."
    return ""


def _model_problem(model: str) -> str:
    provider, colon, name = model.partition(":")
    if model == "offline" or (provider.isidentifier() and colon and name and not name.isspace()):
        return ""
    return "Write offline, or a provider and a name such as openai:gpt-4.1-mini."
