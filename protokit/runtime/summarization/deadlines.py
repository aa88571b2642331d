"""Finds by when something is to be done: "by Friday", "before 3 May", "bis zum 3. Mai", "周五前"."""

import re

from protokit.runtime.summarization.summary_patterns import PATTERNS


def find_deadline(sentence: str, language: str) -> tuple[int, int] | None:
    """Offsets into `sentence` of the words that say by when, the last such words if there are several.

    In other languages than English, German, Spanish, French, Chinese and Arabic only dates in digits are found.
    """
    names = ("deadlines", language) if PATTERNS.get("deadlines", language) else ("pieces", "NUMERIC")
    dates = PATTERNS.pattern(*names, flags=re.IGNORECASE | re.VERBOSE)
    spans = [match.span() for match in dates.finditer(sentence)]
    return spans[-1] if spans else None
