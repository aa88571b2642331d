"""Finds a file again by the name that it has in the store, also where it is inside of others."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from vectorstore.index.docstore import DocumentEntry
from vectorstore.ingestion.folder_entries import FolderFile
from vectorstore.loaders import LoaderLimits, OnlyPictures, Unreadable, read_file
from vectorstore.loaders.document import EmbeddedFile


class InnerFiles:
    """Unpacks what holds a file, and keeps it as long as files of the same one are asked for. A context manager."""

    def __init__(self, folder: Path, limits: LoaderLimits) -> None:
        self._folder, self._limits = folder, limits
        self._outermost = ""
        self._room: tempfile.TemporaryDirectory[str] | None = None
        self._unpacked: dict[Path, Sequence[EmbeddedFile]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._room:
            self._room.cleanup()

    def find(self, entry: DocumentEntry) -> FolderFile | None:
        """The file of `entry`; None where it is not there any more."""
        parts = entry.file.split("/")
        for count in range(len(parts), 0, -1):
            name = "/".join(parts[:count])
            path = self._folder / name
            if path.is_file():
                return self._inside(path, name, "/".join(parts[count:]), entry)
        return None

    def _inside(self, path: Path, name: str, rest: str, entry: DocumentEntry) -> FolderFile | None:
        if rest and name != self._outermost:
            self._unpacked = {}
            if self._room:
                self._room.cleanup()
            self._outermost = name
            self._room = tempfile.TemporaryDirectory(prefix="inside-", ignore_cleanup_errors=True)
        depth = 0
        while rest:
            inner = [one for one in self._files(path) if rest == one.name or rest.startswith(f"{one.name}/")]
            if not inner or not inner[0].path:
                return None
            path, rest, depth = Path(inner[0].path), rest[len(inner[0].name) + 1 :], depth + 1
        return FolderFile(entry.file, path, entry.sha256, depth)

    def _files(self, container: Path) -> Sequence[EmbeddedFile]:
        assert self._room is not None
        if container not in self._unpacked:
            into = Path(self._room.name, str(len(self._unpacked)))
            try:
                self._unpacked[container] = read_file(container, limits=self._limits, into=into).files
            except OnlyPictures as problem:
                self._unpacked[container] = problem.document.files
            except Unreadable:
                self._unpacked[container] = ()
        return self._unpacked[container]
