"""Models as a string: "offline", "openai:NAME" (any OpenAI-compatible server) or "provider:NAME" through LangChain."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from protokit.runtime.citing import cite
from protokit.runtime.errors import ModelProblem
from protokit.runtime.packing import Message, pack
from protokit.runtime.requests import Citation, Condensation, Question
from protokit.runtime.tokens import count

_OPENAI = "https://api.openai.com/v1"
ROOM_FOR_ANSWER = 1024
"""Tokens of the context window that stay free for the answer."""


@dataclass(slots=True)
class Outcome:
    """What an engine tells beside the text, filled in while it streams."""

    model: str = "offline"
    citations: tuple[Citation, ...] = ()
    found: bool = True
    note: str = ""
    packing: str = ""
    tokens_in: int | None = None
    """The server's own count; None where it gave none."""
    tokens_out: int | None = None
    messages: list[Message] = field(default_factory=list)
    """What was sent, for counting tokens and for the trace."""


class Engine(Protocol):
    """Whatever can answer a Question and condense a text."""

    name: str

    def stream(self, asked: Question | Condensation, outcome: Outcome) -> Iterator[str]:
        """Yield the text in pieces; fill in `outcome` by the end. Raises ModelProblem."""
        ...


def connect(model: str, folder: Path | None = None) -> Engine:
    """Return the engine that the string `model` names; keys come from the environment or `folder`/.env.

    Nothing is sent and no heavy package is imported before the first question.
    """
    if folder is not None:
        load_keys(folder)
    if model == "offline":
        return OfflineEngine()
    provider, _, name = model.partition(":")
    if not name:
        raise ModelProblem(
            f'model "{model}" is not "offline" or "provider:name", such as "openai:gpt-4.1-mini".'
        )
    return OpenAIEngine(name) if provider == "openai" else LangChainEngine(model)


def load_keys(folder: Path) -> None:
    """Put the keys of `folder`/.env into the environment, where they are not there already."""
    from dotenv import load_dotenv

    load_dotenv(folder / ".env", override=False)


class OfflineEngine:
    """Quotes the passages; needs no key and no network, and cannot invent."""

    name = "offline"

    def stream(self, asked: Question | Condensation, outcome: Outcome) -> Iterator[str]:
        """Yield the answer word by word."""
        if isinstance(asked, Question):
            from protokit.runtime.answering import answer

            text, outcome.citations, outcome.found = answer(asked)
        else:
            from protokit.runtime.summaries import summarize

            text, outcome.citations, outcome.note = summarize(asked)
        send(asked, outcome)  # to nobody: it tells what a model would have read
        yield from _words(text)


def _words(text: str) -> Iterator[str]:
    start = 0
    for index, character in enumerate(text):
        if character.isspace():
            yield text[start : index + 1]
            start = index + 1
    if text[start:]:
        yield text[start:]


class OpenAIEngine:
    """Chat completions of OpenAI or any server that speaks its protocol (OPENAI_BASE_URL)."""

    def __init__(self, model: str) -> None:
        self.model, self.name = model, f"openai:{model}"

    def stream(self, asked: Question | Condensation, outcome: Outcome) -> Iterator[str]:
        """Yield the completion's text as the server sends it."""
        import openai

        messages, text = send(asked, outcome), ""
        try:
            for chunk in self._chunks(messages):
                if chunk.usage:
                    outcome.tokens_in = _counted(chunk.usage, "prompt_tokens")
                    outcome.tokens_out = _counted(chunk.usage, "completion_tokens")
                piece = chunk.choices[0].delta.content if chunk.choices else None
                if piece:
                    text += piece
                    yield piece
        except openai.OpenAIError as error:
            raise _explained(error, self.model, broken=bool(text)) from error
        except ValueError as error:  # a line of the stream is not JSON
            raise _problem(self.model, "the answer broke off. Try again") from error
        if not text:
            raise _problem(self.model, "the server answered nothing. Try again, or another model")
        outcome.citations = cite(text, asked)

    def _chunks(self, messages: list[Message]) -> Iterator[Any]:
        """What the server sends, piece by piece; a stream that is left early is closed, so the server stops too."""
        import openai

        server = os.environ.get("OPENAI_BASE_URL") or _OPENAI  # an empty line in .env is no server
        usage: Any = {"include_usage": True}
        sent: Any = messages
        with (
            openai.OpenAI(api_key=_openai_key(), base_url=server, timeout=60, max_retries=2) as client,
            client.chat.completions.create(
                model=self.model, messages=sent, stream=True, stream_options=usage
            ) as chunks,
        ):
            yield from chunks


def _counted(usage: object, name: str) -> int | None:
    """A count of tokens from a server, None where it makes no sense: not every compatible server counts."""
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and value >= 0 else None


class LangChainEngine:
    """Any other provider that LangChain's `init_chat_model` knows, once its package is installed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def stream(self, asked: Question | Condensation, outcome: Outcome) -> Iterator[str]:
        """Yield the model's text as it comes."""
        messages, text = send(asked, outcome), ""
        for chunk in self._model().stream(messages):
            if chunk.usage_metadata:
                outcome.tokens_in = chunk.usage_metadata["input_tokens"]
                outcome.tokens_out = chunk.usage_metadata["output_tokens"]
            if piece := str(chunk.text):
                text += piece
                yield piece
        outcome.citations = cite(text, asked)

    def _model(self) -> Any:
        from langchain.chat_models import init_chat_model

        try:
            return init_chat_model(self.name)
        except ImportError as error:
            raise ModelProblem(f"model {self.name}: {error}") from error
        except ValueError as error:
            raise ModelProblem(f"model {self.name}: {str(error).splitlines()[0]}") from error


def _openai_key() -> str:
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not os.environ.get("OPENAI_BASE_URL"):
        raise ModelProblem(
            "OPENAI_API_KEY is not set. Put it into the file .env of the prototype, or start with --model offline.",
            friendly="The language model is not connected yet.",
        )
    return key or "none"  # local servers ask for no key, the client insists on some text


def _explained(error: Exception, model: str, broken: bool) -> ModelProblem:
    """What an error of the openai package means; `broken` when a part of the answer had come already."""
    import openai

    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        cause = "the server refused the key. Check OPENAI_API_KEY"
    elif isinstance(error, openai.NotFoundError):
        cause = f'the server does not know the model "{model}". Check the name and OPENAI_BASE_URL'
    elif isinstance(error, openai.RateLimitError):
        cause = "the server says too many requests or no credit left. Wait, or check the account"
    elif isinstance(error, openai.APITimeoutError):
        cause = "the server did not answer in time. Try again, or a smaller model"
    elif isinstance(error, openai.APIConnectionError):
        cause = "no connection to the server. Check the network and OPENAI_BASE_URL"
        cause = "the answer broke off. Try again" if broken else cause
    else:
        cause = f"the server answered with an error ({type(error).__name__})"
    return _problem(model, cause)


def _problem(model: str, cause: str) -> ModelProblem:
    return ModelProblem(f"model openai:{model}: {cause}.")


def send(asked: Question | Condensation, outcome: Outcome) -> list[Message]:
    """The chat messages that hold a request, packed into the context window; what was packed goes into `outcome`."""
    if isinstance(asked, Condensation):
        wish = _text("summarizing.md").format(length=asked.length, shape=asked.shape, language=asked.language)
        instructions = f"{asked.instructions}\n\n{wish}".strip()
        outcome.messages = [
            {"role": "system", "content": instructions},
            {"role": "user", "content": asked.text},
        ]
        return outcome.messages
    rules = _text("citing.md") if asked.passages else _text("no_passages.md")
    packed = pack(
        f"{asked.instructions}\n\n{rules}".strip(),
        asked.history,
        asked.passages,
        asked.text,
        asked.context_tokens - min(ROOM_FOR_ANSWER, asked.context_tokens // 4),
        lambda text: count(text, outcome.model).tokens,
    )
    outcome.messages, outcome.packing = list(packed.messages), str(packed)
    return outcome.messages


def _text(name: str) -> str:
    return (Path(__file__).parent / "texts" / name).read_text(encoding="utf-8").strip()
