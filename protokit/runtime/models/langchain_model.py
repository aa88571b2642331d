"""The engine for every other provider: LangChain's `init_chat_model`, once the provider's package is installed."""

import re
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from typing import Any

from protokit.runtime.assistant_types import Request
from protokit.runtime.models.answer_limit import Longest
from protokit.runtime.prompting.build_messages import ModelOutcome, build_messages
from protokit.runtime.runtime_errors import ModelProblem

_LONGEST = {"ollama": "num_predict", "huggingface": "max_new_tokens"}
"""The providers that call the longest answer something else than `max_tokens`."""
_PACKAGE = re.compile(r"pip install -?U? ?([\w.-]*\w)|\b(langchain-[\w-]*\w)")


class LangChainEngine:
    """Any provider that LangChain knows, by "provider:name"."""

    def __init__(self, name: str) -> None:
        self.name = name

    def stream(self, request: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the model's text as it comes."""
        messages, text, longest = build_messages(request, outcome), "", Longest(outcome)
        model = self._model(outcome)
        try:
            with closing(model.stream(messages)) as chunks:
                for chunk in chunks:
                    if chunk.usage_metadata:
                        outcome.tokens_in = chunk.usage_metadata["input_tokens"]
                        outcome.tokens_out = chunk.usage_metadata["output_tokens"]
                    if piece := longest.admit(str(chunk.text)):
                        text += piece
                        yield piece
                    if longest.reached:
                        break
        except Exception as error:  # each provider's package has errors of its own
            raise self._explained(error, broken=bool(text)) from error
        if not text:
            raise ModelProblem(
                f"model {self.name}: the server answered nothing. Try again, or another model."
            )
        outcome.take(request.read(text))

    def _model(self, outcome: ModelOutcome) -> Any:
        fields: dict[str, Any] = {_LONGEST.get(self.name.partition(":")[0], "max_tokens"): outcome.max_tokens}
        if outcome.temperature is not None:
            fields["temperature"] = outcome.temperature
        try:
            from langchain.chat_models import init_chat_model

            return init_chat_model(self.name, **fields)
        except ImportError as error:
            found = _PACKAGE.search(str(error))
            package = (found[1] or found[2]) if found else f"langchain-{self.name.partition(':')[0]}"
            if find_spec("langchain") is None:
                package = f'"protokit-studio[langchain]" {package}'
            raise ModelProblem(
                f"model {self.name}: a package is not installed. Run: pip install {package}"
            ) from error
        except Exception as error:  # mostly a key that is missing; its name is worth saying
            names = re.findall(r"\b[A-Z][A-Z0-9]*_API_KEY\b", str(error))
            wish = f"Set {names[0]} in the file .env" if names else "Check its name, as in provider:name"
            raise ModelProblem(
                f"model {self.name}: it cannot be made ({type(error).__name__}). {wish}."
            ) from error

    def _explained(self, error: Exception, broken: bool) -> ModelProblem:
        """Say what kind of error it was; its own words may hold the key."""
        status = getattr(error, "status_code", None) or getattr(
            getattr(error, "response", None), "status_code", None
        )
        kind = f"{type(error).__name__}{f', status {status}' if isinstance(status, int) else ''}"
        cause = "the answer broke off" if broken else "the model did not answer"
        return ModelProblem(f"model {self.name}: {cause} ({kind}). Check its name, its key and the network.")
