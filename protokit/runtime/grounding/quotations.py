"""What the offline engine quotes or computes stands in the passages by construction: it is told, and not checked."""

import re
from collections.abc import Mapping, Sequence

from protokit.runtime.grounding.verify import SUPPORTED, SentenceCheck

_NUMBERS = re.compile(r"(?:\s?\[\d{1,3}\])+")


def quotation_checks(
    text: str, quoted: Mapping[int, tuple[int | None, Sequence[tuple[int, int]]]]
) -> tuple[SentenceCheck, ...]:
    """A check that says "supported" for each piece of an extracted `text` that ends in its citations, such as "[1]".

    `quoted` says of each citation's number the index of its passage and the marks in it (character offsets). Offsets
    of the checks are into `text`, the citation within. What no citation follows is a phrase of the program's own.
    """
    checks, start = [], 0
    for cited in _NUMBERS.finditer(text):
        start += len(text[start : cited.start()]) - len(text[start : cited.start()].lstrip())
        number = int(re.findall(r"\d+", cited.group())[0])
        passage, marks = quoted.get(number, (None, ()))
        if number in quoted and start < cited.start():
            span = marks[0] if marks else None
            checks.append(SentenceCheck(start, cited.end(), SUPPORTED, 1.0, passage, span, ""))
        start = cited.end()
    return tuple(checks)
