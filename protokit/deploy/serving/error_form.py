"""Errors as OpenAI's clients read them, on every path and whoever raises them."""

import json

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protokit.errors import PromptProblem, ProtokitError
from protokit.runtime.runtime_errors import InputProblem, LimitReached, RuntimeProblem, TooLong

_AGAIN_LATER = {"retry-after": "20", "x-should-retry": "false"}
_NO_USE = {"x-should-retry": "false"}
"""A header by which OpenAI's clients ask no second time."""
BROKEN = "Something in this prototype broke. Its owner finds out what with `protokit check`."
_WORDS = {
    404: ("There is no such address here.", "not_found"),
    405: ("This address takes another method.", "method_not_allowed"),
    413: ("The request is longer than 10 MB.", "request_too_large"),
}


def error_response(
    status: int, message: str, code: str, param: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """The response for an error."""
    kind = "invalid_request_error" if status < 429 else "server_error"
    return JSONResponse({"error": error_fields(message, kind, code, param)}, status, headers)


def error_fields(message: str, kind: str, code: str, param: str = "") -> dict[str, str | None]:
    """An error in the form that OpenAI's clients read."""
    return {"message": message, "type": kind, "param": param or None, "code": code}


def add_error_handlers(app: FastAPI) -> None:
    """Let `app` tell its errors so."""
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(ValidationError, _misread)
    app.add_exception_handler(ProtokitError, _wrong)
    app.add_exception_handler(RuntimeProblem, _down)
    app.add_exception_handler(Exception, _broken)


class ErrorFormMiddleware:
    """Puts what the framework itself answers, such as 404, into that form."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold back an error until its body is there."""
        started: list[Message] = []

        async def formed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                started.append(message)
            elif started and message["type"] == "http.response.body":
                start = started.pop()
                if _in_form(message.get("body", b"")):
                    await send(start)
                    await send(message)
                else:
                    words, code = _WORDS.get(start["status"], ("The request failed.", "request_failed"))
                    await error_response(start["status"], words, code)(scope, receive, send)
            else:
                await send(message)

        await self.app(scope, receive, formed)


def _in_form(body: bytes) -> bool:
    try:
        return "error" in json.loads(body)
    except ValueError:
        return False


def _misread(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError | ValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body")
    return error_response(
        400, f"{field}: {first['msg']}" if field else str(first["msg"]), "invalid_request", field
    )


def _wrong(request: Request, error: Exception) -> JSONResponse:
    param = error.where if isinstance(error, PromptProblem) else ""
    return error_response(400, str(error), "invalid_request", param)


def code_of(error: RuntimeProblem) -> str:
    """What programs tell a problem of the running prototype by."""
    if isinstance(error, TooLong):
        return "context_length_exceeded"
    if isinstance(error, InputProblem):
        return "invalid_request"
    if isinstance(error, LimitReached):
        return "rate_limit_exceeded" if error.passing else "insufficient_quota"
    return "model_failed"


def _down(request: Request, error: Exception) -> JSONResponse:
    """Kind to the caller; the cause is in the Event, for the owner."""
    assert isinstance(error, RuntimeProblem)
    code = code_of(error)
    if isinstance(error, TooLong | InputProblem):
        return error_response(400, error.friendly, code, "messages")
    if isinstance(error, LimitReached):
        return error_response(429, error.friendly, code, headers=_AGAIN_LATER if error.passing else _NO_USE)
    return error_response(503, error.friendly, code, headers=_NO_USE)


def _broken(request: Request, error: Exception) -> JSONResponse:
    """A fault of the prototype's own code or of its store; the server's log has the traceback."""
    return error_response(500, BROKEN, "prototype_broken", headers=_NO_USE)
