"""Reads which words a text must or must not say, and how often, out of a sentence."""

import re
from collections.abc import Iterator

from protokit.runtime.prototype_fields import WritingRule
from protokit.runtime.writing.amounts import times
from protokit.runtime.writing.rule_text import FILE, QUOTED, RuleText, matcher

_TOKEN = r"(?:⟦\d+⟧|[A-Za-zÀ-ÿ][\w’'-]*)"
_LIST = re.compile(
    rf"\s*(?:such as|like|exactly|namely)?:?\s*(?P<list>{_TOKEN}(?:(?:\s*,\s*(?:and |or |und |oder |y |o |et |ou )?"
    rf"|\s+(?:and|or|und|oder|y|o|et|ou|nor)\s+)"
    rf"(?:the words? )?{_TOKEN})*)"
)
_NO_WORD = frozenset(
    "count counts limit limits per in that which should must is are was appear appears to of with for"
    " from you it the a an and or long total maximum max min minimum each at or fewer more less on than by"
    " as not will can may have has do below above here there exactly only like such about whatsoever your"
    " our their this these those when before after being either every any no".split()
)
_ITEMS = re.compile(
    r"\b(?:these|following|the following|this)(?: \w+){0,2}:\s*(?P<list>[^.⟦]{3,300}|[^.]{3,300})",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\bletters? (?:⟦(?P<quoted>\d+)⟧|(?P<bare>[a-zA-Z])\b)", re.IGNORECASE)
_HASHTAGS = re.compile(
    r"(?P<how>at least |exactly |at most |up to )?(?P<count>\d+) (?:\w+ )?hash ?tags?", re.IGNORECASE
)


def word_rules(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    """The words that `sentence` says a text must hold or must not."""
    seen: set[tuple[str, ...]] = set()
    for clause in _clauses(sentence):
        for values, start, end in _lists(text, clause):
            if values in seen:
                continue
            denied = _polarity(clause, start, end)
            if denied is None:
                continue
            seen.add(values)
            yield from _rules_of(text, clause, values, denied=denied, start=start, end=end)


def _rules_of(
    text: RuleText, clause: str, values: tuple[str, ...], *, denied: bool, start: int, end: int
) -> Iterator[WritingRule]:
    words = text.plain(clause).strip(" .,;")[:400]
    if denied:
        yield WritingRule(kind="never_say", values=values, words=words)
        return
    amount = times(clause)
    for value in values if amount else (values,):
        several = (value,) if isinstance(value, str) else value
        least, most = (amount.least, amount.most) if amount else (1, None)
        if amount and "exact" not in amount.words.lower() and least == most:
            most = None  # "3 times" is at least that often
        yield WritingRule(kind="must_say", least=least, most=most, values=several, words=words)


def _clauses(sentence: str) -> list[str]:
    """The sentence cut where another verb begins, so that "include A and do not use B" are two."""
    pattern = (
        r"(?:,| and| but|, and|, but)\s+(?=(?:(?:please )?(?:do not|don.t|never|avoid|refrain|without"
        r"|make sure|should not|not use|use the|includes?\b|include the|must|the word)\b))"
    )
    parts = re.split(pattern, sentence, flags=re.IGNORECASE)
    return [part for part in parts if part.strip()]


def _lists(text: RuleText, clause: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """The lists of words in `clause`, each with its place."""
    for match in matcher("noun").finditer(clause):
        found = _LIST.match(clause, match.end())
        if found and (values := _values(text, found["list"])):
            yield values, match.start(), found.start("list") + _reach(text, found["list"], values)
    if listing := _ITEMS.search(clause):
        listed = [
            part.strip(" .\n") for part in re.split(r",| and | or ", listing["list"]) if part.strip(" .\n")
        ]
        values = tuple(value for part in listed for value in (text.quoted(part) or [part]) if len(value) < 60)
        if (
            values
            and len(values) > 1
            and not re.search(
                r"format|text|sentence|question|paragraph", clause[: listing.start("list")][-30:]
            )
        ):
            yield values, listing.start(), listing.end()
    for match in re.finditer(
        rf"{QUOTED.pattern}(?:(?:\s*,\s*(?:and |or )?|\s+(?:and|or)\s+){QUOTED.pattern})*", clause
    ):
        if len(clause[: match.start()].split()) and re.search(
            _VERB_BEFORE, clause[: match.start()], re.IGNORECASE
        ):
            yield tuple(text.quoted(match[0])), match.start(), match.end()
    if bare := _BARE.search(clause):
        plain = tuple(value for value in _values(text, bare["list"]) if not _names_a_mark(value))
        if plain and len(plain) == len(_values(text, bare["list"])):
            yield plain, bare.start("list"), bare.end("list")
    if named_one := re.search(
        r"\bname of (?:the|our|my|your) (?:company|product|brand|firm|team|app|shop)", clause, re.IGNORECASE
    ):
        named = re.search(r"\b(?:named|called)\s+(?:⟦(\d+)⟧|([A-Z]\w+))", text.text)
        if named:
            yield (
                (text.quotations[int(named[1])] if named[1] else named[2],),
                named_one.start(),
                named_one.end(),
            )


_BARE = re.compile(
    r"\b(?:not|never|don.t|avoid|without) (?:ever )?(?:say|saying|use|using|mention|mentioning|call it|write|writing)"
    rf" (?P<list>{_TOKEN}(?:(?:\s*,\s*(?:and |or )?|\s+(?:and|or|nor)\s+){_TOKEN})*)\s*[.!]?$",
    re.IGNORECASE,
)
"""Words that are ruled out without being called words: "never say cheap or free"."""


def _names_a_mark(value: str) -> bool:
    """Whether a word is the name of a mark, a form or a case, which other rules read."""
    names = "|".join(FILE.get("marks").values())
    pattern = rf"(?:{names}|jargon|slang|capitals?|uppercase|lowercase|bullets?|markdown|anything|html|names?|\w+ly)"
    return re.fullmatch(pattern, value, re.IGNORECASE) is not None


_VERB_BEFORE = (
    r"\b(?:(?:not|never|always|must|should|to|and|please|also|don.t|cannot|can.t) (?:say|use|mention"
    r"|include|contain|write)"
    r"|includ\w+|contain\w*|mention\w*|avoid\w*|without(?: \w+ing)?|never(?: say)?|say|use)(?: the"
    r"| any of)?(?: exact)?\s*$"
)


def _values(text: RuleText, listed: str) -> tuple[str, ...]:
    values: list[str] = []
    for part in re.split(
        r"\s*,\s*(?:and |or |und |oder |y |o |et |ou )?|\s+(?:and|or|und|oder|y|o|et|ou|nor)\s+", listed
    ):
        part = re.sub(r"^the words? ", "", part.strip())
        if found := text.quoted(part):
            values += found
        elif part.lower() in _NO_WORD or not part:
            break
        else:
            values.append(part)
    return tuple(dict.fromkeys(value.strip(" .,;") for value in values if value.strip(" .,;")))


def _reach(text: RuleText, listed: str, values: tuple[str, ...]) -> int:
    """How far into `listed` its last value goes."""
    last = values[-1]
    ends = [
        match.end()
        for match in QUOTED.finditer(listed)
        if text.quotations[int(match[1])].strip(" .,;") == last
    ]
    plain = listed.rfind(last)
    return max([*ends, plain + len(last) if plain >= 0 else 0])


def _polarity(clause: str, start: int, end: int) -> bool | None:
    """Whether the words are ruled out; None where the clause does not ask for them at all."""
    before, behind = clause[:start], clause[end : end + 60]
    never, must = [*matcher("never").finditer(before)], [*matcher("must").finditer(before)]
    if re.match(
        r"\s*(?:should|must|may|can|shall|do|does|will)?\s?(?:not|never|cannot|can.t|n.t)\b",
        behind,
        re.IGNORECASE,
    ):
        return True
    if re.match(
        r"\s*(?:should|must|has to|needs to|shall)?\s?(?:also )?(?:appears?|shows? up|be (?:used"
        r"|included|mentioned|in))\b",
        behind,
        re.IGNORECASE,
    ):
        return False
    if never:
        rest = before[never[-1].end() :]
        if not re.search(r"\b(?:but|instead)\b|[.:;]", rest) and len(rest) < 60:
            return True
    if must:
        rest = before[must[-1].end() :]
        if len(rest) < 50 and not re.search(
            matcher("about").pattern, clause[must[-1].end() : end], re.IGNORECASE
        ):
            return False
    return None


def letter_rules(text: RuleText, sentence: str) -> Iterator[WritingRule]:
    """How often a letter or a sign is to stand in a text."""
    for match in _LETTER.finditer(sentence):
        value = text.quotations[int(match["quoted"])] if match["quoted"] else match["bare"]
        if len(value) != 1:
            continue
        words, amount = text.plain(sentence)[:400], times(sentence[match.end() :]) or times(sentence)
        if re.search(r"\b(?:not|no|never|without|avoid)\b", sentence[: match.start()], re.IGNORECASE):
            yield WritingRule(kind="letter", most=0, values=(value,), words=words)
        elif amount:
            most = amount.most if amount.most != amount.least or "exact" in amount.words else None
            yield WritingRule(kind="letter", least=amount.least, most=most, values=(value,), words=words)
