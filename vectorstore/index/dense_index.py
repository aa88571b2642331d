"""The index of meaning: the embedder and its vectors in Chroma, loaded when needed, as both take a second."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.embedder_factory import NONE
from vectorstore.index.docstore import Docstore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vectorstore.index.chroma import Vectors


class DenseIndex:
    """Finds a catalogue's passages by meaning, and tells their similarity. Threads may share it."""

    def __init__(self, catalogue: Docstore, home: Path, url: str, name: str, embedder: Embedder) -> None:
        self.embedder = embedder
        self._catalogue, self._home, self._url, self._name = catalogue, home, url, name
        self._loading = threading.Lock()
        self._vectors: Vectors | None = None

    @property
    def loaded(self) -> bool:
        """Whether a search costs milliseconds, not seconds."""
        return self._vectors is not None

    @property
    def wanted(self) -> bool:
        """Whether there is anything to store: without a model only a server needs the rows."""
        return self.embedder.id != NONE or bool(self._url)

    @property
    def fits(self) -> bool:
        """Whether there are vectors, and this embedder made them."""
        return self.embedder.id != NONE and self._catalogue.fact("embedding") == self.embedder.id

    @property
    def folder(self) -> Path:
        """Where an embedded Chroma keeps its files; a damaged one is left behind for the next number."""
        return self._home / (self._catalogue.fact("vectors folder") or f"{self._name}.vectors")

    def vectors(self) -> "Vectors":
        """The collection, opened; imports Chroma at the first call (a second of processor time)."""
        with self._loading:
            if self._vectors is None:
                from vectorstore.index.chroma import Vectors

                location = self._url or self.folder
                self._vectors = Vectors(location, self._name, self._catalogue.generation("vectors"))
            return self._vectors

    def load(self) -> None:
        """Make the first search quick: load the model and open the collection."""
        if self.fits:
            self.embedder.embed_question("ready")
            self.vectors()

    def abandon(self) -> str:
        """Leave a damaged folder aside, untouched, and start an empty one; returns the old one's name."""
        old = self.folder
        self.close()
        number = 2
        while (self._home / f"{self._name}.vectors-{number}").exists():
            number += 1
        self._catalogue.forget_vectors()
        self._catalogue.set_fact("vectors folder", f"{self._name}.vectors-{number}")
        return old.name

    def close(self) -> None:
        """Let go of Chroma; the next call opens it again."""
        with self._loading:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None

    def nearest(
        self, views: "NDArray[np.float32]", limit: int, where: Mapping[str, str] | None = None
    ) -> dict[str, float]:
        """Similarity by id of the `limit` passages nearest to each view of a question, of those that agree."""
        vectors = self.vectors()
        vectors.catch_up(self._catalogue.generation("vectors"))
        near = dict.fromkeys(id for view in views for id in vectors.nearest(view, limit, where))
        return self.similarity(views, list(near))

    def similarity(self, views: "NDArray[np.float32]", ids: Sequence[str]) -> dict[str, float]:
        """Similarity of these passages to a question's views; those without a vector are left out."""
        import numpy as np

        stored = self.vectors().vectors(ids)
        if not stored:
            return {}
        likeness = self.embedder.similarity(views, np.stack(list(stored.values())))
        return dict(zip(stored, map(float, likeness), strict=True))
