"""The engine for every other provider: LangChain's `init_chat_model`, once the provider's package is installed."""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from importlib.util import find_spec
from typing import Any

from protokit.runtime.assistant_types import Request
from protokit.runtime.models.answer_limit import Longest
from protokit.runtime.models.stream_timeout import StreamTimeout, StreamTimeouts, paced
from protokit.runtime.models.thoughts import ThoughtSplitter, text_and_thought, thinks_aloud
from protokit.runtime.prompting.build_messages import CUT, ModelOutcome, build_messages
from protokit.runtime.prompting.context_window import Message
from protokit.runtime.runtime_errors import ModelProblem

_LONGEST = {"ollama": "num_predict", "huggingface": "max_new_tokens"}
"""The providers that call the longest answer something else than `max_tokens`."""
_CUT = {"length", "max_tokens"}
"""What providers call the end of an answer that has come to its longest."""
_PACKAGE = re.compile(r"pip install -?U? ?([\w.-]*\w)|\b(langchain-[\w-]*\w)")


class LangChainEngine:
    """Any provider that LangChain knows, by "provider:name"."""

    def __init__(self, name: str, patience: StreamTimeouts | None = None) -> None:
        self.name = name
        self._patience = patience or StreamTimeouts()

    def stream(self, request: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the model's text as it comes."""
        messages, text, longest = build_messages(request, outcome), "", Longest(outcome)
        try:
            with closing(self._deltas(messages, outcome)) as deltas:
                for said, thought in deltas:
                    if piece := longest.admit(said, thought):
                        text += piece
                        yield piece
                    if longest.reached:
                        break
        except ModelProblem:
            raise
        except StreamTimeout as error:
            cause = "the answer stopped half-way" if text else "the server did not answer in time"
            raise ModelProblem(f"model {self.name}: {cause}. Try again, or a smaller model.") from error
        except Exception as error:  # each provider's package has errors of its own
            raise self._explained(error, broken=bool(text)) from error
        if not text and not outcome.stopped.is_set():
            cause = "the server answered nothing. Try again, or another model"
            if outcome.note == CUT:
                cause = (
                    f"it took its {outcome.max_tokens:,} tokens to think. Raise max_tokens in prototype.yaml"
                )
            raise ModelProblem(f"model {self.name}: {cause}.")
        outcome.take(request.read(text))

    def _deltas(
        self, messages: list[Message], outcome: ModelOutcome
    ) -> Generator[tuple[str, str], None, None]:
        """What is said and what is thought, asked for again without a temperature where the model takes none."""
        answered = False
        try:
            for delta in self._paced(messages, outcome, outcome.temperature):
                answered = True
                yield delta
        except Exception as error:  # each provider's package has errors of its own
            if answered or outcome.temperature is None or "temperature" not in str(error).lower():
                raise
            yield from self._paced(messages, outcome, None)

    def _paced(
        self, messages: list[Message], outcome: ModelOutcome, temperature: float | None
    ) -> Iterator[tuple[str, str]]:
        return paced(
            self._split(self._model(outcome, temperature).stream(messages), outcome),
            self._patience,
            speaks=lambda delta: bool(delta[0]),
            thinks=lambda delta: bool(delta[1]),
            hang_up=lambda: None,  # the packages have no way: the thread ends with the next piece
            stopped=outcome.stopped,
        )

    def _split(self, chunks: Iterator[Any], outcome: ModelOutcome) -> Iterator[tuple[str, str]]:
        splitter = ThoughtSplitter(thinks_aloud(self.name))
        for chunk in chunks:
            if chunk.usage_metadata:
                outcome.tokens_in = chunk.usage_metadata["input_tokens"]
                outcome.tokens_out = chunk.usage_metadata["output_tokens"]
            told = chunk.response_metadata or {}
            if _CUT & {
                str(told.get(name)).lower() for name in ("finish_reason", "stop_reason", "done_reason")
            }:
                outcome.note = CUT
            said, thought = text_and_thought(chunk.content)
            thought += str((chunk.additional_kwargs or {}).get("reasoning_content") or "")
            if thought:
                splitter.thought_apart()
            text, aloud = splitter.split(said)
            yield text, thought + aloud
        yield splitter.end()

    def _model(self, outcome: ModelOutcome, temperature: float | None) -> Any:
        fields: dict[str, Any] = {_LONGEST.get(self.name.partition(":")[0], "max_tokens"): outcome.max_tokens}
        if temperature is not None:
            fields["temperature"] = temperature
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
