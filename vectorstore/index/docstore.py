"""The light file beside the vectors: which files are in, their passages, and what is still to be embedded.

It is one SQLite database. Everything that must survive a kill is written here first, and the index of words with it,
so words can be searched without Chroma, and what Chroma lacks or has too much is always known.
"""

import sqlite3
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeVar

from vectorstore.file_list import FileReport, FileStatus
from vectorstore.index import lexical_index, picture_pages, table_index
from vectorstore.index.docstore_file import connect
from vectorstore.loaders.document import Document
from vectorstore.passage import Passage
from vectorstore.tables.table import Table
from vectorstore.vectorstore_errors import VectorstoreError

T = TypeVar("T")

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
IN_HAND = "file in hand"
"""The fact that names the content being read and how often it was begun: what is left of it after a kill."""
_ENTRY = "file, sha256, kind, status, pages, reason, fix, original, chunking, hidden"
_PASSAGE = "id, file, number, start, end, page, place, heading, text, meaning"


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A file as it was read: what identifies it, and what came of it."""

    file: str
    sha256: str
    kind: str
    status: FileStatus
    pages: int = 0
    reason: str = ""
    fix: str = ""
    original: str = ""
    """The file with the same content that holds the passages, if this one is a duplicate."""
    chunking: str = ""
    """Version of the chunking that made its passages, and whether what the file hides was read."""
    hidden: str = ""
    """What it hides from who opens it, in words; empty where it hides nothing."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A passage as stored, under the id it has here and in Chroma."""

    id: str
    number: int
    """Its place among the passages of its file, counted from 0."""
    meaning: str
    """Hash of the text that is embedded: equal meaning, equal vector."""
    passage: Passage


class Docstore:
    """One open catalogue. Threads may share it: calls take turns, none lasts long."""

    def __init__(self, path: Path) -> None:
        """Open or make it. Raises VectorstoreError for another program's, sqlite3.DatabaseError for a damaged
        one.
        """
        self._turn = threading.RLock()
        self._path = path
        self._database = connect(path)

    def close(self) -> None:
        """Close the file; further calls fail."""
        with self._turn:
            self._database.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or, after an error or a kill, none."""
        with self._turn, self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                with suppress(sqlite3.DatabaseError):  # a damaged file has ended the transaction by itself
                    self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._turn, self._told():
            return self._database.execute(query, values).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell damage that shows only now, and have whoever opens the file next look through it."""
        try:
            yield
        except sqlite3.DatabaseError as problem:
            if (problem.sqlite_errorcode or 0) & 0xFF not in _DAMAGE:
                raise
            with suppress(OSError):
                suspicion(self._path).touch()
            fix = "Try again: it is read anew from the documents."
            raise VectorstoreError(f"is damaged ({problem})", where=self._path.name, fix=fix) from problem

    # The store as a whole

    def fact(self, name: str) -> str:
        """A named fact, such as the id of the embedding; empty if never set."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def set_fact(self, name: str, value: str) -> None:
        """Keep a named fact."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def generation(self, of: str) -> int:
        """How often the "words" (files and passages) or the "vectors" have changed: what is read elsewhere in
        between is then known to be old."""
        return int(self.fact(f"{of} generation") or 0)

    def vectors_changed(self) -> int:
        """Count one more change of the vectors, and return the number."""
        with self._writing() as database:
            _advance(database, "vectors")
        return self.generation("vectors")

    # Files

    def entries(self) -> list[DocumentEntry]:
        """Every file, by name."""
        return [DocumentEntry(*row) for row in self._rows(f"SELECT {_ENTRY} FROM files ORDER BY file")]

    def entry(self, file: str) -> DocumentEntry | None:
        """One file; None if it is not in."""
        rows = self._rows(f"SELECT {_ENTRY} FROM files WHERE file = ?", (file,))
        return DocumentEntry(*rows[0]) if rows else None

    def reports(self) -> list[FileReport]:
        """Every file as a person wants to see it, by name."""
        rows = self._rows(
            "SELECT f.file, f.status, COUNT(p.row), f.pages, f.reason, f.fix, f.hidden, f.chunking LIKE '%+hidden'"
            " FROM files f"
            " LEFT JOIN passages p ON p.file = f.file GROUP BY f.file ORDER BY f.file"
        )
        return [_report(*row) for row in rows]

    def original(self, file: str) -> str:
        """The file that holds the passages: another one if this is a duplicate, else itself."""
        entry = self.entry(file)
        return entry.original or file if entry else file

    def source(self, file: str) -> str | None:
        """The text that the offsets of a file's passages refer to; None for a file that is not in."""
        rows = self._rows("SELECT source FROM files WHERE file = ?", (self.original(file),))
        return zlib.decompress(rows[0][0]).decode("utf-8", "surrogatepass") if rows else None

    def put(
        self,
        entry: DocumentEntry,
        source: str,
        passages: Sequence[StoredChunk],
        tables: Sequence[Table] = (),
    ) -> None:
        """Replace a file by what was just read; passages that are in already keep their vectors."""
        blob = zlib.compress(source.encode("utf-8", "surrogatepass"), 1)
        with self._writing() as database:
            _advance(database, "words")
            ids = {chunk.id for chunk in passages}
            _drop_passages(database, entry.file, keeping=ids)
            database.execute(
                f"INSERT OR REPLACE INTO files ({_ENTRY}, source) VALUES ({_marks(11)})",
                (*astuple(entry), blob),
            )
            database.executemany("DELETE FROM gone WHERE id = ?", [(id,) for id in ids])
            database.executemany(
                f"INSERT OR IGNORE INTO passages ({_PASSAGE}) VALUES ({_marks(10)})", map(_stored, passages)
            )
            lexical_index.add_waiting(database)
            table_index.put(database, entry.file, tables)

    def drop(self, file: str) -> None:
        """Forget a file; its passages stop being found at once, their vectors go with the next sync."""
        with self._writing() as database:
            _advance(database, "words")
            _drop_passages(database, file, keeping=set())
            table_index.remove(database, file)
            database.execute("DELETE FROM files WHERE file = ?", (file,))

    def read_again(self, file: str = "") -> None:
        """Let the next sync read what is set aside: the content of `file` under all its names, or everything."""
        content = "(SELECT sha256 FROM files WHERE file = ?)" if file else "sha256"
        with self._writing() as database:
            sql = f"DELETE FROM files WHERE status = 'set aside' AND sha256 = {content} RETURNING file"
            for (name,) in database.execute(sql, (file,) if file else ()).fetchall():
                # What it is inside of is only opened when that is read again, too.
                inside = "DELETE FROM files WHERE substr(?, 1, length(file) + 1) = file || '/'"
                database.execute(inside, (name,))
            database.execute("DELETE FROM facts WHERE name = ?", (IN_HAND,))

    # Passages

    def count(self) -> tuple[int, int]:
        """How many passages there are, and how many of them have their vector."""
        (total,) = self._rows("SELECT COUNT(*) FROM passages")[0]
        (waiting,) = self._rows("SELECT COUNT(*) FROM passages WHERE NOT embedded")[0]  # an index of few rows
        return int(total), int(total - waiting)

    def ids(self) -> list[str]:
        """The ids of all passages, in order."""
        return [str(id) for (id,) in self._rows("SELECT id FROM passages ORDER BY row")]

    def index_words(self, tell: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Take passages that an older program stored into the index of words, and return how many there were;
        `tell` hears how far it is."""
        with self._turn, self._told():
            total = remaining = lexical_index.waiting(self._database)
        while remaining:
            tell(total - remaining, total)
            with self._writing() as database:
                lexical_index.add_waiting(database, 1000)
                remaining = lexical_index.waiting(database)
        return total

    def search_words(
        self,
        question: str,
        *,
        limit: int = 50,
        also: Collection[str] = (),
        file: str | None = None,
        kind: str | None = None,
    ) -> dict[str, float]:
        """BM25 scores by id as `lexical_index.search` gives them, of the passages of one file, or of one kind."""
        self.index_words()
        with self._turn, self._told():
            rows = None if file is kind is None else self._rows_of(file, kind)
            return lexical_index.search(self._database, question, limit=limit, also=also, among=rows)

    def unknown_words(self, question: str) -> set[str]:
        """The words of a question, in small letters, that no passage has in any form."""
        with self._turn, self._told():
            return lexical_index.unknown_words(self._database, question)

    def texts(self) -> list[str]:
        """The text of every passage, with its file and headings."""
        query = "SELECT file || ' ' || COALESCE(heading, '') || ' ' || text FROM passages"
        return [text for (text,) in self._rows(query)]

    def _rows_of(self, file: str | None, kind: str | None) -> set[int]:
        rows = self._rows(
            "SELECT p.row FROM passages p JOIN files f ON f.file = p.file"
            " WHERE (?1 IS NULL OR p.file = ?1) AND (?2 IS NULL OR f.kind = ?2)",
            (file, kind),
        )
        return {row for (row,) in rows}

    def chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """The passages of these ids; those that have gone since are left out."""
        chunks: dict[str, StoredChunk] = {}
        for part in batches(ids, 500):
            chunks.update(
                (chunk.id, chunk) for chunk in self._passages(f"WHERE id IN ({_marks(len(part))})", part)
            )
        return chunks

    def _passages(self, where: str, values: Sequence[object]) -> list[StoredChunk]:
        return [_kept(row) for row in self._rows(f"SELECT {_PASSAGE} FROM passages {where}", values)]

    def of_file(self, file: str) -> list[StoredChunk]:
        """The passages of one file, in order."""
        return self._passages("WHERE file = ? ORDER BY number", (file,))

    # Tables

    def tables(self, file: str | None = None) -> list[Table]:
        """The tables of one file, or of every file that holds its own, in the order of the source."""
        with self._turn, self._told():
            return table_index.tables(self._database, None if file is None else self.original(file))

    def search_tables(self, question: str, limit: int) -> list[Table]:
        """The tables that hold words of a question, best first."""
        with self._turn, self._told():
            return table_index.search(self._database, question, limit)

    # Pages that are pictures

    def expect_pictures(self, sha256: str, pages: Iterable[int]) -> None:
        """Let pages of a content wait for text recognition, unless they were read."""
        with self._writing() as database:
            picture_pages.expect(database, sha256, pages)

    def put_picture(self, sha256: str, page: int, document: Document) -> None:
        """Keep what was read on a page."""
        with self._writing() as database:
            picture_pages.put(database, sha256, page, document)

    def waiting_pictures(self) -> dict[str, list[int]]:
        """Content -> pages that wait for text recognition; none where only its file does not show them yet."""
        with self._turn, self._told():
            return picture_pages.waiting(self._database)

    def take_pictures(self, sha256: str) -> None:
        """Note that the file of a content shows what was read on its pages."""
        with self._writing() as database:
            picture_pages.take(database, sha256)

    def pictures(self, sha256: str) -> dict[int, Document]:
        """Page -> what was read there, of one content."""
        with self._turn, self._told():
            return picture_pages.of_content(self._database, sha256)

    # Vectors

    def waiting(self, limit: int) -> list[StoredChunk]:
        """The next passages without a vector, in order."""
        return self._passages("WHERE NOT embedded ORDER BY row LIMIT ?", (limit,))

    def same_meaning(self, meanings: Sequence[str]) -> dict[str, list[str]]:
        """For each meaning, the ids under which Chroma holds its vector, or may hold it."""
        marks = _marks(len(meanings))
        rows = self._rows(
            f"SELECT meaning, id FROM passages WHERE embedded AND meaning IN ({marks})"
            f" UNION ALL SELECT meaning, id FROM gone WHERE meaning IN ({marks})",
            [*meanings, *meanings],
        )
        groups: dict[str, list[str]] = {}
        for meaning, id in rows:
            groups.setdefault(meaning, []).append(id)
        return groups

    def mark_embedded(self, ids: Iterable[str], embedded: bool = True) -> None:
        """Note that Chroma was seen to hold these, or not to."""
        with self._writing() as database:
            values = [(embedded, id) for id in ids]
            database.executemany("UPDATE passages SET embedded = ? WHERE id = ?", values)

    def forget_vectors(self) -> None:
        """Note that Chroma holds nothing: every passage waits again."""
        with self._writing() as database:
            database.execute("UPDATE passages SET embedded = 0")
            database.execute("DELETE FROM gone")

    def removed_ids(self) -> list[str]:
        """Ids that Chroma may still hold and must not."""
        return [str(id) for (id,) in self._rows("SELECT id FROM gone")]

    def forget_gone(self, ids: Iterable[str]) -> None:
        """Note that Chroma does not hold these any more."""
        with self._writing() as database:
            database.executemany("DELETE FROM gone WHERE id = ?", [(id,) for id in ids])


def _report(
    file: str,
    status: FileStatus,
    passages: int,
    pages: int,
    reason: str,
    fix: str,
    hidden: str,
    reads_hidden: int,
) -> FileReport:
    return FileReport(file, status, passages, pages, reason, fix, hidden, bool(reads_hidden))


def suspicion(path: Path) -> Path:
    """The file that stands beside the catalogue at `path` once its damage has shown."""
    return path.with_name(f"{path.name}.suspect")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in runs of at most `size`."""
    return (items[at : at + size] for at in range(0, len(items), size))


def _marks(count: int) -> str:
    return ",".join("?" * count)


def _stored(chunk: StoredChunk) -> tuple[object, ...]:
    p = chunk.passage
    return (chunk.id, p.file, chunk.number, p.start, p.end, p.page, p.place, p.heading, p.text, chunk.meaning)


def _kept(row: tuple[Any, ...]) -> StoredChunk:
    id, file, number, start, end, page, place, heading, text, meaning = row
    return StoredChunk(id, number, meaning, Passage(text, file, start, end, page, place, heading))


def _advance(database: sqlite3.Connection, of: str) -> None:
    name = f"{of} generation"
    database.execute("INSERT OR IGNORE INTO facts VALUES (?, 0)", (name,))
    database.execute("UPDATE facts SET value = value + 1 WHERE name = ?", (name,))


def _drop_passages(database: sqlite3.Connection, file: str, *, keeping: set[str]) -> None:
    stored = database.execute("SELECT id, meaning, row FROM passages WHERE file = ?", (file,)).fetchall()
    dropped = [row for row in stored if row[0] not in keeping]
    # Also those not marked as embedded: a kill between Chroma's writing and ours leaves them in Chroma.
    database.executemany("INSERT OR REPLACE INTO gone VALUES (?, ?)", [row[:2] for row in dropped])
    lexical_index.remove(database, [row[2] for row in dropped])
    database.executemany("DELETE FROM passages WHERE id = ?", [row[:1] for row in dropped])
