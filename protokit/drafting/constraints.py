"""Finds wishes in a prompt ("under 50 words", "in Spanish", "never give legal advice") and keeps them as data."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Literal

from protokit.drafting.audience import find_people
from protokit.drafting.prompt_patterns import PROMPT_PATTERNS, piece
from protokit.runtime.prototype_fields import Constraint
from protokit.spec.lexicon import lexicon

_MOST = 20


@cache
def find_constraints(prompt: str) -> tuple[Constraint, ...]:
    """Return the wishes in the cleaned `prompt` that can be stated to the assistant, each kind at most a few times."""
    found: dict[tuple[str, str | int], Constraint] = {}
    lower = prompt.lower()
    for kind, look in _LOOKS.items():
        hints = PROMPT_PATTERNS.get("hints", kind)  # compiling a pattern costs more than searching with it
        if not hints or any(hint in lower for hint in hints.split("|")):
            for wish in look(prompt):
                found.setdefault((wish.kind, wish.value), wish)
    return tuple(found.values())[:_MOST]


def _search(pattern: str, prompt: str) -> Iterator[re.Match[str]]:
    return re.finditer(PROMPT_PATTERNS.fill(pattern), prompt, re.IGNORECASE)


def _group(match: re.Match[str], name: str) -> str:
    """What stands in the group `name`, or in one numbered after it: a pattern of several languages has one for each."""
    values = (value for key, value in match.groupdict().items() if key.rstrip("0123456789") == name and value)
    return next(values, "").strip()


def number_written(written: str) -> int:
    """The number that is `written` in digits or as a word; 0 for any other word."""
    if written.isdigit():
        return int(written)
    return next(
        (n for n, words in PROMPT_PATTERNS.get("numbers").items() if written.lower() in words.split()), 0
    )


def _max_words(prompt: str) -> Iterator[Constraint]:
    for pattern in PROMPT_PATTERNS.get("max_words"):
        for match in _search(pattern, prompt):
            if (number := number_written(match["number"])) >= 5:
                yield Constraint(kind="max_words", value=number, words=match[0].strip())


def _language(prompt: str) -> Iterator[Constraint]:
    before, after = (
        PROMPT_PATTERNS.get("near", "before_language"),
        PROMPT_PATTERNS.get("near", "after_language"),
    )
    found = []
    for code, names in lexicon()["languages"].items():
        any_name = "|".join(re.escape(name) for name in names if name in prompt.lower())
        if not any_name:
            continue
        for match in _search(rf"{before}(?:{any_name})(?![A-Za-z-])|\b(?:{any_name}){after}", prompt):
            found.append(Constraint(kind="language", value=code, words=match[0].strip()))
    if len({wish.value for wish in found}) == 1:
        yield found[0]


def _only_documents(prompt: str) -> Iterator[Constraint]:
    patterns = PROMPT_PATTERNS.get("only_documents")
    match = next((match for pattern in patterns for match in _search(pattern, prompt)), None)
    if match:
        yield Constraint(kind="only_documents", words=match[0].strip())


def _audience(prompt: str) -> Iterator[Constraint]:
    if people := find_people(prompt, piece("FOR")):
        yield Constraint(kind="audience", value=people, words=_said_with(prompt, people))
        return
    for people in [*lexicon()["people"]["zh"], *lexicon()["people"]["ja"]]:
        if people not in prompt:
            continue  # a pattern takes longer to compile than to look for its word
        if match := re.search(rf"(?:给|为|面向|帮助|针对){people}|{people}(?:向け|のための|用の)", prompt):
            yield Constraint(kind="audience", value=people, words=match[0])
            return


def _said_with(prompt: str, people: str) -> str:
    match = next(_search(rf"(?:<FOR>)\s+(?:[\w'’]+\s+)?{re.escape(people)}", prompt), None)
    return match[0] if match else people


def _never(prompt: str) -> Iterator[Constraint]:
    for pattern in PROMPT_PATTERNS.get("never"):
        for match in _search(pattern, prompt):
            groups = match.groupdict()
            value = f"give {groups['advice']}" if groups.get("advice") else _bare(groups["thing"])
            if 0 < len(value) <= 120 and not any(_only_documents(match[0])):
                yield Constraint(kind="never", value=value, words=match[0].strip(" ,.;:!?"))


def _bare(thing: str) -> str:
    """ "giving legal advice" -> "give legal advice"."""
    first, _, rest = thing.strip().partition(" ")
    return f"{PROMPT_PATTERNS.get('bare', first.lower()) or first} {rest}".strip()


def _currency(prompt: str) -> Iterator[Constraint]:
    before = PROMPT_PATTERNS.get("near", "before_currency")
    for code, names in lexicon()["currencies"].items():
        any_name = "|".join(re.escape(name) for name in names if name in prompt.lower())
        if any_name and (
            match := re.search(rf"{before}(?:{any_name})(?![A-Za-z0-9])", prompt, re.IGNORECASE)
        ):
            yield Constraint(kind="currency", value=code, words=match[0].strip())
            return


def _budget(prompt: str) -> Iterator[Constraint]:
    for pattern in PROMPT_PATTERNS.get("budget"):
        for match in _search(pattern, prompt):
            yield Constraint(kind="budget", value=match["amount"].strip(" .,"), words=match[0].strip(" .,"))
            return


def _only_for(prompt: str) -> Iterator[Constraint]:
    for pattern in PROMPT_PATTERNS.get("only_for"):
        for match in _search(pattern, prompt):
            people = re.sub(piece("DETERMINERS"), "", _group(match, "people"), flags=re.IGNORECASE)
            yield Constraint(kind="only_for", value=people, words=match[0].strip(" .,;"))
            return


def _only(prompt: str) -> Iterator[Constraint]:
    for pattern in PROMPT_PATTERNS.get("only"):
        for match in _search(pattern, prompt):
            topic = re.sub(piece("DETERMINERS"), "", _group(match, "topic"), flags=re.IGNORECASE)
            if 0 < len(topic) <= 80 and not any(_only_documents(match[0])):
                yield Constraint(kind="only", value=topic, words=match[0].strip(" .,;"))


def _words_of(kind: Literal["opening", "disclaimer"]) -> Callable[[str], Iterator[Constraint]]:
    """Finds the words that every answer begins or closes with."""

    def look(prompt: str) -> Iterator[Constraint]:
        for pattern in PROMPT_PATTERNS.get(kind):
            for match in _search(pattern, prompt):
                said = (_group(match, "said") or PROMPT_PATTERNS.text(f"{kind}_usual")).strip(" .,;")
                if said:
                    whole = f"{said[:1].upper()}{said[1:]}"
                    closed = whole if kind == "opening" or whole[-1] in ".!?" else f"{whole}."
                    yield Constraint(kind=kind, value=closed, words=match[0].strip(" ,;"))
                    return

    return look


def _tone(prompt: str) -> Iterator[Constraint]:
    for tone, names in lexicon()["tones"].items():
        for name in names:
            at = prompt.lower().find(name)
            alone = at >= 0 and not (name.isascii() and _inside_word(prompt, at, at + len(name)))
            if alone and "-" not in (prompt[at - 1 : at], prompt[at + len(name) : at + len(name) + 1]):
                yield Constraint(kind="tone", value=tone, words=prompt[at : at + len(name)])
                break


def _inside_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()


def _format(prompt: str) -> Iterator[Constraint]:
    for value, pattern in PROMPT_PATTERNS.get("format").items():
        if match := next(_search(pattern, prompt), None):
            yield Constraint(kind="format", value=value, words=match[0])
    for match in _search(r"\b(?:<AT_MOST>)\s*<NUMBER>\s*(?:short\s+)?(?:<SENTENCES>)(?!\w)", prompt):
        if number := number_written(match["number"]):
            yield Constraint(kind="format", value=f"at most {number} sentences", words=match[0].strip())


_LOOKS: Mapping[str, Callable[[str], Iterator[Constraint]]] = {
    "max_words": _max_words,
    "language": _language,
    "only_documents": _only_documents,
    "audience": _audience,
    "only_for": _only_for,
    "only": _only,
    "budget": _budget,
    "opening": _words_of("opening"),
    "disclaimer": _words_of("disclaimer"),
    "never": _never,
    "currency": _currency,
    "tone": _tone,
    "format": _format,
}
