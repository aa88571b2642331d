"""The PM's own documents, from what was given with --docs to names below knowledge/."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from protokit.errors import DocumentProblem

MOST_FILES = 2000
MOST_BYTES = 500_000_000


def collect_documents(paths: Sequence[Path]) -> dict[str, Path]:
    """Return name below `knowledge/` -> file for the files and folders in `paths`.

    Folders keep their inner structure; hidden files and links out of a folder are left out; two files of one name
    get a number. Raises DocumentProblem for a path that is missing, unreadable, empty, or too much.
    """
    found: dict[str, Path] = {}
    for path in paths:
        files = list(_files(path))
        if not files:
            raise DocumentProblem(
                "no files in this folder", where=str(path), fix="Put documents into it first."
            )
        for name, file in files:
            _require_readable(file)
            found[_free(name, found)] = file
    _bound(found)
    return found


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_dir():
        yield from _inside(path)
    elif path.is_file():
        yield _storable(path.name), path
    else:
        raise DocumentProblem(
            "no such file or folder", where=str(path), fix="Check the path given with --docs."
        )


def _storable(name: str) -> str:
    """`name` with bytes that are no text in UTF-8 replaced: an index could not hold it."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _inside(folder: Path) -> Iterator[tuple[str, Path]]:
    home = folder.resolve()
    for root, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_file() and path.resolve().is_relative_to(home):
                yield _storable(path.relative_to(folder).as_posix()), path


def _refuse(error: OSError) -> NoReturn:
    raise DocumentProblem(
        f"cannot be read ({error.strerror})", where=str(error.filename), fix="Check its permissions."
    ) from None


def _require_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        _refuse(error)


def _free(name: str, files: dict[str, Path]) -> str:
    path, number, free = Path(name), 2, name
    while free in files:
        free = path.with_stem(f"{path.stem} ({number})").as_posix()
        number += 1
    return free


def _bound(files: dict[str, Path]) -> None:
    size = sum(path.stat().st_size for path in files.values())
    if len(files) > MOST_FILES or size > MOST_BYTES:
        raise DocumentProblem(
            f"{len(files):,} files with {size / 1e6:,.0f} MB are too many for a prototype",
            fix=f"Choose at most {MOST_FILES:,} files and {MOST_BYTES // 1_000_000} MB: the ones the demo needs.",
        )
