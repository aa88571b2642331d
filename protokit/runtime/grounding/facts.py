"""The hard facts of a sentence (numbers, units, dates, times), equal however they are written."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile

PATTERNS = PatternFile(Path(__file__).with_name("wording.yaml"))
"""How the sentences of an answer are read, and those of its sources."""

_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_DECADES = "twenties thirties forties fifties sixties seventies eighties nineties"
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: value for value, word in enumerate(_UP_TO_TWENTY.split())}
_WORDS |= {word: 10 * (i + 3) for i, word in enumerate(_TENS.split())}
_WORDS |= {word: 10 * (i + 2) for i, word in enumerate(_DECADES.split())}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "m": 1e6, "mn": 1e6,
    "bn": 1e9, "tn": 1e12, "b": 1e9, "dozen": 12.0,
}  # fmt: skip
_CURRENCIES = {
    "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur", "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd",
    "dollars": "usd", "£": "gbp", "gbp": "gbp", "pound": "gbp", "pounds": "gbp", "chf": "chf", "franc": "chf",
    "francs": "chf", "¥": "jpy", "yen": "jpy", "jpy": "jpy", "₹": "inr", "rupees": "inr", "cent": "cent",
    "cents": "cent",
}  # fmt: skip
_UNITS: dict[str, tuple[str, float]] = {
    "%": ("%", 1), "percent": ("%", 1), "pct": ("%", 1), "per cent": ("%", 1), "percentage": ("%", 1),
    "second": ("time", 1 / 86400), "sec": ("time", 1 / 86400), "minute": ("time", 1 / 1440),
    "min": ("time", 1 / 1440), "hour": ("time", 1 / 24), "hr": ("time", 1 / 24), "day": ("time", 1),
    "week": ("time", 7), "fortnight": ("time", 14), "month": ("months", 1), "year": ("months", 12),
    "yr": ("months", 12), "decade": ("months", 120), "century": ("months", 1200),
    "mm": ("length", 0.001), "cm": ("length", 0.01), "centimetre": ("length", 0.01), "metre": ("length", 1),
    "meter": ("length", 1), "km": ("length", 1000), "kilometre": ("length", 1000), "kilometer": ("length", 1000),
    "mile": ("length", 1609.344), "foot": ("length", 0.3048), "feet": ("length", 0.3048), "ft": ("length", 0.3048),
    "inch": ("length", 0.0254), "g": ("mass", 1), "gram": ("mass", 1), "kg": ("mass", 1000),
    "kilo": ("mass", 1000), "kilogram": ("mass", 1000), "tonne": ("mass", 1e6), "ton": ("mass", 1e6),
    "lb": ("mass", 453.6), "litre": ("volume", 1), "liter": ("volume", 1), "ml": ("volume", 0.001),
    "kb": ("bytes", 1e3), "mb": ("bytes", 1e6), "gb": ("bytes", 1e9), "tb": ("bytes", 1e12),
    "°c": ("°c", 1), "°f": ("°f", 1), "kw": ("power", 1e3), "mw": ("power", 1e6), "w": ("power", 1), "mph": ("mph", 1),
}  # fmt: skip
_MEASURES = frozenset(_CURRENCIES.values()) | {unit for unit, _ in _UNITS.values()}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_DATE = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH.format('m1')}(?:,? (?P<y1>\d{{4}})\b)?"
    rf"|\b{_MONTH.format('m2')} (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y2>\d{{4}})\b)?"
    rf"|\b{_MONTH.format('m3')},? (?P<y3>\d{{4}})\b"
    r"|\b(?P<y4>\d{4})-(?P<n4>\d{2})-(?P<d4>\d{2})\b"
    r"|\b(?:in|since|by|until|from|to|of|last|next|this|between|before|after|during|and|late|early) "
    rf"{_MONTH.format('m5')}(?! ?\d)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<min>\d{2}))? ?(?P<half>[ap])\.?m\b\.?|\b(?P<h24>[01]?\d|2[0-3]):(?P<min24>\d{2})\b"
    r"|\b(?P<noon>noon|midday|midnight)\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\b({_DAYS.replace(' ', '|')})s?\b", re.IGNORECASE)
_NO_UNIT = PATTERNS.words("words", "no_unit")
_ONES = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<cur>us\$|[€$£¥₹]|\b(?:eur|usd|gbp|chf)\b)? ?"
    rf"(?:(?<![\w.,])(?P<digits>\d{{1,3}}(?:\.\d{{3}}){{2,}}|(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+|,\d{{1,2}}(?!\d))?)"
    rf"|\b(?P<words>(?:{_ONES})(?:[ -](?:{_ONES}))?|half"
    r"|a (?=hundred|thousand|million|dozen|decade|fortnight|century)))"
    r"(?P<ord>st|nd|rd|th)?(?P<plural>s\b)?"
    r"(?: ?-?(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|mn|tn|[kmb]))?(?![\w])"
    r"(?:[ -]?(?P<unit>%|°[cf]|per ?cent|[a-z]+|[€£$](?!\d)))?",
    re.IGNORECASE,
)
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL_WORDS.split(), start=1)}
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_DOTTED = re.compile(r"\D{0,4}\d{1,3}\.\d{3}(?!\d)")
_LOOSE = PATTERNS.pattern("loose", flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, date, weekday or time at `text[start:end]`, in one form whatever way it was written."""

    kind: str
    """"number", "date", "weekday", "time" or "ordinal"."""
    value: float
    """In the base unit (days, months, metres, grams, dollars...); minutes of the day for a time."""
    unit: str
    """"%", "eur", "time"..., or the noun that is counted, or empty."""
    start: int
    end: int
    text: str
    date: tuple[int, int, int] = (0, 0, 0)
    """Year, month and day; 0 for what is not said."""
    loose: str = ""
    """The word before it that makes it approximate: "about", "more than"."""


def facts(text: str) -> list[Fact]:
    """The facts of `text` in order; no two of them overlap."""
    results: list[Fact] = []
    covered = [False] * (len(text) + 1)
    for pattern, make in _READERS:
        for match in pattern.finditer(text):
            fact = make(match)
            if fact and not any(covered[fact.start : fact.end]):
                results.append(fact)
                covered[fact.start : fact.end] = [True] * (fact.end - fact.start)
    return sorted(results, key=lambda fact: fact.start)


def same(claim: Fact, source: Fact) -> bool:
    """Whether `source` says what `claim` says: equal after normalising, or within what "about" and "over" allow."""
    if claim.kind == "date" or source.kind == "date":
        return _same_date(claim, source)
    if claim.kind != source.kind:
        return False
    if claim.unit != source.unit and claim.unit in _MEASURES and source.unit in _MEASURES:
        return False
    return _near(claim, source)


def comparable(claim: Fact, source: Fact) -> bool:
    """Whether the two state the same kind of thing, so that different values are a contradiction."""
    if claim.kind != source.kind:
        return False
    return claim.kind != "number" or (claim.unit == source.unit and claim.unit != "")


def _near(claim: Fact, source: Fact) -> bool:
    if abs(claim.value - source.value) <= 1e-6 * max(1.0, abs(source.value)):
        return True
    if claim.kind != "number" or not source.value:
        return False
    for dotted, other in ((claim, source), (source, claim)):
        # "1.000 Euro" is a thousand in half of Europe.
        if _DOTTED.match(dotted.text) and abs(dotted.value * 1000 - other.value) <= 1e-6 * other.value:
            return True
    ratio = claim.value / source.value
    if claim.text.rstrip().endswith(("0s", "ties")):
        return claim.value <= source.value < claim.value + 10
    loose = claim.loose.lower()
    if loose in ("more than", "over", "at least", "above"):
        return 0.85 <= ratio <= 1
    if loose in ("nearly", "almost", "under", "less than", "fewer than", "up to", "close to", "below"):
        return 1 <= ratio <= 1.15
    return bool(loose) and loose not in ("only", "just", "most") and 0.9 <= ratio <= 1.1


def _same_date(claim: Fact, source: Fact) -> bool:
    if claim.kind == source.kind == "date":
        return all(mine in (0, theirs) for mine, theirs in zip(claim.date, source.date, strict=True))
    # A year by itself is read as a number: "in 2019" against "3 May 2019".
    dated, number = (claim, source) if claim.kind == "date" else (source, claim)
    return number.kind == "number" and claim is number and dated.date[0] == number.value


def _date(match: re.Match[str]) -> Fact:
    part = {key: value for key, value in match.groupdict().items() if value}
    month_name = next((part[key] for key in ("m1", "m2", "m3", "m5") if key in part), "")
    month = int(part["n4"]) if "n4" in part else _month(month_name)
    day = int(next((part[key] for key in ("d1", "d2", "d4") if key in part), 0))
    year = int(next((part[key] for key in ("y1", "y2", "y3", "y4") if key in part), 0))
    start = match.start("m5") if "m5" in part else match.start()
    text = match.string[start : match.end()]
    return Fact("date", 0.0, "", start, match.end(), text, (year, month, day))


def _month(name: str) -> int:
    return _MONTHS.split().index(name.lower()[:3]) + 1


def _time(match: re.Match[str]) -> Fact | None:
    if match["noon"]:
        minutes = 0 if match["noon"].lower() == "midnight" else 720
    elif match["h24"]:
        minutes = int(match["h24"]) * 60 + int(match["min24"])
    else:
        minutes = (
            int(match["h"]) % 12 * 60 + int(match["min"] or 0) + (720 if match["half"].lower() == "p" else 0)
        )
    return Fact("time", float(minutes), "", match.start(), match.end(), match[0])


def _weekday(match: re.Match[str]) -> Fact:
    return Fact(
        "weekday", float(_DAYS.split().index(match[1].lower())), "", match.start(), match.end(), match[0]
    )


def _ordinal(match: re.Match[str]) -> Fact:
    return Fact("ordinal", float(_ORDINALS[match[1].lower()]), "", match.start(), match.end(), match[0])


def _number(match: re.Match[str]) -> Fact | None:
    start = match.start("cur") if match["cur"] else match.start("digits" if match["digits"] else "words")
    value = _value(match["digits"], match["words"])
    if match["ord"]:
        return Fact("ordinal", value, "", start, match.end("ord"), match.string[start : match.end("ord")])
    scale, word = (match["scale"] or "").lower(), (match["unit"] or "").lower()
    if scale == "m" and not match["cur"] and match.string[match.start("scale") - 1].isspace():
        # "47 m" is metres; "£3.2m" and "3.2m people" are millions.
        return Fact(
            "number", value, "length", start, match.end("scale"), match.string[start : match.end("scale")]
        )
    if word in _SCALES and not scale:
        scale, word = word, ""
    unit, factor, measured = _unit(match["cur"], "" if word in _NO_UNIT else word)
    if match["words"] == "one" and not unit:
        return None
    end = match.end("unit") if measured or scale == match["unit"] else 0
    end = max(end, match.end("digits"), match.end("words"), match.end("plural"), match.end("scale"))
    loose = _LOOSE.search(match.string, max(0, start - 16), start)
    value *= _SCALES.get(scale, 1.0) * factor
    return Fact("number", value, unit, start, end, match.string[start:end], loose=loose[1] if loose else "")


def _value(digits: str | None, words: str | None) -> float:
    if digits:
        if digits.count(".") > 1:
            return float(digits.replace(".", ""))
        plain = digits.rstrip(",")
        return float(re.sub(r",(?=\d{3}(?!\d))", "", plain).replace(",", "."))
    parts = re.split(r"[ -]", (words or "").lower())
    if parts[0] == "half":
        return 0.5
    return float(sum(_WORDS.get(part, 0) for part in parts)) or float(parts[0] == "a")


def _unit(currency: str | None, word: str) -> tuple[str, float, bool]:
    """Unit, factor to the base unit, and whether the word after the number is a unit of measure."""
    if currency:
        return _CURRENCIES[currency.lower()], 1.0, False
    if word in _CURRENCIES:
        return _CURRENCIES[word], 1.0, True
    for form in (word, word.removesuffix("s")):
        if form.replace("per cent", "percent") in _UNITS:
            unit, factor = _UNITS[form]
            return unit, factor, True
    return word.removesuffix("s") if len(word) > 2 else "", 1.0, False


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Fact | None]], ...] = (
    (_DATE, _date),
    (_TIME, _time),
    (_WEEKDAY, _weekday),
    (_NUMBER, _number),
    (_ORDINAL, _ordinal),
)
