"""The page of a prototype's documents: what there is, how it was read, add and remove."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protokit.errors import DocumentProblem
from protokit.hub.content import knowledge_files
from protokit.hub.context import hub_of
from protokit.hub.security.audit_actions import tell
from protokit.hub.views.prototype_context import PrototypeContext, apply, back, bench_page, opened
from protokit.hub.views.templating import Done, paged

MOST_AT_ONCE = 200
A_PAGE = 200
"""Documents on one page."""


@dataclass(frozen=True, slots=True)
class UploadRefusal:
    """A file that was not taken, and why."""

    name: str
    why: str


def routes(home: str) -> list[BaseRoute]:
    """The list and its actions."""
    return [
        Route(f"{home}/documents", show),
        Route(f"{home}/documents", add, methods=["POST"]),
        Route(f"{home}/documents/remove", remove, methods=["POST"]),
        Route(f"{home}/documents/again", again, methods=["POST"]),
        Route(f"{home}/documents/restore", restore, methods=["POST"]),
    ]


def show(request: Request) -> Response:
    """The documents, with what happened just now."""
    bench, params = opened(request), request.query_params
    name, notice = params.get("name", "")[:200], None
    if params.get("done") == "removed":
        undo = f"{bench.home}/documents/restore?{urlencode({'name': name})}"
        notice = Done(f"Removed {name}.", undo)
    elif params.get("done") == "again":
        notice = Done(f"{name} is read again when the prototype starts.")
    elif params.get("done") in ("added", "back"):
        notice = Done(f"{'Added' if params['done'] == 'added' else 'Took back'} {name}.")
    return _page(request, bench, done=notice)


async def add(request: Request) -> Response:
    """Keep the uploaded files, and let the prototype read them."""
    bench = await run_in_threadpool(opened, request)
    added, refused = [], []
    async with request.form(max_files=MOST_AT_ONCE) as form:
        for file in form.getlist("files"):
            if isinstance(file, UploadFile) and file.filename:
                try:
                    content = await file.read()
                    added.append(
                        await run_in_threadpool(knowledge_files.add, bench.folder, file.filename, content)
                    )
                except DocumentProblem as problem:
                    refused.append(UploadRefusal(file.filename[:120], str(problem)))
    if added:
        tell(request, ", ".join(added))
        await apply(hub_of(request), bench)
    if refused or not added:
        refused = refused or [UploadRefusal("Nothing", "Choose at least one file.")]
        return await run_in_threadpool(_page, request, bench, refused)
    label = added[0] if len(added) == 1 else f"{len(added)} documents"
    return back(bench, "/documents", "added", name=label)


async def remove(request: Request) -> Response:
    """Take a document away; the next page offers it back."""
    bench = await run_in_threadpool(opened, request)
    name = str((await request.form()).get("name", ""))
    try:
        await run_in_threadpool(knowledge_files.remove, bench.folder, name)
    except DocumentProblem as problem:
        return await run_in_threadpool(_page, request, bench, [UploadRefusal(name[:120], str(problem))])
    tell(request, name)
    await apply(hub_of(request), bench)
    return back(bench, "/documents", "removed", name=name)


async def again(request: Request) -> Response:
    """Read a document that was set aside once more."""
    bench = await run_in_threadpool(opened, request)
    name = str((await request.form()).get("name", ""))[:1000]
    await run_in_threadpool(knowledge_files.read_again, bench.folder, name)
    await apply(hub_of(request), bench)
    return back(bench, "/documents", "again", name=name[:200])


async def restore(request: Request) -> Response:
    """Put a removed document back."""
    bench, name = await run_in_threadpool(opened, request), request.query_params.get("name", "")
    try:
        await run_in_threadpool(knowledge_files.take_back, bench.folder, name)
    except DocumentProblem as problem:
        return await run_in_threadpool(_page, request, bench, [UploadRefusal(name[:120], str(problem))])
    tell(request, name)
    await apply(hub_of(request), bench)
    return back(bench, "/documents", "back", name=name)


def _page(
    request: Request,
    bench: PrototypeContext,
    refused: list[UploadRefusal] | None = None,
    done: Done | None = None,
) -> Response:
    documents = knowledge_files.documents(bench.folder)
    rows, paging = paged(request, documents, A_PAGE)
    samples = bench.spec.sample_documents if bench.spec else None
    names = set(samples.files) if samples else set()
    return bench_page(
        request,
        bench,
        "prototype_documents.html",
        status_code=422 if refused else 200,
        done=done,
        documents=rows,
        paging=paging,
        size=sum(document.size for document in documents if not document.row.container),
        refused=refused or [],
        samples=samples if samples and all(each.row.file in names for each in documents) else None,
        sample_names=names,
        most_mb=hub_of(request).settings.upload_mb,
    )
