"""The knowledge base: a folder of documents kept as passages, found by words at once and by meaning later."""

import atexit
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.embedder_factory import NONE, NoEmbedder, embedder
from vectorstore.embeddings.embedding_cache import CachedEmbedding
from vectorstore.file_list import FileReport
from vectorstore.index.dense_index import DenseIndex
from vectorstore.index.docstore import Docstore
from vectorstore.index.set_aside import reports
from vectorstore.index.store_location import StorePaths, open_catalogue
from vectorstore.index.write_lock import only_writer
from vectorstore.ingestion.background_sync import BackgroundSync
from vectorstore.ingestion.embed_pending import embed_waiting
from vectorstore.ingestion.folder_sync import FolderSync
from vectorstore.ingestion.recognise_pending import recognise_waiting
from vectorstore.ingestion.replication import StoreReplica
from vectorstore.loaders import DEFAULT_LIMITS, LoaderLimits
from vectorstore.passage import Passage
from vectorstore.progress import Progress, Status, SyncReport
from vectorstore.search.follow_up import standalone_question
from vectorstore.search.hybrid_search import HybridRetriever
from vectorstore.tables.table import Table
from vectorstore.text import query_limits
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    from vectorstore.langchain_adapters import PassageRetriever

LOCK_WAIT = 600.0
"""Seconds that a sync waits for another process to finish its own."""
_ENOUGH = 0.9
"""Share of passages to be embedded before meaning counts: with less, those that are would be favoured."""


class KnowledgeBase:
    """Passages of a folder's documents, kept beside their vectors, searched by words and meaning.

    One may be shared by threads: searches go on while a sync runs. Several processes may open the same
    location: one at a time syncs, the others wait, and all notice what it changed.
    """

    def __init__(self, place: StorePaths, embedder: Embedder, limits: LoaderLimits = DEFAULT_LIMITS) -> None:
        """Use `open`."""
        self._limits = limits
        self._place = place
        self._catalogue: Docstore
        self._catalogue, self._mended = open_catalogue(place)
        self._meaning = DenseIndex(self._catalogue, place.home, place.url, place.name, embedder)
        self._finder = HybridRetriever(self._catalogue, self._meaning)
        self._mirror = (
            StoreReplica(self._catalogue, self._meaning, place.url, place.name) if place.url else None
        )
        self._background = BackgroundSync(self._sync_and_load)
        self._embed = CachedEmbedding(embedder)
        self._progress: Progress | None = None
        self._shortcoming = ""
        self.report: SyncReport | None = None
        """What the last whole sync of this object did, in the background or not."""

    @classmethod
    def open(
        cls,
        location: Path | str,
        name: str = "knowledge",
        *,
        embedding: str = "default",
        include_hidden: bool = False,
    ) -> Self:
        """Open or make the store `name` in a folder, or on the Chroma server at a URL such as
        http://host:8000.

        With `include_hidden`, a sync also reads what files hide from who opens them.
        `embedding` is a name for `vectorstore.embeddings.embedder_factory.embedder`. Nothing heavy is loaded. Raises
        VectorstoreError for a place that cannot be written, a name Chroma would not take, or an embedding
        that is not installed.
        """
        limits = replace(DEFAULT_LIMITS, include_hidden=include_hidden)
        return cls(StorePaths.of(location, name), embedder(embedding), limits)

    # Without opening it: no other store is made, repaired or waited for

    @staticmethod
    def files_of(location: Path | str, name: str = "knowledge") -> list[FileReport]:
        """Every file of a store as its last sync left it, by name; none of a store that is not there, or damaged."""
        return reports(location, name)

    @staticmethod
    def copy_to(location: Path, target: Path, name: str = "knowledge") -> bool:
        """Copy the folder of a store, unless something is writing there at this moment; whether it was copied."""
        if not location.is_dir():
            return False
        try:
            with only_writer(StorePaths.of(location, name).lock, wait=0, waiting=lambda: None):
                shutil.copytree(location, target)
        except (VectorstoreError, OSError):  # files of a database come and go while a page reads it
            shutil.rmtree(target, ignore_errors=True)
            return False
        return True

    # Keeping

    def sync(
        self,
        folder: Path | str,
        progress: Callable[[Progress], None] | None = None,
        *,
        wait: float = LOCK_WAIT,
    ) -> SyncReport:
        """Make the store agree with the folder, and return when every passage is stored and was found again.

        Only new and changed text is embedded. `folder` is the whole of the store: what it has no more goes. A
        sync by another process is waited for, at most `wait` seconds. Raises VectorstoreError for a missing
        folder, a store that stays busy, or a server that does not answer; a file that cannot be read is in
        the report.
        """
        began = time.monotonic()

        def tell(step: Progress) -> None:
            self._progress = step
            if progress:
                progress(step)

        def waiting() -> None:
            tell(Progress("waiting", 0, 0, "Waiting for another process that is writing here."))

        with only_writer(self._place.lock, wait=wait, waiting=waiting):
            self._take_over()
            older = self._catalogue.index_words(lambda done, total: tell(Progress("indexing", done, total)))
            reading = FolderSync(self._catalogue, tell, self._place.owns, self._limits)
            reading.run(Path(folder))
            self._background.words_are_in()
            embedded_again = embed_waiting(self._catalogue, self._meaning, tell)
            if self._mirror:
                self._mirror.push()
            self._recognise(reading, Path(folder), tell)
        indexed = "Words indexed again: by an older version they were kept in a file." if older else ""
        lines = (self._mended, indexed, reading.rebuilt, embedded_again)
        rebuilt = " ".join(line for line in lines if line)
        self._mended = self._shortcoming = self._finder.trouble = self._background.failure = ""
        seconds = time.monotonic() - began
        self.report = SyncReport(reading.reports(), *reading.counts(), seconds, rebuilt, self._notes())
        return self.report

    def sync_in_background(self, folder: Path | str) -> None:
        """Start `sync` in a thread and return; meanwhile `search` finds by words, and later by meaning.

        During such a sync, another pass follows, which takes in what has come since. From then on `search`, `tables`
        and `files` look whether the folder has changed, and start another. `status` tells how far it is. Chroma and
        the model load in that thread, so a page is up before them.
        """
        atexit.unregister(self.close)
        atexit.register(self.close)  # a thread inside native code must not outlive the interpreter
        self._background.request(Path(folder))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the background sync, at most so many seconds; whether it has ended."""
        return self._background.wait(seconds)

    def close(self) -> None:
        """Stop a background sync after the batch in hand, and let go of all files."""
        atexit.unregister(self.close)
        self._background.stop(30)
        if self._mirror:
            self._mirror.close()
        self._meaning.close()
        self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Telling

    @property
    def ready(self) -> bool:
        """Whether no sync is running and every passage can be found in every way this store offers."""
        return not self._background.running and self.status.phase == "ready"

    @property
    def status(self) -> Status:
        """What can be searched at this moment; `str` of it is a line for a page."""
        passages, embedded = self._catalogue.count()
        if trouble := self._background.failure or self._shortcoming or self._finder.trouble:
            return Status("failed", passages, embedded, trouble)
        if not passages:
            return Status("reading" if self._background.running else "empty")
        if self._meaning.embedder.id == NONE:
            return Status("reading" if self._reading else "ready", passages, 0, " ".join(self._notes()))
        if (
            not self._meaning.fits
            or embedded < passages
            or (self._background.running and not self._meaning.loaded)
        ):
            return Status("words", passages, embedded if self._meaning.fits else 0)
        return Status("ready", passages, embedded)

    def files(self) -> list[FileReport]:
        """Every file of the last sync, by name: read, a duplicate, or failed and why."""
        self._background.request_if_changed()
        self._look_at_server()
        return self._catalogue.reports()

    def source_text(self, file: str) -> str:
        """The text of a file as it was read: `source_text(p.file)[p.start:p.end] == p.text` for each passage.

        Raises VectorstoreError for a file that is not in the store.
        """
        self._look_at_server()
        text = self._catalogue.source(file)
        if text is None:
            raise VectorstoreError(
                "is not in this knowledge base", where=file, fix="Sync the folder that holds it."
            )
        return text

    # Finding

    def search(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        limit: int = 6,
        file: str | None = None,
        kind: str | None = None,
    ) -> list[Passage]:
        """The passages that bear most on a question, best first, at most `limit`.

        `history` holds the person's earlier questions, oldest first, for "and for contractors?". `file` (as
        in `Passage.file`) and `kind` ("pdf", "md"...) narrow the search. Words alone decide until vectors are
        there. While a background sync reads, this waits for it, at most a few seconds after it was started (longer
        where nothing was read before), so that no question is answered from half of the documents.
        """
        question = question[: query_limits.QUESTION]  # who asks is told; here it must only not harm
        history = [turn[: query_limits.QUESTION] for turn in history[-query_limits.TURNS :]]
        question = standalone_question(question, history)
        self._background.request_if_changed()
        self._background.wait_for_words(nothing_yet=not self._catalogue.count()[0])
        self._look_at_server()
        holder = None if file is None else self._catalogue.original(file)
        filters = {key: value for key, value in (("file", holder), ("kind", kind)) if value is not None}
        return self._finder.search(question, limit=limit, filters=filters, by_meaning=self._has_meaning)

    def tables(self, file: str | None = None) -> list[Table]:
        """Every table that was read, by file and in the order of each, or those of one file.

        Cells are as the source shows them; `vectorstore.tables.cell_values.cell_value` gives their values. A file
        with the same content as another has the tables of that one, under its name.
        """
        self._background.request_if_changed()
        self._background.wait_for_words(nothing_yet=not self._catalogue.count()[0])
        self._look_at_server()
        return self._catalogue.tables(file)

    def search_tables(self, question: str, *, limit: int = 5) -> list[Table]:
        """The tables that bear most on a question, best first, at most `limit`.

        They are found by the words of their titles, headings, names of columns and cells, and by the name of their
        file, which all weigh more than the cells; waits for a background sync as `search` does.
        """
        self._background.wait_for_words(nothing_yet=not self._catalogue.count()[0])
        self._look_at_server()
        return self._catalogue.search_tables(question[: query_limits.QUESTION], limit)

    @property
    def embed(self) -> CachedEmbedding | None:
        """Texts to vectors by this store's model, for `extract` and `answerable`; None while there is none.

        It remembers what it embedded lately, so that the two, and a question that comes again, cost little.
        """
        return self._embed if self._has_meaning else None

    def as_retriever(self, *, limit: int = 6) -> "PassageRetriever":
        """This knowledge base as a LangChain retriever: Documents with the citation as metadata.

        Raises VectorstoreError with the install command where LangChain is not installed.
        """
        try:
            from vectorstore.langchain_adapters import PassageRetriever
        except ModuleNotFoundError:
            raise VectorstoreError("LangChain is not installed", fix="pip install langchain-core") from None
        return PassageRetriever(knowledge=self, k=limit)

    # How it is done

    @property
    def _reading(self) -> bool:
        return self._background.running and (
            self._progress is None or self._progress.step in ("waiting", "indexing", "looking", "reading")
        )

    @property
    def _has_meaning(self) -> bool:
        if not self._meaning.fits or (self._background.running and not self._meaning.loaded):
            return False
        passages, embedded = self._catalogue.count()
        return embedded > 0 and embedded >= _ENOUGH * passages

    def _take_over(self) -> None:
        """Before a sync: begin with what the server has. If it is away, the files are read all the same."""
        if self._mirror:
            with suppress(VectorstoreError):
                if self._mirror.is_old(now=True):
                    self._mirror.pull()

    def _look_at_server(self) -> None:
        """Take over what another machine has synced; a page that is still loading is not kept waiting for
        it."""
        if self._mirror is None or self._background.running:
            return
        try:
            if self._mirror.is_old():
                with only_writer(self._place.lock, wait=0, waiting=lambda: None):
                    self._mirror.pull()
            self._shortcoming = ""
        except VectorstoreError as problem:
            self._shortcoming = f"Searching in this machine's copy: {problem}"

    def _notes(self) -> tuple[str, ...]:
        model = self._meaning.embedder
        return (model.note,) if isinstance(model, NoEmbedder) and model.note else ()

    def _recognise(self, reading: FolderSync, folder: Path, tell: Callable[[Progress], None]) -> None:
        """Read the pages that are pictures, now that all else can be found in every way."""
        if not self._catalogue.waiting_pictures():
            return
        if self._background.running:
            self._meaning.load()
        if recognise_waiting(self._catalogue, reading, folder, tell):
            embed_waiting(self._catalogue, self._meaning, tell)
            if self._mirror:
                self._mirror.push()

    def _sync_and_load(self, folder: Path, tell: Callable[[Progress], None]) -> None:
        self.sync(folder, tell)
        self._meaning.load()
