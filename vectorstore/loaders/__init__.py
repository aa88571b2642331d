"""Files to text: every format a folder of documents holds becomes one string with pages, places and headings.

    from vectorstore.loaders import find_files, read

    for path in find_files(Path("documents")):
        document = read(path)          # Document, or Unreadable with a reason and a remedy

A parser that can hang, crash or swell runs in a process of its own (`worker`), so a bad file costs a bounded
time and never takes the others with it. Parsers load on first use: a folder of Markdown loads no PDF library.
"""

import tempfile
from pathlib import Path

from vectorstore.loaders.document import (
    Document,
    LoaderLimits,
    OnlyPictures,
    ReaderFailure,
    Section,
    Unreadable,
)
from vectorstore.loaders.folder_files import find_files, refused_files
from vectorstore.loaders.format_registry import ISOLATED, parse, recognise

DEFAULT_LIMITS = LoaderLimits()
SMALL = 100_000
"""Bytes up to which a text, a table or a list is read in this process: nothing in it can swell far."""
__all__ = [
    "DEFAULT_LIMITS",
    "Document",
    "LoaderLimits",
    "OnlyPictures",
    "ReaderFailure",
    "Section",
    "Unreadable",
    "find_files",
    "read",
    "read_file",
    "refused_files",
]


def read(path: Path, *, limits: LoaderLimits = DEFAULT_LIMITS) -> Document:
    """The text of `path` and of the files inside of it, with its sections. Raises Unreadable, which says why not and
    what would help.

    Of an archive, or of a mail with attachments, each file inside follows under a heading with its name.
    """
    with tempfile.TemporaryDirectory(prefix="inside-", ignore_cleanup_errors=True) as room:
        document = read_file(path, limits=limits, into=Path(room, "files"))
        if not document.files:
            return document
        from vectorstore.loaders.joined_files import joined

        return joined(document, path.name, limits, read_file)


def read_file(path: Path, *, limits: LoaderLimits = DEFAULT_LIMITS, into: Path | None = None) -> Document:
    """The text of `path` alone. The files inside of it are written to the folder `into`, which is made, and listed in
    `Document.files`. Raises Unreadable as `read` does."""
    try:
        # A large file is not even looked into here: the list of what a ZIP file holds can be long enough to harm.
        kind = "" if _is_large(path) else recognise(path, limits)
        if kind and kind not in ISOLATED and not _holds_html(path, kind):
            return parse(path, kind, limits)
        from vectorstore.loaders import isolation

        return isolation.parse(path, kind, limits, into)
    except Unreadable as problem:
        located = type(problem)(problem.what, where=path.name, fix=problem.fix)
        if isinstance(problem, OnlyPictures) and isinstance(located, OnlyPictures):
            located.document = problem.document
        raise located from None
    except OSError as problem:
        reason = f"cannot be read here ({problem.strerror or problem})"
        raise Unreadable(
            reason, where=path.name, fix="Check that this machine may start another process."
        ) from None


def _holds_html(path: Path, kind: str) -> bool:
    """Whether a small text or notebook holds anything like HTML, which the parser of web pages would get to see."""
    return (kind == "md" or path.suffix.lower() == ".ipynb") and b"<" in path.read_bytes()


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size > SMALL
    except OSError:
        return False  # `recognise` says why
