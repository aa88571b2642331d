"""The AG-UI protocol on the wire, as CopilotKit's front ends speak it: a run's input is a chat, an answer events."""

import uuid
from collections.abc import Iterator
from typing import Any

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    TokenUsage,
)

from protokit.deploy.serving.answer_ending import AnswerEnding
from protokit.deploy.serving.openai_schema import ChatRequest, told
from protokit.errors import PromptProblem
from protokit.runtime.assistant_types import Answer
from protokit.runtime.yaml_checks import lone_surrogates

_SPOKEN = ("system", "developer", "user", "assistant")


def chat_of_run(run: RunAgentInput) -> ChatRequest:
    """What a run asks as a chat; the front end's tools, state and context are not used.

    Options of the prototype are `forwardedProps.protokit`. Raises pydantic's ValidationError and PromptProblem.
    """
    fields: dict[str, Any] = run.model_dump(by_alias=True)
    spoken = [each for each in fields["messages"] if each["role"] in _SPOKEN]
    messages = [{"role": each["role"], "content": _content(each.get("content"))} for each in spoken]
    if not messages:
        raise PromptProblem("nothing is asked", where="messages", fix='End with role "user".')
    forwarded = fields.get("forwardedProps")
    options = forwarded.get("protokit") if isinstance(forwarded, dict) else None
    if next(lone_surrogates([run.thread_id, run.run_id]), None):
        raise PromptProblem("it holds half of a character", where="threadId or runId")
    named = {"user": run.thread_id[:200], "protokit": options or {}}
    return ChatRequest.model_validate({"model": "agent", "messages": messages, "stream": True, **named})


def _content(content: Any) -> Any:
    return [_part(part) for part in content] if isinstance(content, list) else content


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """A document that comes along as a file of OpenAI's; a picture or an address to fetch stays unreadable."""
    source = part.get("source") or {}
    if part["type"] != "document" or source.get("type") != "data":
        return part
    ending = source["mimeType"].rpartition("/")[2].split(";")[0]
    details = part.get("metadata") if isinstance(part.get("metadata"), dict) else {}
    name = (details or {}).get("filename") or f"document.{_ENDINGS.get(ending, ending)}"
    return {"type": "file", "file": {"filename": str(name), "file_data": source["value"]}}


_ENDINGS = {
    "plain": "txt",
    "markdown": "md",
    "vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}


class AgentRun:
    """One run on its way out: it starts, streams one message, tells the sources, and finishes or fails."""

    done = ""

    def __init__(self, run: RunAgentInput) -> None:
        self._run, self._begun = run, False
        self._message = f"msg_{uuid.uuid4().hex}"
        self._unused = [name for name in ("tools", "context", "state", "resume") if getattr(run, name, None)]

    def opening(self) -> Iterator[dict[str, Any]]:
        """The run starts."""
        yield _wire(RunStartedEvent(thread_id=self._run.thread_id, run_id=self._run.run_id))

    def delta(self, piece: str) -> Iterator[dict[str, Any]]:
        """A piece of the message, which the first one begins."""
        if not piece:
            return
        if not self._begun:
            self._begun = True
            yield _wire(TextMessageStartEvent(message_id=self._message))
        yield _wire(TextMessageContentEvent(message_id=self._message, delta=piece))

    def closing(self, answer: Answer, ending: AnswerEnding) -> Iterator[dict[str, Any]]:
        """The end of the message, what the answer rests on as the event `protokit`, the end of the run."""
        if self._begun:
            yield _wire(TextMessageEndEvent(message_id=self._message))
        value = {**told(answer), "message_id": self._message, "not_used": self._unused}
        yield _wire(CustomEvent(name="protokit", value=value))
        usage = TokenUsage(model=answer.model, input_tokens=answer.tokens_in, output_tokens=answer.tokens_out)
        yield _wire(RunFinishedEvent(thread_id=self._run.thread_id, run_id=self._run.run_id, usage=[usage]))

    def failed(self, message: str, code: str) -> Iterator[dict[str, Any]]:
        """The run fails; a message that has begun ends first."""
        if self._begun:
            yield _wire(TextMessageEndEvent(message_id=self._message))
        yield _wire(RunErrorEvent(message=message, code=code))


def _wire(event: BaseEvent) -> dict[str, Any]:
    """An event as it is sent."""
    fields: dict[str, Any] = event.model_dump(mode="json", by_alias=True)
    return fields
