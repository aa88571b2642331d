"""What one call to a model took, in tokens and in dollars."""

import os
from collections.abc import Mapping

from protokit.runtime.prompting.build_messages import ModelOutcome
from protokit.runtime.prompting.tokens import count
from protokit.runtime.usage.prices import Override, cost

_SERVERS = {"openai": "OPENAI_BASE_URL", "ollama": "OLLAMA_HOST"}
"""By provider, the environment variable that names another server than its usual one."""


def tokens_of_turn(outcome: ModelOutcome, model: str, text: str) -> tuple[int, int]:
    """Tokens in and out of the answer `text`: the server's own count, or else counted here."""
    sent = "\n".join(message["content"] for message in outcome.messages)
    tokens_in = count(sent, model) if outcome.tokens_in is None else outcome.tokens_in
    if outcome.tokens_out is not None:
        return tokens_in, outcome.tokens_out
    return tokens_in, count(text, model) + outcome.unseen


def dollars_of_turn(
    model: str, tokens_in: int, tokens_out: int, overrides: Mapping[str, Override]
) -> float | None:
    """The price of so many tokens at the server that is set, None where nobody knows it."""
    base_url = os.environ.get(_SERVERS.get(model.partition(":")[0], ""), "")
    return cost(model, tokens_in, tokens_out, overrides, base_url=base_url).dollars
