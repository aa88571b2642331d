"""What a prototype in a test got from its blueprint."""

from pathlib import Path

from protokit.files.layout import BASE
from protokit.prototype.pristine_copy import pack_pristine, read_pristine


def given(folder: Path, name: str) -> bytes:
    """The file `name` as the blueprint gave it to the prototype in `folder`."""
    return read_pristine(folder)[name]


def give(folder: Path, **files: bytes) -> None:
    """Have it that the blueprint gave these `files` too, by name."""
    (folder / BASE).write_bytes(pack_pristine({**read_pristine(folder), **files}))
