"""What cells say in words, in several languages: gaps, totals, yes and no, currencies, months. The words are data."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_MARK = re.compile(r"\s*(?:[\u2070-\u2079\u00b9\u00b2\u00b3\u207a-\u207f*†‡§]+|\[\w{1,3}\]|\^\(\w{1,3}\))+$")

_MARK_ENDS = frozenset(
    "\u2070\u2071\u2072\u2073\u2074\u2075\u2076\u2077\u2078\u2079¹²³\u207a\u207b\u207c\u207d\u207e\u207f*†‡§])"
)


def without_mark(cell: str) -> str:
    """`cell` without the footnote mark at its end: "49" for "49¹", "49*" and "49 [1]".

    A raised digit after a letter is part of a unit ("m²") and stays.
    """
    if cell[-1:] not in _MARK_ENDS:
        return cell
    match = _MARK.search(cell)
    if not match or (match.start() and cell[match.start() - 1].isalpha() and match[0] in ("²", "³")):
        return cell
    return cell[: match.start()]


def is_gap(cell: str) -> bool:
    """Whether `cell` is empty or says that there is no value: "n/a", "TBD", "on request"."""
    if not cell or len(cell) >= 25 or cell.isdecimal():
        return not cell
    return cell.lower() in _set("gaps") or _plain(cell) in _set("gaps")


def is_total(label: str) -> bool:
    """Whether `label` is all that a row of totals is called: "Total", "Gesamtsumme:", "Total 2025"."""
    return re.sub(r"\s+(?:19|20)\d\d$", "", _plain(label)) in _set("totals")


def mentions_total(label: str) -> bool:
    """Whether `label` begins or ends with such a word, as a row of totals may, and another row too: "Total North"."""
    words = _plain(label).split()
    return bool(words) and (words[0] in _set("totals") or words[-1] in _set("totals"))


def yes_or_no(cell: str) -> bool | None:
    """What a cell that says yes or no says; None for any other."""
    if len(cell) > 10:
        return None
    word = _plain(cell)
    return True if word in _set("yes") else False if word in _set("no") else None


def currency(sign: str) -> str:
    """The ISO code of "€", "US$" or "EUR"; empty for what is no currency."""
    sign = sign.strip()
    return _words()["signs"].get(sign) or (sign if sign in _codes() else "")


def scale(word: str) -> int:
    """The power of ten of "k", "Mio." or "bn"; 0 for what is none."""
    return int(_words()["scales"].get(word.lower(), 0))


def month(name: str) -> int:
    """The number of a month by its name or abbreviation; 0 for what is none."""
    return _months().get(name.lower().rstrip("."), 0)


def is_column_word(cell: str) -> bool:
    """Whether columns are often called so: "Country", "Preis", "Due date"."""
    return _plain(cell) in _column_words()


def date_names(kind: str, code: str) -> list[list[str]]:
    """Name and abbreviations of each of the "months" or "weekdays" in a language; none for one that is not known."""
    return [names.split() for names in _words()[kind].get(code, "").split(";") if names]


def _plain(cell: str) -> str:
    return without_mark(cell).strip(" :().=").lower()


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("cell_words.toml").read_text(encoding="utf-8"))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_words()[name])


@cache
def _column_words() -> frozenset[str]:
    return frozenset(_words()["columns"]["words"])


@cache
def _codes() -> frozenset[str]:
    return frozenset(_words()["currencies"]["codes"].split())


@cache
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for names in _words()["months"].values():
        for number, forms in enumerate(names.split(";"), 1):
            found.update((form, number) for form in forms.split() if form not in found)
    return found
