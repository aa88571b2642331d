"""What turns texts into vectors, and compares a question with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        """The vector of a question, shape (dimension,); models that want questions marked as such have their own."""
        vector: NDArray[np.float32] = self.embed([text])[0]
        return vector

    def question_views(self, text: str) -> "NDArray[np.float32]":
        """The vectors whose neighbours are looked for, shape (views, dimension): one, unless passages of several
        languages are found in different ways."""
        return self.embed_question(text)[None, :]

    def similarity(
        self, views: "NDArray[np.float32]", passages: "NDArray[np.float32]"
    ) -> "NDArray[np.float32]":
        """How alike a question and each of the passages are, shape (passages,), at most 1; on one scale for all.

        `views` come from `question_views`, `passages` from `embed`.
        """
        likeness: NDArray[np.float32] = passages @ views[0]
        return likeness
