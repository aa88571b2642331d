"""A store on a server as other machines see it: its files and their text go there too, and come from there.

Words are searched in a catalogue on this machine. After a sync what is new in it is `pushed`; a machine that
has an older copy, or none, `pulls`. The files stand in a second collection, the passages' own rows hold all
the rest.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from vectorstore.index.dense_index import DenseIndex
from vectorstore.index.docstore import Docstore, DocumentEntry, StoredChunk, batches
from vectorstore.passage import Passage, embedding_text
from vectorstore.tables.table import Table, packed_table, unpacked_table

if TYPE_CHECKING:
    from vectorstore.index.chroma import Vectors

Metadata = Mapping[str, str | int]
Row = tuple[str, str, Metadata]
"""Id, document and metadata, as Chroma keeps them."""

_PIECE = 4_000
"""Characters of a source per row: hosted Chroma takes 16,384 bytes in one."""
_REVISION = "revision"
_LOOK_AGAIN = 5.0
"""Seconds for which the server is not asked again whether it has news."""


class StoreReplica:
    """The exchange between one catalogue and its server. Only the holder of the store's lock may push or
    pull."""

    def __init__(self, catalogue: Docstore, index: DenseIndex, url: str, name: str) -> None:
        self._catalogue, self._index, self._url = catalogue, index, url
        self._name = f"{name}-files"
        self._opened: Vectors | None = None
        self._looked = -_LOOK_AGAIN

    def is_old(self, *, now: bool = False) -> bool:
        """Whether the server holds something else than this copy; unless `now`, asks at most every five
        seconds."""
        if not now and time.monotonic() - self._looked < _LOOK_AGAIN:
            return False
        revision = self._revision().get("revision", "")
        self._looked = time.monotonic()
        return bool(revision) and revision != self._catalogue.fact(_REVISION)

    def pull(self) -> None:
        """Make the catalogue what the server holds."""
        theirs = {entry.file: entry for entry in self._entries()}
        ours = {entry.file: entry for entry in self._catalogue.entries()}
        for file in ours.keys() - theirs.keys():
            self._catalogue.drop(file)
        wanted = [entry for file, entry in theirs.items() if ours.get(file) != entry]
        passages = self._passages({entry.file for entry in wanted})
        for entry in wanted:
            chunks = sorted(passages.get(entry.file, []), key=lambda chunks: chunks.number)
            self._catalogue.put(entry, self._text(entry.file, "text"), chunks, self._tables(entry.file))
            self._catalogue.mark_embedded(chunks.id for chunks in chunks)
        self._catalogue.forget_gone(self._catalogue.removed_ids())
        revision = self._revision()
        self._catalogue.set_fact("embedding", str(revision.get("embedding", "")))
        self._catalogue.set_fact(_REVISION, str(revision.get("revision", "")))

    def push(self) -> None:
        """Make the server's files what the catalogue holds, and then say that there is something new."""
        theirs = {entry.file: entry for entry in self._entries()}
        ours = {entry.file: entry for entry in self._catalogue.entries()}
        for file, entry in theirs.items():
            if ours.get(file) != entry:
                self._files.delete([id for id, _, _ in self._files.rows({"file": file})])
        for file, entry in ours.items():
            if theirs.get(file) != entry:
                self._push_file(entry)
        revision = self._digest()
        if self._revision().get("revision") != revision:
            facts = {"revision": revision, "embedding": self._catalogue.fact("embedding"), "what": "store"}
            self._write([(_REVISION, "", facts)])
        self._catalogue.set_fact(_REVISION, revision)

    def close(self) -> None:
        """Let go of the connection."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _files(self) -> "Vectors":
        if self._opened is None:
            from vectorstore.index.chroma import Vectors

            self._opened = Vectors(self._url, self._name)
            self._opened.prepare()
        return self._opened

    def _revision(self) -> dict[str, Any]:
        return next((metadata for _, _, metadata in self._files.rows({"what": "store"})), {})

    def _entries(self) -> Iterator[DocumentEntry]:
        for _, _, metadata in self._files.rows({"what": "entry"}):
            yield DocumentEntry(**{name: metadata[name] for name in DocumentEntry.__dataclass_fields__})

    def _text(self, file: str, what: str) -> str:
        pieces = [
            (metadata["number"], text) for _, text, metadata in self._files.rows({"file": file, "what": what})
        ]
        return "".join(text for _, text in sorted(pieces))

    def _tables(self, file: str) -> list[Table]:
        return [unpacked_table(packed, file) for packed in json.loads(self._text(file, "tables") or "[]")]

    def _passages(self, files: set[str]) -> dict[str, list[StoredChunk]]:
        by_file: dict[str, list[StoredChunk]] = {}
        for id, text, row in self._index.vectors().rows():
            if row["file"] in files:
                places = (row["start"], row["end"], row.get("page"), row["place"], row["heading"])
                passage = Passage(text, row["file"], *places)
                chunk = StoredChunk(id, row["chunk"], embedding_text(passage), passage)
                by_file.setdefault(passage.file, []).append(chunk)
        return by_file

    def _push_file(self, entry: DocumentEntry) -> None:
        """The text first: the entry says that all of it is there."""
        if not entry.original:
            self._write(_pieces(entry.file, "text", self._catalogue.source(entry.file) or ""))
            tables = [packed_table(table) for table in self._catalogue.tables(entry.file)]
            # Escaped, so that a piece cannot end within a character that takes two.
            self._write(_pieces(entry.file, "tables", json.dumps(tables) if tables else ""))
        self._write([(_id(entry.file, -1), "", {"what": "entry", **asdict(entry)})])

    def _write(self, rows: Sequence[Row]) -> None:
        import numpy as np

        for part in batches(rows, 500):
            ids, texts, metadatas = zip(*part, strict=True)
            self._files.upsert(ids, np.ones((len(part), 1), dtype=np.float32), texts, metadatas)

    def _digest(self) -> str:
        """The same for the same content, on every machine."""
        facts = (self._catalogue.entries(), sorted(self._catalogue.ids()), self._catalogue.fact("embedding"))
        return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


def _pieces(file: str, what: str, text: str) -> list[Row]:
    rows: list[Row] = []
    for number, at in enumerate(range(0, len(text), _PIECE)):
        where: Metadata = {"what": what, "file": file, "number": number}
        rows.append((_id(file, number, what), text[at : at + _PIECE], where))
    return rows


def _id(file: str, number: int, what: str = "text") -> str:
    name = f"{number} {file}" if what == "text" else f"{what} {number} {file}"
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
