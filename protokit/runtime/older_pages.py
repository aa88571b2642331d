"""What pages call that were made by an earlier version, and that is done in another way now."""

from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.prompting import tokens


def keep_upload(folder: Path, name: str, content: bytes) -> Path:
    """Pages kept visitors' files in knowledge/, for everybody and for good. Raises ValueError: they no longer may."""
    raise ValueError(
        f"{name} was not taken: this page takes no files until its owner has brought it up to date."
    )


@dataclass(frozen=True, slots=True)
class TokenCount:
    """What `count` gave before it was a number."""

    tokens: int


def count(text: str, model: str = "") -> TokenCount:
    """The tokens of `text`, in an object: a page of today calls `prompting.tokens.count`."""
    return TokenCount(tokens.count(text, model))
