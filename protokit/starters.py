"""Makes starter questions from documents, because they are the first thing a person reads and must be answerable."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, zip_longest

from protokit.features import words
from protokit.question_forms import UNCLEAR, from_sentences, lowered

Answers = Callable[[str], bool]

_MOST_TRIED = 60
"""Candidates to try at most: each costs a search."""
_ALIKE = 0.5
"""Two questions that share more of their words than this ask for the same."""
_HEADING = re.compile(r"^(?:#{1,6}\s+)?(?:\d+(?:\.\d+)*\.?\s+)?(\S.{2,70}?)\s*#*$")
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
    sharp = [list(from_sentences(text)) if spoken[name] == "en" else [] for name, text in documents.items()]
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
        said = title if language in ("de", "zh", "ja") else lowered(title, text)
        if language != "en":
            yield _ABOUT.get(language, _ABOUT["en"]).format(said)
        elif question := _asked_about(said):
            yield question


def _asked_about(said: str) -> str:
    """The question an English heading answers: "parental leave" -> "How does parental leave work?"."""
    first, _, rest = said.partition(" ")
    if UNCLEAR.search(said) or re.search(r"\b(?:you|who|whose|when|where)\b|[A-Z]{4,} [A-Z]{2,}", said):
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


_UNFIT = re.compile(
    r"[.:;!?|<>/？]|\d{3}|^(?:introduction|overview|contents|summary|subject|aim|purpose|scope|background|notes?"
    r"|general|contact|parties|figures.*|dates|definitions|appendix.*|in short|page .*|questions|faq|respect"
    r"|(?:from|before|after|during|since|with|in|at|on|by) .*|.* (?:one|two|three))$",
    re.IGNORECASE,
)
_QUESTION_WORDS = frozenset("how what why which".split())
_VERBS = frozenset(
    "get create set install use add remove change reset connect cancel book order pay report request apply open close "
    "start update return contact find choose check sign register renew join leave submit upload download".split()
)
