"""Recognises the pages that are pictures, when all else can be searched, one page after the other."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from vectorstore.index.docstore import Docstore, batches
from vectorstore.ingestion.folder_sync import FolderSync
from vectorstore.ingestion.inner_files import InnerFiles
from vectorstore.loaders import recognition
from vectorstore.loaders.document import Document, LoaderLimits, ReaderFailure, Unreadable
from vectorstore.progress import Progress

_PAGE_LIMITS = LoaderLimits(seconds=120.0, characters=500_000)
"""What one page may cost; recognising one takes about six seconds of one processor."""

_TRIES = 2
_BATCH = 20
"""Pages after which a file shows what was read of it so far."""


def recognise_waiting(
    catalogue: Docstore, reading: FolderSync, folder: Path, tell: Callable[[Progress], None]
) -> bool:
    """Recognise every page that waits, and let its file show it; whether any did.

    What was read is kept page by page: after a kill the next sync goes on with the page it was at.
    """
    waiting = catalogue.waiting_pictures() if recognition.available() else {}
    entries = [entry for entry in catalogue.entries() if not entry.original and entry.status == "read"]
    holders = {entry.sha256: entry for entry in entries if entry.sha256 in waiting}
    total, done, any_read = sum(len(waiting[sha256]) for sha256 in holders), 0, False
    with InnerFiles(folder, reading.limits) as files:
        for sha256, entry in holders.items():
            if not (file := files.find(entry)):
                continue
            for pages in list(batches(waiting[sha256], _BATCH)) or [[]]:
                for page in pages:
                    begin = partial(tell, Progress("recognising", done, total, f"{entry.file}, page {page}"))
                    catalogue.put_picture(sha256, page, _recognised(file.path, entry.kind, page, begin))
                    done += 1
                reading.read_again(file)
                catalogue.take_pictures(sha256)
                any_read = True
    return any_read


def _recognised(path: Path, kind: str, page: int, begin: Callable[[], object]) -> Document:
    """What was read on a page; nothing, and why, where that failed twice: it is not tried again."""
    from vectorstore.loaders import isolation

    trouble = ""
    for _ in range(_TRIES):
        begin()  # ends here if the store is closed, which also ends the process that reads
        try:
            return isolation.recognise(path, kind, page, _PAGE_LIMITS)
        except ReaderFailure as problem:
            trouble = problem.what
        except Unreadable as problem:
            trouble = problem.what
            break
    return Document("", (), kind, notes=(trouble if kind == "picture" else f"page {page} {trouble}",))
