"""Which sentences lean on the one before: they open with a pronoun, a connective or an answer."""

import re
from collections.abc import Callable
from functools import cache

from protokit.runtime.summarization.summary_patterns import PATTERNS

_POLITE = re.compile(r"[a-zäöüß,] (?:Sie|Ihnen|Ihre?[mnrs]?)\b")
_SIE = re.compile(r"(?:sie|ihnen|ihre?[mnrs]?)\b", re.IGNORECASE)


@cache
def _openers(language: str) -> re.Pattern[str]:
    openers, answers = PATTERNS.text("openers", language), PATTERNS.text("pieces", "ANSWERS")
    pattern = rf"[\"'“„«(*_¿¡\s]*(?:(?:{answers})|(?:{openers}))"
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def leaning(text: str, language: str) -> Callable[[str], bool]:
    """A test for the sentences of `text`: does one open with words that point back, so that it is no use alone?

    In a German text that addresses its reader as "Sie", that word does not point back. In languages without a
    list of openers no sentence leans.
    """
    if not PATTERNS.get("openers", language):
        return lambda sentence: False
    openers = _openers(language)
    if language == "de" and _POLITE.search(text):
        return lambda sentence: bool(openers.match(sentence)) and not _SIE.match(sentence)
    return lambda sentence: bool(openers.match(sentence))
