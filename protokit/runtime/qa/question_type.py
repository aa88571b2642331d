"""What kind of answer a question wants: a date for "when", a name for "who", a number with its unit for "how much"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """The kinds of answer that can be told by looking at the words."""

    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    CONTACT = "contact"
    REASON = "reason"
    MANNER = "manner"
    YES_NO = "yes-no"
    OPEN = "open"


NUMERIC = frozenset({Kind.DATE, Kind.TIME, Kind.DURATION, Kind.MONEY, Kind.PERCENT, Kind.NUMBER})


@dataclass(frozen=True, slots=True)
class TypedQuestion:
    """A question with the kinds of answer that would do, the likeliest first."""

    text: str
    kinds: tuple[Kind, ...]

    @classmethod
    def of(cls, text: str) -> "TypedQuestion":
        """Read a question in English, or by its asking word in a dozen other languages."""
        kinds = next((kinds for pattern, kinds in _RULES if pattern.search(text)), (Kind.OPEN,))
        return cls(text, kinds)

    @property
    def kind(self) -> Kind:
        return self.kinds[0]


_WHAT = (
    r"\b(?:what|which|what's)(?:\s+(?:is|are|was|were|'s))?"
    r"(?:\s+(?:the|a|an|our|my|your|its|their))?\s+"
    r"(?:(?!(?:is|are|was|were|do|does|did|can|could|will|would|may|must|should|has|have|had)\b)\w+\s+){0,2}?"
)
_ENDS = (
    r"(?=\W*$|[^\w\s]|\s+(?:is|are|was|were|do|does|did|can|could|will|would|may|must|should|has|have|had|am|of|for|in|on"
    r"|by|at|to|from|that|when|it|the|we|i|you|they|he|she|a|an|my|our|your)\b)"
)
"""What stands behind the last word of a noun: "which day is it", but not "what is the day ticket for"."""


def _rules() -> Iterator[tuple[re.Pattern[str], tuple[Kind, ...]]]:
    file = Path(__file__).with_name("data") / "question_words.txt"
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kinds, pattern = line.split(": ", 1)
            spelled = re.compile(pattern.replace("WHAT ", _WHAT).replace(" ENDS", _ENDS), re.IGNORECASE)
            yield spelled, tuple(Kind(kind) for kind in kinds.split())


_RULES = tuple(_rules())
