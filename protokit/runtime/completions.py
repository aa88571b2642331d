"""The engine for OpenAI and every server that speaks its protocol: streamed, with patience, retries and a real Stop."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event
from typing import Any

from protokit.runtime.citing import cite
from protokit.runtime.errors import ModelProblem
from protokit.runtime.faults import DECLINED, explained, lacks_schema, lacks_usage, pause, problem
from protokit.runtime.pacing import Patience, TooSlow, paced
from protokit.runtime.packing import Message
from protokit.runtime.requests import Prompt, Request
from protokit.runtime.sending import Outcome, send

_OPENAI = "https://api.openai.com/v1"
_ATTEMPTS = 3
_CONNECT = 10.0
"""Seconds until a server that takes no connection counts as dead."""


class OpenAIEngine:
    """Chat completions of OpenAI or any server that speaks its protocol (OPENAI_BASE_URL)."""

    def __init__(self, model: str, patience: Patience | None = None) -> None:
        self.model, self.name = model, f"openai:{model}"
        self._patience = patience or Patience()
        self._wants_usage = True

    def stream(self, asked: Request, outcome: Outcome) -> Iterator[str]:
        """Yield the completion's text as the server sends it."""
        import openai

        messages, text = send(asked, outcome), ""
        try:
            for chunk in self._patiently(messages, _shape(asked), outcome.stopped):
                if chunk.usage:
                    outcome.tokens_in = _counted(chunk.usage, "prompt_tokens")
                    outcome.tokens_out = _counted(chunk.usage, "completion_tokens")
                _require_consent(chunk, self.model)
                if piece := _said(chunk):
                    text += piece
                    yield piece
        except openai.OpenAIError as error:
            raise explained(error, self.model, broken=bool(text)) from error
        except TooSlow as error:
            cause = "the answer stopped half-way" if text else "the server did not answer in time"
            raise problem(self.model, f"{cause}. Try again, or a smaller model") from error
        except ValueError as error:  # a line of the stream is not JSON
            raise problem(self.model, "the answer broke off. Try again") from error
        if not text and not outcome.stopped.is_set():
            raise problem(self.model, "the server answered nothing. Try again, or another model")
        outcome.citations = cite(text, asked)

    def _patiently(self, messages: list[Message], shape: dict[str, Any], stopped: Event) -> Iterator[Any]:
        """What the server sends; asked again where that may help, as long as nobody has read a word."""
        import openai

        said = False
        for attempt in range(_ATTEMPTS):
            try:
                for chunk in self._chunks(messages, shape, stopped):
                    said = said or bool(_said(chunk))
                    yield chunk
                return
            except openai.OpenAIError as error:
                if self._wants_usage and lacks_usage(error):
                    self._wants_usage = False  # it streams all the same, and the tokens are counted here
                    continue
                if shape and lacks_schema(error):
                    shape = {}  # what comes is read with care anyway
                    continue
                wait = pause(error, attempt)
                if said or wait is None or attempt == _ATTEMPTS - 1:
                    raise
            if stopped.wait(wait):
                return

    def _chunks(self, messages: list[Message], shape: dict[str, Any], stopped: Event) -> Iterator[Any]:
        """One request; a stream that is left early is hung up, so that the server stops too."""
        import openai

        server = os.environ.get("OPENAI_BASE_URL") or _OPENAI  # an empty line in .env is no server
        sent: Any = messages
        usage: dict[str, Any] = {"stream_options": {"include_usage": True}} if self._wants_usage else {}
        limit = openai.Timeout(self._patience.first, connect=_CONNECT)
        with (
            openai.OpenAI(api_key=_key(), base_url=server, timeout=limit, max_retries=0) as client,
            client.chat.completions.create(
                model=self.model, messages=sent, stream=True, **usage, **shape
            ) as chunks,
        ):
            yield from paced(
                chunks,
                self._patience,
                speaks=lambda chunk: bool(_said(chunk)),
                hang_up=lambda: _hang_up(chunks.response),
                stopped=stopped,
            )


def _shape(asked: Request) -> dict[str, Any]:
    """What holds the model to the JSON Schema of the request, where it has one."""
    if not isinstance(asked, Prompt) or not asked.schema:
        return {}
    form = {"name": "reply", "schema": json.loads(asked.schema)}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def _said(chunk: Any) -> str:
    return (chunk.choices[0].delta.content or "") if chunk.choices and chunk.choices[0].delta else ""


def _require_consent(chunk: Any, model: str) -> None:
    """Raise ModelProblem where the model or its maker's filter declined to go on."""
    choice = chunk.choices[0] if chunk.choices else None
    if choice and (choice.finish_reason == "content_filter" or getattr(choice.delta, "refusal", None)):
        raise problem(model, "the model declined this request", friendly=DECLINED)


def _hang_up(response: Any) -> None:
    """End the connection under a reader in another thread, whom closing alone would not wake."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream else None
    if connection is not None:
        with suppress(OSError):  # it has ended already
            connection.shutdown(socket.SHUT_RDWR)


def _counted(usage: object, name: str) -> int | None:
    """A count of tokens from a server, None where it makes no sense: not every compatible server counts."""
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and value >= 0 else None


def _key() -> str:
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not os.environ.get("OPENAI_BASE_URL"):
        raise ModelProblem(
            "OPENAI_API_KEY is not set. Put it into the file .env of the prototype, or start with --model offline.",
            friendly="The language model is not connected yet.",
        )
    return key or "none"  # local servers ask for no key, the client insists on some text
