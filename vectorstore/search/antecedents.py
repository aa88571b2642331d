"""What a question is about, and which of it a pronoun in the next one stands for."""

import re
from dataclasses import dataclass

from vectorstore.search.follow_up_patterns import anywhere
from vectorstore.text.languages import FUNCTION_WORDS, guess
from vectorstore.text.terms import query_words

_WORD = r"[\w&/.'’-]*[\w&]"
_NAME = re.compile(
    rf"(?<![\w-])(?:[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]{_WORD}|[A-Z])(?:(?:\s+(?:of|de|da|do|del|der|von|van|and|&))?\s+"
    rf"(?:[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]{_WORD}|[A-Z]\b|\d[\w.]*))*|\b[A-Za-z]{{1,6}}-?\d[\w-]*"
)
_PERSON = re.compile(
    r"(?<![\w-])(?:(?:Mr|Mrs|Ms|Dr|Dame|Sir|Herr|Frau|Mme|Sra?)\.?\s+)?[A-ZÀ-ÖØ-Þ][\w'’-]+(?:\s+(?:de|da|von|van|der|al|bin))?"
    r"(?:\s+[A-ZÀ-ÖØ-Þ][\w'’-]+){1,2}(?![\w-])"
)
_DETERMINER = re.compile(
    r"\b(?:the|our|my|your|their|its|an?|der|die|das|den|dem|des|ein(?:e[mnrs]?)?|unser(?:e[mnrs]?)?|le|la|les|l['’]|un|une"
    r"|notre|el|los|las|una|nuestr[oa]|il|lo|gli|i|o|os|as|um|uma|het|de|een)(?:\s+|(?<=['’]))",
    re.IGNORECASE,
)
_ELSEWHERE = frozenset(["i", "o", "os", "as"])
"""Articles of Italian and Portuguese that are other words in other languages: "do I get" names no "I get"."""
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|to|from|near|bei|aus|nach|à|en|au|a|w|в)\s+(?:the\s+)?$", re.IGNORECASE
)
_DO = re.compile(r"\b(?:do|does|did)\s+$", re.IGNORECASE)
_AFTER_VERB = re.compile(
    r"[\s?!.]*$|\s+(?:per|on|at|until|to|from|by|when|if|after|before|and|each|an?)\b", re.I
)
_POSSESSIVE = frozenset(["its", "their", "his", "her", "theirs", "hers"])
_LONGEST = 4
"""Words of a noun phrase."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a text names, at `start` to `end` in it."""

    text: str
    start: int
    end: int
    named: bool
    """Whether it is a name, and not a noun with its article."""


def mentions(text: str) -> list[Mention]:
    """What a question names, in order; where it has no names, its nouns with their articles."""
    return names(text) or noun_phrases(text)


def names(text: str) -> list[Mention]:
    """The names in a text; a word that merely begins it is none."""
    stop = FUNCTION_WORDS[guess(text)] if guess(text) in FUNCTION_WORDS else frozenset[str]()
    found = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        words = match.group().split()
        opens = not text[:start].strip(" \"'“¿¡(-")
        while words and (words[0].lower() in stop or words[0].lower() in FUNCTION_WORDS["en"]):
            start += len(words.pop(0))
            start += len(text[start:end]) - len(text[start:end].lstrip())
            opens = False
        if words and not (opens and len(words) == 1 and not any(map(str.isdigit, words[0]))):
            found.append(Mention(text[start:end], start, end, named=True))
    return found


def noun_phrases(text: str) -> list[Mention]:
    """The nouns of a text that have an article, with it."""
    language = guess(text)
    stop = FUNCTION_WORDS.get(language, frozenset()) | FUNCTION_WORDS["en"]
    other = frozenset[str]() if language in ("it", "pt") else _ELSEWHERE
    found: list[Mention] = []
    for match in _DETERMINER.finditer(text):
        if match.group().strip().lower() in other or (found and match.start() < found[-1].end):
            continue
        end = match.end()
        for word in list(re.finditer(r"[\w&/.'’-]*\w", text[match.end() :]))[:_LONGEST]:
            between = text[end : match.end() + word.start()].strip()
            if between or word.group().lower() in stop:
                break
            end = match.end() + word.end()
        if (
            _DO.search(text[: match.start()])
            and _AFTER_VERB.match(text, end)
            and " " in text[match.end() : end]
        ):
            end = match.end() + text[match.end() : end].rindex(
                " "
            )  # "does a call-out cost?" ends in its verb
        if end > match.end():
            found.append(Mention(text[match.start() : end], match.start(), end, named=False))
    return found


def without_expletives(question: str) -> str:
    """`question` with "is there", "this year" and the like blanked out, in its length."""
    return anywhere("expletive", guess(question)).sub(lambda match: "·" * len(match.group()), question)


def in_place_of_pronouns(question: str, topic: str, answer: str) -> str:
    """The question with what its pronouns stand for; empty where none does or nothing is known to stand for."""
    plain, result = without_expletives(question), question
    changed = False
    for kind in ("place", "thing", "person"):
        pronoun = anywhere(kind, guess(question)).search(plain)
        subject = _antecedent(kind, topic, answer, question) if pronoun else ""
        if pronoun and subject:
            said = _instead(pronoun.group(), subject, kind)
            result = result[: pronoun.start()] + said + result[pronoun.end() :]
            plain = plain[: pronoun.start()] + "·" * len(said) + plain[pronoun.end() :]
            changed = True
    return result if changed else ""


def _instead(pronoun: str, subject: str, kind: str) -> str:
    if kind == "place":
        return f"in {subject}"
    return f"{subject}'s" if pronoun.lower() in _POSSESSIVE else subject


def _antecedent(kind: str, topic: str, answer: str, question: str) -> str:
    if kind == "person":
        asked = [match.group() for match in _PERSON.finditer(topic)]
        answered = [match.group() for match in _PERSON.finditer(answer)]
        return next(iter(asked if len(asked) == 1 else [*answered, *asked]), "")
    about = mentions(topic)
    places = [each for each in about if each.named and _BEFORE_PLACE.search(topic[: each.start])]
    if kind == "place":
        return places[-1].text if places else ""
    others = [each for each in about if each not in places] or about
    held = {word.forms for word in query_words(question)}
    fresh = [each for each in others if not held & {word.forms for word in query_words(each.text)}]
    return fresh[0].text if fresh else ""
