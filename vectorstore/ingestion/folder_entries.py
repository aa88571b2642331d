"""What a sync notes of a file: who it is by its content, how it was read, and its passages under their ids."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from vectorstore.chunking import CHUNKING_VERSION
from vectorstore.file_list import hidden_line
from vectorstore.index.docstore import DocumentEntry, StoredChunk
from vectorstore.ingestion.embedded_budget import EmbeddedBudget
from vectorstore.loaders import Document, Unreadable
from vectorstore.passage import Passage, embedding_text

Content = tuple[str, str]
"""Hash and ending of a file: files of equal content give equal passages."""
_HIDDEN_TOO = "+hidden"
_AGAIN = "It is set aside until it changes or you ask to read it again."


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A file in the folder; `file` is its path relative to the folder with forward slashes, as cited."""

    file: str
    path: Path
    sha256: str
    depth: int = 0
    """How many files it is inside of."""
    budget: EmbeddedBudget = field(default_factory=EmbeddedBudget)

    @property
    def content(self) -> Content:
        return self.sha256, self.path.suffix.lower()


def file_hash(path: Path) -> str:
    """SHA-256 of the content; empty for a file that cannot be opened, of which `read` will say why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def content_of(entry: DocumentEntry) -> Content:
    """Hash and ending of the file of an entry."""
    return entry.sha256, PurePosixPath(entry.file).suffix.lower()


def store_version(include_hidden: bool) -> str:
    """What an entry says of how its file was read: another version of it is read again."""
    return f"{CHUNKING_VERSION}{_HIDDEN_TOO if include_hidden else ''}"


def read_entry(file: FolderFile, document: Document, version: str) -> DocumentEntry:
    """The entry of a file that was read; one without a text of its own is a container."""
    reason = "; ".join(document.notes)
    if document.files and not document.text:
        files = len(document.files)
        reason = "; ".join(filter(None, [f"holds {files} file{'s' * (files != 1)}", reason]))
    return DocumentEntry(
        file.file,
        file.sha256,
        document.kind,
        "unpacked" if document.files and not document.text else "read",
        document.pages,
        reason=reason,
        fix=" ".join(document.fixes),
        chunking=version,
        hidden=hidden_line(document.hidden),
    )


def duplicate_entry(original: DocumentEntry, file: str) -> DocumentEntry:
    """The entry of `file`, which has the content of another one."""
    reason = f"has the same content as {original.file}"
    return replace(original, file=file, status="duplicate", reason=reason, original=original.file)


def set_aside_entry(file: FolderFile, problem: Unreadable) -> DocumentEntry:
    """The entry of a file that took its reader down."""
    fix = f"{problem.fix} {_AGAIN}"
    return replace(failed_entry(file, problem), status="set aside", fix=fix)


def file_in_hand(fact: str) -> tuple[Content, int]:
    """What was being read when a sync was killed, by the mark that it left, and how often it was begun."""
    sha256, _, rest = fact.partition(" ")
    kills, _, ending = rest.partition(" ")
    return (sha256, ending), int(kills) if kills.isdecimal() else 0


def failed_entry(file: FolderFile, problem: Unreadable) -> DocumentEntry:
    """The entry of a file that was not read."""
    return DocumentEntry(file.file, file.sha256, "", "failed", reason=problem.what, fix=problem.fix)


def stored_chunks(passages: Sequence[Passage], sha256: str) -> list[StoredChunk]:
    """The passages of a file as they are stored."""
    return [_kept(number, passage, sha256) for number, passage in enumerate(passages)]


def _kept(number: int, p: Passage, sha256: str) -> StoredChunk:
    """The id covers all that is stored, so that writing a passage twice changes nothing."""
    everything = (p.file, sha256, number, p.start, p.end, p.page, p.place, p.heading, p.text)
    return StoredChunk(_digest(repr(everything)), number, _digest(embedding_text(p)), p)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
