"""Days, times of day, periods and durations as people say them: "the 3rd of this month", "halb 8", "明日の夜"."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from protokit.runtime.agent.spoken_numbers import number_in, number_pattern
from protokit.runtime.pattern_file import PatternFile
from vectorstore.tables.cell_words import date_names

_WORDS = PatternFile(Path(__file__).with_name("date_words.yaml"))
MomentKind = Literal["date", "time", "part", "period", "duration", "instant", "span"]
_NOW = re.compile(
    r"(?:right )?now|immediately|jetzt|ahora|maintenant|adesso|agora|nu|teraz|şimdi|现在|今", re.IGNORECASE
)
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800, "night": 86400}
_DAYS_OF = {"month": 30, "quarter": 91, "year": 365, "weekend": 2}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time or a stretch of time that stands at `text[start:end]`."""

    kind: MomentKind
    start: int
    end: int
    day: date | None = None
    """The first day."""
    until: date | None = None
    """The first day after a period."""
    seconds: float = 0
    """After midnight for a time, how long for a duration, where a part of the day or a span of times begins."""
    seconds_until: float = 0
    """Where a part of the day or a span of times ends."""
    half_known: bool = True
    """Whether it is said if a time is before noon or after."""
    sure: bool = True
    """Whether it is a day or a time wherever it stands; a bare "at 9" may be something else."""
    year_known: bool = True
    unit: str = ""
    is_now: bool = False

    @property
    def clock(self) -> str:
        """A time as "15:30"; an hour from 1 to 7 is of the afternoon where nothing else is said."""
        seconds = self.seconds + (43_200 if not self.half_known and 3600 <= self.seconds < 28_800 else 0)
        return f"{int(seconds // 3600) % 24:02d}:{int(seconds % 3600 // 60):02d}"


def find_moments(text: str, now: datetime, language: str = "en") -> list[Moment]:
    """What `text` says of days and times, in order and without overlaps; the longest wins."""
    known = language if _WORDS.get(language) else "en"
    moments: list[Moment] = []
    for reader in (_days, _offsets, _periods, _clocks, _parts, _durations):
        for moment in reader(text, now, known):
            if moment.end > moment.start:
                moments.append(moment)
    moments.sort(key=lambda each: (each.start - each.end, _RANK[each.kind], not each.sure))
    chosen: list[Moment] = []
    for moment in moments:
        if all(moment.end <= each.start or moment.start >= each.end for each in chosen):
            chosen.append(moment)
    return sorted(chosen, key=lambda each: each.start)


_RANK = {"date": 0, "instant": 0, "time": 1, "span": 1, "period": 2, "part": 3, "duration": 4}


def words_between(text: str, one: Moment, two: Moment, language: str) -> bool:
    """Whether what stands between two moments, or behind the second, makes them the ends of a stretch."""
    known = language if _WORDS.get(language) else "en"
    between = text[one.end : two.start].strip(" ,'’")
    until = _piece("until", known)
    closed = bool(re.search(rf"(?:{until})\s*$", text[two.end :], re.IGNORECASE)) if until else False
    return closed or bool(
        between and re.fullmatch(rf"(?:{_piece('to', known)})(?:\s+\w{{2,4}})?", between, re.IGNORECASE)
    )


# Words and patterns of a language


@cache
def _names(kind: str, language: str) -> dict[str, int]:
    """Name -> number of a month (1 to 12) or a weekday (Monday 0); English ones are known in every language."""
    names: dict[str, int] = {}
    for code in dict.fromkeys(("en", language)):
        groups: Sequence[Sequence[str]] = _WORDS.get(code, kind) or _spreadsheet_names(kind, code)
        for at, group in enumerate(groups):
            names |= {name.casefold(): at + (kind == "months") for name in group}
    return names


def _spreadsheet_names(kind: str, language: str) -> Sequence[Sequence[str]]:
    try:
        return date_names(kind, language)
    except KeyError:
        return ()


@cache
def _any(kind: str, language: str) -> str:
    names = sorted(_names(kind, language), key=len, reverse=True)
    return (
        "(?:" + "|".join(name if "(" in name or "?" in name else re.escape(name) for name in names) + r")\.?"
    )


def _number_of(kind: str, name: str, language: str) -> int:
    plain = name.casefold().rstrip(".")
    names = _names(kind, language)
    return (
        names[plain]
        if plain in names
        else next(at for each, at in names.items() if re.fullmatch(each, plain))
    )


@cache
def _piece(name: str, language: str, default: str = r"(?!)") -> str:
    value = _WORDS.get(language, name)
    return default if value is None else "|".join(value) if isinstance(value, list) else str(value)


@cache
def _units(language: str) -> str:
    return "|".join(_WORDS.get(language, "units").values())


@cache
def _count(language: str) -> str:
    """A number and a unit: "two weeks", "a day and a half"."""
    gap = r"\s*" if _WORDS.get(language, "unspaced") else r"\s*-?\s*"
    some = _piece("some", language)
    return rf"(?:(?:{number_pattern(language)}|{some}){gap}(?:{_units(language)}))"


@cache
def _compiled(pattern: str, language: str) -> re.Pattern[str]:
    whole = (
        pattern.replace("{COUNT}", _count(language))
        .replace("{NUMBER}", number_pattern(language))
        .replace("{WEEKDAY}", _any("weekdays", language))
        .replace("{MONTH}", _any("months", language))
        .replace("{SUFFIX}", _piece("suffix", language, ""))
    )
    if _WORDS.get(language, "unspaced"):
        return re.compile(whole, re.IGNORECASE)
    return re.compile(rf"(?<!\w)(?:{whole})(?![^\W_])", re.IGNORECASE)


def _each(pattern: str, text: str, language: str) -> Iterator[re.Match[str]]:
    return _compiled(pattern, language).finditer(text)


def _unit(text: str, language: str) -> str:
    """The unit that `text` ends with; empty for none."""
    units: Mapping[str, str] = _WORDS.get(language, "units")
    start = "" if _WORDS.get(language, "unspaced") else r"(?<![^\W\d_])"
    lengths = {
        name: len(match[0])
        for name, words in units.items()
        if (match := re.search(rf"{start}(?:{words})$", text.strip(), re.IGNORECASE))
    }
    return max(lengths, key=lambda name: lengths[name], default="")


# Days


def _days(text: str, now: datetime, language: str) -> Iterator[Moment]:
    yield from _numeric_days(text, now, language)
    yield from _named_days(text, now, language)
    yield from _weekdays(text, now, language)
    words: Mapping[str, int] = _WORDS.get(language, "days")
    for word, shift in words.items():
        for match in _each(word, text, language):
            yield replace(_day(now.date() + timedelta(shift), match), is_now=bool(_NOW.fullmatch(match[0])))
    for word, (month, day) in (_WORDS.get(language, "fixed") or {}).items():
        for match in _each(word, text, language):
            yield _day(_next_date(now.date(), month, day), match)


def _day(day: date, match: re.Match[str], *, year_known: bool = True) -> Moment:
    return Moment("date", match.start(), match.end(), day, year_known=year_known)


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next_date(today: date, month: int, day: int) -> date:
    """The day of that date that comes next; the coming leap year for 29 February."""
    for year in range(today.year, today.year + 9):
        candidate = _safe(year, month, day)
        if candidate and candidate >= today:
            return candidate
    return today


def _full_year(digits: str | None, today: date, month: int, day: int) -> date | None:
    if not digits:
        return _next_date(today, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None
    year = int(digits)
    return _safe(year + 2000 if year < 70 else year + 1900 if year < 100 else year, month, day)


def _numeric_days(text: str, now: datetime, language: str) -> Iterator[Moment]:
    today = now.date()
    for match in re.finditer(
        r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)", text
    ):
        parts = [int(each) for each in (match[1] or match[5], match[3] or match[6], match[4] or match[7])]
        if day := _safe(*parts):
            yield _day(day, match)
    for match in re.finditer(
        r"(?<![\d:.,/-])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d:]|[.,/]\d)", text
    ):
        if not match[4] and match[2] != "/":
            continue
        first, second = int(match[1]), int(match[3])
        month_first = bool(_WORDS.get(language, "month_first")) and match[2] != "."
        month, day_number = (first, second) if month_first else (second, first)
        if month > 12:
            month, day_number = day_number, month
        if 1 <= month <= 12 and (day := _full_year(match[4], today, month, day_number)):
            yield _day(day, match, year_known=bool(match[4]))
    for match in re.finditer(
        r"(?:(\d{4})\s?年\s?)?(\d{1,2}|[一二三四五六七八九十]+)\s?月\s?(\d{1,2}|[一二三四五六七八九十]+)\s?[日号號]",
        text,
    ):
        month, number = (int(number_in(each, "zh") or 0) for each in (match[2], match[3]))
        if 1 <= month <= 12 and (day := _full_year(match[1], today, month, number)):
            yield _day(day, match, year_known=bool(match[1]))


def _named_days(text: str, now: datetime, language: str) -> Iterator[Moment]:
    """Days with the name of their month, and "the 12th"."""
    today = now.date()
    the, of = _piece("the", language, ""), _piece("of", language, "")
    ordinal = _piece("ordinal", language)
    number = rf"(?P<d>\d{{1,2}})(?:\s?(?:{ordinal}))?"
    if language == "en":
        number = rf"(?:{number}|(?P<w>{_spoken_ordinals()}))"
    weekday = r"(?:(?:{WEEKDAY}),?\s*)?"
    year = r"(?:,?\s*(?:de\s+|del\s+|of\s+|in\s+)?(?P<y>\d{4})(?!\d))?"
    patterns = (
        rf"{weekday}{the}{number}[\s/-]*{of}(?P<m>{{MONTH}}){year}{{SUFFIX}}",
        rf"{weekday}(?P<m>{{MONTH}})\s*{the}{number}{year}{{SUFFIX}}",
    )
    for pattern in patterns:
        for match in _each(pattern, text, language):
            month = _number_of("months", match["m"], language)
            if day := _full_year(match["y"], today, month, _day_number(match, language)):
                yield _day(day, match, year_known=bool(match["y"]))
    this = _piece("this", language)
    month_words = _WORDS.get(language, "units")["month"]
    bare = (
        rf"(?:the (?P<w>{_spoken_ordinals()})|(?:the )?(?P<d>\d{{1,2}})(?:{ordinal}))"
        if language == "en"
        else (rf"{the}(?P<d>\d{{1,2}})(?:{ordinal})(?!\d)")
    )
    near = (
        rf"(?P<wd>{{WEEKDAY}})\s*,?\s*(?:the )?(?:(?P<d>\d{{1,2}})(?:{ordinal})?(?!\s*[:.]\d|\s*[ap]\.?m)"
        + (rf"|(?P<w>{_spoken_ordinals()}))" if language == "en" else ")")
    )
    for match in _each(rf"{bare}(?:\s*(?:of )?(?:{this})\s+(?:{month_words}))?", text, language):
        if day := _coming(today, _day_number(match, language)):
            yield _day(day, match, year_known=False)
    for match in _each(near, text, language):
        weekday_number = _number_of("weekdays", match["wd"], language)
        if day := _coming(today, _day_number(match, language), weekday_number):
            yield _day(day, match, year_known=False)


def _day_number(match: re.Match[str], language: str) -> int:
    groups = match.groupdict()
    return int(groups["d"]) if groups.get("d") else int(number_in(groups.get("w") or "", language) or 0)


@cache
def _spoken_ordinals() -> str:
    words = list(number_pattern_of_ordinals())
    tens = r"(?:twenty|thirty)[\s-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    return rf"{tens}|{'|'.join(words)}"


def number_pattern_of_ordinals() -> Sequence[str]:
    from protokit.runtime.agent.spoken_numbers import ordinal_words

    return sorted(ordinal_words(), key=len, reverse=True)


def _coming(today: date, number: int, weekday: int | None = None) -> date | None:
    """The next day with this number in its month, and this weekday where one is said."""
    year, month = today.year, today.month
    for _ in range(120):
        day = _safe(year, month, number)
        if day and day >= today and weekday in (None, day.weekday()):
            return day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def _weekdays(text: str, now: datetime, language: str) -> Iterator[Moment]:
    today = now.date()
    next_, this, last = (_piece(each, language) for each in ("next", "this", "last"))
    after_next, after_last = _piece("after_next", language), _piece("after_last", language)
    week = _WORDS.get(language, "units")["week"]
    gap = r"\s*"
    pattern = (
        rf"(?:(?P<next>{next_})|(?P<last>{last})|(?:{this})){gap}(?:(?:{week}){gap}-?{gap})?(?P<wd>{{WEEKDAY}})"
        rf"|(?P<wd2>{{WEEKDAY}}){{SUFFIX}}(?:{gap}(?:of |in )?(?:(?P<next2>(?:{next_}){gap}(?:{week})|{after_next})"
        rf"|(?P<last2>(?:{last}){gap}(?:{week})|{after_last})|(?:{this}){gap}(?:{week})))?"
    )
    for match in _each(pattern, text, language):
        name = match["wd"] or match["wd2"]
        if (
            len(name.rstrip(".")) < 4
            and match["wd2"]
            and not name[0].isupper()
            and language != "en"
            and name.isascii()
        ):
            continue
        number = _number_of("weekdays", name, language)
        ahead = (number - today.weekday()) % 7
        if match["last"] or match["last2"]:
            in_week = "week" in match[0].lower() and language == "en"
            day = today + timedelta(number - today.weekday() - 7 if in_week else ahead - 7)
        elif match["next2"] or match["next"]:
            spelled = match["next2"] or match["next"]
            of_week = re.search(week, match[0], re.IGNORECASE) or spelled.casefold() in ("next", "following")
            days = number - today.weekday() + 7 if of_week else ahead or 7
            day = today + timedelta(days)
        else:
            day = today + timedelta(ahead)
        yield _day(day, match)


# From now


def _offsets(text: str, now: datetime, language: str) -> Iterator[Moment]:
    for name, sign in (("future", 1), ("past", -1)):
        for pattern in _WORDS.get(language, name) or ():
            for match in _each(pattern, text, language):
                amount, unit = _amount(match["n"], language)
                if not unit:
                    continue
                moment = _shift(now, sign * amount, unit)
                if unit in ("minute", "hour"):
                    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
                    yield Moment("instant", match.start(), match.end(), moment.date(), seconds=seconds)
                else:
                    yield _day(moment.date(), match)
    for name, sign in (("within", 1), ("since", -1)):
        for pattern in _WORDS.get(language, name) or ():
            for match in _each(pattern, text, language):
                amount, unit = _amount(match["n"], language)
                if unit:
                    ends = sorted((now, _shift(now, sign * amount, unit)))
                    yield _stretch(ends[0], ends[1], match, fine=unit in ("minute", "hour"))


def _stretch(first: datetime, last: datetime, match: re.Match[str], *, fine: bool) -> Moment:
    if not fine:
        return Moment("period", match.start(), match.end(), first.date(), last.date())
    seconds = first.hour * 3600 + first.minute * 60 + first.second
    return Moment(
        "span",
        match.start(),
        match.end(),
        first.date(),
        last.date(),
        seconds,
        last.hour * 3600 + last.minute * 60 + last.second,
    )


def _amount(text: str, language: str) -> tuple[float, str]:
    amount = number_in(text, language)
    return (1.0 if amount is None else amount), _unit(text, language)


def _shift(now: datetime, amount: float, unit: str) -> datetime:
    if unit in ("month", "quarter", "year"):
        months = int(amount * {"month": 1, "quarter": 3, "year": 12}[unit])
        year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
        if not 1 <= year <= 9998:
            return now
        return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
    try:
        return now + timedelta(seconds=amount * _SECONDS.get(unit, 86400))
    except OverflowError:
        return now


# Weeks, months, years


def _periods(text: str, now: datetime, language: str) -> Iterator[Moment]:
    today = now.date()
    next_, this, last = (_piece(each, language) for each in ("next", "this", "last"))
    after_next, after_last = _piece("after_next", language), _piece("after_last", language)
    units = _WORDS.get(language, "units")
    unit = rf"(?P<u>{'|'.join(units[name] for name in ('week', 'month', 'quarter', 'year', 'weekend'))})"
    the = _piece("the", language, "")
    pattern = (
        rf"(?:{the}(?P<next>{next_})|{the}(?P<last>{last})|(?P<this>{this}))\s*{unit}"
        rf"|{the}{unit.replace('<u>', '<u2>')}\s*(?:(?P<next2>{after_next})|(?P<last2>{after_last}))"
    )
    if language == "tr":
        pattern += "|(?P<u3>yıl)"
    for match in _each(pattern, text, language):
        groups = match.groupdict()
        name = _unit(groups["u"] or groups["u2"] or groups.get("u3") or "", language)
        step = 1 if groups["next"] or groups["next2"] else -1 if groups["last"] or groups["last2"] else 0
        if name:
            yield Moment("period", match.start(), match.end(), *_period(today, name, step), unit=name)
    year = r"(?:,?\s*(?:of |in |de |del )?(?P<y>\d{4}))?"
    for match in _each(rf"(?P<m>{{MONTH}}){year}{{SUFFIX}}", text, language):
        if (
            len(match["m"].rstrip(".")) < 4
            and not match["y"]
            and match["m"].islower()
            and match["m"] != "may"
        ):
            continue
        first = date(
            int(match["y"] or 0) or _year_of(today, _number_of("months", match["m"], language)),
            _number_of("months", match["m"], language),
            1,
        )
        sure = bool(match["y"]) or match["m"].casefold() not in ("may", "march", "mar", "maj")
        yield Moment(
            "period",
            match.start(),
            match.end(),
            first,
            _shift_month(first),
            year_known=bool(match["y"]),
            unit="month",
            sure=sure,
        )
    for match in re.finditer(r"(?<![\d/-])(20\d\d|19\d\d)-(0[1-9]|1[0-2])(?![\d/-])", text):
        first = date(int(match[1]), int(match[2]), 1)
        yield Moment("period", match.start(), match.end(), first, _shift_month(first), unit="month")
    if language == "en":
        yield from _english_weeks(text, today)
    if rest := _WORDS.get(language, "rest_of"):
        for match in _each(
            rf"(?:{rest})\s+(?:{this})\s+(?:{_WORDS.get(language, 'units')['week']})", text, language
        ):
            monday = today - timedelta(today.weekday())
            yield Moment("period", match.start(), match.end(), today + timedelta(3), monday + timedelta(7))


def _english_weeks(text: str, today: date) -> Iterator[Moment]:
    """ "The last week of July", "the week of April 10th"."""
    for match in _each(
        r"(?:the )?(?P<which>last|first) week (?:of|in) (?:(?P<m>{MONTH})(?:,? (?P<y>\d{4}))?|(?P<y2>\d{4}))",
        text,
        "en",
    ):
        month = (
            _number_of("months", match["m"], "en")
            if match["m"]
            else 12
            if match["which"].lower() == "last"
            else 1
        )
        year = int(match["y"] or match["y2"] or _year_of(today, month))
        edge = date(year, month, 1 if match["which"].lower() == "first" else monthrange(year, month)[1])
        monday = edge - timedelta(edge.weekday())
        yield Moment(
            "period",
            match.start(),
            match.end(),
            monday,
            monday + timedelta(7),
            year_known=bool(match["y"] or match["y2"]),
            unit="week",
        )
    for match in _each(r"(?:the )?week of (?P<m>{MONTH})\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?", text, "en"):
        if day := _full_year(None, today, _number_of("months", match["m"], "en"), int(match["d"])):
            monday = day - timedelta(day.weekday())
            yield Moment(
                "period",
                match.start(),
                match.end(),
                monday,
                monday + timedelta(7),
                year_known=False,
                unit="week",
            )


def _year_of(today: date, month: int) -> int:
    return today.year + (month < today.month)


def _shift_month(first: date, months: int = 1) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(min(max(year, 1), 9998), month + 1, 1)


def _period(today: date, unit: str, step: int) -> tuple[date, date]:
    if unit == "week":
        monday = today + timedelta(7 * step - today.weekday())
        return monday, monday + timedelta(7)
    if unit == "weekend":
        saturday = today + timedelta(7 * step + 5 - today.weekday())
        return saturday, saturday + timedelta(2)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    return _shift_month(first, months * step), _shift_month(first, months * (step + 1))


# Times of day


def _clocks(text: str, now: datetime, language: str) -> Iterator[Moment]:
    if _WORDS.get(language, "unspaced"):
        yield from _character_clocks(text, language)
    yield from _digit_clocks(text, language)
    if not _WORDS.get(language, "unspaced"):
        yield from _worded_clocks(text, language)
    for name, seconds in (("noon", 43_200), ("midnight", 0)):
        if pattern := _WORDS.get(language, name):
            for match in _each(pattern, text, language):
                yield Moment("time", match.start(), match.end(), seconds=seconds)


def _time(match: re.Match[str], hour: float, minute: float, half: str, *, sure: bool = True) -> Moment | None:
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    known = bool(half) or hour > 12 or hour == 0 or match[0].lstrip().startswith("0")
    return Moment(
        "time", match.start(), match.end(), seconds=hour * 3600 + minute * 60, half_known=known, sure=sure
    )


def _half(groups: Mapping[str, Any]) -> str:
    return "am" if groups.get("am") else "pm" if groups.get("pm") else ""


def _digit_clocks(text: str, language: str) -> Iterator[Moment]:
    am, pm = _piece("am", language, r"a\.?m\b\.?"), _piece("pm", language, r"p\.?m\b\.?")
    oclock, lead = _piece("oclock", language), _piece("clock_lead", language, "")
    half = rf"(?:\s*\.?(?:(?P<am>{am})|(?P<pm>{pm})))"
    clock = r"(?P<h>[01]?\d|2[0-4])(?:(?:[:.](?!\s)|\s?h\s?)(?P<m>[0-5]\d))?(?::[0-5]\d)?"
    lead_group = rf"(?P<lead>{lead})?" if lead else ""
    for match in _each(
        rf"{lead_group}{clock}(?P<o>\s?(?:{oclock}))?(?:\s?(?P<m2>[0-5]\d)(?!\w))?{half}?", text, language
    ):
        groups = match.groupdict()
        dotted = match["m"] and ":" not in match[0] and "h" not in match[0].lower()
        if not (_half(groups) or (match["m"] and not dotted) or match["o"] or groups.get("lead")):
            continue
        if match["m2"] and not match["o"]:
            continue
        minute = int(match["m"] or match["m2"] or 0)
        if moment := _time(match, int(match["h"]), minute, _half(groups)):
            yield _with_tail(moment, match, text, language)


def _with_tail(moment: Moment, match: re.Match[str], text: str, language: str) -> Moment:
    """`moment` with a "y media" or "et quart" behind it."""
    for name, seconds in (("after_half", 1800), ("after_quarter", 900), ("after_quarter_to", -900)):
        if pattern := _WORDS.get(language, name):
            tail = re.compile(rf"\s*(?:{pattern})(?!\w)", re.IGNORECASE).match(text, match.end())
            if tail:
                return replace(moment, end=tail.end(), seconds=moment.seconds + seconds)
    return moment


def _worded_clocks(text: str, language: str) -> Iterator[Moment]:
    """ "Half past one", "quarter to 12 in the morning", "six thirty pm", "halb 8", "evening 4:45"."""
    am, pm = _piece("am", language), _piece("pm", language)
    half = rf"(?:\s*(?:(?P<am>{am})|(?P<pm>{pm})))"
    hour = rf"(?P<h>\d{{1,2}}|{number_pattern(language)})"
    oclock = _piece("oclock", language)
    for name, seconds in (
        ("half_past", 1800),
        ("quarter_past", 900),
        ("quarter_to", -900),
        ("half_before", -1800),
    ):
        if pattern := _WORDS.get(language, name):
            for match in _each(rf"(?:{pattern})\s+{hour}(?:\s*(?:{oclock}))?{half}?", text, language):
                yield from _shifted(match, seconds, language)
    for name, sign in (("minutes_past", 60), ("minutes_to", -60)):
        if pattern := _WORDS.get(language, name):
            for match in _each(rf"(?:{pattern})\s+{hour}(?:\s*(?:{oclock}))?{half}?", text, language):
                minutes = number_in(match["n"], language) or 0
                if minutes in (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55):
                    yield from _shifted(match, sign * minutes, language)
    word = number_pattern(language, digits=False)
    minutes_word = r"(?P<m>fifteen|twenty|thirty|forty|forty[ -]five|fifty|o'?five|ten)"
    for match in _each(
        rf"(?P<h>{word})(?P<o>\s*(?:{oclock}))?(?:\s+{minutes_word})?{half}?",
        text,
        language,
    ):
        values = [number_in(match["h"], language) or 0]
        words = match["h"].split()
        if (len(words) == 2 and values[0] > 24) or (len(words) == 2 and not match["m"]):
            values = [number_in(each, language) or 0 for each in words]
        minute = number_in(match["m"], language) if match["m"] else values[1] if len(values) > 1 else 0
        sure = bool(match["o"] or _half(match.groupdict()))
        said = (sure or match["m"] or len(values) > 1) and 1 <= values[0] <= 24
        moment = _time(match, values[0], minute or 0, _half(match.groupdict()), sure=sure)
        if said and moment:
            yield moment
    parts: Mapping[str, list[int]] = _WORDS.get(language, "parts")
    for pattern, (begin, _) in parts.items():
        before = (
            rf"(?P<part>{pattern})\s+(?:at\s+)?(?P<h>[01]?\d)(?::(?P<m>[0-5]\d))?(?!\s*(?:{am}|{pm}|[:.]?\d))"
        )
        after = rf"(?P<h>[01]?\d)(?::(?P<m>[0-5]\d))?\s+(?P<part>{_piece('part_lead', language, '')}(?:{pattern}))"
        for match in (*_each(before, text, language), *_each(after, text, language)):
            if moment := _time(match, int(match["h"]), int(match["m"] or 0), "am" if begin < 12 else "pm"):
                yield moment
    if language == "en":
        for match in _each(
            r"(?:at|by|around|about)\s+(?P<h>\d{1,2})(?!\s*[:.%/]?\d|\s*[$€£%]|\s*(?:people|person|guests?|adults?|tickets?|days?|nights?|st|nd|rd|th)\b|[\w])",
            text,
            language,
        ):
            hour_number = int(match["h"])
            if 1 <= hour_number <= 24 and (moment := _time(match, hour_number, 0, "", sure=False)):
                yield replace(moment, start=match.start("h"))


def _shifted(match: re.Match[str], seconds: float, language: str) -> Iterator[Moment]:
    hour = number_in(match["h"], language)
    if hour is not None and 1 <= hour <= 24 and (moment := _time(match, hour, 0, _half(match.groupdict()))):
        if hour == 12 and _half(match.groupdict()) == "am":
            moment = replace(moment, seconds=43_200.0)  # "quarter to 12 in the morning" is before noon
        yield replace(moment, seconds=(moment.seconds + seconds) % 86_400)


def _character_clocks(text: str, language: str) -> Iterator[Moment]:
    am, pm, hour = (_piece(each, language) for each in ("am", "pm", "hour"))
    number = r"\d{1,2}|[一二三四五六七八九十两]{1,3}"
    minutes = rf"(?:(?P<m>{number})分|(?P<half>半)|(?P<q>一刻))?"
    pattern = rf"(?:(?P<am>{am})|(?P<pm>{pm}))?の?(?P<h>{number})(?:{hour})(?!間){minutes}"
    for match in re.finditer(pattern, text):
        minute = (
            30 if match["half"] else 15 if match["q"] else int(number_in(match["m"] or "", language) or 0)
        )
        if moment := _time(match, number_in(match["h"], language) or 0, minute, _half(match.groupdict())):
            yield moment


def _parts(text: str, now: datetime, language: str) -> Iterator[Moment]:
    lead = _piece("part_lead", language, "")
    parts: Mapping[str, list[int]] = _WORDS.get(language, "parts")
    for pattern, (begin, end) in parts.items():
        for match in _each(rf"{lead}(?:{pattern})", text, language):
            yield Moment(
                "part",
                match.start(),
                match.end(),
                seconds=begin * 3600,
                seconds_until=min(end * 3600, 86_399),
            )


def _durations(text: str, now: datetime, language: str) -> Iterator[Moment]:
    """How long something lasts: "one and a half hours", "12 days", "an hour and 20 minutes"."""
    more = _piece("half_more", language)
    a_half = _piece("a_half", language)
    pattern = rf"(?P<first>{{COUNT}})(?:\s*(?:,|and|und|et|y|e|en)?\s*(?P<second>{{COUNT}})|(?P<half>\s*(?:{more})))?"
    for match in _each(pattern, text, language):
        seconds = _length(match["first"], language) + _length(match["second"], language)
        if match["half"]:
            seconds += _length(match["first"], language) / (number_in(match["first"], language) or 1) / 2
        yield Moment(
            "duration", match.start(), match.end(), seconds=seconds, unit=_unit(match["first"], language)
        )
    for match in _each(rf"(?:{a_half})\s+(?P<u>{_units(language)})", text, language):
        yield Moment(
            "duration", match.start(), match.end(), seconds=_unit_seconds(_unit(match["u"], language)) / 2
        )


def _length(text: str | None, language: str) -> float:
    if not text:
        return 0.0
    amount, unit = _amount(text, language)
    return amount * _unit_seconds(unit)


def _unit_seconds(unit: str) -> float:
    return float(_SECONDS.get(unit, _DAYS_OF.get(unit, 0) * 86_400))
