"""How many tokens a text is, counted here, for when no server has said so and for packing before the call.

The vocabularies come inside the wheel of `splintr-rs`: nothing is downloaded. A count made here is always an
estimate of what a server will bill, since chat templates add a few tokens; only the server's own usage is
not.
"""

import re
from functools import lru_cache
from typing import Protocol

_NEWEST = "o200k_base"
# First match wins, on the lower-case model name without its provider.
_VOCABULARIES = (
    (r"gpt-4o|chatgpt-4o", "o200k_base"),
    (r"gpt-3\.5|gpt-4(?!\.\d)|text-embedding", "cl100k_base"),
    (r"gpt|^o\d", "o200k_base"),
    (r"tinyllama|llama-?2|vicuna", "llama2"),
    (r"llama", "llama3"),
    (r"qwen", "qwen3"),
    (r"deepseek", "deepseek_v3"),
    (r"mistral|mixtral|codestral|ministral", "mistral_v3"),
    (r"gemma|gemini", "gemma3"),
    (r"phi", "phi4"),
    (r"kimi", "kimi_k2"),
    (r"glm", "glm4"),
    (r"olmo", "olmo2"),
)
# Without a tokenizer: pieces of up to six letters, digits by threes, every other sign by itself.
_PIECE = re.compile(r"[A-Za-z]{1,6}|\d{1,3}|[^\sA-Za-z\d]")


class _Vocabulary(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def count(text: str, model: str = "") -> int:
    """The tokens of `text` for `model` ("gpt-4o-mini", "openai:gpt-4o-mini", "llama3.2"...).

    A model whose vocabulary is not known is counted with OpenAI's newest one. Where the tokenizer's package
    is missing, letters are counted instead, which on prose comes out slightly high rather than low.
    """
    tokenizer = _load(vocabulary(model))
    if tokenizer is None:
        return len(_PIECE.findall(text))
    return len(tokenizer.encode_ordinary(text))


def vocabulary(model: str) -> str:
    """The name of the vocabulary that `model` is counted with."""
    whole = model.lower()
    # "ollama:qwen3" names the provider first, "mistral:7b" the size last: the part after the colon has
    # precedence.
    for name in (whole.partition(":")[2], whole):
        for pattern, known in _VOCABULARIES:
            if re.search(pattern, name):
                return known
    return _NEWEST


@lru_cache(maxsize=4)
def _load(name: str) -> _Vocabulary | None:
    try:
        from splintr import Tokenizer
    except ImportError:
        return None
    loaded: _Vocabulary = Tokenizer.from_pretrained(name)
    return loaded
