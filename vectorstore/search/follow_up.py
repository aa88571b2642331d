"""Makes a question that leans on the conversation ("and for contractors?") stand on its own."""

import re
from collections.abc import Sequence

from vectorstore.text.terms import query_words

_OPENING = re.compile(
    r"^\W*(?:(?:and|but|or|also|then|so|what about|how about|what if|same for|y|e|et|und|oder)\b|那|和|و)[\s,:-]*",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\b(?:it|its|they|them|their|that|those|this|these|one|ones|he|she|him|his|her|the same|there|such)\b",
    re.IGNORECASE,
)
_PREPOSITIONS = r"\b(?:for|in|at|on|from|to|with|by|of|during|after|before|per|as|para|für|pour)\b"
_PHRASE = re.compile(
    rf"(?P<preposition>{_PREPOSITIONS})\s+(?:(?!{_PREPOSITIONS})[^,.;?!])+(?<!\s)", re.IGNORECASE
)


def standalone_question(question: str, history: Sequence[str] = ()) -> str:
    """The question as one that can be searched for alone.

    `history` holds the person's earlier questions, oldest first. A question that is whole comes back as it is.
    One that leans on them takes the place of what it replaces in the last whole one, or has it put behind:
    `standalone_question("and for contractors?", ["How many days of leave for employees?"])` is
    `"How many days of leave for contractors?"`, and with "What about sick leave?" it is
    `"sick leave? (How many days of leave for employees)"`.
    """
    if not is_follow_up(question):
        return question
    topic = next((earlier for earlier in reversed(history) if not is_follow_up(earlier)), None)
    if topic is None:
        return question
    rest = _OPENING.sub("", question, count=1).strip()
    return _replaced(topic, rest) or f"{rest} ({topic.rstrip(' ?!.')})"


def is_follow_up(question: str) -> bool:
    """Whether the question cannot be understood without what was said before."""
    content = query_words(question)
    if _OPENING.match(question) and len(content) <= 4:
        return True
    if len(content) <= 1:
        return True
    return len(content) <= 3 and bool(_POINTER.search(question))


def _replaced(topic: str, rest: str) -> str:
    """The topic with its phrase of the same preposition exchanged: "for employees" by "for contractors"."""
    phrase = _PHRASE.fullmatch(rest.rstrip("?!. "))
    if not phrase:
        return ""
    for old in _PHRASE.finditer(topic):
        if old["preposition"].lower() == phrase["preposition"].lower():
            return topic[: old.start()] + phrase.group() + topic[old.end() :]
    return ""
