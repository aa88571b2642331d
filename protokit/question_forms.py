"""Turns English sentences of a document into the questions they answer, by the few forms whose grammar is certain."""

import re
from collections.abc import Iterator, Mapping

UNCLEAR = re.compile(
    r"\b(?:it|this|that|these|those|there|he|she|they|we|which|who|same|other|such|following|above|below)\b",
    re.IGNORECASE,
)
"""Words that point at something outside the phrase, so that a question with one could not be understood."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+(?:[-*•]\s+)?")
_CUT_TOO_EARLY = re.compile(
    r"\b(?:of|with|to|at|by|in|on|for|the|an?|and|or|be|up|worth|last|next|first|from|under|named?)$",
    re.IGNORECASE,
)
_SUBJECT = r"(?P<subject>(?:The|An?|Your|Our) [a-z][\w-]*(?: [a-z][\w-]*){0,3}?)"
_PEOPLE = r"(?P<subject>(?:[A-Z][a-z]+s|(?:All |New |Part-time |Full-time )?[a-z]+s|You|The [a-z]+s))"
_NUMBER = (
    r"(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten"
    r"|twelve|fourteen|fifteen|twenty|thirty|sixty|ninety)"
)
_TIME = rf"(?:about |around |at least |at most |up to )?{_NUMBER} (?:[a-z]+ )?(?:minute|hour|day|week|month|year)s?"
_MONEY = (
    r"(?:about |up to )?"
    r"(?:[€$£]\s?\d[\d.,]*|\d[\d.,]* ?(?:EUR|USD|GBP|CHF|euros?|dollars|pounds|€|%|percent|per cent))"
)
_DATE = (
    r"(?:\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d{1,2}\b|\d{4}-\d\d-\d\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|\d{1,2}(?::\d\d| ?am| ?pm)|noon)"
)
_END = rf"(?:for up to|up to|within|by|at|and|without|only|if|when|unless|until|for {_NUMBER}|{_NUMBER})"
_FORMS = {
    rf"{_SUBJECT} (?:is|lasts) {_TIME}(?! rent|['’]| of\b)": "How long is {subject}?",
    rf"{_SUBJECT} takes {_TIME}": "How long does {subject} take?",
    rf"{_SUBJECT} (?:costs|is) {_MONEY}": "How much is {subject}?",
    rf"{_SUBJECT} (?P<verb>starts|begins|ends|opens|closes|expires) (?:on|at|in|by) {_DATE}": (
        "When does {subject} {verb}?"
    ),
    rf"{_SUBJECT} is due (?:on|by|before) {_DATE}": "When is {subject} due?",
    r"(?P<who>The [a-z][\w ]{2,40}) is responsible for (?P<what>[a-z][\w' -]{3,50}?)[.,;]": (
        "Who is responsible for {what}?"
    ),
    rf"{_PEOPLE} (?:are entitled to|receive|get) {_NUMBER} (?P<unit>(?:working |paid |calendar )?days)"
    r" of (?P<what>[a-z][\w -]{2,40}?)(?: (?:a|per|each|every|in|plus|for|after)\b|[.,;])": (
        "How many {unit} of {what} do {subject} get?"
    ),
    rf"{_PEOPLE} (?:can|may) (?P<what>(?!not )[a-z]+ [a-z][\w' -]{{4,50}}?)(?= {_END}\b|[.,;(])": (
        "Can {subject} {what}?"
    ),
    r"(?P<subject>(?:The|An?|Your) [a-z][\w-]*(?: [a-z][\w-]*){0,3}) must be"
    r" (?P<what>[a-z]+ed|sent|kept|paid|given) (?:by|before|within|no later than|at least)\b": (
        "When must {subject} be {what}?"
    ),
    r"(?P<subject>(?!The |An? |Your |Each )[A-Z][\w-]+(?: [\w-]+){0,2}) is (?:a|an) (?=[a-z]+ )[^.]{30,}\.$": (
        "What is {subject}?"
    ),
}
"""How a sentence begins -> the question it answers."""


def from_sentences(text: str) -> Iterator[str]:
    """Yield a question for each sentence of `text` that has one of the forms."""
    forms = [(re.compile(pattern), question) for pattern, question in _FORMS.items()]
    for sentence in _SENTENCE.split(text):
        plain = re.sub(r"[*_`]", "", sentence).strip()
        if not 20 <= len(plain) <= 240 or plain.startswith(("#", "|")):
            continue
        for pattern, question in forms:
            match = pattern.match(plain)
            if match and not any(map(_unfit, match.groupdict().values())):
                yield _filled(question, match.groupdict(), text)
                break


def _unfit(part: str) -> bool:
    return bool(UNCLEAR.search(part) or _CUT_TOO_EARLY.search(part))


def _filled(question: str, parts: Mapping[str, str], text: str) -> str:
    """The question, asked by a reader: "your" becomes "my", "you" becomes "I"."""
    said = {name: _turned(part, text) for name, part in parts.items()}
    if "verb" in said:
        said["verb"] = said["verb"].removesuffix("s")
    return question.format(**said)


def _turned(part: str, text: str) -> str:
    first, _, rest = part.partition(" ")
    turned = {"You": "I", "Your": "my", "Our": "your"}.get(first) or lowered(first, text)
    mine = re.sub(r"\byour\b", "my", rest)
    return f"{turned} {mine}".strip()


def lowered(phrase: str, text: str) -> str:
    """`phrase` as it stands in running text: a word keeps its capital where `text` has it inside a sentence."""
    return " ".join(word if _is_name(word, text) else word[:1].lower() + word[1:] for word in phrase.split())


def _is_name(word: str, text: str) -> bool:
    if word[1:] != word[1:].lower():
        return True
    return word.lower() not in text and bool(re.search(rf"[a-z,] {re.escape(word)}\b(?! [A-Z])", text))
