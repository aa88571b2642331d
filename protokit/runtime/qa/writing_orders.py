"""Whether somebody orders a text to be written: no quotation answers that, whatever words it shares."""

import re

from protokit.runtime.phrases import phrase

_POLITE = re.compile(
    r"^(?:(?:please|can you|could you|would you|will you|kannst du|könnten sie|bitte|peux-tu|pouvez-vous|puedes)\s+)+"
    r"|^(?:i want you to|i would like you to|i'd like you to)\s+",
    re.IGNORECASE,
)


def orders_writing(text: str, language: str) -> bool:
    """Whether it tells to write: "please write me a poem"."""
    first = _plain(_POLITE.sub("", text.strip())).partition(" ")[0]
    return first in phrase("creative", language) or first in phrase("creative", "en")


def asks_for_writing(text: str, language: str) -> bool:
    """Whether it asks for a text among its first words."""
    words, creative = _plain(text).split(), phrase("creative", language)
    return bool(words) and (any(word in creative for word in words[:4]) or _starts(text, creative))


def _starts(text: str, words: list[str]) -> bool:
    """Whether text of a script without spaces begins with one of `words`."""
    return not text.isascii() and any(text.strip().startswith(word) for word in words if not word.isascii())


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
