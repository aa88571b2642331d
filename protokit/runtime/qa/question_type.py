"""What kind of answer a question wants: a date for "when", a name for "who", a number with its unit for "how much"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vectorstore.search.antecedents import in_place_of_pronouns, mentions


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


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One of the things a question asks, with the circumstances it gives but without the other things."""

    text: str
    start: int
    """Where in `text` that which is asked begins; what stands outside are circumstances."""
    end: int


def parts(question: str) -> list[QuestionPart]:
    """What a question asks, one by one, each with the circumstances before it.

    "If I resign, how much notice do I give and is leave paid out?" has two parts; both begin "If I resign,".
    "and why?" is no part of its own.
    """
    pieces = _pieces(" ".join(question.split()))  # a run of spaces would take the square of its length
    asking = [piece for piece in pieces if _ASKS.match(piece) and len(piece.split()) > 2]
    if len(pieces) < 2 or not asking:
        return [QuestionPart(question, 0, _before_example(question, 0))]
    given = " ".join(piece for piece in pieces if not _ASKS.match(piece))
    pointed = [_pointed_at(piece, asking[0]) if number else "" for number, piece in enumerate(asking)]
    before = [" ".join(filter(None, (given, each))) for each in pointed]
    return [
        QuestionPart(
            text := f"{told} {piece}".strip(), start := len(told) + bool(told), _before_example(text, start)
        )
        for told, piece in zip(before, asking, strict=True)
    ]


def _pointed_at(piece: str, first: str) -> str:
    """What a pronoun of a later piece stands for, a circumstance of it: "Kestrel," of "when may they leave"."""
    about = mentions(first)
    return f"{about[0].text}," if about and in_place_of_pronouns(piece, first, "") else ""


def _pieces(question: str) -> list[str]:
    """Sentences and clauses; one that asks and goes on to ask with a mere "and" is two, and "and" is in neither."""
    pieces: list[str] = []
    for clause in _JOINTS.split(question):
        again = any(map(_ASKS.match, pieces))
        pieces += _AND.split(f" {clause}" if again else clause) if _ASKS.match(clause) else [clause]
    return [piece.strip() for piece in pieces if piece.strip()]


def _before_example(text: str, start: int) -> int:
    """Where what is asked ends: an example given at the end ("repairs such as a dripping tap") is a circumstance."""
    example = _EXAMPLE.search(text, start)
    return example.start() if example and example.start() > start else len(text)


_EXAMPLE = re.compile(r",?\s+(?:such as|for example|for instance|e\.g\.)\s[^,;]+\?*$", re.IGNORECASE)
_PREPOSITION = (
    r"(?:(?:and|but|or|so)\s+)?"
    r"(?:(?:for|by|at|in|on|to|from|of|below|above|within|until|since|under|with)\s+)?"
)
_FOREIGN = (
    "qué|cuánto|cuándo|dónde|quién|cómo|combien|quand|comment|quel|quelle|où|qui|wie|was|wann|wo|wer"
    "|quanto|quando|come|chi|dove"
)
_ASKING = (
    r"(?:what|when|where|who|whom|whose|which|why|how|is|are|am|was|were|do|does|did|can|could|may|must|should"
    rf"|will|would|has|have|{_FOREIGN})\b"
)
_ASKING_AGAIN = (
    r"(?:(?:(?:by|until|at|on|from)\s+)?(?:what|how|when|where|who|whose|which|why)"
    rf"|is|are|do|does|can|may|must|{_FOREIGN})\b"
)
"""What asks behind a mere "and": other verbs go on with the sentence there ("who leaves and has paid")."""
_JOINTS = re.compile(rf"(?<=[.?!;])\s+|,\s+(?={_PREPOSITION}{_ASKING})", re.IGNORECASE)
_AND = re.compile(rf"\s+(?:and|or|y|o|et|ou|und|oder|e)\s+(?={_ASKING_AGAIN})", re.IGNORECASE)
_ASKS = re.compile(rf"[¿\s]*{_PREPOSITION}{_ASKING}", re.IGNORECASE)
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
