"""Values that are names: people, places, titles, e-mail addresses, telephone numbers, one of several choices."""

import re
from collections.abc import Callable, Iterator, Sequence

from protokit.runtime.agent.form_fields import FORM_WORDS, FieldMeaning
from protokit.runtime.extraction.typed_values import TypedValue

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\d[\d\s()/.-]{6,18}\d(?!\w)")
_CAPITALISED = r"(?:[A-ZÀ-ÖØ-Þ][\w'’&-]*(?:\.(?=\w)[\w'’&-]*)*|St\.|[0-9][\w'’&-]*(?=\s+[A-ZÀ-ÖØ-Þ]))"
_SMALL = r"(?:of|the|and|&|de|la|le|les|el|du|des|di|da|do|del|della|von|van|der|den|in|on|at|y|et|und|for)"
_NAME = rf"{_CAPITALISED}(?:,?\s+(?:{_SMALL}\s+){{0,2}}{_CAPITALISED})*(?:\s+[0-9]{{1,3}}(?![\w:]))?"
_PERSON = r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?:\s+(?:(?:van|von|de|der|la|del|di|da|el|bin)\s+)*[A-ZÀ-ÖØ-Þ][\w'’-]+){0,3}"
_NO_NAME = FORM_WORDS.words("no_name")


def emails(text: str) -> Iterator[TypedValue]:
    """The e-mail addresses in `text`."""
    for match in _EMAIL.finditer(text):
        yield TypedValue(match[0].rstrip("."), *match.span())


def phones(text: str) -> Iterator[TypedValue]:
    """The telephone numbers in `text`: seven digits at least, and no date."""
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 7 <= len(digits) <= 15 and not re.fullmatch(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}", match[0]):
            yield TypedValue(match[0], *match.span())


def own_choice(text: str, choices: Sequence[str], *, asked: bool) -> list[TypedValue]:
    """The choices that `text` names, in order: in full, or by the words that tell them from the others."""
    hits: list[TypedValue] = []
    for choice in sorted(choices, key=len, reverse=True):
        for pattern in _choice_patterns(choice, choices, asked):
            for match in re.finditer(pattern, text, re.IGNORECASE):
                if all(match.end() <= hit.start or match.start() >= hit.end for hit in hits):
                    hits.append(TypedValue(choice, *match.span()))
            if any(hit.value == choice for hit in hits):
                break
    return sorted(hits, key=lambda hit: hit.start)


def _choice_patterns(choice: str, choices: Sequence[str], asked: bool) -> list[str]:
    words = re.findall(r"\w+", choice)
    if not words:
        return [re.escape(choice)]
    spaced = words[0].isascii() or "\u0080" < words[0][0] < "\u2e80"
    edge = (r"(?<!\w)", r"(?:s|es)?(?!\w)") if spaced else ("", "")
    whole = r"[\W_]*".join(map(re.escape, words))
    patterns = [f"{edge[0]}{whole}{edge[1]}"]
    others = {word.casefold() for other in choices if other != choice for word in re.findall(r"\w+", other)}
    own = [word for word in words if word.casefold() not in others]
    if own and own != words:
        telling = r"[\W_]+(?:\w+[\W_]+)?".join(map(re.escape, own))
        if asked or len("".join(own)) > 3:
            patterns.append(rf"{edge[0]}{telling}{edge[1]}")
        patterns += [
            rf"{edge[0]}{re.escape(word)}{edge[1]}" for word in own if len(word) > 3 and not word.isdigit()
        ]
    return patterns


def person_names(text: str, *, alone: bool = False, lead: str = "") -> Iterator[TypedValue]:
    """The names of people in `text`: behind words that lead to one, or, where a name was asked for, standing alone."""
    leads = FORM_WORDS.get("kinds", "person", "lead") + (f"|{lead}" if lead else "")
    for match in re.finditer(rf"(?<!\w)(?i:{leads})[\s:]+(?P<name>{_PERSON})", text):
        if name := _cut(match, "name"):
            yield name
    if alone:
        short = len(text.split()) <= 4
        for match in re.finditer(rf"(?P<name>{_PERSON})", text):
            if name := _cut(match, "name"):
                yield name
        whole = re.fullmatch(r"\W*(?P<name>[^\W\d_]+(?:\s+[^\W\d_]+){0,2})\W*", text) if short else None
        if whole and whole["name"].casefold() not in _NO_NAME:
            yield TypedValue(whole["name"], *whole.span("name"))


def _cut(match: re.Match[str], group: str) -> TypedValue | None:
    """The name without words at its ends that are none; None where nothing is left."""
    start, words = match.start(group), match[group].split(" ")
    while words and words[0].casefold().rstrip(".,'") in _NO_NAME:
        start += len(words[0]) + 1
        words = words[1:]
    while words and words[-1].casefold().rstrip(".,'") in _NO_NAME:
        words = words[:-1]
    name = " ".join(words).rstrip(".,'’-")
    return TypedValue(name, start, start + len(name)) if name else None


def names_after(
    text: str, meaning: FieldMeaning, is_free: Callable[[int, int], bool]
) -> Iterator[TypedValue]:
    """Names and quotations behind the words that lead to a field's value, then behind the field's own words."""
    own = "|".join(re.escape(word) for word in meaning.words)
    quoted = r"[\"“”«„](?P<q>[^\"“”»]{1,120})[\"“”»]"
    leads = (
        [
            rf"(?:{own})(?:\s+(?:that|is|are|in|at|to|of|called|named|entitled|should be|will be|would be))*\s*[:,]?"
        ]
        if own
        else []
    )
    leads += [meaning.lead] if meaning.lead else []
    for lead in leads:
        pattern = rf"(?<!\w)(?i:{lead})\s+(?i:the\s+)?(?:{quoted}|(?P<name>{_NAME}))"
        for match in re.finditer(pattern, text):
            group = "q" if match["q"] else "name"
            value = TypedValue(match["q"], *match.span("q")) if match["q"] else _cut(match, group)
            if value and is_free(value.start, value.end):
                yield value
    colon = re.search(r":\s+(?P<name>[^.;!?]{3,80})", text)
    if colon and {"reason", "topic"} & set(meaning.kinds):
        yield from _up_to_taken(colon, is_free)
    if {"reason", "topic", "item"} & set(meaning.kinds) and meaning.lead:
        for match in re.finditer(rf"(?<!\w)(?i:{meaning.lead})\s+(?P<name>[^.,;!?]{{3,80}})", text):
            yield from _up_to_taken(match, is_free)


def names_before(
    text: str, meaning: FieldMeaning, is_free: Callable[[int, int], bool]
) -> Iterator[TypedValue]:
    """What stands before the field's own word: "to my lo-fi love playlist", "for the Apollo project"."""
    own = "|".join(re.escape(word) for word in meaning.words)
    if not own:
        return
    lead = r"(?:to|onto|into|in|on|for|from)\s+(?:the|my|our|his|her|their|a)\s+"
    pattern = rf"(?<!\w)(?i:{lead})(?P<name>[\w'’&-]+(?:\s+[\w'’&-]+){{0,5}}?)\s+(?i:{own})(?!\w)"
    for match in re.finditer(pattern, text):
        value = TypedValue(match["name"], *match.span("name"))
        if is_free(value.start, value.end) and match["name"].casefold() not in _NO_NAME:
            yield value


def _up_to_taken(match: re.Match[str], is_free: Callable[[int, int], bool]) -> Iterator[TypedValue]:
    """The words of the match up to where another field's value stands."""
    start, end = match.span("name")
    free = next((at for at in range(start, end) if not is_free(at, at + 1)), end)
    words = re.sub(r"\s+(?:on|at|for|from|in|by|to|the|a|an|with|and)$", "", match.string[start:free].strip())
    if len(words) > 2:
        yield TypedValue(words, start, start + len(words))


def offered_name(text: str, is_free: Callable[[int, int], bool]) -> TypedValue | None:
    """The first name that a proposal begins with or recommends: "Amber Run is playing at the Warsaw"."""
    place = rf"\b(?:{FORM_WORDS.get('kinds', 'place', 'lead')}|at|on|is)\s+(?:the\s+)?$"
    for match in re.finditer(rf"(?P<name>{_NAME})", text):
        name = _cut(match, "name")
        if name is None or not is_free(name.start, name.end) or str(name.value)[0].isdigit():
            continue
        if len(str(name.value).split()) > 1 and not re.search(
            place, text[max(0, name.start - 20) : name.start]
        ):
            return name
    return None


def whole_answer(text: str, taken: Sequence[tuple[int, int]], *, is_name: bool = False) -> TypedValue | None:
    """All of a short answer without its opening words; None for a question, a no, or what another field took.

    Of an answer that should be a name (`is_name`) the name in it, where there is one.
    """
    low = text.casefold().strip()
    if re.search(FORM_WORDS.text("question"), low) or low.endswith("?") or taken or len(text.split()) > 25:
        return None
    if re.fullmatch(
        rf"\W*(?:{FORM_WORDS.text('deny')}|{FORM_WORDS.text('affirm')}|{FORM_WORDS.text('thanks')})\W*", low
    ):
        return None
    opening = rf"(?:{FORM_WORDS.get('opening')}\s+)*"
    match = re.match(
        rf"\W*{opening}(?P<value>.*?)[\s.!]*(?:,? please)?[\s.!]*$", text, re.IGNORECASE | re.DOTALL
    )
    if not match or not match["value"].strip():
        return None
    if is_name:
        names = (_cut(each, "name") for each in re.finditer(rf"(?P<name>{_NAME})", text))
        if name := next(filter(None, names), None):
            return name
        if len(match["value"].split()) > 5:
            return None
    return TypedValue(match["value"].strip(), *match.span("value"))
