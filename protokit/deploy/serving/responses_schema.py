"""OpenAI's Responses API on the wire: a request becomes a chat, and an answer one message with its citations."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protokit.deploy.serving.answer_ending import AnswerEnding, cited_places
from protokit.deploy.serving.openai_schema import ChatRequest, told
from protokit.deploy.serving.request_fields import plain_fields
from protokit.errors import PromptProblem
from protokit.runtime.assistant_types import Answer

_NOT_KEPT = ("previous_response_id", "conversation", "background", "prompt")


class ResponsesRequest(BaseModel):
    """A request for a response; nothing of it is kept, so that the whole conversation goes into `input`."""

    model_config = ConfigDict(extra="allow")

    model: str
    input: str | list[dict[str, Any]] = Field(min_length=1)
    instructions: str = ""
    stream: bool = False
    max_output_tokens: int | None = Field(None, ge=1)
    text: dict[str, Any] = Field(default_factory=dict)
    user: str = ""
    protokit: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, fields: Any) -> Any:
        return plain_fields(fields)

    def chat(self) -> ChatRequest:
        """The same as a chat completion. Raises PromptProblem, which names the field, for what cannot be done."""
        extra = dict(self.model_extra or {})
        if refused := next((name for name in _NOT_KEPT if extra.get(name)), None):
            raise PromptProblem(
                "nothing is kept between requests", where=refused, fix="Send all of it in input."
            )
        if self.text.get("format", {"type": "text"}).get("type") != "text":
            raise PromptProblem("the prototype answers in text", where="text.format")
        items = [{"role": "user", "content": self.input}] if isinstance(self.input, str) else self.input
        messages = [_message(item, f"input.{number}") for number, item in enumerate(items)]
        system = [{"role": "system", "content": self.instructions}] if self.instructions else []
        fields = {**extra, "messages": [*system, *(each for each in messages if each)], "model": self.model}
        named = {"user": self.user, "protokit": self.protokit, "max_tokens": self.max_output_tokens}
        return ChatRequest.model_validate({**fields, **named})


def _message(item: dict[str, Any], where: str) -> dict[str, Any] | None:
    """An item of the input as a message of a chat; None for a model's thoughts."""
    if item.get("type") == "reasoning":
        return None
    if item.get("type", "message") != "message" or "role" not in item:
        raise PromptProblem(f"{item.get('type', 'an item without a role')} cannot be read", where=where)
    content = item.get("content", "")
    if isinstance(content, list):
        content = [_part(part) for part in content]
    return {"role": item["role"], "content": content}


def _part(part: Any) -> Any:
    if isinstance(part, dict) and part.get("type") == "input_file":
        return {"type": "file", "file": {name: part.get(name) for name in ("filename", "file_data")}}
    return part


class ResponseObject:
    """One response on its way out, whole or as the events of a stream."""

    done = ""

    def __init__(self, model: str, unused: list[str]) -> None:
        self._unused, self._number = unused, -1
        self._item = f"msg_{uuid.uuid4().hex}"
        self._head: dict[str, Any] = {
            "id": f"resp_{uuid.uuid4().hex}",
            "object": "response",
            "created_at": int(time.time()),
            "model": model,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": False,
            "temperature": None,
            "tool_choice": "none",
            "tools": [],
            "top_p": None,
            "store": False,
        }

    def whole(self, answer: Answer, ending: AnswerEnding) -> dict[str, Any]:
        """The answer in one piece."""
        cut = ending.reason(answer) == "length"
        status = "incomplete" if cut else "completed"
        usage = {
            "input_tokens": answer.tokens_in,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": answer.tokens_out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": answer.tokens,
        }
        details = {"incomplete_details": {"reason": "max_output_tokens"}} if cut else {}
        message = self._message(status, [self._content(ending.text, answer)])
        body = {**self._head, **details, "status": status, "output": [message], "usage": usage}
        return {**body, "protokit": {**told(answer), "not_used": self._unused}}

    def opening(self) -> Iterator[dict[str, Any]]:
        """The events before the first word."""
        begun = {**self._head, "status": "in_progress", "output": [], "usage": None}
        yield self._event("response.created", response=begun)
        yield self._event("response.in_progress", response=begun)
        yield self._event("response.output_item.added", output_index=0, item=self._message("in_progress", []))
        yield self._placed("response.content_part.added", part=self._content("", None))

    def delta(self, piece: str) -> Iterator[dict[str, Any]]:
        """A piece of the text."""
        yield self._placed("response.output_text.delta", delta=piece, logprobs=[])

    def closing(self, answer: Answer, ending: AnswerEnding) -> Iterator[dict[str, Any]]:
        """The events after the last word: the citations, then the whole."""
        response, content = self.whole(answer, ending), self._content(ending.text, answer)
        for index, annotation in enumerate(content["annotations"]):
            kind = "response.output_text.annotation.added"
            yield self._placed(kind, annotation_index=index, annotation=annotation)
        yield self._placed("response.output_text.done", text=ending.text, logprobs=[])
        yield self._placed("response.content_part.done", part=content)
        yield self._event("response.output_item.done", output_index=0, item=response["output"][0])
        yield self._event(f"response.{response['status']}", response=response)

    def failed(self, message: str, code: str) -> Iterator[dict[str, Any]]:
        """The event of an answer that broke off; OpenAI has no code of its own for it."""
        error = {"code": "server_error", "message": message}
        yield self._event(
            "response.failed", response={**self._head, "status": "failed", "error": error, "output": []}
        )

    def _message(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "type": "message",
            "id": self._item,
            "status": status,
            "role": "assistant",
            "content": content,
        }

    def _content(self, text: str, answer: Answer | None) -> dict[str, Any]:
        annotations = [
            {
                "type": "file_citation",
                "index": start,
                "file_id": each.passage.file,
                "filename": each.passage.file,
            }
            for start, _, each in (cited_places(text, answer) if answer else ())
        ]
        return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}

    def _placed(self, kind: str, **fields: Any) -> dict[str, Any]:
        return self._event(kind, item_id=self._item, output_index=0, content_index=0, **fields)

    def _event(self, kind: str, **fields: Any) -> dict[str, Any]:
        self._number += 1
        return {"type": kind, "sequence_number": self._number, **fields}
