"""How long a text may be that somebody types or sends, in characters: the one place where that is said."""

from collections.abc import Collection, Mapping

from protokit.runtime.runtime_errors import TooLong
from vectorstore.text import query_limits

QUESTION = query_limits.QUESTION
TEXT = 200_000
"""A text to be summarized: some 100 printed pages."""
EARLIER = 100_000
"""An earlier question or answer that a program sends along."""
OPTION = 255
"""The name of a file and other choices."""
SHOWN = 30_000
"""What a page shows of one text."""
COMMENT = 2_000
"""What somebody says about an answer."""
FILE = 1_000_000
"""Bytes of prototype.yaml, questions.yaml, instructions.md and the like."""


def require_length(text: str, most: int, what: str) -> None:
    """Raise TooLong where `text`, called `what`, has more than `most` characters."""
    if len(text) > most:
        raise TooLong(what, len(text), most)


def require_options(options: Mapping[str, str], texts: Collection[str] = ()) -> None:
    """The same for what a caller chooses by name; those named in `texts` are texts."""
    for name, value in options.items():
        require_length(name, OPTION, "name of an option")
        require_length(value, TEXT if name in texts else OPTION, f'option "{name}"')
