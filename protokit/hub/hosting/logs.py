"""What a prototype prints, kept in one file of bounded size."""

import re
import time
from pathlib import Path

KEPT = 0.5
"""The share of the bound that stays when a file has grown over it."""


_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Log:
    """The log of one prototype: its own processes append to the file, the Hub adds what it did."""

    def __init__(self, path: Path, bound: int) -> None:
        self.path, self.bound = path, bound

    def note(self, what: str) -> None:
        """Add a line of the Hub's own."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"[hub {stamp} UTC] {what}\n")

    def tail(self, lines: int) -> list[str]:
        """The last `lines` lines, oldest first; none where nothing was printed yet."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - self.bound))
                text = file.read().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return []
        return [_plain(line) for line in text.splitlines()[-lines:]]

    def last_words(self) -> str:
        """The last line that the prototype itself printed, "" where there is none."""
        own = (line.strip() for line in reversed(self.tail(50)) if not line.startswith("[hub "))
        return next((line for line in own if line), "")

    def trim(self) -> None:
        """Keep the end of the file where it has grown over its bound; writers go on appending."""
        try:
            if self.path.stat().st_size <= self.bound:
                return
        except FileNotFoundError:
            return
        keep = int(self.bound * KEPT)
        with self.path.open("r+b") as file:
            file.seek(-keep, 2)
            end = file.read(keep)
            file.truncate(0)
        with self.path.open("ab") as file:
            file.write(end[end.find(b"\n") + 1 :])


def _plain(line: str) -> str:
    """`line` without what only a terminal understands."""
    return "".join(sign for sign in _COLOURS.sub("", line) if sign.isprintable() or sign == "\t")
