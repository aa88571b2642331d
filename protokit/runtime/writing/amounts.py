"""How many of something a sentence asks for: "at least 3 bullet points", "100 to 150 words"."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from protokit.runtime.writing.rule_text import FILE, matcher

_ABOUT = 0.1
"""How far a plain "100 words" may be missed."""


class Amount(NamedTuple):
    """The fewest and the most, and the words that say so."""

    least: int | None
    most: int | None
    words: str


@cache
def _amount(unit: str) -> re.Pattern[str]:
    """Reads an amount of `unit`, a pattern."""
    number = r"\d{1,3}(?:,\d{3})+|\d+"
    return re.compile(
        FILE.fill(
            rf"(?:(?<=\W)|^)(?P<longer><NONE_LONGER>)?(?:(?P<least><LEAST>)|(?P<more><MORE>)|(?P<most><MOST>)"
            rf"|(?P<less><LESS>)"
            rf"|(?P<exact>exactly|precisely|genau|exactamente|exactement))?"
            rf"(?: (?:a )?(?:total of|of))? ?(?<![\d.⟦])(?P<low>{number})(?P<plus> ?\+| or more| oder mehr"
            rf"| o más| ou plus)?"
            rf"(?P<under> or (?:less|fewer)| oder weniger| o menos| ou moins)?"
            rf"(?: ?(?:-|–|to|and|bis|a|à|y|et|und) ?(?P<high>{number}))?"
            rf"[ -](?:(?!and |or |und |y |et )[a-z]+ ){{0,2}}?(?P<unit>{unit})\b"
            rf"(?P<behind> or (?:less|fewer)| at most| maximum| max\b| or more| at least| minimum)?"
        ),
        re.IGNORECASE,
    )


def amounts(sentence: str, unit: str) -> Iterator[Amount]:
    """What `sentence` asks for of `unit`, a pattern."""
    for match in _amount(unit).finditer(sentence):
        low = int(match["low"].replace(",", ""))
        yield Amount(*_range(match, low), match[0].strip())


def _range(match: re.Match[str], low: int) -> tuple[int | None, int | None]:
    behind = (match["behind"] or "").strip().lower()
    if match["high"]:
        return low, int(match["high"].replace(",", ""))
    if (
        match["longer"]
        or match["most"]
        or match["under"]
        or behind in ("or less", "or fewer", "at most", "maximum", "max")
    ):
        return None, low
    if match["less"]:
        return None, max(0, low - 1)
    if match["more"]:
        return low + 1, None
    if match["least"] or match["plus"] or behind in ("or more", "at least", "minimum"):
        return low, None
    return low, low


def times(sentence: str) -> Amount | None:
    """How often something is to be said in `sentence`; None where it does not say."""
    match = re.search(r"\b(?:once|twice|thrice)\b|\btimes\b", sentence, re.IGNORECASE)
    if match is None:
        return None
    plain = re.sub(r"\bonce\b", "1 times", sentence, flags=re.IGNORECASE)
    plain = re.sub(r"\btwice\b", "2 times", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bthrice\b", "3 times", plain, flags=re.IGNORECASE)
    return next(amounts(plain, "times"), None)


def roughly(amount: Amount) -> Amount:
    """A plain "100 words" with what may be missed; what is said exactly stays."""
    if amount.least is None or amount.least != amount.most or "exact" in amount.words.lower():
        return amount
    room = round(amount.least * _ABOUT)
    return Amount(amount.least - room, amount.least + room, amount.words)


def unit(name: str) -> str:
    """The pattern of a unit."""
    return FILE.text("units", name)


__all__ = ["Amount", "amounts", "matcher", "roughly", "times", "unit"]
