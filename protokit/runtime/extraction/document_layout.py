"""Lines, columns, letterheads and addresses of a document's text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from protokit.runtime.extraction.concepts import CONCEPTS


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty, without the blanks around it."""

    start: int
    end: int

    def text(self, source: str) -> str:
        return source[self.start : self.end]


def lines(text: str) -> Iterator[Line]:
    """The lines of `text` that are not empty."""
    for match in re.finditer(r"[^\s][^\n]*", text):
        yield Line(match.start(), match.start() + len(match[0].rstrip()))


def first_segment(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the first column of `text[start:end]` stands: up to a wide gap, a bar, or the next label."""
    start += len(text[start:end]) - len(text[start:end].lstrip(" \t*_"))
    piece = text[start:end]
    if not piece.strip():
        return None
    cuts = [
        re.search(r"\s{2,}|\t| \||\*\*", piece),
        re.search(r"\s\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?!\d)", piece),
        re.search(r"\s(?=[A-Z#][\w#/.]*(?: [\w#/.]+)?\s?:(?:\s|$))", piece),
    ]
    cuts += [
        match
        for match in CONCEPTS.pattern("stops").finditer(piece)
        if match.start() > 1 and piece[match.start()].isupper() and match.end() < len(piece)
    ][:1]
    cut = min([match.start() for match in cuts if match and match.start() > 0], default=len(piece))
    stop = start + len(piece[:cut].rstrip(" ,;|*_"))
    return (start, stop) if stop > start else None


def letterhead(text: str) -> tuple[int, int] | None:
    """Where the name of whoever wrote the document stands: a top line with a legal
    form ("Ltd"), else the first that can be a name."""
    pattern = CONCEPTS.pattern("no_name", flags=re.IGNORECASE | re.VERBOSE)
    forms, first = CONCEPTS.pattern("legal_form"), None
    for count, line in enumerate(lines(text)):
        if count == 10:
            break
        words = line.text(text)
        plain = words.lstrip("#* ")
        start = line.start + len(words) - len(plain)
        if pattern.search(plain) or len(plain) > 90:
            continue
        wide = re.search(r"\s{2,}|\t| \| | - ", plain)
        span = start, start + len(plain[: wide.start()] if wide and wide.start() > 2 else plain)
        if forms.search(text, *span):
            return span
        first = first or span
    return first


def address(text: str) -> tuple[int, int] | None:
    """Where the address of a letterhead stands: from the first of the top lines that looks like one."""
    begins, ends = CONCEPTS.pattern("address"), CONCEPTS.pattern("no_address")
    top = list(lines(text))[1:14]
    for index, line in enumerate(top):
        words = line.text(text)
        if not begins.search(words) or ends.search(words):
            continue
        last = line
        for following in top[index + 1 : index + 5]:
            if ends.search(following.text(text)):
                break
            last = following
        return line.start, last.end
    return None
