"""Makes the vectors agree with the catalogue: embeds what waits, removes what is gone, and checks."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vectorstore.index.dense_index import DenseIndex
from vectorstore.index.docstore import Docstore, StoredChunk
from vectorstore.passage import embedding_text
from vectorstore.progress import Progress
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vectorstore.index.chroma import Metadata, Vectors

_BATCH = 64
"""Passages embedded and stored at a time: about three seconds of work, so the most that a kill can lose."""
_ANNOUNCE = 2_000
"""Passages after which other processes are told to look again; each then opens the vectors afresh."""


def embed_waiting(catalogue: Docstore, index: DenseIndex, tell: Callable[[Progress], None]) -> str:
    """Embed every passage without a vector, then see that Chroma holds exactly the catalogue's passages.

    Returns a line saying why all vectors were made again, or nothing. Only the one writer may call this.
    Raises VectorstoreError if a server does not answer or a stored passage is not found again; what is done
    stays done.
    """
    if not index.wanted:
        return ""
    from vectorstore.index.chroma import DamagedVectors

    try:
        return _Embedding(catalogue, index, tell).run()
    except DamagedVectors as problem:
        old = index.abandon()
        _Embedding(catalogue, index, tell).run()
        return f"Embedded again: {problem.what}; the damaged files were left in {old}, which may be deleted."


class _Embedding:
    def __init__(self, catalogue: Docstore, index: DenseIndex, tell: Callable[[Progress], None]) -> None:
        self._catalogue, self._index, self._tell = catalogue, index, tell
        self._vectors: Vectors = index.vectors()
        self._unannounced = 0

    def run(self) -> str:
        rebuilt = self._prepare()
        self._embed_all()
        self._remove_gone()
        self._check()
        return rebuilt

    def _prepare(self) -> str:
        # What a killed process wrote last may not have been announced: look at the files as they are.
        self._vectors.catch_up(self._catalogue.generation("vectors"), anyway=True)
        old, new = self._catalogue.fact("embedding"), self._index.embedder.id
        if old == new:
            self._vectors.prepare()
            return ""
        self._catalogue.set_fact("embedding", "")
        self._catalogue.forget_vectors()
        self._vectors.reset()
        self._catalogue.set_fact("embedding", new)
        self._announce()
        return f"Embedded again: the vectors were made by {old}, now by {new}." if old else ""

    def _embed_all(self) -> None:
        total, done = self._catalogue.count()
        while passages := self._catalogue.waiting(_BATCH):
            self._tell(Progress("embedding", done, total, passages[0].passage.file))
            self._store(passages)
            done += len(passages)
        if self._unannounced:
            self._announce()
        self._tell(Progress("embedding", done, total))

    def _store(self, passages: Sequence[StoredChunk]) -> None:
        ids = [chunk.id for chunk in passages]
        texts = [chunk.passage.text for chunk in passages]
        self._vectors.upsert(
            ids, self._vectors_of(passages), texts, [self._metadata(chunk) for chunk in passages]
        )
        if lost := set(ids) - self._vectors.present(ids):
            raise VectorstoreError(f"{len(lost)} passages were stored and not found again", fix="Sync again.")
        self._catalogue.mark_embedded(ids)
        self._unannounced += len(ids)
        if self._unannounced >= _ANNOUNCE:
            self._announce()

    def _vectors_of(self, passages: Sequence[StoredChunk]) -> "NDArray[np.float32]":
        """Vectors that Chroma has already are taken from there: moved text, text that occurs twice."""
        import numpy as np

        vectors = self._known({chunk.meaning for chunk in passages})
        new = {
            chunk.meaning: embedding_text(chunk.passage) for chunk in passages if chunk.meaning not in vectors
        }
        if new:
            vectors.update(zip(new, self._index.embedder.embed(list(new.values())), strict=True))
        return np.stack([vectors[chunk.meaning] for chunk in passages])

    def _known(self, meanings: set[str]) -> "dict[str, NDArray[np.float32]]":
        holders = self._catalogue.same_meaning(sorted(meanings))
        stored = self._vectors.vectors([id for ids in holders.values() for id in ids[:1]])
        return {wanted: stored[ids[0]] for wanted, ids in holders.items() if ids[0] in stored}

    def _metadata(self, chunk: StoredChunk) -> "Metadata":
        passage, entry = chunk.passage, self._catalogue.entry(chunk.passage.file)
        assert entry is not None  # a passage never outlives its file
        page = {} if passage.page is None else {"page": passage.page}
        return {
            "file": passage.file,
            "kind": entry.kind,
            "sha256": entry.sha256,
            "chunk": chunk.number,
            "start": passage.start,
            "end": passage.end,
            "place": passage.place,
            "heading": passage.heading,
            **page,
        }

    def _remove_gone(self) -> None:
        if ids := self._catalogue.removed_ids():
            self._vectors.delete(ids)
            self._catalogue.forget_gone(ids)
            self._announce()

    def _check(self) -> None:
        """Compare with what is really there; a store changed behind our back is mended."""
        total, _ = self._catalogue.count()
        self._tell(Progress("checking", 0, total))
        if self._vectors.count() != total:
            self._mend()
        if total and not self._vectors.nearest(self._index.embedder.embed_question("found again?"), 1):
            raise VectorstoreError("the stored passages are not found again", fix="Sync again.")

    def _mend(self) -> None:
        stored, wanted = self._vectors.ids(), self._catalogue.ids()
        self._vectors.delete(sorted(stored.difference(wanted)))
        self._catalogue.mark_embedded([id for id in wanted if id not in stored], embedded=False)
        self._announce()
        self._embed_all()
        if self._vectors.count() != len(wanted):
            raise VectorstoreError(
                "Chroma does not hold what was stored", fix="Delete the store and sync again."
            )

    def _announce(self) -> None:
        self._vectors.wrote(self._catalogue.vectors_changed())
        self._unannounced = 0
