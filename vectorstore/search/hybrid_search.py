"""One search: what words find and what meaning finds, joined into a list of passages."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from vectorstore.index.dense_index import DenseIndex
from vectorstore.index.docstore import Docstore
from vectorstore.passage import Passage
from vectorstore.search.fusion import fuse
from vectorstore.search.misspellings import respelt, words_in
from vectorstore.search.question_parts import parts
from vectorstore.text.languages import guess
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOOKED_THROUGH = 10_000
"""Passages whose words are looked through for what a misspelt one may mean: 0.5 s, once."""
_CANDIDATES = 50
"""Passages that each half of a search contributes."""


class HybridRetriever:
    """Searches one store. Threads may share it."""

    def __init__(self, catalogue: Docstore, meaning: DenseIndex) -> None:
        self._catalogue, self._meaning = catalogue, meaning
        self._last_source = ("", 0, "")
        self._words: tuple[int, frozenset[str], str] = (-1, frozenset(), "")
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
        (file, kind); for one that asks two things those for the whole and for each in turn."""
        question = self._mended(question)
        asked = [part.text for part in parts(question)]
        found = [
            self._search(text, limit=limit, filters=filters, by_meaning=by_meaning)
            for text in ([question, *asked] if len(asked) > 1 else [question])
        ]
        return found[0] if len(found) == 1 else _in_turn(found, limit)

    def _search(
        self, question: str, *, limit: int, filters: Mapping[str, str], by_meaning: bool
    ) -> list[Passage]:
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

    def _mended(self, question: str) -> str:
        """`question` with slips of the pen mended by the words of the documents, where those are few enough to look
        through."""
        unknown = self._catalogue.unknown_words(question)
        if not unknown or self._catalogue.count()[0] > _LOOKED_THROUGH:
            return question
        generation = self._catalogue.generation("words")
        if self._words[0] != generation:
            texts = self._catalogue.texts()
            self._words = (generation, words_in(texts), guess(" ".join(text[:200] for text in texts[::20])))
        _, words, language = self._words
        return respelt(question, words, language, is_known=lambda word: word not in unknown)

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


def _in_turn(rankings: Sequence[Sequence[Passage]], limit: int) -> list[Passage]:
    """The passages of several rankings, one of each in turn; scores count from the best of each."""
    turns = zip_longest(
        *([replace(each, score=each.score - found[0].score) for each in found] for found in rankings)
    )
    unique: dict[tuple[str, int], Passage] = {}
    for each in (each for turn in turns for each in turn if each is not None):
        unique.setdefault((each.file, each.start), each)
    return list(unique.values())[:limit]
