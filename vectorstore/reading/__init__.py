"""Files to text: every format a folder of documents holds becomes one string with pages, places and headings.

    from vectorstore.reading import find_files, read

    for path in find_files(Path("documents")):
        document = read(path)          # Document, or Unreadable with a reason and a remedy

A parser that can hang, crash or swell runs in a process of its own (`worker`), so a bad file costs a bounded
time and never takes the others with it. Parsers load on first use: a folder of Markdown loads no PDF library.
"""

from pathlib import Path

from vectorstore.reading.documents import Document, Limits, ReaderFailure, Section, Unreadable
from vectorstore.reading.folder import find_files, refused_files
from vectorstore.reading.formats import ISOLATED, parse, recognise

DEFAULT_LIMITS = Limits()
SMALL = 100_000
"""Bytes up to which a text, a table or a list is read in this process: nothing in it can swell far."""
__all__ = [
    "DEFAULT_LIMITS",
    "Document",
    "Limits",
    "ReaderFailure",
    "Section",
    "Unreadable",
    "find_files",
    "read",
    "refused_files",
]


def read(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The text of `path` with its sections. Raises Unreadable, which says why not and what would help."""
    try:
        # A large file is not even looked into here: the list of what a ZIP file holds can be long enough to harm.
        kind = "" if _is_large(path) else recognise(path, limits)
        if kind and kind not in ISOLATED:
            return parse(path, kind, limits)
        from vectorstore.reading import worker

        return worker.parse(path, kind, limits)
    except Unreadable as problem:
        raise type(problem)(problem.what, where=path.name, fix=problem.fix) from None
    except OSError as problem:
        reason = f"cannot be read here ({problem.strerror or problem})"
        raise Unreadable(
            reason, where=path.name, fix="Check that this machine may start another process."
        ) from None


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size > SMALL
    except OSError:
        return False  # `recognise` says why
