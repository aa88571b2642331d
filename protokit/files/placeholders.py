"""Texts with [[names]] in them, filled once."""

import re
from collections.abc import Mapping


def fill(text: str, words: Mapping[str, str]) -> str:
    """Return `text` with each [[name]] replaced by its words, once: words are never looked into again."""
    return re.sub(r"\[\[(\w+)\]\]", lambda token: words.get(token[1], token[0]), text)
