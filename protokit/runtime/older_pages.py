"""What pages call that were made by an earlier version, and that is done in another way now."""

from pathlib import Path


def keep_upload(folder: Path, name: str, content: bytes) -> Path:
    """Pages kept visitors' files in knowledge/, for everybody and for good. Raises ValueError: they no longer may."""
    raise ValueError(
        f"{name} was not taken: this page takes no files until its owner has brought it up to date."
    )
