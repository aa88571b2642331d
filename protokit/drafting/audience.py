"""Finds the people whom a prompt names: "for busy nurses", "helps new hires", "our tram drivers look up"."""

import re
from functools import cache

from protokit.drafting.prompt_patterns import PROMPT_PATTERNS, piece
from protokit.spec.lexicon import lexicon

_WORD = r"[^\W_][\w'’.-]*"
_LONGEST = 4
"""Words in the name of a group of people."""


def find_people(prompt: str, before: str, *, alone: bool = False) -> str:
    """Return the people named after one of the words `before` (a regex), without "our" or "the"; "" when none are.

    With `alone` nothing stands between: "to" is followed by people in "to patients", by a verb in "to guide patients".
    """
    breaks = set(PROMPT_PATTERNS.get("people", "breaks").split())
    for match in re.finditer(rf"(?:{before})\s+((?:[\w'’-]+\s*){{1,6}})", prompt, re.IGNORECASE):
        named = re.sub(piece("SERVING"), "", match[1], flags=re.IGNORECASE)
        said = [
            word.rstrip("'’") for word in re.sub(piece("DETERMINERS"), "", named, flags=re.IGNORECASE).split()
        ]
        for length in range(min(5, len(said)), 0, -1):
            tail = [" ".join(said[at:length]) for at in range(1 if alone else length)]
            somebody = " ".join(said[:length]).lower() not in _words("anybody")
            if somebody and any(map(are_people, tail)) and breaks.isdisjoint(map(str.lower, said[:length])):
                return " ".join(said[:length])
    return ""


def mentioned_people(prompt: str) -> str:
    """Return the first people that an English prompt mentions as whom it serves, wherever; "" when there are none.

    Whose texts they are, or whom they are about, they do not serve: "reviews from guests", "interviews with users".
    """
    for clause in re.split(r"[,;:.!?()]\s|\s[-–—+&]\s", prompt + " "):
        said = re.findall(_WORD, clause)
        for end in range(len(said), 0, -1):
            if (start := _group(said, end)) < end:
                before = said[start - 1].lower() if start else ""
                named = " ".join(said[start:end]).lower() not in _words("anybody")
                if named and before not in _words("not_served") and _stands_alone(said, end):
                    return " ".join(said[start:end])
    return ""


def _group(said: list[str], end: int) -> int:
    """Where the name of the people begins whose last word is `said[end - 1]`; `end` where that names none."""
    if not are_people(said[end - 1]):
        return end
    start = end - 1
    while start and end - start < _LONGEST and said[start - 1].lower() not in _words("outside"):
        start -= 1
        if said[start].isdigit() or are_people(said[start]):
            return start + 1
    return start


def _stands_alone(said: list[str], end: int) -> bool:
    """Whether a department is meant and not its matters: "I want sales to stop", not "HR chatbot"."""
    after = said[end].lower() if end < len(said) else ""
    followed = after in _words("alone_before")
    return said[end - 1].lower() not in _words("departments") or not after or followed


def named_after(prompt: str, language: str) -> str:
    """Return whom a prompt in another language than English names after "para", "für" and the like; "" for nobody.

    What belongs to somebody is rather a thing than people: "für unsere Bauvorschriften".
    """
    cue, owners = PROMPT_PATTERNS.get("people", "cues").get(language), piece("OWNERS")
    if not cue:
        return ""
    for match in re.finditer(cue, prompt, re.IGNORECASE):
        phrase = re.sub(piece("SERVING"), "", match["people"].strip(), flags=re.IGNORECASE)
        if not re.match(rf"(?:{owners})\b", phrase, re.IGNORECASE):
            named = re.sub(rf"^(?:{piece('ARTICLES')})\s+", "", phrase, flags=re.IGNORECASE).strip()
            if named and not re.match(piece("INFINITIVE"), named, re.IGNORECASE):
                return named
    return ""


def are_people(words: str) -> bool:
    """Whether the English `words` name people: those of the lexicon, and by their endings those it does not know."""
    low = words.lower()
    if low in _known():
        return True
    last = low.rpartition(" ")[2]
    return bool(re.search(PROMPT_PATTERNS.get("people", "endings"), last)) and last not in _words("things")


@cache
def _known() -> frozenset[str]:
    return frozenset(word for words in lexicon()["people"].values() for word in words)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(PROMPT_PATTERNS.get("people", name).split())


def with_article(people: str) -> str:
    """ "sales team" -> "the sales team", as one speaks of them; "new hires" and "staff" need none."""
    last = people.rpartition(" ")[2].lower()
    needs_one = last in _words("one")
    return f"the {people}" if needs_one and not people.lower().startswith(("the ", "a ")) else people
