"""How much a change matters: amounts, dates, periods, duties, rights, liability, who; not spelling or another word."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

from protokit.runtime.comparison.fact_changes import FactChange
from protokit.runtime.comparison.word_changes import WordChange
from protokit.runtime.grounding.facts import facts
from protokit.runtime.pattern_file import PatternFile

PATTERNS = PatternFile(Path(__file__).with_suffix(".yaml"))
GROUPS = (
    "duty",
    "right",
    "negation",
    "liability",
    "money",
    "time",
    "ending",
    "data",
    "condition",
    "who",
    "number",
    "scope",
)
_OF_ONE_MEANING = ("duty", "right", "ending", "money", "condition")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_NEAR_SPELLING = 0.72
_SHORT = 12
"""Words of a line that states when a document was changed."""


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is known of a change."""

    old: str
    new: str
    words: tuple[WordChange, ...]
    facts: tuple[FactChange, ...] = ()
    renames: frozenset[tuple[str, str]] = frozenset()
    """What is called otherwise throughout the document."""
    heading: bool = False


class Importance(NamedTuple):
    """How much a change matters, and why."""

    value: float
    reasons: tuple[str, ...]
    same_meaning: bool
    """Whether only the wording differs: no fact, duty, right, condition or name."""


def importance(change: ChangeWords) -> Importance:
    """The chance, 0 to 1, that a reader must know of `change`."""
    values = features(change)
    weights = PATTERNS.get("weights") or {}
    total = sum(weights.get(name, 0.0) * value for name, value in values.items())
    reasons = (["facts"] if values["facts"] else []) + [name for name in GROUPS if values[name]]
    value = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    return Importance(value, tuple(reasons), _same_meaning(change, values, value))


def features(change: ChangeWords) -> dict[str, float]:
    """What the weights are laid on, by name."""
    status = _is_status(change)
    words = [
        one
        for one in change.words
        if (one.old_text, one.new_text) not in change.renames
        and not _is_reference(change, one)
        and not _is_same_number(change, one)
    ]
    old, new = (
        [word for one in words for word in _words(one.old_text)],
        [word for one in words for word in _words(one.new_text)],
    )
    touched = {*old, *new} - ({*old} & {*new})
    content = [word for word in touched if word not in _function_words()]
    spelling = bool(words) and all(_is_spelling(one) for one in words)
    content = [] if spelling else content
    said = (
        "" if status or spelling else " ".join(part for one in words for part in (one.old_text, one.new_text))
    )
    groups = {name: float(_speaks_of(name, touched, said)) for name in GROUPS if said}
    for name in _OF_ONE_MEANING:  # "can" for "may" and "terminate" for "end" say the same
        if any(map(_group(name).fullmatch, old)) and any(map(_group(name).fullmatch, new)):
            groups[name] = 0.0
    whole = not (change.old and change.new)
    return {
        "bias": 1.0,
        "whole": float(whole),
        "size": math.log1p(len(content)),
        "long": float(len(content) >= 4),
        "share": min(1.0, len(content) / max(1, len(_words(change.new or change.old)))),
        "facts": float(bool(change.facts) and not status and not spelling and bool(words)),
        "status": float(status),
        "spelling": float(spelling and not change.facts),
        "renamed": float(bool(change.words) and not words),
        "signs": float(not content and not change.facts),
        "one word": float(not whole and len(content) <= 2 and not change.facts),
        "name": float(not spelling and any(_has_name(one) for one in words)),
        "heading": float(change.heading),
        **{name: groups.get(name, 0.0) for name in GROUPS},
    }


def _same_meaning(change: ChangeWords, values: dict[str, float], value: float) -> bool:
    """Whether no fact, duty, right, condition or name differs, and little does."""
    telling = any(values[name] for name in ("facts", "name", *GROUPS))
    return value < 0.5 and (bool(values["spelling"] or values["signs"]) or not telling)


def _is_status(change: ChangeWords) -> bool:
    """Whether the line only says when the document was changed, or which version it is."""
    pattern = re.compile(" ".join(PATTERNS.get("status").split()).replace(" |", "|"))
    return all(
        pattern.match(text) and len(text.split()) < _SHORT for text in (change.old, change.new) if text
    )


def _is_reference(change: ChangeWords, one: WordChange) -> bool:
    """Whether the number of a clause or page that is referred to changed."""
    if not (one.old and one.new) or not re.fullmatch(r"[\d.() ]+", one.old_text + one.new_text):
        return False
    before = {text[: text.find(part.strip())].rstrip() for text, part in ((change.new, one.new_text),)}
    return any(re.search(" ".join(PATTERNS.get("reference").split()), text + " ") for text in before)


def _is_same_number(change: ChangeWords, one: WordChange) -> bool:
    """Whether a number is only written otherwise, "30" as "thirty": what it states has been compared."""
    return not change.facts and bool(facts(one.old_text)) and bool(facts(one.new_text))


def states_number(text: str) -> bool:
    """Whether `text` has a number, in digits or as a word."""
    return any(map(_group("number").fullmatch, _words(text)))


def _is_spelling(one: WordChange) -> bool:
    """Whether the same word is written otherwise: other signs, capitals, a typing error, another ending."""
    old, new = (_words(unescape(text).replace("’", "'")) for text in (one.old_text, one.new_text))
    if "".join(old).replace("-", "") == "".join(new).replace("-", ""):
        return True
    if any(map(str.isdigit, one.old_text + one.new_text)) or not old or not new:
        return not {*old, *new} - _articles() and not re.search(r"\d", one.old_text + one.new_text)
    from rapidfuzz.distance import Levenshtein

    near = Levenshtein.normalized_similarity("".join(old), "".join(new)) >= _NEAR_SPELLING
    return near and not any(
        _group(name).fullmatch(word)
        for word in {*old} ^ {*new}
        for name in GROUPS
        if not _same_stem(old, new)
    )


def _same_stem(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether two words begin alike or differ in one letter, so that one is another form of the other."""
    from rapidfuzz.distance import OSA

    one, other = "".join(old), "".join(new)
    if OSA.distance(one, other) <= 1:
        return True
    return one[: max(4, min(len(one), len(other)) - 3)] == other[: max(4, min(len(one), len(other)) - 3)]


def _has_name(one: WordChange) -> bool:
    """Whether a name stands in place of another one or is gone."""
    old, new = (_names(text) for text in (one.old_text, one.new_text))
    return bool(old ^ new) and bool(old or new)


def _names(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", text)
    return {word for word in words[1:] if word[0].isupper()} | {
        word for word in words[:1] if word.isupper() and len(word) > 1
    }


def _words(text: str) -> list[str]:
    return list(_pieces(text.lower()))


def _pieces(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        yield from match[0] if re.match(r"[\u3040-\u30ff\u3400-\u9fff]", match[0]) else (match[0],)


def _speaks_of(name: str, touched: set[str], said: str) -> bool:
    """Whether a word of the group `name` changed; in Chinese and Japanese words are not set apart."""
    return any(map(_group(name).fullmatch, touched)) or bool(
        not said.isascii() and _unspaced(name).search(said)
    )


@cache
def _unspaced(name: str) -> re.Pattern[str]:
    words = [word for word in PATTERNS.get("groups", name).split() if re.match(r"[\u3400-\u9fff]", word)]
    return re.compile("|".join(words) or r"(?!)")


@cache
def _group(name: str) -> re.Pattern[str]:
    words: Sequence[str] = PATTERNS.get("groups", name).split()
    return re.compile(
        "|".join(word if word[0] == "\\" else re.escape(word).replace(r"\*", r"\w*") for word in words)
    )


@cache
def _function_words() -> frozenset[str]:
    return PATTERNS.words("function_words")


def _articles() -> frozenset[str]:
    return frozenset(
        "a an the to of der die das den dem ein eine el la los las un una le les o os as um uma".split()
    )
