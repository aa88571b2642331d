"""OpenAI's chat completions on the wire: what a request may hold, and what goes back."""

import base64
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protokit.deploy.serving.answer_ending import AnswerEnding, cited_places
from protokit.deploy.serving.error_form import error_fields
from protokit.deploy.serving.request_fields import plain_fields, require_possible_fields
from protokit.errors import PromptProblem
from protokit.prototype.ask import answer_as_dict
from protokit.runtime.assistant_types import Answer, Turn
from protokit.runtime.text_limits import TEXT, require_length

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

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def said(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return _bounded("\n".join(part.text for part in self.content if part.text))
        return _bounded(self.content or "")

    @property
    def unreadable(self) -> list[str]:
        """The types of its parts that are neither text nor a file: pictures, sound."""
        parts = self.content if isinstance(self.content, list) else []
        return [part.type for part in parts if part.text is None and part.file is None]

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
    """A chat completion request. What the prototype decides itself (temperature...) is not used, and told as such."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1, max_length=1000)
    stream: bool = False
    stream_options: StreamOptions | None = None
    stop: str | list[str] = Field(default_factory=list, max_length=200)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: Literal[1] | None = 1
    user: str = Field("", max_length=200)
    """Who asks: limits a minute and a session hold for each of them."""
    protokit: dict[str, str] = Field(default_factory=dict)
    """Options of this prototype, such as {"file": "handbook.pdf"} or {"shape": "actions"}."""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, fields: Any) -> Any:
        return plain_fields(fields)

    def require_possible(self) -> None:
        """Raise PromptProblem, which names the field, for what the prototype cannot do."""
        require_possible_fields(self.model_extra or {})
        for number, message in enumerate(self.messages):
            extra = message.model_extra or {}
            if message.role in ("tool", "function") or extra.get("tool_calls") or extra.get("function_call"):
                raise PromptProblem("the prototype calls no tools", where=f"messages.{number}")
        if self.messages[-1].unreadable:
            what = f"only text can be answered, not {self.messages[-1].unreadable[0]}"
            raise PromptProblem(what, where=f"messages.{len(self.messages) - 1}")

    @property
    def ending(self) -> AnswerEnding:
        """Where the answer is to end."""
        most = min((each for each in (self.max_tokens, self.max_completion_tokens) if each), default=None)
        stops = [self.stop] if isinstance(self.stop, str) else self.stop
        return AnswerEnding([stop for stop in stops if stop], most)

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
        if any(message.unreadable for message in self.messages[:-1]):
            names.append("pictures in earlier messages")
        before = any(message.role == "assistant" for message in self.messages)
        return [*names, *(["earlier messages"] if before and not remembers else [])]


class Completion:
    """One completion on its way out; every chunk of a stream has the same id."""

    done = "data: [DONE]\n\n"

    def __init__(self, model: str, unused: Sequence[str], usage: bool = False) -> None:
        self._unused, self._wants_usage, self._begun = list(unused), usage, False
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}

    def whole(self, answer: Answer, ending: AnswerEnding) -> dict[str, Any]:
        """The answer in one piece."""
        message: dict[str, Any] = {"role": "assistant", "content": ending.text, "refusal": None}
        message["annotations"] = _annotations(ending.text, answer)
        choice = {"index": 0, "message": message, "finish_reason": ending.reason(answer), "logprobs": None}
        body = {**self._head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)}
        return {**body, "protokit": self._told(answer)}

    def opening(self) -> Iterator[dict[str, Any]]:
        """Nothing comes before the first word."""
        return iter(())

    def delta(self, piece: str) -> Iterator[dict[str, Any]]:
        """A piece of the text."""
        role = {} if self._begun else {"role": "assistant"}
        self._begun = True
        yield self._chunk([{"index": 0, "delta": {**role, "content": piece}, "finish_reason": None}])

    def closing(self, answer: Answer, ending: AnswerEnding) -> Iterator[dict[str, Any]]:
        """The end of the text, with the sources, and the usage for those who asked for it."""
        annotations = _annotations(ending.text, answer)
        delta = {"annotations": annotations} if annotations else {}
        chunk = self._chunk([{"index": 0, "delta": delta, "finish_reason": ending.reason(answer)}])
        yield {**chunk, "protokit": self._told(answer)}
        if self._wants_usage:
            yield {**self._chunk([]), "usage": _usage(answer)}

    def failed(self, message: str, code: str) -> Iterator[dict[str, Any]]:
        """What is sent where an answer breaks off."""
        yield {"error": error_fields(message, "server_error", code)}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head, "object": "chat.completion.chunk", "choices": choices}

    def _told(self, answer: Answer) -> dict[str, Any]:
        return {**told(answer), "not_used": self._unused}


def told(answer: Answer) -> dict[str, Any]:
    """What an answer tells beside OpenAI's fields."""
    whole = answer_as_dict(answer)
    return {name: whole[name] for name in _TOLD}


def _annotations(text: str, answer: Answer) -> list[dict[str, Any]]:
    """The citations as OpenAI's clients read them, each at its [n]; a document has an address by its name alone."""
    annotations = []
    for start, end, citation in cited_places(text, answer):
        page = f"#page={citation.passage.page}" if citation.passage.page else ""
        url = f"urn:document:{quote(citation.passage.file)}{page}"
        place = {"start_index": start, "end_index": end, "title": citation.passage.where, "url": url}
        annotations.append({"type": "url_citation", "url_citation": place})
    return annotations


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.tokens_in,
        "completion_tokens": answer.tokens_out,
        "total_tokens": answer.tokens,
    }
