"""How a sentence says that somebody is to do something, by language: promises, orders, requests."""

import re
from functools import cache

from protokit.runtime.summarization.summary_patterns import PATTERNS, pattern

_FLAGS = re.VERBOSE | re.DOTALL


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    rows = PATTERNS.get("tasks", language) or ()
    return tuple(re.compile(PATTERNS.fill(row), _FLAGS) for row in rows)


def find_task(sentence: str, language: str) -> re.Match[str] | None:
    """The words of `sentence` that promise, order or request something, with groups `who` and `what`, or None.

    `you` is a group too where the one who is asked is addressed. Nothing is found in languages without patterns.
    """
    for each in _patterns(language):
        for match in each.finditer(sentence):
            if not pattern("condition").search(sentence, 0, match.start()):
                return match
    return None


def find_duty(sentence: str) -> tuple[str, str] | None:
    """Who and what, of English sentences that are a task only where a deadline stands with them.

    "The audit must be completed", where nobody is named, and "I will" or "could you" with any verb,
    and "Jonas finishes the gates by 9 April".
    """
    match = PATTERNS.pattern("duty", flags=_FLAGS).search(sentence)
    if match is None:
        return None
    what = match["what"] or match["promised"] or match["asked"] or match["does"]
    return match["who"] or match["named"] or "", what
