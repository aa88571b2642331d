"""Takes a folder for a new prototype, so that two who want the same name at once get two folders."""

from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from protokit.spec.names import MOST_SLUG


def reserve(prototypes: Path, slug: str, slugs: Set[str]) -> Path:
    """An empty folder of our own called `slug`, or `slug`-2 and so on where that is taken."""
    number, name = 1, slug
    while True:
        if name not in slugs:
            with suppress(FileExistsError):
                (prototypes / name).mkdir(parents=True)
                return prototypes / name
        number += 1
        name = f"{slug[: MOST_SLUG - 4].rstrip('-')}-{number}"
