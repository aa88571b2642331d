"""Finds the people whom a prompt names: "for busy nurses", "helps new hires"."""

import re

from protokit.drafting.prompt_patterns import PROMPT_PATTERNS, piece
from protokit.spec.lexicon import lexicon


def find_people(prompt: str, before: str, *, alone: bool = False) -> str:
    """Return the people named after one of the words `before` (a regex), without "our" or "the"; "" when none are.

    With `alone` nothing stands between: "to" is followed by people in "to patients", by a verb in "to guide patients".
    """
    known = {word for words in lexicon()["people"].values() for word in words}
    breaks = set(PROMPT_PATTERNS.get("people", "breaks").split())
    for match in re.finditer(rf"(?:{before})\s+((?:[\w'’-]+\s*){{1,6}})", prompt, re.IGNORECASE):
        named = re.sub(piece("SERVING"), "", match[1], flags=re.IGNORECASE)
        said = [
            word.rstrip("'’") for word in re.sub(piece("DETERMINERS"), "", named, flags=re.IGNORECASE).split()
        ]
        for length in range(min(5, len(said)), 0, -1):
            tail = [" ".join(said[at:length]).lower() for at in range(1 if alone else length)]
            if any(words in known for words in tail) and breaks.isdisjoint(map(str.lower, said[:length])):
                return " ".join(said[:length])
    return ""


def with_article(people: str) -> str:
    """ "sales team" -> "the sales team", as one speaks of them; "new hires" and "staff" need none."""
    last = people.rpartition(" ")[2].lower()
    needs_one = last in PROMPT_PATTERNS.get("people", "one").split()
    return f"the {people}" if needs_one and not people.lower().startswith(("the ", "a ")) else people
