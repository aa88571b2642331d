"""Where a store lives on disk, and what happens when what is found there cannot be used."""

import os
import re
import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

from vectorstore.index import lexical_index, table_index
from vectorstore.index.docstore import Docstore, suspicion
from vectorstore.index.write_lock import only_writer
from vectorstore.vectorstore_errors import VectorstoreError

_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9._-]{1,510})[a-zA-Z0-9]")
_SQLITE = (3, 35, 0)
_QUICK_BYTES = 16_000_000
"""Up to here looking through all pages of a catalogue takes a few hundredths of a second."""


@dataclass(frozen=True, slots=True)
class StorePaths:
    """The files of one store, all beginning with its name, so that several share a folder."""

    home: Path
    """The folder; for a store on a server, this machine's copy of what words are searched in."""
    url: str
    name: str

    @classmethod
    def of(cls, location: Path | str, name: str) -> "StorePaths":
        """Check a location and make its folder. Raises VectorstoreError if it or the name will not do."""
        _check_sqlite()
        if not _NAME.fullmatch(name):
            raise VectorstoreError(
                f'"{name}" is not a name for a store',
                fix="Use 3 to 512 letters, digits and . - _ with a letter or digit at both ends.",
            )
        url = location.rstrip("/") if isinstance(location, str) and re.match(r"https?://", location) else ""
        home = (
            _copies() / sha256(f"{url} {_tenancy()}".encode()).hexdigest()[:16]
            if url
            else Path(location).resolve()
        )
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            fix = "Choose a folder that can be written."
            raise VectorstoreError(
                f"cannot hold a store ({problem.strerror})", where=str(home), fix=fix
            ) from None
        return cls(home, url, name)

    def owns(self, path: Path) -> bool:
        """Whether a file is one of the store's."""
        below = path.resolve()
        if not below.is_relative_to(self.home):
            return False
        parts = re.escape(self.name) + r"\.(catalogue|words|lock|vectors)\b.*"
        return re.fullmatch(parts, below.relative_to(self.home).parts[0]) is not None

    @property
    def catalogue(self) -> Path:
        """Files, passages, and what is still to be embedded."""
        return self.home / f"{self.name}.catalogue"

    @property
    def lock(self) -> Path:
        """The file whose holder may write."""
        return self.home / f"{self.name}.lock"


def open_catalogue(place: StorePaths) -> tuple[Docstore, str]:
    """The catalogue of a place, and a line if a damaged one had to be replaced (it is kept aside)."""
    try:
        _check_pages(place)
        return Docstore(place.catalogue), ""
    except sqlite3.OperationalError as problem:
        fix = "Choose a folder that can be written."
        raise VectorstoreError(f"cannot be opened ({problem})", where=str(place.catalogue), fix=fix) from None
    except sqlite3.DatabaseError as problem:
        aside = _set_aside(place)
        return Docstore(
            place.catalogue
        ), f"Read again: the store was damaged ({problem}); it was kept as {aside}."


def _check_pages(place: StorePaths) -> None:
    """Raise sqlite3.DatabaseError for damage that opening would not meet; a large file is looked through only after
    a reader has stumbled over it.
    """
    path, suspect = place.catalogue, suspicion(place.catalogue)
    if not path.is_file() or not (path.stat().st_size <= _QUICK_BYTES or suspect.exists()):
        return
    database = sqlite3.connect(path, timeout=30)
    try:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if suspect.exists():
            lexical_index.check(database)
            table_index.check(database)
    finally:
        database.close()
    suspect.unlink(missing_ok=True)
    if verdict != "ok":
        raise sqlite3.DatabaseError(str(verdict).strip().splitlines()[-1])


def _set_aside(place: StorePaths) -> str:
    number = 1
    while (aside := place.home / f"{place.catalogue.name}.damaged-{number}").exists():
        number += 1
    with only_writer(place.lock, wait=10, waiting=lambda: None):
        place.catalogue.rename(aside)
        for ending in ("-wal", "-shm"):
            companion = place.catalogue.with_name(place.catalogue.name + ending)
            if companion.exists():
                companion.rename(aside.with_name(aside.name + ending))
    return aside.name


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < _SQLITE:
        raise VectorstoreError(
            f"this Python has SQLite {sqlite3.sqlite_version}, and Chroma needs 3.35 or newer",
            fix="Use a Python from python.org, uv or conda, which bring a newer SQLite.",
        )


def _copies() -> Path:
    """Where copies of server stores are kept: VECTORSTORE_CACHE, else the user's cache folder."""
    return Path(os.environ.get("VECTORSTORE_CACHE") or user_cache_path("vectorstore", appauthor=False))


def _tenancy() -> str:
    return f"{os.environ.get('CHROMA_TENANT', '')} {os.environ.get('CHROMA_DATABASE', '')}"
