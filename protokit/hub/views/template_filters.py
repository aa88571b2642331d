"""Numbers and times as people say them, for the pages."""

import time
from datetime import UTC, datetime

_STEPS = ((60, 60, "min"), (3600, 24, "h"), (86400, 7, "day"), (604800, 9, "week"))


def ago(moment: float | None, now: float | None = None) -> str:
    """How long ago `moment` (seconds since 1970) was: "just now", "5 min ago", "3 days ago", "12 Mar 2026"."""
    if moment is None:
        return "never"
    seconds = max((time.time() if now is None else now) - moment, 0)
    if seconds < 60:
        return "just now"
    for unit, most, name in _STEPS:
        amount = int(seconds // unit)
        if amount < most:
            plural = "s" if amount > 1 and len(name) > 3 else ""
            return f"{amount} {name}{plural} ago"
    day = datetime.fromtimestamp(moment, UTC)
    return f"{day.day} {day:%b %Y}"


def moment(seconds: float) -> str:
    """The time in full, "2026-03-12 14:05 UTC"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def count(amount: int, one: str = "", many: str = "") -> str:
    """`amount` with its noun: "1 question", "1,204 questions"; the number alone without one."""
    if not one:
        return f"{amount:,}"
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def size(amount: int) -> str:
    """Bytes as people read them: "640 B", "12 KB", "3.4 MB"."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if amount >= step:
            return f"{amount / step:.1f} {unit}" if amount < 10 * step else f"{amount / step:.0f} {unit}"
    return f"{amount} B"


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux")),
)


def device(said: str) -> str:
    """What a browser says it is, as people call it: "Firefox on Windows"."""
    browser, system = (
        next((name for sign, name in signs if sign in said), "") for signs in (_BROWSERS, _SYSTEMS)
    )
    return " on ".join(filter(None, (browser, system))) or said[:60] or "Unknown device"
