"""What a question asks, one by one: "How much is it, and when may they leave?" is two questions."""

import re
from dataclasses import dataclass

from vectorstore.search.antecedents import in_place_of_pronouns, mentions


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
    about = [each for each in mentions(first) if not _IS_ASKED_FOR.search(first[: each.start])]
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


_IS_ASKED_FOR = re.compile(r"\b(?:which|what|whose)\s+$", re.IGNORECASE)
_EXAMPLE = re.compile(r",?\s+(?:such as|for example|for instance|e\.g\.)\s[^,;]+\?*$", re.IGNORECASE)
_PREPOSITION = (
    r"(?:(?:and|but|or|so)\s+)?"
    r"(?:(?:for|by|at|in|on|to|from|of|below|above|within|until|since|under|with)\s+)?"
)
_FOREIGN = (
    "qué|cuánto|cuándo|dónde|quién|cómo|combien|quand|comment|quel|quelle|où|qui|wie|was|wann|wo|wer"
    "|quanto|quando|come|chi|dove|qual|quais|quantos|quantas|quem|onde"
    "|ile|jak|jaki|jaka|jakie|kto|kiedy|gdzie|który|która|które|dlaczego"
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
_AND = re.compile(rf"\s+(?:and|or|y|o|et|ou|und|oder|e|i)\s+(?={_ASKING_AGAIN})", re.IGNORECASE)
_ASKS = re.compile(rf"[¿\s]*{_PREPOSITION}{_ASKING}", re.IGNORECASE)
