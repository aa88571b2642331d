"""Models as a string: "offline", "openai:NAME" (any OpenAI-compatible server) or "provider:NAME" through LangChain."""

from collections.abc import Iterator
from pathlib import Path

from protokit.runtime.completions import OpenAIEngine
from protokit.runtime.errors import ModelProblem
from protokit.runtime.providers import LangChainEngine
from protokit.runtime.requests import Prompt, Question, Request
from protokit.runtime.sending import Engine, Outcome, send

__all__ = ["Engine", "LangChainEngine", "OfflineEngine", "OpenAIEngine", "Outcome", "connect", "load_keys"]


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

    def stream(self, asked: Request, outcome: Outcome) -> Iterator[str]:
        """Yield the answer word by word. Raises ModelProblem for a Prompt."""
        if isinstance(asked, Prompt):
            raise ModelProblem("the offline engine quotes and follows no prompt. Name a language model.")
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
