"""RTF cut into its words: groups, control words with their numbers, characters, plain bytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One of: a brace or a control sign (`sign`), a control word (`word`, `number`), bytes of text (`text`)."""

    sign: str = ""
    word: str = ""
    number: int | None = None
    text: bytes = b""
    is_code: bool = False
    r"""The text was written as a code (`\'e4`), which counts as one character."""


def tokens(data: bytes) -> Iterator[Token]:
    r"""The tokens of `data` in order, without line ends and without the bytes of `\bin`."""
    at = 0
    while match := _TOKEN.match(data, at):
        at = match.end()
        word, number, code, sign, brace, plain = match.groups()
        if plain:
            yield Token(text=plain)
        elif word == b"bin":
            at += max(0, int(number or 0))
        elif word:
            yield Token(word=word.decode(), number=int(number) if number else None)
        elif code:
            yield Token(text=bytes([int(code, 16)]), is_code=True)
        elif brace or sign:
            yield Token(sign=(brace or sign).decode("latin-1"))
