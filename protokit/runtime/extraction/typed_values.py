"""The values of a type in a text, each with its place and in one form: days, amounts, times, numbers, yes or no."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from protokit.runtime.extraction.concepts import CONCEPTS
from protokit.runtime.prototype_fields import ExtractionField
from vectorstore.tables.cell_dates import day_order, is_undecided, parse_date
from vectorstore.tables.cell_words import currency

Value = str | float | bool

_CURRENCY = CONCEPTS.text("currency")
_MONEY = re.compile(
    rf"(?:(?<![^\W\d])(?P<before>(?:{_CURRENCY}))[ \t]?(?P<sign>[-−(])?[ \t]?|(?<![\w.,/])(?P<sign2>[-−(])?[ \t]?"
    rf"(?:(?P<before2>(?:{_CURRENCY}))[ \t]?)?)"
    r"(?P<digits>\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)(?![\d/:])(?![.,]\d)"
    rf"(?:[,.][-–]{{1,2}})?(?:[ \t]?(?P<after>(?:{_CURRENCY})))?(?![\w%])",
    re.IGNORECASE,
)
_SPACED = re.compile(rf"\d{{1,3}}(?: \d{{3}})+(?:[.,]\d{{1,2}})?(?= ?(?:{_CURRENCY}))", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,/-])[-−]?(?:\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?![\d/:]|[.,]\d)"
)
_DATES = re.compile(
    r"(?<![\w/.-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}\s?([-/.])\s?\d{1,2}\s?\2\s?(?:\d{4}|\d{2}))(?!\d|[/.-]\d)"
    r"|(?<![\w/.-])\d{1,2}(?:st|nd|rd|th|er|º)?\.?[\s-]*(?:day of\s+|de\s+)?"
    r"[^\W\d_]{3,12}\.?[-\s,']*(?:de\s+|of\s+)?(?:\d{4}|\d{2})(?!\d)"
    r"|\b[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,\s*|\s+)\d{4}(?!\d)"
    r"|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w:.$])(?P<h>[01]?\d|2[0-4])(?:(?:[:.]|\s?[hH]\s?)(?P<m>[0-5]\d))?(?!\d|:\d\d\s?-?\d{4})"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?|\b(?P<noon>noon|midday|midnight)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value that stands at `text[start:end]`."""

    value: Value
    """A number, "2026-03-31", "15:30", True, or text."""
    start: int
    end: int
    unit: str = ""
    """ISO code of the currency, or the field's unit."""
    other: Value | None = None
    """What else it may mean: 03/04/2026 is in March or in April."""
    sure: bool = True
    """Whether it is of its type wherever it stands: 12.50 may be money, $12.50 is."""


def find_values(field: ExtractionField, text: str) -> list[TypedValue]:
    """The values in `text` that `field` could hold, in order; empty for fields of free text."""
    finders = {"date": dates, "money": amounts, "number": _numbers, "time": times}
    if finder := finders.get(field.type):
        return list(finder(text, field))
    if field.type == "choice":
        return list(_choices(text, field.choices))
    return list(_yes_or_no(text)) if field.type == "yes/no" else []


def dates(text: str, field: ExtractionField | None = None) -> Iterator[TypedValue]:
    """The days in `text`, as "2026-03-31"."""
    hint = field.description if field else ""
    first = _day_first(text, hint)
    for match in _DATES.finditer(text):
        plain = re.sub(r"\bday of\b|\b(?:de|of)\b", " ", match[0], flags=re.IGNORECASE)
        plain = re.sub(r"\s*([/.-])\s*(?=\d)", r"\1", " ".join(plain.replace("'", " ").split()))
        plain = "-".join(re.findall(r"\d+", plain)) if "年" in plain else plain
        day = parse_date(plain, True if first is None else first)
        if day is None or not 1900 <= day.year <= 2100:
            continue
        undecided = first is None and is_undecided(plain)
        other = parse_date(plain, False) if undecided else None
        yield TypedValue(
            day.isoformat(), match.start(), match.end(), other=other.isoformat() if other else None
        )


def _day_first(text: str, hint: str) -> bool | None:
    """Whether the day stands first where a date could be read both ways; None where nothing tells."""
    if CONCEPTS.pattern("month_first", flags=re.IGNORECASE).search(hint):
        return False
    if CONCEPTS.pattern("day_first", flags=re.IGNORECASE).search(hint):
        return True
    orders = {day_order(re.sub(r"\s", "", m[0])) for m in _DATES.finditer(text)} - {None}
    if len(orders) == 1:
        return orders.pop()
    if re.search(r"US\$|\bUSD\b|\b[A-Z]{2} \d{5}\b", text):
        return False
    return True if re.search(r"€|£|\b(?:EUR|GBP|RM|CHF|Rs)\b", text) else None


def amounts(text: str, field: ExtractionField | None = None) -> Iterator[TypedValue]:
    """The amounts of money in `text`; one that shows neither a currency nor cents is not `sure`."""
    spaced = {m.start(): m for m in _SPACED.finditer(text)}
    covered = {at for m in spaced.values() for at in range(m.start(), m.end())}
    for match in _MONEY.finditer(text):
        start, end, digits = match.start(), match.end(), match["digits"]
        if match.start("digits") in covered:
            whole = next((m for at, m in spaced.items() if at <= match.start("digits") < m.end()), None)
            if whole is None or whole.end() != match.end("digits"):
                continue
            start, digits = min(start, whole.start()), whole[0]
        sign = next(filter(None, (match["before"], match["before2"], match["after"])), "")
        value = number_of(digits)
        lead = len(text[start:end]) - len(text[start:end].lstrip())
        mark = match["sign"] or match["sign2"]
        opened = mark == "(" and text[end : end + 1] == ")"
        negative = mark in ("-", "−") or opened
        start += lead + (mark == "(" and not sign and not opened)
        cents = bool(re.search(r"[.,]\d{2}$", digits))
        yield TypedValue(
            -value if negative else value, start, end + opened, currency_code(sign), sure=bool(sign) or cents
        )


def currency_code(sign: str) -> str:
    """The ISO code that a sign stands for, empty for none."""
    known: dict[str, str] = CONCEPTS.get("currency_codes")
    return known.get(sign.casefold().rstrip("."), "") or currency(sign) or sign.upper() if sign else ""


def number_of(digits: str) -> float:
    """The number that `digits` with separators are: the last separator is the decimal one where not three follow."""
    plain = re.sub(r"[\s'’\u00a0\u202f−]", "", digits)
    last = max(plain.rfind("."), plain.rfind(","))
    tail = len(plain) - last - 1
    mixed = "." in plain and "," in plain
    if last >= 0 and (tail != 3 or mixed) and plain.count(plain[last]) == 1:
        whole = re.sub(r"[.,]", "", plain[:last])
        return float(f"{whole or 0}.{plain[last + 1 :]}")
    return float(re.sub(r"[.,]", "", plain))


def _numbers(text: str, field: ExtractionField) -> Iterator[TypedValue]:
    for match in _NUMBER.finditer(text):
        negative = match[0][0] in "-−"
        value = number_of(match[0].lstrip("-−"))
        tail = text[match.end() : match.end() + 24]
        unit = bool(field.unit) and bool(
            re.match(rf"\+?\s*-?{re.escape(field.unit[:-1] or field.unit)}\w*", tail, re.IGNORECASE)
        )
        yield TypedValue(
            -value if negative else value, match.start(), match.end(), field.unit, sure=unit or not field.unit
        )


def times(text: str, field: ExtractionField | None = None) -> Iterator[TypedValue]:
    """The times of day in `text`, as "15:30"; a bare number is none, but before "-5:00pm" it is one."""
    matches = list(_CLOCK.finditer(text))
    for index, match in enumerate(matches):
        if match["noon"]:
            yield TypedValue("00:00" if match["noon"].lower() == "midnight" else "12:00", *match.span())
            continue
        following = matches[index + 1] if index + 1 < len(matches) else None
        joined = following is not None and re.fullmatch(
            CONCEPTS.text("range"), text[match.end() : following.start()], re.IGNORECASE
        )
        half = match["half"] or (following["half"] if following and joined else None)
        if not (match["m"] or match["half"] or (half and joined)):
            continue
        hour, minute = int(match["h"]), match["m"] or "00"
        if half and half[0].lower() == "p" and hour < 12:
            hour = (
                hour + 12
                if match["half"] or not (following and hour > int(following["h"] or 0) % 12)
                else hour
            )
        elif half and half[0].lower() == "a" and hour == 12:
            hour = 0
        elif not half and 1 <= hour < 8 and not match["h"].startswith("0"):
            hour += 12  # nobody meets at half past three in the night
        end = match.start() + len(match[0].rstrip())
        yield TypedValue(f"{hour % 24:02d}:{minute}", match.start(), end)


def _choices(text: str, choices: Sequence[str]) -> Iterator[TypedValue]:
    if not choices:
        return
    longest = sorted(choices, key=len, reverse=True)
    names = {" ".join(choice.split()).casefold(): choice for choice in choices}
    pattern = "|".join(r"\s+".join(map(re.escape, choice.split())) for choice in longest)
    for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
        yield TypedValue(names[" ".join(match[0].split()).casefold()], *match.span())


def _yes_or_no(text: str) -> Iterator[TypedValue]:
    for match in CONCEPTS.pattern("yes_or_no", flags=re.IGNORECASE).finditer(text):
        yield TypedValue(bool(match["yes"]), *match.span())


def iso_day(value: str) -> str:
    """`value` as "2026-03-31" where it is a day in whatever form, else as it is."""
    found = next(dates(value), None)
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return str(found.value) if found else value
