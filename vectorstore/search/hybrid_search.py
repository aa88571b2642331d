"""One search: what words find and what meaning finds, joined into a list of passages."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from vectorstore.index.dense_index import DenseIndex
from vectorstore.index.docstore import Docstore
from vectorstore.passage import Passage
from vectorstore.search.fusion import fuse
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CANDIDATES = 50
"""Passages that each half of a search contributes."""


class HybridRetriever:
    """Searches one store. Threads may share it."""

    def __init__(self, catalogue: Docstore, meaning: DenseIndex) -> None:
        self._catalogue, self._meaning = catalogue, meaning
        self._last_source = ("", 0, "")
        self.trouble = ""
        """Why the last search went by words alone although there are vectors; empty if it did not."""

    def search(
        self,
        question: str,
        *,
        limit: int,
        filters: Mapping[str, str],
        by_meaning: bool,
    ) -> list[Passage]:
        """At most `limit` passages for a question that stands alone, best first, that agree with `filters`
        (file, kind)."""
        vector, dense = None, dict[str, float]()
        if by_meaning:
            vector, dense = self._nearest(question, filters)
        lexical = self._catalogue.search_words(question, limit=_CANDIDATES, also=dense, **filters)
        if vector is not None:
            # Chroma fails for rows that another process wrote a moment ago: those go by their words.
            with suppress(VectorstoreError):
                dense |= self._meaning.similarity(vector, [id for id in lexical if id not in dense])
        chunks = self._catalogue.chunks([*dict.fromkeys([*lexical, *dense])])
        passages = {id: chunk.passage for id, chunk in chunks.items()}
        return fuse(
            question,
            passages,
            lexical,
            dense,
            limit=limit,
            multilingual=self._meaning.embedder.multilingual,
            total=self._catalogue.count()[0],
            source=self._source,
        )

    def _source(self, file: str) -> str:
        """The text of a file; the last one is kept, as it is asked for again and may be long."""
        generation = self._catalogue.generation("words")
        name, revision, text = self._last_source
        if (name, revision) != (file, generation):
            text = self._catalogue.source(file) or ""
            self._last_source = (file, generation, text)
        return text

    def _nearest(
        self, question: str, filters: Mapping[str, str]
    ) -> "tuple[NDArray[np.float32] | None, dict[str, float]]":
        try:
            views = self._meaning.embedder.question_views(question)
            rows = self._meaning.nearest(views, _CANDIDATES, filters)
        except VectorstoreError as problem:
            self.trouble = f"Searching by words only: {problem}"
            return None, {}
        self.trouble = ""
        return views, rows
