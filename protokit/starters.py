"""Makes starter questions from documents, because they are the first thing a person reads and must be answerable."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, zip_longest

from protokit.features import words

Answers = Callable[[str], bool]

_MOST_TRIED = 60
"""Candidates to try at most: each costs a search."""
_ALIKE = 0.5
"""Two questions that share more of their words than this ask for the same."""
_HEADING = re.compile(r"^(?:#{1,6}\s+)?(?:\d+(?:\.\d+)*\.?\s+)?(\S.{2,70}?)\s*#*$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+(?:[-*•]\s+)?")
_ABOUT = {
    "en": "What should I know about {}?",
    "es": "¿Qué debo saber sobre {}?",
    "fr": "Que faut-il savoir sur {} ?",
    "de": "Was muss ich zum Thema {} wissen?",
    "it": "Che cosa devo sapere su {}?",
    "pt": "O que preciso saber sobre {}?",
    "nl": "Wat moet ik weten over {}?",
    "zh": "关于{},需要了解什么?",
    "ja": "{}について教えてください。",
}
"""A question about a heading that is right whatever the heading's number and gender."""


def starter_questions(
    documents: Mapping[str, str], answers: Answers, n: int = 4, *, language: str = "en"
) -> tuple[str, ...]:
    """Return up to `n` questions that `documents` (file name -> text) answer, differing from one another.

    `answers(question)` says whether the finished prototype answers it; it is asked only as often as needed, sixty
    times at most. Questions are in the language of the document they come from; `language` is for what cannot be told.
    """
    chosen: list[str] = []
    for tried, question in enumerate(candidates(documents, language=language)):
        if len(chosen) == n or tried == _MOST_TRIED:
            break
        if not any(_alike(question, other) for other in chosen) and answers(question):
            chosen.append(question)
    return tuple(chosen)


def candidates(documents: Mapping[str, str], *, language: str = "en") -> Iterator[str]:
    """Yield questions that `documents` may answer, the most inviting first, taking turns among the files."""
    from vectorstore.languages import guess

    spoken = {name: guess(text) if len(text) > 80 else language for name, text in documents.items()}
    sharp = [list(_from_sentences(text)) if spoken[name] == "en" else [] for name, text in documents.items()]
    broad = [list(_from_headings(text, spoken[name])) for name, text in documents.items()]
    yield from dict.fromkeys(
        chain(_in_turns([_asked_in(text) for text in documents.values()]), _in_turns(sharp))
    )
    yield from dict.fromkeys(_in_turns(broad))


def _in_turns(lists: list[list[str]]) -> Iterator[str]:
    return (question for turn in zip_longest(*lists) for question in turn if question is not None)


def _alike(one: str, other: str) -> bool:
    a, b = (set(words(text)) - _ASKING for text in (one, other))
    return len(a & b) > _ALIKE * min(len(a), len(b)) if a and b else one == other


_ASKING = frozenset(
    "what how when who is are do does can must should may i the a an of to for long much about know".split()
)


def _asked_in(text: str) -> list[str]:
    """Headings that are questions already."""
    asked = [title for title in _headings(text) if title.endswith(("?", "？"))]
    return [title for title in asked if len(title.split()) > 3 or not title.isascii()]


def _headings(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines()]
    for at, line in enumerate(lines):
        marked = line.startswith("#")
        match = _HEADING.match(line)
        if not match or "|" in line or (not marked and not _stands_alone(lines, at)):
            continue
        title = match[1].strip(" *_:")
        if (
            title[:1].isalpha()
            and (title[:1].isupper() or not title[:1].isascii())
            and len(title.split()) <= 9
        ):
            yield title


def _stands_alone(lines: list[str], at: int) -> bool:
    """Whether an unmarked line looks like a heading: short, no full stop, a real paragraph after it."""
    line = lines[at]
    after = next((other for other in lines[at + 1 : at + 3] if other), "")
    return (
        len(line.split()) <= 7
        and line[-1].isalnum()
        and line[0].isupper()
        and len(after) > 60
        and ":" not in line
    )


def _from_headings(text: str, language: str) -> Iterator[str]:
    titles = [title for title in dict.fromkeys(_headings(text)) if not _UNFIT.search(title)]
    for title in sorted([*titles[1:], *titles[:1]], key=lambda title: " " not in title and title.isascii()):
        said = title if language in ("de", "zh", "ja") else _lowered(title, text)
        if language != "en":
            yield _ABOUT.get(language, _ABOUT["en"]).format(said)
        elif question := _asked_about(said):
            yield question


def _asked_about(said: str) -> str:
    """The question an English heading answers: "parental leave" -> "How does parental leave work?"."""
    first, _, rest = said.partition(" ")
    if _UNCLEAR.search(said) or re.search(r"\b(?:you|who|when|where)\b|[A-Z]{4,} [A-Z]{2,}", said):
        return ""
    if first.lower() in _QUESTION_WORDS:
        return f"Can you explain {said}?" if " " in rest else ""
    if first.lower() in _VERBS:
        return f"How do I {said}?"
    if re.fullmatch(
        r"(?:[\w-]+ )?(?:leave|work|pay|billing|delivery|shipping|training|onboarding|support)", said
    ):
        return f"How does {said} work?"
    if re.fullmatch(
        r"(?:[\w-]+ )?(?:refunds|returns|payments|expenses|discounts|benefits|appraisals|bookings|claims)",
        said,
    ):
        return f"How do {said} work?"
    return _ABOUT["en"].format(said)


def _lowered(phrase: str, text: str) -> str:
    """`phrase` as it stands in running text: a word keeps its capital where `text` has it inside a sentence."""
    return " ".join(word if _is_name(word, text) else word[:1].lower() + word[1:] for word in phrase.split())


def _is_name(word: str, text: str) -> bool:
    shouted = word[1:] != word[1:].lower()
    return (
        shouted
        or bool(re.search(rf"[a-z,] {re.escape(word)}\b(?! [A-Z])", text))
        and word.lower() not in text
    )


_UNFIT = re.compile(
    r"[.:;!?|<>/？]|\d{3}|^(?:introduction|overview|contents|summary|subject|aim|purpose|scope|background|notes?"
    r"|general|contact|parties|figures.*|dates|definitions|appendix.*|in short|since .*|page .*|questions|faq|respect|(?:from|before|after|during|since|with|in|at|on|by) .*|.* (?:one|two|three))$",
    re.IGNORECASE,
)
_QUESTION_WORDS = frozenset("how what why which".split())
_VERBS = frozenset(
    "get create set install use add remove change reset connect cancel book order pay report request apply open close "
    "start update return contact find choose check sign register renew join leave submit upload download".split()
)

_SUBJECT = r"(?P<subject>(?:The|An?|Your|Our) [a-z][\w-]*(?: [a-z][\w-]*){0,3}?)"
_PEOPLE = r"(?P<subject>(?:[A-Z][a-z]+s|(?:All |New |Part-time |Full-time )?[a-z]+s|You|The [a-z]+s))"
_NUMBER = r"(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|twenty|thirty|sixty|ninety)"
_TIME = rf"(?:about |around |at least |at most |up to )?{_NUMBER} (?:[a-z]+ )?(?:minute|hour|day|week|month|year)s?"
_MONEY = rf"(?:about |up to )?(?:[€$£]\s?\d[\d.,]*|\d[\d.,]* ?(?:EUR|USD|GBP|CHF|euros?|dollars|pounds|€|%|percent|per cent))"
_DATE = r"(?:\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d{1,2}\b|\d{4}-\d\d-\d\d|Monday|Tuesday|Wednesday|Thursday|Friday|\d{1,2}(?::\d\d| ?am| ?pm)|noon)"
_LOOSE = re.compile(
    r"\b(?:of|with|to|at|by|in|on|for|the|an?|and|or|be|up|worth|last|next|first|from|under|named?)$",
    re.IGNORECASE,
)
"""How a phrase ends that was cut too early."""
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"^{_SUBJECT} (?:is|lasts) {_TIME}(?! rent|['’]| of\b)"), "How long is {subject}?"),
    (re.compile(rf"^{_SUBJECT} takes {_TIME}"), "How long does {subject} take?"),
    (re.compile(rf"^{_SUBJECT} (?:costs|is) {_MONEY}"), "How much is {subject}?"),
    (re.compile(rf"^{_SUBJECT} (?P<verb>starts|begins|ends|opens|closes|expires) (?:on|at|in|by) {_DATE}"), "When does {subject} {verb}?"),
    (re.compile(rf"^{_SUBJECT} is due (?:on|by|before) {_DATE}"), "When is {subject} due?"),
    (re.compile(r"^(?P<who>The [a-z][\w ]{2,40}) is responsible for (?P<what>[a-z][\w' -]{3,50}?)[.,;]"), "Who is responsible for {what}?"),
    (re.compile(rf"^(?:{_PEOPLE}) (?:are entitled to|receive|get) {_NUMBER} (?P<unit>(?:working |paid |calendar )?days) of (?P<what>[a-z][\w -]{{2,40}}?)(?: (?:a|per|each|every|in|plus|for|after)\b|[.,;])"), "How many {unit} of {what} do {subject} get?"),
    (re.compile(rf"^{_PEOPLE} (?P<modal>can|may) (?P<what>(?!not )[a-z]+ [a-z][\w' -]{{4,50}}?)(?= (?:for up to|up to|within|by|at|and|without|at least|at most|only|if|when|unless|until|for {_NUMBER}|{_NUMBER})\b|[.,;(])"), "Can {subject} {what}?"),
    (re.compile(r"^(?P<subject>(?:The|An?|Your) [a-z][\w-]*(?: [a-z][\w-]*){0,3}) must be (?P<what>[a-z]+ed|sent|kept|paid|given) (?:by|before|within|no later than|at least)\b"), "When must {subject} be {what}?"),
    (re.compile(r"^(?P<subject>(?!The |An? |Your |Each )[A-Z][\w-]+(?: [\w-]+){0,2}) is (?:a|an) (?=[a-z]+ )[^.]{30,}\.$"), "What is {subject}?"),
)  # fmt: skip
_UNCLEAR = re.compile(
    r"\b(?:it|this|that|these|those|there|he|she|they|we|which|who|same|other|such|following|above|below)\b",
    re.I,
)


def _from_sentences(text: str) -> Iterator[str]:
    """Questions that an English sentence answers, by the few forms whose grammar is certain."""
    for sentence in _SENTENCE.split(text):
        plain = re.sub(r"[*_`]", "", sentence).strip()
        if not 20 <= len(plain) <= 240 or plain.startswith(("#", "|")):
            continue
        for pattern, form in _FORMS:
            match = pattern.match(plain)
            if match and not any(
                _UNCLEAR.search(part) or _LOOSE.search(part) for part in match.groupdict().values()
            ):
                yield _as_question(form, match.groupdict(), text)
                break


def _as_question(form: str, parts: Mapping[str, str], text: str) -> str:
    said = dict(parts)
    for name, part in said.items():
        first, _, rest = part.partition(" ")
        if first in ("You", "Your", "Our"):
            first = {"You": "I", "Your": "my", "Our": "your"}[first]
        turned = re.sub(r"\byour\b", "my", rest)
        said[name] = f"{first if first == 'I' else _lowered(first, text)} {turned}".strip()
    if said.get("verb"):
        said["verb"] = said["verb"].removesuffix("s")
    return form.format(**said)
