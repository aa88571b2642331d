"""Makes a question that leans on the conversation ("and for contractors?", "why?", "yes please") stand on its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vectorstore.search.antecedents import in_place_of_pronouns, mentions, without_expletives
from vectorstore.search.follow_up_patterns import anywhere, beginning, whole
from vectorstore.search.parallel_phrases import with_parallel_replaced
from vectorstore.text.languages import guess
from vectorstore.text.terms import query_words

Wish = Literal["", "more", "why", "manner"]
_QUOTED_OFFER = re.compile(r"[“\"«„「]([^”\"»“」]{3,}[?？؟])[”\"»“」]\W*$")
_OFFER = re.compile(r"(?:^|[.!?。]\s+)([^.!?。]{8,}[?？؟])\W*$")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|am|get|gets)\b", re.I
)
_PREPOSITION = re.compile(
    r"\W*(?:for|in|at|on|from|to|with|by|of|during|after|before|per|as|für|bei|mit|von|nach|vor|pour|avec|chez|para|con"
    r"|en|per|voor|w|dla|для|в)\s",
    re.I,
)
_FEW = 4
"""Words with content that a question has at most which only goes on from the one before."""
_SOME = 6
"""The same where a pronoun shows that it does."""


@dataclass(frozen=True, slots=True)
class StandaloneQuestion:
    """A question that can be searched for alone, and what was wished beside it."""

    text: str
    wish: Wish = ""
    """"more": what was not said yet; "why": the reason of what was said; "manner": another language or length, for
    which nothing is searched; empty for a question."""


def standalone_question(question: str, history: Sequence[str] = (), answers: Sequence[str] = ()) -> str:
    """The question as one that can be searched for alone.

    `history` holds the person's earlier questions, oldest first, and `answers` what was answered to each. A question
    that is whole comes back as it is. One that leans on them takes the place of what it replaces in the last one:
    `standalone_question("and for contractors?", ["How many days of leave for employees?"])` is
    `"How many days of leave for contractors?"`.
    """
    return resolve(question, history, answers).text


def resolve(question: str, history: Sequence[str] = (), answers: Sequence[str] = ()) -> StandaloneQuestion:
    """As `standalone_question`, with what was wished. Questions before it are made to stand alone one by one."""
    topic = StandaloneQuestion("")
    said = [*answers, *[""] * (len(history) - len(answers))]
    for number, earlier in enumerate(history):
        found = _resolved(earlier, topic.text, said[number - 1] if number else "")
        topic = topic if found.wish == "manner" else found
    return _resolved(question, topic.text, said[-1] if said else "")


def is_follow_up(question: str) -> bool:
    """Whether the question cannot be understood without what was said before."""
    return _leans(question) or bool(_wish(question)) or _matches("agreement", question)


def _resolved(question: str, topic: str, answer: str) -> StandaloneQuestion:
    """`topic` is the last question as it stands alone, "" where nothing was asked yet; `answer` is what was said."""
    if turned := _beginning("subject", question):
        rest = question[turned:].strip()
        return StandaloneQuestion(rest or question)
    if not topic:
        return StandaloneQuestion(question)
    if _matches("agreement", question):
        return _agreed(topic, answer)
    if (wish := _wish(question)) == "why":
        return StandaloneQuestion(_reason(question, topic), wish)
    if wish:
        return StandaloneQuestion(topic, wish)
    if not _leans(question):
        return StandaloneQuestion(with_parallel_replaced(topic, question, near=True) or question)
    return StandaloneQuestion(_completed(question, topic, answer), _more_of(question))


def _agreed(topic: str, answer: str) -> StandaloneQuestion:
    """What the answer offered, or more of what was asked."""
    plain = re.sub(r"\s?\[\d+\]", "", answer)
    if offer := _QUOTED_OFFER.search(plain) or _OFFER.search(plain):
        return StandaloneQuestion(offer[1].strip())
    return StandaloneQuestion(topic, "more")


def _reason(question: str, topic: str) -> str:
    """ "Why?" after "Was it moved?" is "Why was it moved?"; after another question it stands before that."""
    asked = re.sub(r"[\W_]+$", "", question.strip())
    if _AUXILIARY.match(topic.strip()):
        return f"{asked} {topic[:1].lower()}{topic[1:]}"
    return f"{asked}? ({topic.rstrip(' ?!.')})"


def _completed(question: str, topic: str, answer: str) -> str:
    rest = question[_beginning("opening", question) :].strip()
    if replaced := in_place_of_pronouns(rest, topic, answer):
        return replaced
    if not _AUXILIARY.search(rest) and (replaced := with_parallel_replaced(topic, rest)):
        return replaced
    about = [each.text for each in mentions(topic)]
    if _AUXILIARY.search(rest) and about:
        return f"{rest} ({', '.join(about)})"
    return f"{rest} ({topic.rstrip(' ?!.')})"


def _leans(question: str) -> bool:
    content = len(query_words(question))
    if opened := _beginning("opening", question):
        rest = question[opened:]
        return content <= _FEW or (content <= _SOME and _points(rest))
    if content == 0 or (content <= _FEW and _PREPOSITION.match(question)):
        return True
    return content <= _SOME and _points(question)


def _points(question: str) -> bool:
    """Whether a pronoun in it stands for something that the question itself does not name before."""
    plain = without_expletives(question)
    for kind in ("person", "thing", "place"):
        if found := anywhere(kind, guess(question)).search(plain):
            before = plain[: found.start()]
            subject = _AUXILIARY.search(before)
            if not query_words(before) or (subject and not query_words(before[subject.end() :])):
                return True
            return len(query_words(question)) < _FEW
    return False


def _wish(question: str) -> Wish:
    wishes: tuple[Wish, ...] = ("manner", "more", "why")
    return next((wish for wish in wishes if _matches(wish, question)), "")


def _more_of(question: str) -> Wish:
    """ "What else do they want?" asks for more and names what of."""
    return (
        "more" if re.match(r"\W*(?:what|who|which|where)\s+(?:else|others?|more)\b", question, re.I) else ""
    )


def _matches(kind: str, question: str) -> bool:
    return bool(whole(kind).fullmatch(question.strip()))


def _beginning(kind: str, question: str) -> int:
    """How many characters at the beginning are of this kind."""
    found = beginning(kind).match(question)
    return found.end() if found else 0
