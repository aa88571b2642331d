"""Which files of a folder are read, and which are refused before anybody opens them."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vectorstore.loaders.document import Unreadable

FolderState = tuple[tuple[str, int, int], ...]
_HIDDEN = (".", "~$")
"""Dot files, and the lock files that Office leaves beside an open document."""
_CLUTTER = {"Thumbs.db", "desktop.ini", "__MACOSX", "node_modules", "__pycache__"}


def find_files(folder: Path) -> list[Path]:
    """Every file in `folder` and below that should be read, sorted, without hidden ones and outward links.

    Files of unknown formats are listed too: `read` says of each why it cannot be read.
    """
    return [path for path in _walk(folder) if _refusal(path, folder) is None]


def folder_state(folder: Path) -> FolderState:
    """What tells cheaply whether files came, went or changed: path, size and time of each."""
    state = []
    for path in _walk(folder):
        with suppress(OSError):  # it goes this moment
            facts = path.lstat()
            state.append((path.relative_to(folder).as_posix(), facts.st_size, facts.st_mtime_ns))
    return tuple(state)


def refused_files(folder: Path) -> list[Unreadable]:
    """What `find_files` leaves out and a person should hear of: links out of the folder or to nowhere."""
    return [refusal for path in _walk(folder) if (refusal := _refusal(path, folder))]


def _walk(folder: Path) -> Iterator[Path]:
    """Paths below `folder` except hidden ones; linked folders are yielded as they are, not entered."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = sorted(name for name in folders if _seen(name) and name not in links)
        for name in sorted([*files, *links]):
            if _seen(name):
                yield Path(place, name)


def is_document_name(name: str) -> bool:
    """Whether a file of this path can be a document: none of its folders, nor itself, is hidden or clutter."""
    return all(_seen(part) for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))


def _seen(name: str) -> bool:
    return not name.startswith(_HIDDEN) and name not in _CLUTTER


def _refusal(path: Path, folder: Path) -> Unreadable | None:
    where = path.relative_to(folder).as_posix()
    if where != (plain := where.encode("utf-8", "replace").decode()):
        return Unreadable("has a name that is not text in UTF-8", where=plain, fix="Give it another name.")
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return Unreadable(
            "is a link that leads nowhere", where=where, fix="Put the file itself into the folder."
        )
    if path.is_symlink() and not target.is_relative_to(folder.resolve()):
        return Unreadable(
            "is a link that leads out of the folder",
            where=where,
            fix="Put a copy of the file into the folder.",
        )
    if path.is_symlink() and target.is_dir():
        return Unreadable(
            "is a link to another folder of these documents",
            where=where,
            fix="Nothing to do: that one is read.",
        )
    if not target.is_file():
        return Unreadable("is a device or a pipe, not a file", where=where, fix="Move it out of the folder.")
    return None
