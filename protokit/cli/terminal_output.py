"""The one way to the terminal: no sign of a model, a document, a name or a server acts on it.

A terminal obeys what it is shown: escape sequences move its cursor, set its title, fill its clipboard and hide a link's
address; marks of direction show `exe.txt` as `txt.exe`. Here they become what JSON writes for them (`\\u001b`), so
that the output of --json stays exact.
"""

import re
import sys
from typing import Any, TextIO, cast

import click

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line break, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of writing
    "\u2028\u2029\ud800-\udfff]"  # line breaks of another kind, and halves of characters
)


def safe(text: str) -> str:
    """`text` with every sign that a terminal acts upon written out as `\\uXXXX`; tabs and line breaks stay."""
    return _ACTING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text.replace("\r\n", "\n"))


def tell(text: str, *, err: bool = False, end: str = "\n") -> None:
    """Write `text` and `end` to stdout, or to stderr."""
    click.echo(safe(text) + end, err=err, nl=False)


def ask(question: str, **options: Any) -> Any:
    """What the person types after `question`, as by click.prompt with `options`."""
    return click.prompt(safe(question), err=True, **options)


def raw(stream: TextIO) -> TextIO:
    """`stream` as it was before `guard`, for what draws in the terminal (a bar) and takes care of its texts."""
    return cast(TextIO, _Raw(stream))


def guard() -> None:
    """Make what others write to stdout and stderr safe as well: logs, warnings, tracebacks, words of click's own."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a sign that it cannot show must not stop the work
            setattr(stream, "write", _safely(_Raw(stream)))  # noqa: B010 - it is a method for the type checker


class _Raw:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return type(self._stream).write(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _safely(stream: _Raw) -> Any:
    return lambda text: stream.write(safe(text))
