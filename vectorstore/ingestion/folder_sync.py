"""Makes the catalogue agree with a folder: reads what changed, moves what was renamed, drops what is gone."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from vectorstore.chunking import CHUNKING_VERSION, chunk
from vectorstore.index.docstore import IN_HAND, Docstore, DocumentEntry, StoredChunk
from vectorstore.loaders import ReaderFailure, Unreadable, find_files, read, refused_files
from vectorstore.passage import Passage, embedding_text
from vectorstore.progress import FileReport, FileStatus, Progress
from vectorstore.tables.table import Table
from vectorstore.vectorstore_errors import VectorstoreError

Tell = Callable[[Progress], None]
Content = tuple[str, str]
"""Hash and ending of a file: files of equal content give equal passages."""
_MOST_KILLS = 2
"""So many times the whole program may end over a file, as it also does for other reasons, before it is set aside."""
_UNREAD = ("failed", "set aside")
_AGAIN = "It is set aside until it changes or you ask to read it again."


@dataclass(frozen=True, slots=True)
class _Found:
    """A file in the folder; `file` is its path relative to the folder with forward slashes, as cited."""

    file: str
    path: Path
    sha256: str

    @property
    def content(self) -> Content:
        return self.sha256, self.path.suffix.lower()


@dataclass(slots=True)
class FolderSync:
    """One pass over a folder. `tell` hears of each step."""

    catalogue: Docstore
    tell: Tell
    skip: Callable[[Path], bool]
    """Which files are not documents: the store's own, if it stands in the folder."""
    status: dict[str, FileStatus] = field(default_factory=dict)
    """What became of each file that is in the folder."""
    removed: list[str] = field(default_factory=list)
    rebuilt: str = ""
    _before: dict[str, DocumentEntry] = field(default_factory=dict)
    _known: dict[str, DocumentEntry] = field(default_factory=dict)
    """What the catalogue holds: at the start, and now."""
    _present: set[str] = field(default_factory=set)
    _moved: set[str] = field(default_factory=set)
    _holder: dict[Content, str] = field(default_factory=dict)
    """The file that holds the passages of a content, among those already dealt with."""
    _lost: dict[Content, str] = field(default_factory=dict)
    """The file whose passages, still in the catalogue, are of a content that it no longer has."""
    _aside: dict[Content, DocumentEntry] = field(default_factory=dict)
    """What took its reader down, under whatever name."""
    _killed: tuple[Content, int] = (("", ""), 0)
    """What was being read when the last pass was killed, and how often that has happened."""

    def run(self, folder: Path) -> None:
        """Bring the catalogue up to date. Raises VectorstoreError if there is no such folder.

        Every file is a step of its own: after a kill the next pass takes up where this one was.
        """
        files = _look(folder, self.tell, self.skip)
        self._before = {entry.file: entry for entry in self.catalogue.entries()}
        self._known = dict(self._before)
        self._present = {found.file for found in files}
        self._notice_version()
        self._aside = {_content(e): e for e in self._known.values() if e.status == "set aside"}
        self._killed = _in_hand(self.catalogue.fact(IN_HAND))
        # Last, what was in hand when the program ended: should it end again, all the others are in.
        fresh = sorted(
            (found for found in files if not self._is_unchanged(found)),
            key=lambda found: found.content == self._killed[0],
        )
        unchanged = {file for file, status in self.status.items() if status == "unchanged"}
        self._lost = {
            _content(e): e.file for e in self._known.values() if _usable(e) and e.file not in unchanged
        }
        for done, found in enumerate(fresh):
            self.tell(Progress("reading", done, len(fresh), found.file))
            self._take(found)
        self._note_refused(folder)
        self._drop_missing()

    def reports(self) -> tuple[FileReport, ...]:
        """Every file with what became of it this time, the removed ones last."""
        files = self.catalogue.reports()
        now = [replace(report, status=self.status.get(report.file, report.status)) for report in files]
        return (*now, *(FileReport(file, "removed") for file in self.removed))

    def counts(self) -> tuple[int, int, int]:
        """How many files were added, changed and removed; a renamed one is none of these."""
        files = [file for file, status in self.status.items() if status in ("read", "duplicate")]
        added = sum(file not in self._before for file in files)
        return added, len(files) - added, len(self.removed)

    def _notice_version(self) -> None:
        versions = {entry.chunking for entry in self._known.values() if entry.status == "read"}
        if old := versions - {CHUNKING_VERSION}:
            self.rebuilt = (
                f"Read again: passages were cut by version {', '.join(old)}, now by {CHUNKING_VERSION}."
            )

    def _is_unchanged(self, file: _Found) -> bool:
        entry = self._known.get(file.file)
        if entry is None or entry.sha256 != file.sha256:
            return False
        if entry.status == "set aside":
            self.status[file.file] = "set aside"
            return True
        if not _usable(entry):
            return False
        self.status[file.file] = "unchanged"
        self._holder[_content(entry)] = file.file
        return True

    def _take(self, file: _Found) -> None:
        content = file.content
        if original := self._holder.get(content):
            self._put(_duplicate(self._known[original], file.file), "", ())
            return
        if aside := self._aside.get(content):
            self._put(replace(aside, file=file.file), "", ())
            return
        if lost := self._lost.get(content):
            self._move(lost, file)
        else:
            self._read(file)
        if self._known[file.file].status == "read":
            self._holder[content] = file.file

    def _read(self, file: _Found) -> None:
        try:
            with self._marked(file):
                document = read(file.path)
                passages = chunk(document, file.file)
            if not passages:
                raise Unreadable("has no text", fix="Remove it, or put text in.")
        except ReaderFailure as problem:
            self._aside[file.content] = _set_aside(file, problem)
            self._put(self._aside[file.content], "", ())
            return
        except Unreadable as problem:
            self._put(_failed(file, problem), "", ())
            return
        entry = DocumentEntry(
            file.file,
            file.sha256,
            document.kind,
            "read",
            document.pages,
            reason="; ".join(document.notes),
            chunking=CHUNKING_VERSION,
        )
        self._put(entry, document.text, _keyed(passages, file.sha256), document.tables)

    @contextmanager
    def _marked(self, file: _Found) -> Iterator[None]:
        """Leave a mark while a file is read, so that the next pass knows what this one was killed over."""
        content, kills = self._killed
        kills = kills if content == file.content else 0
        if kills >= _MOST_KILLS:
            what = f"was being read {kills} times when this program ended: it may need too much memory"
            raise ReaderFailure(what, fix="Split it, or save it as plain text.")
        self.catalogue.set_fact(IN_HAND, " ".join((file.sha256, str(kills + 1), file.content[1])))
        try:
            yield
        finally:
            self.catalogue.set_fact(IN_HAND, "")

    def _move(self, old: str, file: _Found) -> None:
        """Take over the passages of a file that has another name now, without reading it again."""
        passages = [replace(chunk.passage, file=file.file) for chunk in self.catalogue.of_file(old)]
        entry = replace(self._known[old], file=file.file)
        tables = self.catalogue.tables(old)
        self._put(entry, self.catalogue.source(old) or "", _keyed(passages, file.sha256), tables)
        self.status[file.file] = "read" if old in self._present else "renamed"
        self._moved.add(old)

    def _put(
        self,
        entry: DocumentEntry,
        source: str,
        passages: Sequence[StoredChunk],
        tables: Sequence[Table] = (),
    ) -> None:
        if self._known.get(entry.file) == entry:
            self.status[entry.file] = entry.status if entry.status in _UNREAD else "unchanged"
            return
        self._lost = {content: file for content, file in self._lost.items() if file != entry.file}
        self.catalogue.put(entry, source, passages, tables)
        self.status[entry.file] = entry.status
        self._known[entry.file] = entry

    def _note_refused(self, folder: Path) -> None:
        for problem in refused_files(folder):
            self._put(
                DocumentEntry(problem.where, "", "", "failed", reason=problem.what, fix=problem.fix), "", ()
            )

    def _drop_missing(self) -> None:
        for file in sorted(self._before.keys() - self.status.keys()):
            self.catalogue.drop(file)
            if file not in self._moved:
                self.removed.append(file)


def _look(folder: Path, tell: Tell, skip: Callable[[Path], bool]) -> list[_Found]:
    if not folder.is_dir():
        raise VectorstoreError(
            "is not a folder", where=str(folder), fix="Name the folder that holds the documents."
        )
    paths = [path for path in find_files(folder) if not skip(path)]
    files = []
    for done, path in enumerate(paths):
        file = path.relative_to(folder).as_posix()
        tell(Progress("looking", done, len(paths), file))
        files.append(_Found(file, path, _hash(path)))
    return files


def _hash(path: Path) -> str:
    """SHA-256 of the content; empty for a file that cannot be opened, of which `read` will say why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _content(entry: DocumentEntry) -> Content:
    return entry.sha256, PurePosixPath(entry.file).suffix.lower()


def _usable(entry: DocumentEntry) -> bool:
    return entry.status == "read" and entry.chunking == CHUNKING_VERSION


def _duplicate(original: DocumentEntry, file: str) -> DocumentEntry:
    reason = f"has the same content as {original.file}"
    return replace(original, file=file, status="duplicate", reason=reason, original=original.file)


def _set_aside(file: _Found, problem: Unreadable) -> DocumentEntry:
    fix = f"{problem.fix} {_AGAIN}"
    return replace(_failed(file, problem), status="set aside", fix=fix)


def _in_hand(fact: str) -> tuple[Content, int]:
    sha256, _, rest = fact.partition(" ")
    kills, _, ending = rest.partition(" ")
    return (sha256, ending), int(kills) if kills.isdecimal() else 0


def _failed(file: _Found, problem: Unreadable) -> DocumentEntry:
    return DocumentEntry(file.file, file.sha256, "", "failed", reason=problem.what, fix=problem.fix)


def _keyed(passages: Sequence[Passage], sha256: str) -> list[StoredChunk]:
    return [_kept(number, passage, sha256) for number, passage in enumerate(passages)]


def _kept(number: int, p: Passage, sha256: str) -> StoredChunk:
    """The id covers all that is stored, so that writing a passage twice changes nothing."""
    everything = (p.file, sha256, number, p.start, p.end, p.page, p.place, p.heading, p.text)
    return StoredChunk(_digest(repr(everything)), number, _digest(embedding_text(p)), p)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
