"""The files of one visitor: searched for that visitor alone, and gone with the visit.

They lie in a temporary folder, which goes when the visitor removes them, when nothing was asked of them for
IDLE_SECONDS, and when the page's process ends.
"""

import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from protokit.runtime.page_texts import page_texts
from protokit.runtime.uploads.idle import watch
from protokit.runtime.uploads.saved_upload import keep_upload
from protokit.runtime.uploads.upload_quota import READ_ONCE, UploadQuota, too_large
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from protokit.runtime.settings import Settings
    from vectorstore import KnowledgeBase
    from vectorstore.file_list import FileReport
    from vectorstore.tables.table import Table

IDLE_SECONDS = 1800.0
READ_SECONDS = 10.0
"""How long a question waits for files that are being read."""
PASTED = "pasted text"
"""The name of what was not brought as a file."""
OWN = "your file: "
"""Stands before the name of a visitor's file, so that nobody takes it for the owner's; a page shows `shown_name`."""


def shown_name(file: str) -> str:
    """The name of a file as a page shows it: a visitor's own is called so in the page's language."""
    if not file.startswith(OWN):
        return file
    texts, name = page_texts(), file.removeprefix(OWN)
    return texts.your_file.format(file=texts.pasted_text if name == PASTED else name)


QUOTA, READING_QUOTA = UploadQuota(), UploadQuota(READ_ONCE)
"""Of this process: each page has its own. The second counts what is read once."""


def notice(model: str, *, once: bool = False, shared: bool = False) -> str:
    """What the page says of an upload's fate: searched during the visit, by everybody from now on (`shared`), or
    (`once`) read a single time."""
    texts = page_texts()
    fate = texts.upload_once if once else texts.upload_for_visit.format(minutes=f"{IDLE_SECONDS / 60:.0f}")
    fate = texts.upload_shared if shared and not once else fate
    sent = "" if model == "offline" else f" {texts.upload_to_model}"
    return f"{fate}{sent} {too_large()}"


class SharedFolder(NamedTuple):
    """Where a visitor's file goes that everybody may search: the documents of the prototype."""

    folder: Path
    knowledge: "KnowledgeBase"

    def add(self, name: str, content: bytes) -> str:
        """Keep a file with the documents and return the name it got. Raises ValueError with words for the visitor."""
        path = keep_upload(self.folder, name, content)
        self.knowledge.sync_in_background(self.folder)
        return path.name


class VisitorFiles:
    """What one visitor has added. Made empty and cheap: a folder comes with the first file."""

    def __init__(
        self,
        embedding: str = "default",
        *,
        idle_seconds: float = IDLE_SECONDS,
        shared: "SharedFolder | None" = None,
    ) -> None:
        """`shared` takes what is added in their place, where prototype.yaml wants it for everybody."""
        self._embedding, self._idle_seconds, self._shared = embedding, idle_seconds, shared
        self._knowledge: KnowledgeBase | None = None
        self._remove: Callable[[], object] = lambda: None
        self._lock = threading.RLock()
        self._touched = time.monotonic()

    def __deepcopy__(self, _: dict[int, object]) -> "VisitorFiles":
        """An empty one: Gradio copies what a page begins with for each session, and nobody gets another's files."""
        return VisitorFiles(self._embedding, idle_seconds=self._idle_seconds, shared=self._shared)

    @classmethod
    def of(cls, settings: "Settings", knowledge: "KnowledgeBase") -> "VisitorFiles":
        """As prototype.yaml wants them: the visitor's own, or added to `knowledge` for everybody."""
        shared = SharedFolder(settings.knowledge, knowledge) if settings.upload_rule == "shared" else None
        return cls(settings.embedding, shared=shared)

    @property
    def shared(self) -> bool:
        """Whether everybody can search what is added, and it stays."""
        return self._shared is not None

    def add(self, name: str, content: bytes, visitor: str) -> str:
        """Keep a file of `visitor`, make it ready to be searched and return the name it got.

        Raises ValueError with words for the visitor.
        """
        QUOTA.take(visitor, len(content))
        if self._shared:
            return self._shared.add(name, content)
        with self._lock:
            self._touched = time.monotonic()
            knowledge, folder = self._opened()
            path = keep_upload(folder, name, content)
            knowledge.sync_in_background(folder)
            return path.name

    def keep_only(self, names: Sequence[str]) -> None:
        """Remove all files but those of these names."""
        with self._lock:
            if self._knowledge is None:
                return
            knowledge, folder = self._opened()
            for path in folder.iterdir():
                if path.name not in names:
                    path.unlink()
            knowledge.sync_in_background(folder)

    def files(self) -> "list[FileReport]":
        """Every file: read, or failed and why."""
        with self._lock:
            return self._knowledge.files() if self._knowledge else []

    def wait(self, seconds: float) -> bool:
        """Wait for the files to be read, at most so many seconds; whether they are."""
        with self._lock:
            knowledge = self._knowledge
        return knowledge is None or knowledge.wait(seconds)

    def names(self) -> list[str]:
        """The files that can be searched, as a page names them."""
        return [f"{OWN}{file.file}" for file in self.files() if file.passages]

    def search(self, question: str, *, limit: int, file: str | None = None) -> list[Passage]:
        """The visitor's passages that bear most on a question, best first; `file` is one of `names`.

        What was added a moment ago is read first, for READ_SECONDS at most.
        """
        self.wait(READ_SECONDS)
        with self._lock:
            self._touched = time.monotonic()
            if self._knowledge is None or (file is not None and not file.startswith(OWN)):
                return []
            passages = self._knowledge.search(
                question, limit=limit, file=file.removeprefix(OWN) if file else None
            )
            return [replace(passage, file=f"{OWN}{passage.file}") for passage in passages]

    def tables(self, file: str | None = None) -> "list[Table]":
        """The tables of the visitor's files, or of the one of `names` that `file` is."""
        with self._lock:
            if self._knowledge is None or (file is not None and not file.startswith(OWN)):
                return []
            tables = self._knowledge.tables(file.removeprefix(OWN) if file else None)
            return [replace(table, file=f"{OWN}{table.file}") for table in tables]

    def source_text(self, file: str) -> str:
        """The text of one of `names` as it was read. Raises VectorstoreError for another."""
        with self._lock:
            knowledge, _ = self._opened()
            return knowledge.source_text(file.removeprefix(OWN))

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._knowledge = None
            self._remove()

    def clear_if_idle(self) -> None:
        """Remove everything once nothing was asked of it for long."""
        if time.monotonic() - self._touched > self._idle_seconds:
            self.clear()

    def _opened(self) -> "tuple[KnowledgeBase, Path]":
        """What searches the files, and the folder they lie in; both are made with the first file."""
        from vectorstore import KnowledgeBase

        if self._knowledge is None:
            self._aside = Path(tempfile.mkdtemp(prefix="visitor-"))
            self._knowledge = KnowledgeBase.open(self._aside / "index", embedding=self._embedding)
            # Called too when the visitor's session is forgotten, and when this process ends.
            self._remove = weakref.finalize(self, _remove, self._knowledge, self._aside)
            watch(self)
        return self._knowledge, self._aside / "files"


def _remove(knowledge: "KnowledgeBase", folder: Path) -> None:
    knowledge.close()
    shutil.rmtree(folder, ignore_errors=True)


def merge(ranked: Sequence[Passage], own: Sequence[Passage], limit: int) -> list[Passage]:
    """The best of two searches, at most `limit`: each keeps its order, and support decides between them."""
    rest = [list(reversed(ranked)), list(reversed(own))]
    best: list[Passage] = []
    while any(rest) and len(best) < limit:
        best.append(max((one for one in rest if one), key=lambda one: one[-1].support).pop())
    return best


def is_own(passages: Sequence[Passage]) -> bool:
    """Whether a visitor's own file is among those that hold `passages`."""
    return any(passage.file.startswith(OWN) for passage in passages)


@contextmanager
def one_file(name: str, content: bytes, visitor: str) -> Iterator[Path]:
    """A visitor's file on the disk as long as it is read. Raises ValueError with words for the visitor."""
    READING_QUOTA.take(visitor, len(content))
    with tempfile.TemporaryDirectory(prefix="visitor-", ignore_cleanup_errors=True) as folder:
        yield keep_upload(Path(folder), name, content)
