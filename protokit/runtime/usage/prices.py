"""What a call costs in dollars, from a price table that lies on this machine.

The table is the package `genai-prices`, which never updates itself unless told to, so no call here uses the
network. It takes a quarter of a second to load and is loaded on the first question about a paid model.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from protokit.runtime.assistant_types import Elsewhere

Override = tuple[float, float]
"""Dollars for a million tokens in, and for a million tokens out."""

_LOCAL_PROVIDERS = frozenset({"ollama", "llamacpp", "llama_cpp", "lmstudio", "vllm", "gpt4all"})
_MAKERS_OWN = re.compile(r"gpt-(?!oss)|chatgpt|o\d|claude|gemini", re.IGNORECASE)
"""Models that run at their makers alone: a server of one's own only passes the question on, and the bill comes."""

_MAKERS = frozenset(
    {"anthropic", "cohere", "deepseek", "google", "meta", "mistral", "moonshotai", "openai", "x-ai", "zai"}
)
_OF_OTHER_KINDS = re.compile(
    r"image|audio|realtime|transcribe|tts|embed|whisper|moderation|ocr|live|search|imagine|rerank|:|^ft|veo|robotics|-$"
)
"""Models that do not write text, or are only there for those who trained them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars, or None where nobody knows; `source` says in a few words where the number comes from."""

    dollars: float | None
    source: str


def cost(
    model: str,
    tokens_in: int,
    tokens_out: int,
    overrides: Mapping[str, Override] | None = None,
    *,
    base_url: str = "",
) -> Cost:
    """What a call to `model` ("offline", "openai:gpt-4o-mini", "gpt-4o-mini"...) costs.

    `overrides` (prices from prototype.yaml, by the model's full string or bare name) go first; [0, 0] says that
    a server sends no bill. Then the offline engine and servers on this machine are free, but for the models of
    makers that nobody else runs: those cost what they cost there. The table is asked for the rest. A model that it
    does not hold, or any model on a server that it does not hold, also one of a private network, is unknown and
    never 0.
    """
    own = _override(model, overrides or {})
    if own is not None:
        return Cost((tokens_in * own[0] + tokens_out * own[1]) / 1e6, "prices in prototype.yaml")
    if is_local(model, base_url):
        if not _MAKERS_OWN.match(_split(model)[1]):
            return Cost(0.0, "runs on this machine")
        base_url = ""  # a gateway: the maker's own price
    return _from_table(model, tokens_in, tokens_out, base_url)


@cache
def priced_models() -> tuple[str, ...]:
    """Every model of the table that writes text and that its maker sells: "openai:gpt-4.1-mini"."""
    from genai_prices import data_snapshot

    return tuple(
        f"{provider.id}:{model.id}"
        for provider in data_snapshot.get_snapshot().providers
        if provider.id in _MAKERS
        for model in provider.models
        if not model.deprecated
        and not _OF_OTHER_KINDS.search(model.id)
        and cost(f"{provider.id}:{model.id}", 1000, 1000).dollars
    )


def elsewhere(
    model: str | None, tokens_in: int, tokens_out: int, overrides: Mapping[str, Override] | None = None
) -> Elsewhere | None:
    """What the same tokens would cost on `model` at its maker, wherever they were spent; None where none is named."""
    return Elsewhere(model, cost(model, tokens_in, tokens_out, overrides).dollars) if model else None


def is_local(model: str, base_url: str = "") -> bool:
    """Whether calls to `model` go no further than this machine."""
    if model == "offline":
        return True
    if not base_url:
        return model.partition(":")[0] in _LOCAL_PROVIDERS
    host = urlsplit(base_url if "//" in base_url else f"//{base_url}").hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _from_table(model: str, tokens_in: int, tokens_out: int, base_url: str) -> Cost:
    from genai_prices import Usage, __version__, calc_price

    provider, name = _split(model)
    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
    try:
        if base_url and provider in (None, "openai"):
            price = calc_price(usage, name, provider_api_url=base_url)
        else:
            price = calc_price(usage, name, provider_id=provider)
    except LookupError:
        where = f" at {urlsplit(base_url).hostname or base_url}" if base_url else ""
        return Cost(None, f'no price is known for "{name}"{where}; set one under prices in prototype.yaml')
    return Cost(float(price.total_price), f"genai-prices {__version__}: {price.provider.id} {price.model.id}")


def _override(model: str, overrides: Mapping[str, Override]) -> Override | None:
    return overrides.get(model) or overrides.get(model.partition(":")[2])


def _split(model: str) -> tuple[str | None, str]:
    """Provider and name: "openai:gpt-4o" gives both; a bare name leaves the provider to be found."""
    provider, colon, name = model.partition(":")
    return (provider, name) if colon and provider.isidentifier() else (None, model)
