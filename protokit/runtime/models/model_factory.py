"""Models as a string: "offline", "openai:NAME" (any OpenAI-compatible server) or "provider:NAME" through LangChain."""

from pathlib import Path

from protokit.runtime.models.base import Engine
from protokit.runtime.models.langchain_model import LangChainEngine
from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.models.openai_model import OpenAIEngine
from protokit.runtime.runtime_errors import ModelProblem


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
