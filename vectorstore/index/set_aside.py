"""The files of a store, and those that took their reader down: listed, and read again, without opening the store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vectorstore.file_list import FileReport
from vectorstore.index.docstore import Docstore
from vectorstore.index.store_location import StorePaths
from vectorstore.vectorstore_errors import VectorstoreError


def set_aside(location: Path | str, name: str) -> list[FileReport]:
    """The files that are set aside, by name; none of a store that is not there or damaged, which tells so itself."""
    return [report for report in reports(location, name) if report.status == "set aside"]


def reports(location: Path | str, name: str) -> list[FileReport]:
    """Every file as the last sync left it, by name; none of a store that is not there or damaged."""
    with _catalogue(location, name) as catalogue, suppress(VectorstoreError, sqlite3.Error):
        return catalogue.reports() if catalogue else []
    return []


def read_again(location: Path | str, name: str, file: str = "") -> None:
    """Let the next sync read `file` again, whatever it did last time; all that are set aside where none is named."""
    with _catalogue(location, name) as catalogue:
        if catalogue:
            catalogue.read_again(file)


@contextmanager
def _catalogue(location: Path | str, name: str) -> Iterator[Docstore | None]:
    try:
        if isinstance(location, Path) and not location.is_dir():  # opening would make it
            raise VectorstoreError("is not there", where=str(location))
        path = StorePaths.of(location, name).catalogue
        catalogue = Docstore(path) if path.is_file() else None
    except (VectorstoreError, sqlite3.Error):
        catalogue = None
    try:
        yield catalogue
    finally:
        if catalogue:
            catalogue.close()
