"""Dates as cells write them: "2026-03-27", "27.3.2026", "27 March 2026", "Mar 27, 2026", "03/04/2026"."""

import re
from datetime import date
from functools import lru_cache

from vectorstore.tables.cell_words import month, without_mark

_TIME = (
    r"(?:[T, ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_NUMERIC = re.compile(rf"(\d{{1,2}})([./-])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{2}}){_TIME}")
_DAY_MONTH = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?(\d{{1,2}})(?:st|nd|rd|th|er|º)?\.?[\s-]*(?:de\s+)?([^\W\d]+)\.?[\s,-]*(?:de\s+)?(\d{{4}}|\d{{2}}){_TIME}"
)
_MONTH_DAY = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?([^\W\d]+)\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}"
)


def day_order(cell: str) -> bool | None:
    """Whether the day stands first in a date of three numbers; None where either could be, or it is no such date."""
    match = _NUMERIC.fullmatch(cell)
    if not match:
        return None
    first, sign, second = int(match[1]), match[2], int(match[3])
    if sign == "." or first > 12:
        return True
    return False if second > 12 else None


def is_undecided(cell: str) -> bool:
    """Whether `cell` is a date that two countries read differently, as 03/04/2026."""
    match = _NUMERIC.fullmatch(cell)
    return bool(match) and day_order(cell) is None and match[1] != match[3]  # type: ignore[index]


@lru_cache(maxsize=20_000)
def parse_date(cell: str, day_first: bool = True) -> date | None:
    """The day that all of `cell` is; a time of day behind it is left out. None for anything else.

    A year of two digits is of 1970 to 2069.
    """
    cell = without_mark(cell).strip()
    if not 6 <= len(cell) <= 40 or not cell[-1:].isalnum():
        return None
    if match := _YEAR_FIRST.fullmatch(cell):
        return _date(match[1], int(match[3]), match[4])
    if match := _NUMERIC.fullmatch(cell):
        first = True if match[2] == "." else day_first
        day, number = (match[1], match[3]) if first else (match[3], match[1])
        return _date(match[4], int(number), day)
    if match := _DAY_MONTH.fullmatch(cell):
        return _date(match[3], month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(cell):
        return _date(match[3], month(match[1]), match[2])
    return None


def _date(year: str, number: int, day: str) -> date | None:
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 70 else 2000)
    try:
        return date(full, number, int(day))
    except ValueError:
        return None
