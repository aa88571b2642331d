"""The HTTP API of one prototype: chat completions, responses, embeddings, models as OpenAI has them; AG-UI's runs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ag_ui.core import RunAgentInput
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

import protokit
from protokit.deploy.serving.agui_schema import AgentRun, chat_of_run
from protokit.deploy.serving.answer_sending import send, send_events
from protokit.deploy.serving.assistant_session import Speaker, speaker
from protokit.deploy.serving.auth import ApiKeyMiddleware
from protokit.deploy.serving.embeddings_api import EmbeddingsRequest, embeddings
from protokit.deploy.serving.error_form import ErrorFormMiddleware, add_error_handlers, error_response
from protokit.deploy.serving.openai_schema import ChatRequest, Completion
from protokit.deploy.serving.responses_schema import ResponseObject, ResponsesRequest
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.reply import Reply

MOST_BYTES = 10_000_000
"""The longest request that is read."""


def api(prototype: Prototype, keys: Mapping[str, str], origins: Sequence[str] = ()) -> ASGIApp:
    """The API of `prototype` for whoever shows one of `keys`; it opens the assistant when the server starts.

    `origins` are the addresses of web pages whose scripts may call it.
    """

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
    add_error_handlers(app)
    guarded = ApiKeyMiddleware(ErrorFormMiddleware(app), keys)
    if not origins:
        return guarded
    return CORSMiddleware(guarded, list(origins), ["GET", "POST"], ["*"])


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
        if unknown := _unknown(chat.model, request):
            return unknown
        usage = bool(chat.stream_options and chat.stream_options.include_usage)
        unused = chat.unused(_speaker(request).assistant.remembers)
        return send(_asked(chat, request), chat.ending, Completion(chat.model, unused, usage), chat.stream)

    @app.post("/v1/responses", response_model=None)
    def respond(asked: ResponsesRequest, request: Request) -> JSONResponse | StreamingResponse:
        """The same as a response; nothing is kept between requests."""
        if unknown := _unknown(asked.model, request):
            return unknown
        chat = asked.chat()
        unused = chat.unused(_speaker(request).assistant.remembers)
        return send(_asked(chat, request), chat.ending, ResponseObject(asked.model, unused), asked.stream)

    @app.post("/ag-ui", response_model=None)
    def run(run: RunAgentInput, request: Request) -> StreamingResponse:
        """The same as the events of an AG-UI run; limits for a minute and a session hold for each thread."""
        chat = chat_of_run(run)
        return send_events(_asked(chat, request), chat.ending, AgentRun(run))

    @app.post("/v1/embeddings", response_model=None)
    def embed(texts: EmbeddingsRequest, request: Request) -> JSONResponse:
        """Texts to the vectors by which the prototype compares."""
        settings = _speaker(request).assistant.settings
        return _unknown(texts.model, request) or JSONResponse(embeddings(texts, settings))


def _asked(chat: ChatRequest, request: Request) -> Reply:
    """The reply to what is asked. Raises PromptProblem, which names the field, for what cannot be done."""
    chat.require_possible()
    speaking = _speaker(request)
    caller = f"{request.state.key_name} {chat.user}".strip()
    if document := chat.document():
        reply = speaking.reply_to_file(document.filename, document.content, chat.protokit, caller)
    else:
        question, history = chat.exchange()
        reply = speaking.reply(question, history, chat.protokit, caller)
    if most := chat.ending.most:
        reply.shorten(most)
    return reply


def _speaker(request: Request) -> Speaker:
    speaker: Speaker = request.app.state.speaker
    return speaker


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "protokit"}


def _unknown(name: str, request: Request) -> JSONResponse | None:
    slug = _speaker(request).prototype.spec.slug
    if name == slug:
        return None
    return error_response(404, f'No model "{name}" here, only "{slug}".', "model_not_found", "model")
