"""The default embedding: two views of each text, so that any of sixteen languages is found, and English best.

A vector has three parts: MiniLM's (English), a mark of texts that MiniLM does not know, and the Universal Sentence
Encoder's. Where both texts are English the cosine of two vectors is the mean of both models' similarities, which finds
more than either (`python -m benchmarks.retrieval DATA`, and with `--embedding minilm`). Where one of them is not, only
the Universal Sentence Encoder's part counts.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.minilm import MiniLM
from vectorstore.embeddings.universal_encoder import UniversalEncoder
from vectorstore.text.languages import guess

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHARE = 0.5**0.5
"""What each of two parts of unit length is scaled by, so that the whole has unit length."""
_STRETCH = 1.2
"""The encoder's similarity of a question and what answers it is lower than the mean of both: .40 against .47."""


class LanguageViews(Embedder):
    """Texts to vectors of 897: 384 for English, one mark, 512 for any language. Threads may share it."""

    id = f"{MiniLM.id}+{UniversalEncoder.id}"
    dimension = MiniLM.dimension + 1 + UniversalEncoder.dimension
    multilingual = True
    _border = MiniLM.dimension

    def __init__(self) -> None:
        self._english, self._any = MiniLM(), UniversalEncoder()

    def knowing(self, languages: Collection[str]) -> Embedder:
        """The half to compare texts of these languages (ISO 639-1) with: MiniLM where all of them are English."""
        return self._english if set(languages) <= {"en"} else self._any

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text, shape (len(texts), 897)."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        english = [at for at, text in enumerate(texts) if guess(text) == "en"]
        vectors[:, self._border] = _SHARE
        vectors[english, self._border] = 0.0
        if english:
            vectors[english, : self._border] = _SHARE * self._english.embed([texts[at] for at in english])
        vectors[:, self._border + 1 :] = _SHARE * self._any.embed(texts)
        return vectors

    def embed_question(self, text: str) -> "NDArray[np.float32]":
        """The vector of a question, shape (897,), of unit length."""
        vector: NDArray[np.float32] = self.question_views(text)[0]
        return vector

    def question_views(self, text: str) -> "NDArray[np.float32]":
        """Where English passages are looked for, and where those of other languages are; one row for a question
        that is not English, to which all passages are alike."""
        import numpy as np

        view = self.embed([text])[0]
        if view[self._border]:
            view[: self._border + 1] = 0.0
            alone: NDArray[np.float32] = (view / _SHARE)[None, :]
            return alone
        other = view.copy()
        other[: self._border] = 0.0
        other[self._border] = _SHARE
        return np.stack([view, other])

    def similarity(
        self, views: "NDArray[np.float32]", passages: "NDArray[np.float32]"
    ) -> "NDArray[np.float32]":
        """How alike, shape (passages,): the mean of both models' cosines, or where one side is not English the
        Universal Sentence Encoder's, stretched to that scale."""
        import numpy as np

        any_part = slice(self._border + 1, None)
        likeness = (
            _STRETCH * (passages[:, any_part] @ views[0, any_part]) / (_SHARE * _norm(views[0, any_part]))
        )
        if len(views) > 1:
            english = passages[:, self._border] == 0
            likeness = np.where(english, passages @ views[0], likeness)
        bounded: NDArray[np.float32] = np.minimum(likeness, 1.0).astype(np.float32)
        return bounded


def _norm(vector: "NDArray[np.float32]") -> float:
    import numpy as np

    return float(np.linalg.norm(vector))
