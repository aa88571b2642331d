"""Finds the people whom a prompt names: "for busy nurses", "helps new hires"."""

import re

from protokit.spec.lexicon import lexicon


def find_people(prompt: str, before: str, *, alone: bool = False) -> str:
    """Return the people named after one of the words `before` (a regex), without "our" or "the"; "" when none are.

    With `alone` nothing stands between: "to" is followed by people in "to patients", by a verb in "to guide patients".
    """
    known = {word for words in lexicon()["people"].values() for word in words}
    for match in re.finditer(rf"(?:{before})\s+((?:[\w'’-]+\s*){{1,6}})", prompt, re.IGNORECASE):
        named = re.sub(_SERVING, "", match[1], flags=re.IGNORECASE)
        said = [word.rstrip("'’") for word in re.sub(_DETERMINERS, "", named, flags=re.IGNORECASE).split()]
        for length in range(min(5, len(said)), 0, -1):
            tail = [" ".join(said[at:length]).lower() for at in range(1 if alone else length)]
            if any(words in known for words in tail) and not _BREAKS & {
                word.lower() for word in said[:length]
            }:
                return " ".join(said[:length])
    return ""


def with_article(people: str) -> str:
    """ "sales team" -> "the sales team", as one speaks of them; "new hires" and "staff" need none."""
    last = people.rpartition(" ")[2].lower()
    return f"the {people}" if last in _ONE and not people.lower().startswith(("the ", "a ")) else people


_ONE = frozenset(
    "team board boss ceo manager director department office committee council management secretary".split()
)
_SERVING = (
    r"^(?:aider|accueillir|guider|informer|conseiller|accompagner|ayudar a|atender a|guiar a|ajudar"
    r"|aiutare)\s+(?=\w)"
)
"""Verbs between "pour" and whom it is for."""
_DETERMINERS = (
    r"^(?:our|the|my|your|their|all|its|any|some|these|those|a|an|nuestros|nuestras|los|las|mis|sus|les|nos|des|mes"
    r"|unsere|unseren|die|den|meine|meinen|alle|nossos|nossas|os|as|meus|i|gli|le|nostri|miei)\s+"
)
_BREAKS = frozenset(
    "who that which and or to in on at of from with about whose de des en y et und für pour para".split()
)
