"""Keeps the vectors of texts seen lately: judging and extracting ask for the same ones, as does a repeated question."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.language_views import LanguageViews
from vectorstore.embeddings.token_vectors import TokenVectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Tokens = Callable[[Sequence[str]], list[TokenVectors]]

_KEPT = 500
"""Texts that are remembered, those of about 30 questions: 25 MB with the vectors of their tokens, else 1 MB."""


class CachedEmbedding:
    """Texts to vectors by an embedder, each text once while it is remembered. Threads may share it."""

    def __init__(self, model: Embedder, *, kept: int = _KEPT) -> None:
        self.multilingual = model.multilingual
        """Whether the model knows other languages than English."""
        self.tokens: Tokens | None = self._recalled if hasattr(model, "embed_tokens") else None
        """Texts to the vectors of their tokens; None for a model that gives none."""
        self._model, self._kept = model, kept
        self._turn = threading.Lock()
        self._known: OrderedDict[str, TokenVectors] = OrderedDict()
        self._halves: dict[int, CachedEmbedding] = {}

    def knowing(self, languages: Collection[str]) -> "CachedEmbedding | None":
        """What compares texts of these languages (ISO 639-1) best; None where the model does not know them."""
        if isinstance(self._model, LanguageViews):
            half = self._model.knowing(languages)
            with self._turn:
                return self._halves.setdefault(id(half), CachedEmbedding(half, kept=self._kept))
        return self if self.multilingual or set(languages) <= {"en"} else None

    def __call__(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text, shape (len(texts), dimension)."""
        import numpy as np

        if not texts:
            return np.zeros((0, self._model.dimension), dtype=np.float32)
        return np.stack([vectors.whole for vectors in self._recalled(texts)])

    def _recalled(self, texts: Sequence[str]) -> list[TokenVectors]:
        with self._turn:
            vectors = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new:
            vectors.update(zip(new, self._made(new), strict=True))
        self._remember(vectors)
        return [vectors[text] for text in texts]

    def _made(self, texts: list[str]) -> list[TokenVectors]:
        import numpy as np

        if self.tokens is not None:
            results: list[TokenVectors] = self._model.embed_tokens(texts)  # type: ignore[attr-defined]
            return results
        return [
            TokenVectors(row, np.zeros((0, len(row)), dtype=np.float32), ())
            for row in self._model.embed(texts)
        ]

    def _remember(self, vectors: dict[str, TokenVectors]) -> None:
        with self._turn:
            for text, vector in vectors.items():
                self._known[text] = vector
                self._known.move_to_end(text)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
