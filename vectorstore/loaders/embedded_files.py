"""Files inside a file: attachments of a mail, members of an archive. Each is written out, to be read on its own."""

import re
import shutil
from pathlib import Path, PurePosixPath
from typing import IO

from vectorstore.loaders.document import EmbeddedFile, LoaderLimits, Unreadable

MOST_FILES = 2_000
"""Files inside one file."""
DEEPEST = 2
"""Containers inside each other that are opened: an archive, and an archive or a mail in it."""
_LONGEST_NAME = 120
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_PAGE_ID = re.compile(r"[ _-][0-9a-f]{32}(?=$|[._])")
"""What Notion puts behind each name to keep pages apart."""


class EmbeddedFiles:
    """Collects the files inside one file. Where the limits name no folder, only their names are kept."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._folder = Path(limits.embedded_into) if limits.embedded_into else None
        self._left = limits.unpacked
        self._names: set[str] = set()
        self.files: list[EmbeddedFile] = []

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Write out the file `name` of `size` bytes. Raises Unreadable where all together are too much."""
        self._left -= size
        if self._left < 0 or len(self.files) >= MOST_FILES:
            raise too_much(len(self.files) + 1)
        shown = self._free(safe_name(name))
        if self._folder is None:
            self.files.append(EmbeddedFile(shown))
            return
        # Only the ending of a name says something to a reader; the rest could lead anywhere.
        target = self._folder / f"{len(self.files)}{PurePosixPath(shown).suffix[:20]}"
        with target.open("wb") as copy:
            shutil.copyfileobj(content, copy)
        self.files.append(EmbeddedFile(shown, str(target)))

    def refuse(self, name: str, what: str, fix: str) -> None:
        """List the file `name` with the reason why it is not read."""
        if len(self.files) >= MOST_FILES:
            raise too_much(len(self.files) + 1)
        self.files.append(EmbeddedFile(self._free(safe_name(name)), "", what, fix))

    def _free(self, name: str) -> str:
        path, number, free = PurePosixPath(name), 1, name
        while free.casefold() in self._names:
            number += 1
            free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self._names.add(free.casefold())
        return free


def too_much(files: int) -> Unreadable:
    """The refusal of a container that holds more than is read of one."""
    return Unreadable(
        f"holds more than is read of one file ({files:,} files or more, or too many bytes)",
        fix="Unpack it yourself and add the files that questions are about.",
    )


def safe_name(name: str) -> str:
    """The path `name` without what leads out of a folder or cannot be shown, and without ids of Notion."""
    parts = [part.strip(" .") for part in _UNSAFE.sub("_", name.replace("\\", "/")).split("/")]
    plain = [_shorter(_PAGE_ID.sub("", part) or part) for part in parts if part]
    return "/".join(plain) or "file"


def _shorter(part: str) -> str:
    path = PurePosixPath(part)
    return (
        part
        if len(part) <= _LONGEST_NAME
        else path.stem[: _LONGEST_NAME - len(path.suffix)] + path.suffix[:20]
    )
