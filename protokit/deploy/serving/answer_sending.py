"""Sends an answer in the form that a caller's protocol has for it: whole, or as events while it comes."""

import json
import logging
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing
from typing import Any, Protocol

import anyio
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from protokit.deploy.serving.answer_ending import AnswerEnding
from protokit.deploy.serving.error_form import BROKEN, code_of
from protokit.runtime.assistant_types import Answer
from protokit.runtime.reply import Reply
from protokit.runtime.runtime_errors import RuntimeProblem

_LOG = logging.getLogger(__name__)
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class EventForm(Protocol):
    """An answer as the events of a protocol."""

    done: str
    """What ends the stream."""

    def opening(self) -> Iterator[dict[str, Any]]:
        """The events before the first word."""

    def delta(self, piece: str) -> Iterator[dict[str, Any]]:
        """The events of a piece of the text."""

    def closing(self, answer: Answer, ending: AnswerEnding) -> Iterator[dict[str, Any]]:
        """The events after the last word."""

    def failed(self, message: str, code: str) -> Iterator[dict[str, Any]]:
        """The events of an answer that broke off."""


class AnswerForm(EventForm, Protocol):
    """The same, or in one piece."""

    def whole(self, answer: Answer, ending: AnswerEnding) -> dict[str, Any]:
        """The body of the response."""


def send(
    reply: Reply, ending: AnswerEnding, answer_form: AnswerForm, stream: bool
) -> JSONResponse | StreamingResponse:
    """The response with an answer. Raises RuntimeProblem where it does not begin."""
    pieces = _passed(iter(reply), ending)
    if not stream:
        for _ in pieces:
            pass
        return JSONResponse(answer_form.whole(reply.answer, ending))
    first = next(pieces, "")  # what keeps a model from answering is told by the status, not in the stream
    return _streaming(_events(reply, pieces, answer_form, ending, [first]))


def send_events(reply: Reply, ending: AnswerEnding, event_form: EventForm) -> StreamingResponse:
    """The response with an answer as events, of which one tells what keeps it from beginning."""
    return _streaming(_events(reply, _passed(iter(reply), ending), event_form, ending, []))


def _streaming(events: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


def _passed(pieces: Generator[str, None, None], ending: AnswerEnding) -> Generator[str, None, None]:
    """The pieces as far as the caller wants the answer; what comes behind is read, for the sources come last."""
    with closing(pieces):
        for piece in pieces:
            if ready := ending.admit(piece):
                yield ready
    if rest := ending.end():
        yield rest


async def _events(
    reply: Reply,
    pieces: Generator[str, None, None],
    form: EventForm,
    ending: AnswerEnding,
    begun: list[str],
) -> AsyncIterator[str]:
    """Server-sent events; a caller who leaves stops the model at once."""
    try:
        for event in form.opening():
            yield _sent(event)
        for piece in begun:
            for event in form.delta(piece):
                yield _sent(event)
        async for piece in iterate_in_threadpool(pieces):
            for event in form.delta(piece):
                yield _sent(event)
        for event in form.closing(reply.answer, ending):
            yield _sent(event)
        yield form.done
    except RuntimeProblem as problem:
        for event in form.failed(problem.friendly, code_of(problem)):
            yield _sent(event)
    except Exception:  # the status went out long ago: the event alone can tell
        _LOG.exception("an answer broke off")
        for event in form.failed(BROKEN, "prototype_broken"):
            yield _sent(event)
    finally:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(pieces.close)


def _sent(event: dict[str, Any]) -> str:
    """An event on the wire; OpenAI's responses name theirs in a line of its own, too."""
    kind = str(event.get("type", ""))
    name = f"event: {kind}\n" if kind.startswith("response.") else ""
    return f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n"
