"""The same question in the plain words that the grammar knows: orders, list numbers, quotes and names in brackets."""

import re
from functools import cache

from protokit.runtime.analysis.breakdown import PATTERNS


def plain_question(question: str) -> str:
    """`question` with each way of saying in patterns.yaml that means the same replaced by the plain one."""
    text = " ".join(question.split())
    for pattern, plain in _rewordings():
        text = pattern.sub(plain, text)
    return " ".join(text.split())


@cache
def _rewordings() -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = PATTERNS.get("rewordings")
    return tuple((re.compile(each["said"], re.IGNORECASE), each["plain"]) for each in pairs)
