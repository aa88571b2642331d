"""Numbers as cells write them: "1.234,50 €", "(4,500)", "-12 %", "3.5 kg", "US$ 1.2m"."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from vectorstore.tables.cell_words import currency, scale, without_mark

_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+−–]?)\s*(?P<before>[^\W\d_]{0,4}[^\w\s().,+−–-]?|[^\W\d_]{1,3}\.)\s*(?P<sign2>[-+−–]?)\s*"
    r"(?P<digits>\d[\d.,'’\u00a0\u202f ]*\d|[.,]?\d+)\s*(?P<after>[^\d()]{0,24}[²³]?)\s*(?P<close>\))?"
)
_DIGIT = re.compile(r"\d")
_BARE = re.compile(r"([-−]?)((?:[1-9]\d*|0)[.,]\d+)(%?)")
"""What most numbers are; the long way gives the same."""
_GROUPS = re.compile(r"[ '’\u00a0\u202f]")
_GROUPED = re.compile(r"\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_SIGN = re.compile(r"[^\s/]+")
_NO_UNIT = re.compile(r"[;:!?=<>|/]$|^[-–.,:;<>=]|^(?:st|nd|rd|th)$")
_LEADING_ZERO = re.compile(r"0\d+")
_MONEY_ONLY = ("m", "mm", "b", "md", "k")
"""Scales that are also units: they count beside a currency, the last also right behind the digits."""


@dataclass(frozen=True, slots=True)
class CellNumber:
    """A number as written. `unit` is a currency's ISO code ("EUR", "EUR per seat"), "%", or what stands behind it."""

    digits: str
    """With its separators, without spaces and apostrophes."""
    negative: bool = False
    unit: str = ""
    power: int = 0
    """Of ten: 6 for "Mio."."""

    @property
    def is_money(self) -> bool:
        """Whether its unit is a currency."""
        return bool(self.unit) and bool(currency(self.unit[:3]))

    @property
    def decimal(self) -> str:
        """The decimal sign that the digits prove: "." or ","; empty where there is none or either could be."""
        if self.digits.isdecimal():
            return ""
        dots, commas = self.digits.count("."), self.digits.count(",")
        if dots and commas:
            last = max(".,", key=self.digits.rfind)
            return last if self.digits.count(last) == 1 else "?"
        if not dots and not commas:
            return ""
        sign = "." if dots else ","
        groups = self.digits.split(sign)
        if not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
            return sign if len(groups) == 2 else "?"
        if len(groups) > 2:
            return "," if sign == "." else "."
        return sign if groups[0] == "0" else ""

    @property
    def separator(self) -> str:
        """The first sign among the digits: in "1.234" it may part thousands or decimals; empty without one."""
        return self.digits.strip("0123456789")[:1]

    def value(self, decimal: str) -> Decimal:
        """The number, with `decimal` as its decimal sign."""
        decimal = decimal or self.decimal
        other = "." if decimal == "," else ","
        plain = self.digits.replace(other, "").replace(",", ".")
        number = Decimal(plain if plain[:1] != "." else f"0{plain}").scaleb(self.power)
        return -number if self.negative else number


def parse_number(cell: str) -> CellNumber | None:
    """The number that all of `cell` is, with its unit; None for words, ranges, dates, and codes like 007.

    A footnote mark at its end does not count.
    """
    if len(cell) > 60 or not _DIGIT.search(cell):
        return None
    if cell.isdecimal():
        return None if _LEADING_ZERO.fullmatch(cell) or len(cell) > 15 else CellNumber(cell)
    if match := _BARE.fullmatch(cell):
        return CellNumber(match[2], bool(match[1]), "%" if match[3] else "")
    match = _NUMBER.fullmatch(without_mark(cell).strip())
    if not match or bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["sign2"]):
        return None
    digits = match["digits"]
    if _GROUPS.search(digits) and not _GROUPED.fullmatch(digits):
        return None
    digits = _GROUPS.sub("", digits)
    if _LEADING_ZERO.match(digits):
        return None
    negative = bool(match["open"]) or (match["sign"] or match["sign2"]) in ("-", "−", "–")
    return _with_unit(digits, negative, match["before"].strip(), match["after"].strip(), cell)


def _with_unit(digits: str, negative: bool, before: str, after: str, cell: str) -> CellNumber | None:
    if not negative and after.endswith("-") and not before:  # "12.50-", as accounts write it
        negative, after = True, after[:-1].strip()
    unit = _unit(before, after, f"{digits[-1]}{after}" in cell)
    return CellNumber(digits, negative, *unit) if unit is not None else None


@lru_cache(1_024)
def _unit(before: str, after: str, tight: bool) -> tuple[str, int] | None:
    """The unit and the power of ten that stand around digits; None where these words are no unit."""
    money = currency(before)
    if before and not money:
        return None
    power, unit = _scaled(after, money, tight)
    full = _currency_first(unit, money)
    return None if full is None or _NO_UNIT.search(full) else (full, power)


def _currency_first(unit: str, money: str) -> str | None:
    """The unit with the ISO code of its currency in front; None where two currencies are said."""
    sign = _SIGN.match(unit)
    rest = unit[sign.end() :].strip() if sign else ""
    code = currency(sign[0]) if sign else ""
    if not code:
        return f"{money} {unit}".strip()
    return None if money and code != money else f"{code} {rest}".strip()


def _scaled(after: str, money: str, tight: bool) -> tuple[int, str]:
    """The power of ten that the words behind a number say, and what is left as its unit."""
    first = after.partition(" ")[0]
    for word in (first, *([first[:-1]] if first[-1:] and currency(first[-1:]) else [])):
        power, left = scale(word), after[len(word) :].strip()
        if not power:
            continue
        if word.lower() in _MONEY_ONLY and not (money or currency(left) or (word.lower() == "k" and tight)):
            continue
        return power, left
    return 0, after
