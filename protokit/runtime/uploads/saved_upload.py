"""Files that somebody hands over: kept under a safe name, never over another file."""

import re
from pathlib import Path, PurePosixPath

from protokit.runtime.page_texts import page_texts

MOST_BYTES = 50_000_000


def keep_upload(folder: Path, name: str, content: bytes) -> Path:
    """Store `content` in `folder` under `name` and return the path.

    The name is only ever a name, never a path. The same content under the same name is stored once; other content
    under a name that is taken gets a number. Raises ValueError for an empty or too large file, and where nothing
    can be kept.
    """
    if not content:
        raise ValueError(page_texts().upload_empty.format(file=name))
    if len(content) > MOST_BYTES:
        raise ValueError(page_texts().upload_too_large.format(megabytes=MOST_BYTES // 1_000_000))
    try:
        return _kept(folder, safe_name(name), content)
    except PermissionError:  # the hosts of several copies let no copy take in what the others lack
        raise ValueError(page_texts().upload_not_here) from None
    except OSError:
        raise ValueError(page_texts().upload_not_kept.format(file=name)) from None


def _kept(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    number = 2
    while path.exists() and path.read_bytes() != content:
        path = folder / f"{Path(name).stem} ({number}){path.suffix}"
        number += 1
    partial = folder / f".{path.name}.partial"
    partial.write_bytes(content)
    return partial.replace(path)


def safe_name(name: str) -> str:
    """`name` without folders and without signs that no file's name should have."""
    plain = PurePosixPath(name.replace("\\", "/")).name
    plain = re.sub(r'[\x00-\x1f<>:"|?*\u202a-\u202e\u2066-\u2069]', "", plain).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:120]}{dot}{suffix[:12]}" if stem else (plain[:120] or "document.txt")
