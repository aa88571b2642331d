"""Units and currencies: one form for each, and durations in minutes."""

import re
from functools import lru_cache

from protokit.runtime.tables.vocabulary import fold, word_map

CURRENCIES = frozenset(
    "EUR USD GBP CHF JPY INR PLN SEK NOK DKK CZK HUF CAD AUD NZD CNY BRL MXN ZAR TRY SGD HKD KRW".split()
)
MINUTES = {
    "s": 1 / 60,
    "min": 1.0,
    "h": 60.0,
    "d": 1440.0,
    "week": 10080.0,
    "month": 43830.0,
    "year": 525960.0,
}
"""Minutes in a unit of time."""
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "%": "%"}
_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*((?:business |working )?[^\W\d_]+)\.?")


@lru_cache(maxsize=1000)
def unit_code(unit: str) -> str:
    """One form for a unit however it is written: "minutes" and "min" are "min"; money by its currency."""
    said = re.sub(r"^(?:business|working) ", "", fold(unit).strip(". "))
    return word_map("units").get(said, _SIGNS.get(unit, unit))


def unit_in_name(name: str) -> str:
    """The unit that a column's name tells: "Price (EUR)", "duration_min", "arr_usd"."""
    for inner in re.findall(r"[(\[]([^()\[\]]{1,20})[)\]]", name):
        return str(inner).strip()
    last = re.split(r"[\s_]+", name.strip())[-1]
    last = last.upper() if last.upper() in CURRENCIES else last
    code = unit_code(last)
    if code in CURRENCIES or code in MINUTES or code in ("kg", "km", "%"):
        return last if code in CURRENCIES or name.strip().lower() != last.lower() else last.lower()
    return next((code for sign, code in _SIGNS.items() if sign in name), "")


def minutes(text: str) -> float | None:
    """How long "2 h 10 min" or "2 business days" is; None for what is no duration."""
    parts = _LENGTH.findall(text)
    if not parts or _LENGTH.sub("", text).strip(" ,"):
        return None
    codes = [unit_code(unit) for _, unit in parts]
    if not all(code in MINUTES for code in codes):
        return None
    return sum(float(n.replace(",", ".")) * MINUTES[code] for (n, _), code in zip(parts, codes, strict=True))
