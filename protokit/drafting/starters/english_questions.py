"""Turns English sentences of a document into the questions they answer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from protokit.drafting.starters.noun_phrases import (
    BOILERPLATE,
    CUT_TOO_EARLY,
    UNCLEAR,
    begun,
    is_plural,
    is_subject,
)
from protokit.drafting.starters.question_patterns import FORMS, PASTS_OF

_LEMMA = {
    "took": "take", "began": "begin", "won": "win", "had": "have", "lasted": "last", "started": "start",
    "ended": "end", "has": "have",
}  # fmt: skip
_PAST = frozenset("took began won had lasted started ended".split())


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """A question with the words that answer it (empty where they cannot be told) and its worth, 0 to 5."""

    question: str
    answer: str
    worth: float


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str, float], ...]:
    return tuple((re.compile(pattern), question, worth) for pattern, question, worth in FORMS)


def from_sentence(sentence: str, text: str) -> Iterator[GeneratedQuestion]:
    """Yield the questions that `sentence`, a whole one of `text`, answers by its form; the best is not always first."""
    plain = re.sub(r"\*+|`|\b_|_\b", "", " ".join(sentence.split()))
    plain = re.sub(r"^(?:[-*•]|\d+[.)]|\d+(?:\.\d+)+\.?|\([a-z]\))\s+", "", plain)
    if not 12 <= len(plain) <= 320 or plain.startswith(("#", "|")) or BOILERPLATE.search(plain):
        return
    for pattern, question, worth in _forms():
        match = pattern.match(plain)
        if match and (asked := _filled(question, match.groupdict(), text)):
            yield GeneratedQuestion(asked, match.groupdict().get("answer") or "", worth)


def _filled(question: str, parts: Mapping[str, str | None], text: str) -> str:
    """The question as a reader asks it ("your" becomes "my", "you" becomes "I"), empty where it would be unclear."""
    given = {name: part.strip(" ,") for name, part in parts.items() if part is not None}
    subject, verb = given.get("subject", ""), given.get("verb", "")
    kind = next((slot for slot in ("name", "thing", "person") if f"{{{slot}}}" in question), "")
    if subject and not is_subject(subject, kind):
        return ""
    if any(_unfit(name, part) for name, part in given.items()) or (verb and not _agree(subject, verb)):
        return ""
    likely = "past" in given or "made" in given or given.get("aux") == "was"
    said = {name: _turned(part) for name, part in given.items()}
    said |= dict.fromkeys(
        ("subject", "name", "thing", "person"), _turned(begun(subject, text, likely_name=likely))
    )
    if past := given.get("past"):
        said["past"] = PASTS_OF[past]
    if verb:
        said |= _with_do(verb, subject, said["subject"])
    asked = re.sub(r"\b(?:is|are) I\b", "am I", question.format(**said))
    asked = re.sub(r"\bwere I\b", "was I", re.sub(r"\bI are\b", "I am", asked))
    return asked if len(asked.split()) <= 18 and not re.search(r"\byou\b", asked) else ""


def _unfit(name: str, part: str) -> bool:
    if name == "answer":
        return bool(UNCLEAR.fullmatch(part))
    if name not in ("pred", "what", "clause", "task", "unit"):
        return False
    if name == "pred" and (_PARTIAL.search(part) or (part.startswith("be ") and len(part.split()) < 2)):
        return True
    return bool(
        UNCLEAR.search(part) or CUT_TOO_EARLY.search(part) or re.search(r"\b(?:ours|yours|only)\b", part)
    )


_PARTIAL = re.compile(r"\b(?:and|never|always|not|only|either|daily|otherwise|been|able)\b")
"""What makes half a statement of a predicate, or turns its meaning round."""


def _agree(subject: str, verb: str) -> bool:
    """Whether a verb of the present agrees with its subject; one that does not is a noun: "the accident cover"."""
    first = verb.split()[0]
    if first in _PAST or first in ("is", "are", "was", "were", "cost"):
        return True
    return is_plural(subject) != (first.endswith("s"))


def _with_do(verb: str, subject: str, said: str) -> dict[str, str]:
    """The verb as it stands behind "do", and which form of "do" asks for it."""
    first, _, rest = verb.partition(" ")
    if first in ("is", "are", "was", "were"):
        return {"place": f"{first} {said} {rest}"}
    past = first in _PAST or (first == "cost" and not is_plural(subject))
    do = "did" if past else "does" if first.endswith("s") else "do"
    plain = _LEMMA.get(first) or first.removesuffix("s")
    plain = f"{plain} {rest}".strip()
    return {"do": do, "verb": plain, "place": f"{do} {said} {plain}"}


def _turned(part: str) -> str:
    part = re.sub(r"^[Yy]ou\b", "I", part)
    part = re.sub(r"\b[Yy]our\b", "my", part)
    return re.sub(r"\b[Oo]ur\b", "your", part)
