"""Folders and files that appear whole or not at all, and never over anybody's work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from protokit.errors import FolderProblem
from protokit.files.staging import aside


def refuse_occupied(target: Path) -> None:
    """Raise FolderProblem when `target` holds anything: nothing of anybody's is ever overwritten."""
    if target.is_symlink() or target.is_file() or (target.is_dir() and any(target.iterdir())):
        kind = "folder" if target.is_dir() else "file"
        raise FolderProblem(
            f"this {kind} exists already and was left as it is",
            where=str(target),
            fix="Choose another with --name or --out.",
        )


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Give a path, in a folder of its own, to make a folder or file at; at the end that is `target`.

    After an error nothing is there.

    Raises FolderProblem where `target` holds something already or cannot be written.
    """
    refuse_occupied(target)
    try:
        with aside(target) as made:
            yield made
            refuse_occupied(target)
            if target.is_dir():
                target.rmdir()
            made.replace(target)
    except OSError as error:
        what = f"cannot write there ({error.strerror})"
        place = str(target.absolute().parent)
        raise FolderProblem(what, where=place, fix="Choose another with --out.") from None


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A new folder that takes the place of the absent or empty `target` at the end, or leaves no trace."""
    with atomic_folder(target) as made:
        made.mkdir()
        yield made
