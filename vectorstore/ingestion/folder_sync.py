"""Makes the catalogue agree with a folder: reads what changed, moves what was renamed, drops what is gone."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from vectorstore.chunking import CHUNKING_VERSION, chunk
from vectorstore.file_list import FileReport, FileStatus
from vectorstore.index.docstore import IN_HAND, Docstore, DocumentEntry, StoredChunk
from vectorstore.ingestion.folder_entries import (
    Content,
    FolderFile,
    content_of,
    duplicate_entry,
    failed_entry,
    file_hash,
    file_in_hand,
    read_entry,
    set_aside_entry,
    store_version,
    stored_chunks,
)
from vectorstore.ingestion.recognised_text import with_recognised
from vectorstore.loaders import (
    DEFAULT_LIMITS,
    Document,
    LoaderLimits,
    OnlyPictures,
    ReaderFailure,
    Unreadable,
    find_files,
    read_file,
    recognition,
    refused_files,
)
from vectorstore.loaders.document import TEXT_RECOGNITION, EmbeddedFile
from vectorstore.loaders.embedded_files import DEEPEST
from vectorstore.progress import Progress
from vectorstore.tables.table import Table
from vectorstore.vectorstore_errors import VectorstoreError

Tell = Callable[[Progress], None]
_MOST_KILLS = 2
"""So many times the whole program may end over a file, as it also does for other reasons, before it is set aside."""
_UNREAD = ("failed", "set aside")
_TAKEN = ("read", "unpacked")
"""What became of a file whose content is in the store, by itself or by the files inside it."""


@dataclass(slots=True)
class FolderSync:
    """One pass over a folder. `tell` hears of each step."""

    catalogue: Docstore
    tell: Tell
    skip: Callable[[Path], bool]
    """Which files are not documents: the store's own, if it stands in the folder."""
    limits: LoaderLimits = DEFAULT_LIMITS
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
    _version: str = CHUNKING_VERSION
    _killed: tuple[Content, int] = (("", ""), 0)
    """What was being read when the last pass was killed, and how often that has happened."""

    def run(self, folder: Path) -> None:
        """Bring the catalogue up to date. Raises VectorstoreError if there is no such folder.

        Every file is a step of its own: after a kill the next pass takes up where this one was.
        """
        files = _look(folder, self.tell, self.skip)
        self._before = {entry.file: entry for entry in self.catalogue.entries()}
        self._known = dict(self._before)
        self._version = store_version(self.limits.include_hidden)
        self._present = {file.file for file in files}
        self._notice_version()
        self._aside = {content_of(e): e for e in self._known.values() if e.status == "set aside"}
        self._killed = file_in_hand(self.catalogue.fact(IN_HAND))
        # Last, what was in hand when the program ended: should it end again, all the others are in.
        fresh = sorted(
            (file for file in files if not self._is_unchanged(file)),
            key=lambda file: file.content == self._killed[0],
        )
        unchanged = {file for file, status in self.status.items() if status == "unchanged"}
        self._lost = {
            content_of(e): e.file
            for e in self._known.values()
            if self._is_usable(e) and e.file not in unchanged
        }
        for done, file in enumerate(fresh):
            self.tell(Progress("reading", done, len(fresh), file.file))
            self._take(file)
        self._note_refused(folder)
        self._drop_missing()

    def reports(self) -> tuple[FileReport, ...]:
        """Every file with what became of it this time, the removed ones last."""
        files = self.catalogue.reports()
        now = [replace(report, status=self.status.get(report.file, report.status)) for report in files]
        return (*now, *(FileReport(file, "removed") for file in self.removed))

    def counts(self) -> tuple[int, int, int]:
        """How many files were added, changed and removed; a renamed one is none of these."""
        files = [file for file, status in self.status.items() if status in ("read", "unpacked", "duplicate")]
        added = sum(file not in self._before for file in files)
        return added, len(files) - added, len(self.removed)

    def _notice_version(self) -> None:
        versions = {entry.chunking for entry in self._known.values() if entry.status in _TAKEN}
        old = versions - {self._version}
        if old == {store_version(not self.limits.include_hidden)}:
            now = "read" if self.limits.include_hidden else "left out"
            self.rebuilt = f"Read again: what files hide is {now} now."
        elif old:
            cut = sorted(version.partition("+")[0] for version in old)
            self.rebuilt = (
                f"Read again: passages were cut by version {', '.join(cut)}, now by {CHUNKING_VERSION}."
            )

    def _is_unchanged(self, file: FolderFile) -> bool:
        entry = self._known.get(file.file)
        if entry is None or entry.sha256 != file.sha256:
            return False
        if entry.status == "set aside":
            self.status[file.file] = "set aside"
            return True
        if not self._is_usable(entry):
            return False
        inside = self._inside(file.file)
        if recognition.available() and any(one.fix == TEXT_RECOGNITION for one in inside):
            return False  # pictures in it were refused, when nothing was installed that reads them
        for one in (entry, *inside):
            self._keep(one)
        return True

    def _is_usable(self, entry: DocumentEntry) -> bool:
        return entry.status in _TAKEN and entry.chunking == self._version

    def _keep(self, entry: DocumentEntry) -> None:
        """A file is as it was, and so is what became of it."""
        self.status[entry.file] = entry.status if entry.status in _UNREAD else "unchanged"
        if entry.status in _TAKEN:
            self._holder[content_of(entry)] = entry.file

    def _inside(self, file: str) -> list[DocumentEntry]:
        """The files inside of `file` that are in the store."""
        return [entry for name, entry in self._known.items() if name.startswith(f"{file}/")]

    def _take(self, file: FolderFile) -> None:
        content = file.content
        if original := self._holder.get(content):
            self._put(duplicate_entry(self._known[original], file.file), "", ())
            return
        if aside := self._aside.get(content):
            self._put(replace(aside, file=file.file), "", ())
            return
        lost = self._lost.get(content)
        if lost and not self._inside(lost):
            self._move(lost, file)
        else:
            self._read(file)
        if self._known[file.file].status in _TAKEN:
            self._holder[content] = file.file

    def _read(self, file: FolderFile) -> None:
        """Read a file and what is inside of it; its entry comes last: after a kill before that it is read again."""
        with tempfile.TemporaryDirectory(prefix="inside-", ignore_cleanup_errors=True) as room:
            try:
                with self._marked(file):
                    document = self._with_pictures(self._document(file, Path(room, "files")), file)
                    passages = chunk(document, file.file)
                if not passages and not document.files and not document.pictures:
                    raise Unreadable("has no text", fix="Remove it, or put text in.")
            except ReaderFailure as problem:
                self._aside[file.content] = set_aside_entry(file, problem)
                self._put(self._aside[file.content], "", ())
                return
            except Unreadable as problem:
                self._put(failed_entry(file, problem), "", ())
                return
            for inside in document.files:
                self._take_inside(inside, file)
        entry = read_entry(file, document, self._version)
        self._put(entry, document.text, stored_chunks(passages, file.sha256), document.tables)

    def _document(self, file: FolderFile, into: Path) -> Document:
        """The file as read; what is inside of it lies in `into` then, unless it is too deep inside of others."""
        if file.depth >= DEEPEST:
            document = _read_file(file.path, self.limits)
            return file.budget.without_files(document)
        limits = replace(self.limits, unpacked=min(self.limits.unpacked, file.budget.bytes))
        return file.budget.spend(_read_file(file.path, limits, into))

    def _with_pictures(self, document: Document, file: FolderFile) -> Document:
        """`document` with what was recognised of its pages that are pictures; the others begin to wait."""
        if not document.pictures:
            return document
        self.catalogue.expect_pictures(file.sha256, document.pictures)
        return with_recognised(document, self.catalogue.pictures(file.sha256))

    def read_again(self, file: FolderFile) -> None:
        """Read a file once more, with what text recognition has read of it meanwhile."""
        self._read(file)

    def _take_inside(self, file: EmbeddedFile, container: FolderFile) -> None:
        """Take a file out of the one that holds it, as one of its own."""
        name = f"{container.file}/{file.name}"
        self._present.add(name)
        if not file.path:
            refusal = DocumentEntry(name, "", "", "failed", reason=file.what, fix=file.fix)
            self._put(refusal, "", ())
            return
        path = Path(file.path)
        inside = FolderFile(name, path, file_hash(path), container.depth + 1, container.budget)
        self.tell(Progress("reading", 0, 0, name))
        if not self._is_unchanged(inside):
            self._take(inside)

    @contextmanager
    def _marked(self, file: FolderFile) -> Iterator[None]:
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

    def _move(self, old: str, file: FolderFile) -> None:
        """Take over the passages of a file that has another name now, without reading it again."""
        passages = [replace(kept.passage, file=file.file) for kept in self.catalogue.of_file(old)]
        entry = replace(self._known[old], file=file.file)
        tables = self.catalogue.tables(old)
        self._put(entry, self.catalogue.source(old) or "", stored_chunks(passages, file.sha256), tables)
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


def _read_file(path: Path, limits: LoaderLimits, into: Path | None = None) -> Document:
    """A file as read, perhaps without text where it shows nothing but pictures. Raises Unreadable."""
    try:
        return read_file(path, limits=limits, into=into)
    except OnlyPictures as problem:
        return problem.document


def _look(folder: Path, tell: Tell, skip: Callable[[Path], bool]) -> list[FolderFile]:
    if not folder.is_dir():
        raise VectorstoreError(
            "is not a folder", where=str(folder), fix="Name the folder that holds the documents."
        )
    paths = [path for path in find_files(folder) if not skip(path)]
    files = []
    for done, path in enumerate(paths):
        file = path.relative_to(folder).as_posix()
        tell(Progress("looking", done, len(paths), file))
        files.append(FolderFile(file, path, file_hash(path)))
    return files
