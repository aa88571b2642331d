"""The OpenAI-compatible API of one prototype: /v1/chat/completions, /v1/models and their OpenAPI description."""

import json
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import ASGIApp

import protokit
from protokit.deploy.serving.assistant_session import Speaker, speaker
from protokit.deploy.serving.auth import ApiKeyMiddleware
from protokit.deploy.serving.openai_schema import ChatRequest, Completion
from protokit.errors import ProtokitError
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.reply import Reply
from protokit.runtime.runtime_errors import LimitReached, RuntimeProblem, TooLong

MOST_BYTES = 10_000_000
"""The longest request that is read."""
_EVENTS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_AGAIN_LATER = {"retry-after": "20", "x-should-retry": "false"}
_AGAIN_IS_NO_USE = {"x-should-retry": "false"}
"""A header by which OpenAI's clients ask no second time."""


def api(prototype: Prototype, key: str) -> ASGIApp:
    """The API of `prototype` for whoever shows `key`; it opens the assistant when the server starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with speaker(prototype) as app.state.speaker:
            yield

    app = FastAPI(
        title=prototype.spec.title,
        description=prototype.spec.pitch,
        version=protokit.__version__,
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        lifespan=lifespan,
        max_body_size=MOST_BYTES,
    )
    _add_routes(app)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(ProtokitError, _wrong)
    app.add_exception_handler(RuntimeProblem, _down)
    app.add_exception_handler(Exception, _broken)
    return ApiKeyMiddleware(app, key)


def _add_routes(app: FastAPI) -> None:
    @app.get("/health")
    def health(request: Request) -> dict[str, str]:
        """Whether questions can be asked."""
        knowledge = _speaker(request).assistant.knowledge
        return {"status": "ok", "knowledge": str(knowledge.status) if knowledge else "none"}

    @app.get("/v1/models")
    def models(request: Request) -> dict[str, Any]:
        """The one model: this prototype."""
        slug = _speaker(request).prototype.spec.slug
        return {"object": "list", "data": [_model(slug)]}

    @app.get("/v1/models/{name}", response_model=None)
    def model(name: str, request: Request) -> dict[str, Any] | JSONResponse:
        """One model."""
        return _unknown(name, request) or _model(name)

    @app.post("/v1/chat/completions", response_model=None)
    def complete(chat: ChatRequest, request: Request) -> JSONResponse | StreamingResponse:
        """Answer the last message from the documents; the field `protokit` holds the sources."""
        return _unknown(chat.model, request) or _answered(chat, _speaker(request))


def _answered(chat: ChatRequest, speaking: Speaker) -> JSONResponse | StreamingResponse:
    if document := chat.document():
        reply = speaking.reply_to_file(document.filename, document.content, chat.protokit, chat.user)
    else:
        question, history = chat.exchange()
        reply = speaking.reply(question, history, chat.protokit, chat.user)
    completion = Completion(chat.model, chat.unused(speaking.assistant.remembers))
    if not chat.stream:
        return JSONResponse(completion.whole(reply.answer))
    pieces = iter(reply)
    first = next(pieces, "")  # what keeps a model from answering is told by the status, not in the stream
    usage = bool(chat.stream_options and chat.stream_options.include_usage)
    events = _stream(reply, pieces, first, completion, usage)
    return StreamingResponse(events, media_type="text/event-stream", headers=_EVENTS)


async def _stream(
    reply: Reply, pieces: Generator[str, None, None], first: str, completion: Completion, usage: bool
) -> AsyncIterator[str]:
    """Server-sent events; a caller who leaves stops the model at once."""
    try:
        yield _event(completion.chunk(first, first=True))
        async for piece in iterate_in_threadpool(pieces):
            yield _event(completion.chunk(piece))
        yield _event(completion.last(reply.answer))
        if usage:
            yield _event(completion.usage(reply.answer))
        yield "data: [DONE]\n\n"
    except RuntimeProblem as problem:
        yield _event({"error": _error(problem.friendly, "server_error", "model_failed")})
    finally:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(pieces.close)


def _event(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _speaker(request: Request) -> Speaker:
    speaker: Speaker = request.app.state.speaker
    return speaker


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "protokit"}


def _unknown(name: str, request: Request) -> JSONResponse | None:
    slug = _speaker(request).prototype.spec.slug
    if name == slug:
        return None
    return _problem(404, f'No model "{name}" here, only "{slug}".', "model_not_found", "model")


def _misread(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body")
    return _problem(400, f"{field}: {first['msg']}" if field else str(first["msg"]), "invalid_request", field)


def _wrong(request: Request, error: Exception) -> JSONResponse:
    return _problem(400, str(error), "invalid_request")


def _down(request: Request, error: Exception) -> JSONResponse:
    """Kind to the caller; the cause is in the Event, for the owner."""
    assert isinstance(error, RuntimeProblem)
    if isinstance(error, TooLong):
        return _problem(400, error.friendly, "context_length_exceeded", "messages")
    if isinstance(error, LimitReached) and error.passing:
        return _problem(429, error.friendly, "rate_limit_exceeded", headers=_AGAIN_LATER)
    if isinstance(error, LimitReached):
        return _problem(429, error.friendly, "insufficient_quota", headers=_AGAIN_IS_NO_USE)
    return _problem(503, error.friendly, "model_failed", headers=_AGAIN_IS_NO_USE)


def _broken(request: Request, error: Exception) -> JSONResponse:
    """A fault of the prototype's own code or of its store; the server's log has the traceback."""
    message = "Something in this prototype broke. Its owner finds out what with `protokit check`."
    return _problem(500, message, "prototype_broken", headers=_AGAIN_IS_NO_USE)


def _problem(
    status: int, message: str, code: str, param: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    kind = "invalid_request_error" if status < 429 else "server_error"
    return JSONResponse({"error": _error(message, kind, code, param)}, status, headers)


def _error(message: str, kind: str, code: str, param: str = "") -> dict[str, str | None]:
    """An error in the form that OpenAI's clients read."""
    return {"message": message, "type": kind, "param": param or None, "code": code}
