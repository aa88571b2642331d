"""The chat model of an agent, by its name: LangChain's, with the address and key that the other kinds use."""

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from protokit.runtime.models.openai_server import connect_openai
from protokit.runtime.prompting.build_messages import ModelOutcome
from protokit.runtime.runtime_errors import ModelProblem

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_SECONDS = 60.0
_PACKAGES = ("langchain", "langgraph.checkpoint.sqlite")


def agent_model(name: str, outcome: ModelOutcome) -> "BaseChatModel":
    """A model that can call tools. Raises ModelProblem where a package or a key is missing."""
    for package in _PACKAGES:
        if find_spec(package.partition(".")[0]) is None or find_spec(package) is None:
            raise ModelProblem(
                f'model {name}: a package is not installed. Run: pip install "protokit-studio[langchain]"'
            )
    from langchain.chat_models import init_chat_model

    fields: dict[str, Any] = {"max_tokens": outcome.max_tokens, "timeout": _SECONDS, "max_retries": 1}
    if outcome.temperature is not None:
        fields["temperature"] = outcome.temperature
    if name.startswith("openai:"):
        client = connect_openai(_SECONDS)
        fields |= {
            "base_url": str(client.base_url),
            "api_key": client.api_key,
            "default_headers": dict(client._custom_headers),
            "use_responses_api": False,
        }
    try:
        model: BaseChatModel = init_chat_model(name, **fields)
    except ImportError as error:
        package = next(iter(re.findall(r"\blangchain-[\w-]+", str(error))), "langchain-openai")
        raise ModelProblem(f"model {name}: a package is not installed. Run: pip install {package}") from error
    except Exception as error:  # mostly a key that is missing
        raise ModelProblem(
            f"model {name}: it cannot be made ({type(error).__name__}). Check its name and key."
        ) from error
    return model
