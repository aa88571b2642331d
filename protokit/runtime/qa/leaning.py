"""What a sentence leans on: of an item the line over its list, of "it" and "they" the sentence before."""

import re
from collections.abc import Sequence

_ITEM = re.compile(r"\s*[-*+•‣▪◦–·]\s")
_POINTS_BACK = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|my|me)\b")
_SENDER = re.compile(r"(?:From|Von|De|Da|Van|Od): [^\n]{2,80}")
_LONGEST = 160
"""Characters of what may be leant on, and of what leans on a sentence: a line and not a paragraph."""


def leans_on(sentences: Sequence[str], at: int, heading: str = "") -> str:
    """The sentence without which `sentences[at]` does not say what it is about; empty where it stands alone.

    `heading` is what stands over all of them.
    """
    text = sentences[at]
    if _ITEM.match(text):
        above = next((each for each in reversed(sentences[:at]) if not _ITEM.match(each)), heading)
        return above if len(above) <= _LONGEST else ""
    if _FIRST_PERSON.search(text):
        return next((each for each in sentences[:at] if _SENDER.match(each)), "")
    if not at or len(text) > _LONGEST or len(sentences[at - 1]) > _LONGEST:
        return ""
    return sentences[at - 1] if _POINTS_BACK.search(text) else ""
