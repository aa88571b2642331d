"""The engine for OpenAI and every server that speaks its protocol: streamed, with patience, retries and a real Stop."""

import json
import socket
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from threading import Event
from typing import Any, NamedTuple

from protokit.runtime.assistant_types import Request
from protokit.runtime.models.answer_limit import Longest
from protokit.runtime.models.openai_errors import LONGEST, explained, pause, problem, stumbled_over
from protokit.runtime.models.openai_server import connect_openai, likely_url
from protokit.runtime.models.stream_timeout import StreamTimeout, StreamTimeouts, paced
from protokit.runtime.models.thoughts import ThoughtSplitter, text_and_thought, thinks_aloud
from protokit.runtime.page_texts import page_texts
from protokit.runtime.prompting.build_messages import BROKEN_OFF, CUT, ModelOutcome, build_messages, reasons
from protokit.runtime.prompting.context_window import Message

Fields = dict[str, Any]

_MORE = "Raise max_tokens in prototype.yaml, or take a model that thinks less"
_ATTEMPTS = 3


class _Delta(NamedTuple):
    """What one piece of a stream holds."""

    text: str = ""
    thought: str = ""
    finish: str = ""
    usage: Any = None


class OpenAIEngine:
    """Chat completions of OpenAI or any server that speaks its protocol (OPENAI_BASE_URL)."""

    def __init__(self, model: str, patience: StreamTimeouts | None = None) -> None:
        self.model, self.name = model, f"openai:{model}"
        self._patience = patience or StreamTimeouts()
        self._refused: set[str] = set()
        """Fields of a request that the server knows nothing of."""

    def stream(self, request: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the completion's text as the server sends it."""
        import openai

        messages, text, finish, longest = build_messages(request, outcome), "", "", Longest(outcome)
        try:
            # Closed at once where the answer is long enough: the connection ends, and the server's work with it.
            with closing(
                self._patiently(messages, self._fields(request, outcome), outcome.stopped)
            ) as chunks:
                for delta in chunks:
                    finish = finish or delta.finish
                    if delta.usage:
                        outcome.tokens_in = _counted(delta.usage, "prompt_tokens")
                        outcome.tokens_out = _counted(delta.usage, "completion_tokens")
                    if piece := longest.admit(delta.text, delta.thought):
                        text += piece
                        yield piece
                    if longest.reached:
                        break
                    if delta.finish == "length":
                        outcome.note = CUT
        except openai.OpenAIError as error:
            raise explained(error, self.model, broken=bool(text)) from error
        except StreamTimeout as error:
            cause = "the answer stopped half-way" if text else "the server did not answer in time"
            raise problem(self.model, f"{cause}. Try again, or a smaller model") from error
        except ValueError as error:  # a line of the stream is not JSON
            raise problem(self.model, "the answer broke off. Try again") from error
        if not text and outcome.note == CUT:
            raise problem(self.model, f"it took its {outcome.max_tokens:,} tokens to think. {_MORE}")
        if not text and not outcome.stopped.is_set():
            raise problem(self.model, f"the server answered nothing. {_instead()}")
        if not finish and not longest.reached and not outcome.stopped.is_set():
            outcome.note = (
                BROKEN_OFF  # a connection that ends in good order may have ended too early all the same
            )
        outcome.take(request.read(text))

    def _fields(self, request: Request, outcome: ModelOutcome) -> Fields:
        """All of a request but its messages."""
        longest = "max_completion_tokens" if reasons(self.model) else "max_tokens"
        fields: Fields = {
            "stream_options": {"include_usage": True},
            longest: outcome.max_tokens,
            **_shape(request),
        }
        if outcome.temperature is not None:
            fields["temperature"] = outcome.temperature
        for name in self._refused & fields.keys():
            _leave_out(fields, name, self._refused)
        return fields

    def _patiently(
        self, messages: list[Message], fields: Fields, stopped: Event
    ) -> "Generator[_Delta, None, None]":
        """What the server sends; asked again where that may help, as long as nobody has read a word."""
        import openai

        started, attempt = False, 0
        while True:
            try:
                for delta in self._deltas(messages, fields, stopped):
                    started = started or bool(delta.text)
                    yield delta
                return
            except openai.OpenAIError as error:
                if unknown := stumbled_over(error, fields):
                    self._refused.add(unknown)
                    _leave_out(fields, unknown, self._refused)
                    continue
                wait, attempt = pause(error, attempt), attempt + 1
                if started or wait is None or attempt == _ATTEMPTS:
                    raise
            if stopped.wait(wait):
                return

    def _deltas(self, messages: list[Message], fields: Fields, stopped: Event) -> Iterator[_Delta]:
        """One request; a stream that is left early is hung up, so that the server stops too."""
        sent: Any = messages
        with (
            connect_openai(self._patience.first) as client,
            client.chat.completions.create(model=self.model, messages=sent, stream=True, **fields) as chunks,
        ):
            yield from paced(
                self._split(chunks),
                self._patience,
                speaks=lambda delta: bool(delta.text),
                thinks=lambda delta: bool(delta.thought),
                hang_up=lambda: _hang_up(chunks.response),
                stopped=stopped,
            )

    def _split(self, chunks: Any) -> Iterator[_Delta]:
        """What is said and what is thought, whichever way the server tells them apart. Raises ModelProblem."""
        splitter = ThoughtSplitter(thinks_aloud(self.model))
        for chunk in chunks:
            _require_consent(chunk, self.model)
            content, thought = _content(chunk)
            if thought:
                splitter.thought_apart()
            text, aloud = splitter.split(content)
            finish = (chunk.choices[0].finish_reason or "") if chunk.choices else ""
            yield _Delta(text, thought + aloud, finish, chunk.usage)
        yield _Delta(*splitter.end())


def _leave_out(fields: Fields, name: str, refused: set[str]) -> None:
    """Ask without the field, and for the longest answer by its other name unless that is refused as well.

    Without usage the tokens are counted here, without a schema what comes is read with care anyway, and without a
    longest answer the stream is left where it has been reached.
    """
    value = fields.pop(name, None)
    other = next((b for a, b in (LONGEST, LONGEST[::-1]) if a == name), "")
    if other and other not in refused:
        fields[other] = value


def _content(chunk: Any) -> tuple[str, str]:
    """The text of a piece, and what the server shows of the model's reasoning, by the names servers have for it."""
    delta = chunk.choices[0].delta if chunk.choices else None
    text, thought = text_and_thought(getattr(delta, "content", None))
    reasoning = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
    return text, thought + (reasoning if isinstance(reasoning, str) else "")


def _shape(request: Request) -> Fields:
    """What holds the model to the JSON Schema of the request, where it has one."""
    if not request.schema:
        return {}
    form = {"name": "reply", "schema": json.loads(request.schema)}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def _instead() -> str:
    """What to do about a server that does not answer as one does that speaks the protocol."""
    meant = likely_url()
    return f"Is OPENAI_BASE_URL right? Did you mean {meant}" if meant else "Try again, or another model"


def _require_consent(chunk: Any, model: str) -> None:
    """Raise ModelProblem where the model or its maker's filter declined to go on."""
    choice = chunk.choices[0] if chunk.choices else None
    if choice and (choice.finish_reason == "content_filter" or getattr(choice.delta, "refusal", None)):
        raise problem(model, "the model declined this request", friendly=page_texts().model_declined)


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
