"""Calendars: each event in words, with its times and their zone, how it repeats, and who takes part."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode

_DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"}
_DAYS |= {"SA": "Saturday", "SU": "Sunday"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_MONTHS = "January February March April May June July August September October November December".split()
_PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "last but one"}


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """Every event under its title."""
    draft = DocumentBuilder(kind, limits.characters)
    write_calendar(draft, decode(path.read_bytes()), 1)
    return draft.finish()


def write_calendar(draft: DocumentBuilder, text: str, level: int) -> None:
    """Write the events, tasks and journals of the calendar `text`, each under a heading of `level`."""
    from icalendar import Calendar

    for calendar in Calendar.from_ical(text, multiple=True):
        cancelled = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        for event in calendar.walk():
            if event.name in ("VEVENT", "VTODO", "VJOURNAL"):
                draft.head(level, str(event.get("SUMMARY", "")) or "(no title)")
                draft.write("\n".join(_lines(event, cancelled)))


def _lines(event: Any, cancelled: bool) -> Iterator[str]:
    if cancelled or str(event.get("STATUS", "")).upper() == "CANCELLED":
        yield "Cancelled"
    if when := _when(event):
        yield f"When: {when}"
    if due := event.get("DUE"):
        yield f"Due: {_moment(due.dt)}"
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        yield f"Repeats: {_repeats(rule)}"
    if exceptions := _dates(event.get("EXDATE")):
        yield f"Not on: {', '.join(exceptions)}"
    for name, label in (("LOCATION", "Where"), ("URL", "Link"), ("ORGANIZER", "Organizer")):
        if value := event.get(name):
            yield f"{label}: {_person(value) if name == 'ORGANIZER' else value}"
    attendees = event.get("ATTENDEE", [])
    if people := [_person(one) for one in (attendees if isinstance(attendees, list) else [attendees])]:
        yield f"With: {', '.join(people)}"
    for name, label in (("STATUS", "Status"), ("PRIORITY", "Priority"), ("PERCENT-COMPLETE", "Done (%)")):
        if (value := event.get(name)) and str(value).upper() not in ("CONFIRMED", "CANCELLED"):
            yield f"{label}: {str(value).capitalize()}"
    if description := event.get("DESCRIPTION"):
        yield str(description).strip()


def _when(event: Any) -> str:
    """ "2027-01-15 09:00 to 10:30 (Europe/Berlin)"; the last day of an event of whole days is counted in."""
    begin = getattr(event.get("DTSTART"), "dt", None)
    if begin is None:
        return ""
    end = getattr(event.get("DTEND"), "dt", None)
    length = getattr(event.get("DURATION"), "dt", None)
    if end is None and isinstance(length, timedelta):
        end = begin + length
    if not isinstance(begin, datetime):
        last = end - timedelta(days=1) if isinstance(end, date) else begin
        return _moment(begin) + (f" to {_moment(last)}" if last > begin else "")
    shown = f"{begin:%Y-%m-%d %H:%M}"
    if isinstance(end, datetime) and end != begin:
        zone = begin.tzinfo
        end = end.astimezone(zone) if end.tzinfo and zone else end
        shown += f" to {end:%H:%M}" if end.date() == begin.date() else f" to {end:%Y-%m-%d %H:%M}"
    return shown + _zone(event.get("DTSTART"), begin)


def _zone(stored: Any, moment: datetime) -> str:
    name = str(stored.params.get("TZID", "")) or (moment.tzname() or "" if moment.tzinfo else "")
    return f" ({name})" if name else ""


def _moment(moment: date | time) -> str:
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d %H:%M}" + (f" ({moment.tzname()})" if moment.tzinfo else "")
    return str(moment)


def _dates(stored: Any) -> list[str]:
    groups = stored if isinstance(stored, list) else [stored] if stored else []
    return [_moment(one.dt) for group in groups for one in group.dts]


def _person(address: Any) -> str:
    plain = str(address)
    mail = plain[7:] if plain.lower().startswith("mailto:") else plain
    name = str(getattr(address, "params", {}).get("CN", ""))
    return f"{name} <{mail}>" if name and name != mail else mail


def _repeats(rule: Any) -> str:
    """ "every 2 weeks on Monday and Friday until 2027-03-01"."""
    unit = _UNITS.get(str(_first(rule, "FREQ")).upper(), "time")
    step = int(_first(rule, "INTERVAL") or 1)
    words = [f"every {unit}" if step == 1 else f"every {step} {unit}s"]
    if days := [_day(str(one)) for one in rule.get("BYDAY", [])]:
        words.append(f"on {_listed(days)}")
    if monthdays := [str(one) for one in rule.get("BYMONTHDAY", [])]:
        words.append("on the last day" if monthdays == ["-1"] else f"on day {_listed(monthdays)}")
    if months := [_MONTHS[int(one) - 1] for one in rule.get("BYMONTH", []) if 0 < int(one) < 13]:
        words.append(f"in {_listed(months)}")
    if count := _first(rule, "COUNT"):
        words.append(f"{count} times")
    if until := _first(rule, "UNTIL"):
        words.append(f"until {until.date() if isinstance(until, datetime) else until}")
    return " ".join(words)


def _first(rule: Any, name: str) -> Any:
    value = rule.get(name)
    return value[0] if isinstance(value, list) and value else value


def _day(code: str) -> str:
    number = code[:-2]
    place = _PLACES.get(int(number), f"{number}.") if number.lstrip("+-").isdecimal() else ""
    day = _DAYS.get(code[-2:].upper(), code)
    return f"the {place} {day}" if place else day


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
