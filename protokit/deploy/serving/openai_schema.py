"""OpenAI's chat completions on the wire: what a request may hold, and what goes back."""

import base64
import time
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from protokit.errors import PromptProblem
from protokit.prototype.ask import answer_as_dict
from protokit.runtime.assistant_types import Answer, Turn
from protokit.runtime.text_limits import TEXT, require_length
from protokit.runtime.yaml_checks import lone_surrogates

_TOLD = ("citations", "table", "found", "note", "model", "seconds", "dollars", "tokens_estimated", "event")
"""What an answer tells beside OpenAI's fields; why a model failed stays with the owner."""


class FileContent(BaseModel):
    """A file, as OpenAI's clients send it: its name, and what it holds as a data URL or as base64 alone."""

    filename: str = Field(min_length=1, max_length=300)
    file_data: str

    @property
    def content(self) -> bytes:
        """Its bytes. Raises PromptProblem."""
        try:
            return base64.b64decode(self.file_data.partition("base64,")[2] or self.file_data, validate=True)
        except ValueError:
            what = f"{self.filename}: file_data is no base64"
            raise PromptProblem(what, where="messages", fix="Write data:application/pdf;base64,...") from None


class ContentPart(BaseModel):
    """A piece of a message's content: text or a file can be answered."""

    type: str
    text: str | None = None
    file: FileContent | None = None


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def said(self) -> str:
        """Its text. Raises PromptProblem for pictures and sound."""
        if isinstance(self.content, list):
            if other := [part.type for part in self.content if part.text is None and part.file is None]:
                raise PromptProblem(f"only text can be answered, not {other[0]}", where="messages")
            return _bounded("\n".join(part.text for part in self.content if part.text))
        return _bounded(self.content or "")

    @property
    def files(self) -> list[FileContent]:
        """The files in it."""
        parts = self.content if isinstance(self.content, list) else []
        return [part.file for part in parts if part.file]


def _bounded(text: str) -> str:
    require_length(text, TEXT, "message")
    return text


class StreamOptions(BaseModel):
    """What a stream should tell at its end."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion request. Fields that the prototype decides itself (temperature, tools...) are not used."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1, max_length=1000)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = 1
    user: str = Field("", max_length=200)
    """Who asks: limits a minute and a session hold for each of them."""
    protokit: dict[str, str] = Field(default_factory=dict)
    """Options of this prototype, such as {"file": "handbook.pdf"} or {"shape": "actions"}."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_halves(cls, fields: Any) -> Any:
        if place := next(lone_surrogates(fields), None):
            raise PydanticCustomError("half", "{place}: holds half of a character", {"place": place})
        return fields

    def document(self) -> FileContent | None:
        """The file that the last message asks about. Raises PromptProblem for several."""
        files = self.messages[-1].files
        if len(files) > 1:
            raise PromptProblem(
                "more than one file", where="messages", fix="Send each in a request of its own."
            )
        return files[0] if files else None

    def exchange(self) -> tuple[str, list[Turn]]:
        """The last question, and the conversation before it. Raises PromptProblem where nothing is asked."""
        turns, questions = list[Turn](), list[str]()
        for message in self.messages:
            if message.role == "user":
                questions.append(message.said)
            elif message.role == "assistant" and questions:
                turns.append(Turn("\n\n".join(questions), message.said))
                questions = []
        question = "\n\n".join(questions)
        if not question.strip():
            raise PromptProblem(
                "the last message asks nothing", where="messages", fix='End with role "user".'
            )
        return question, turns

    def unused(self, remembers: bool) -> list[str]:
        """What the caller sent and the prototype decides itself, so that nobody wonders."""
        roles = {message.role for message in self.messages} - {"user", "assistant"}
        names = [f"messages with role {role}" for role in sorted(roles)] + sorted(self.model_extra or {})
        before = any(message.role == "assistant" for message in self.messages)
        return [*names, *(["earlier messages"] if before and not remembers else [])]


class Completion:
    """One completion on its way out; every chunk of a stream has the same id."""

    def __init__(self, model: str, unused: Sequence[str]) -> None:
        self._unused = list(unused)
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The answer in one piece."""
        message = {"role": "assistant", "content": answer.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        body = {**self._head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)}
        return {**body, "protokit": self._told(answer)}

    def chunk(self, piece: str, *, first: bool = False) -> dict[str, Any]:
        """A piece of the text."""
        role = {"role": "assistant"} if first else {}
        return self._chunk([{"index": 0, "delta": {**role, "content": piece}, "finish_reason": None}])

    def last(self, answer: Answer) -> dict[str, Any]:
        """The end of the text, with the sources."""
        chunk = self._chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        return {**chunk, "protokit": self._told(answer)}

    def usage(self, answer: Answer) -> dict[str, Any]:
        """The chunk after the last, for those who asked for it."""
        return {**self._chunk([]), "usage": _usage(answer)}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head, "object": "chat.completion.chunk", "choices": choices}

    def _told(self, answer: Answer) -> dict[str, Any]:
        whole = answer_as_dict(answer)
        return {**{name: whole[name] for name in _TOLD}, "not_used": self._unused}


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.tokens_in,
        "completion_tokens": answer.tokens_out,
        "total_tokens": answer.tokens,
    }
