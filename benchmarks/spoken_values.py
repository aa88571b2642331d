"""One value said in words, as a program keeps it: a number, an amount, a day, a time, or the two ends of a stretch."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from protokit.runtime.agent.spoken_dates import Moment, find_moments, words_between
from protokit.runtime.agent.spoken_numbers import find_numbers

Spoken = str | float | list[str] | None
_DAY = 86_400


def read_value(text: str, kind: str, now: datetime, language: str) -> Spoken:
    """The value that `text` is. `kind` is "number", "amount of money", or anything else for days and times.

    A day is "2026-03-31", a time "15:30:00", both "2026-03-31 15:30:00", a stretch the list of its ends, the second
    one just outside, a duration its seconds as text.
    """
    if kind == "number":
        numbers = find_numbers(text, language)
        return max(numbers, key=lambda each: each.end - each.start).value if numbers else None
    return read_amount(text, language) if kind == "amount of money" else read_moment(text, now, language)


def read_amount(text: str, language: str) -> float | None:
    """The amount of money that `text` is, with its cents: "thirteen dollars forty five" is 13.45."""
    numbers = find_numbers(text, language)
    if not numbers:
        return None
    whole = float(numbers[0].value)
    if len(numbers) == 2 and 0 < float(numbers[1].value) < 100 and float(numbers[1].value).is_integer():
        return whole + float(numbers[1].value) / 100
    return whole


def read_moment(text: str, now: datetime, language: str) -> Spoken:
    """The day, time or stretch that `text` is; None for none."""
    moments = find_moments(text, now, language)
    if not moments:
        return None
    if ends := _stretch(text, moments, now, language):
        return ends
    return _joined(moments, now)


def _stretch(text: str, moments: Sequence[Moment], now: datetime, language: str) -> list[str] | None:
    """The ends of "from A to B"."""
    for at, (one, two) in enumerate(pairwise(moments)):
        if not words_between(text, one, two, language):
            continue
        first, last = list(moments[: at + 1]), list(moments[at + 1 :])
        if {one.kind, two.kind} <= {"time"} and len(moments) == 2:
            return [_clock(one), _clock(two)]
        begin, end = _point(first, now), _point(last, now)
        if begin is None or end is None:
            return None
        return _ordered(first, last, begin, end)
    return None


def _ordered(first: Sequence[Moment], last: Sequence[Moment], begin: datetime, end: datetime) -> list[str]:
    days = [each for each in (*first, *last) if each.day]
    timed = any(each.kind in ("time", "instant") for each in (*first, *last))
    one, two = _day_of(first), _day_of(last)
    if one is None and two is not None:
        begin = datetime.combine(two, begin.time())
    elif two is None and one is not None:
        end = datetime.combine(one, end.time())
    if one and two and not first[0].year_known and last[-1].year_known:
        begin = _year_before(begin, end)
    elif begin > end and days and not last[-1].year_known:
        end = end.replace(year=end.year + 1)
    form = "%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d"
    return [begin.strftime(form), end.strftime(form)]


def _year_before(begin: datetime, end: datetime) -> datetime:
    try:
        moved = begin.replace(year=end.year)
    except ValueError:
        return begin
    return moved if moved <= end else moved.replace(year=end.year - 1)


def _day_of(moments: Sequence[Moment]) -> date | None:
    return next((each.day for each in moments if each.day), None)


def _point(moments: Sequence[Moment], now: datetime) -> datetime | None:
    """The moment that a day, a time or both are."""
    day = _day_of(moments)
    time = next((each for each in moments if each.kind in ("time", "instant")), None)
    if day is None and time is None:
        return None
    part = next((each for each in moments if each.kind == "part"), None)
    seconds = time.seconds if time else now.hour * 3600 + now.minute * 60 if _is_now(moments, now) else 0
    if time and part and not time.half_known and part.seconds >= 43_200 and seconds < 43_200:
        seconds += 43_200
    return datetime.combine(day or now.date(), datetime.min.time()) + timedelta(seconds=seconds)


def _is_now(moments: Sequence[Moment], now: datetime) -> bool:
    return len(moments) == 1 and moments[0].is_now


def _joined(moments: Sequence[Moment], now: datetime) -> Spoken:
    """A day and a time that stand together, or what stands alone."""
    day = next((each for each in moments if each.kind in ("date", "instant", "period", "span")), None)
    time = next((each for each in moments if each.kind == "time"), None)
    part = next((each for each in moments if each.kind == "part"), None)
    length = next((each for each in moments if each.kind == "duration"), None)
    if day and day.kind == "span" and day.day and day.until:
        return [_full(day.day, day.seconds), _full(day.until, day.seconds_until)]
    if day and day.kind == "instant" and day.day:
        return _full(day.day, day.seconds)
    if day and day.day and time:
        return _full(day.day, _in_part(time, part))
    if day and day.kind == "period" and day.day and day.until:
        return [day.day.isoformat(), day.until.isoformat()]
    if day and day.day and part:
        return [_full(day.day, part.seconds), _full(day.day, part.seconds_until)]
    if day and day.day:
        return day.day.isoformat()
    if time:
        return _clock(time)
    if length:
        return f"{length.seconds:g}" if length.seconds < 1e6 else f"{length.seconds:.0f}"
    return None


def _in_part(time: Moment, part: Moment | None) -> float:
    later = part is not None and part.seconds >= 43_200 and not time.half_known and time.seconds < 43_200
    return time.seconds + (43_200 if later else 0)


def _full(day: date, seconds: float) -> str:
    moment = datetime.combine(day, datetime.min.time()) + timedelta(seconds=min(seconds, _DAY - 1))
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _clock(moment: Moment) -> str:
    seconds = int(moment.seconds) % _DAY
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
