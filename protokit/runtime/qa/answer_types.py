# ruff: noqa: E501 (a pattern is read more easily on one line)
"""Where in a sentence something of the kind asked for stands: a date, a sum, a number with its unit, a name.

Patterns, not a model: they are quick, hold for a dozen languages, and what they find is always words of the text.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from protokit.runtime.qa.question_type import Kind
from vectorstore.text.languages import FUNCTION_WORDS

Offsets = tuple[int, int]
_RATHER = {Kind.NUMBER: (Kind.DATE, Kind.TIME, Kind.CONTACT), Kind.DURATION: (Kind.DATE,)}
"""What looks like the kind but is rather one of these: the 4 of "4 March" is no number of anything."""


@lru_cache(maxsize=4096)
def find(kind: Kind, text: str) -> tuple[Offsets, ...]:
    """The (start, end) character offsets in `text` of everything that could answer a question of this `kind`, in order.

    A kind that shows no outer mark (an open question, yes or no) gives nothing.
    """
    patterns = _patterns()
    if kind in (Kind.PERSON, Kind.PLACE, Kind.NAME):
        return tuple(_names(text))
    if kind not in patterns:
        return ()
    taken = [span for other in _RATHER.get(kind, ()) for span in find(other, text)]
    found = (
        match.span("answer") for match in patterns[kind].finditer(text) if match["answer"] not in _NO_MONTHS
    )
    return tuple((start, end) for start, end in found if not any(a < end and start < b for a, b in taken))


def _names(text: str) -> list[Offsets]:
    """Runs of capitalised words with their little joining words: "Count Ulrich of Mard"."""
    return [span for match in _NAME.finditer(text) if (span := _without_opening(match, text))]


def _without_opening(match: re.Match[str], text: str) -> Offsets | None:
    """A sentence begins with a capital for nothing: a function word there is not part of the name."""
    start, end = match.span()
    while start < end:
        first = re.compile(r"[\w'’]+").search(text, start, end)
        if first is None:
            return None
        if first.group().lower() not in FUNCTION_WORDS["en"] and first.group().lower() not in _NOT_NAMES:
            return first.start(), end
        start = first.end()
    return None


_NO_MONTHS = frozenset(["", " ", "may", "march", "mar", "mars", "mai", "dec", "set", "ago", "spring", "fall"])
"""Months and seasons by their letters, but written small and alone they are mostly other words."""
_NOT_NAMES = frozenset(
    "january february march april june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday although however because since when while during after before many most some "
    "several today later about yes first second third one two three four five six seven eight nine ten please "
    "unlike according despite among within until without".split()
)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĽŁŃŅŇŌŐŒŔŘŚŞŠȘŤŢȚŪŮŰŲŹŻŽΑ-ΩА-ЯЁ]"
_NAMEWORD = rf"(?:{_CAPITAL}[\w’'.&-]*[\w’']|{_CAPITAL}\.?)"
_NAME = re.compile(
    rf"\b{_NAMEWORD}(?:\s+(?:(?:of|the|de|da|do|dos|del|della|di|du|des|la|le|van|von|der|den|zu|al|el|bin|ibn|y|e|and|&)"
    rf"\s+){{0,2}}?{_NAMEWORD}|\s+(?:[IVX]+|\d{{1,2}})\b)*"
)


@cache
def _patterns() -> dict[Kind, re.Pattern[str]]:
    units = _units()
    # No number is longer than that: without a bound, a line of digits takes a time that grows with its cube.
    digits = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,9}(?!\d)|\d[\d.,\u00a0']{0,30}(?:[-–]\d[\d.,]{0,30})?(?<![.,]))"
    number = rf"(?:{digits}|\b(?:{units['number']})\b)"
    many = rf"{number}(?:\s*(?:{units['scale']})\b)?"
    about = r"(?:\b(?:about|almost|nearly|roughly|over|under|around|some|at least|at most|up to|more than|less than|fewer than|within|after|until|before)\s+)?"
    several = rf"{many}(?:\s*(?:to|or|and|bis|à|a|y|-|–)\s*{many})?"
    year = r"(?:1[0-9]{3}|20[0-9]{2})s?"
    month, weekday, season, period = (units[name] for name in ("month", "weekday", "season", "period"))
    day_month = rf"(?:(?:\b(?:{weekday}),?\s+)?\b\d{{1,2}}(?:st|nd|rd|th|\.|º|er)?\s*(?:(?:of|de)\s+)?(?:{month})\b\.?|\b(?:{month})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b)"
    dates = (
        rf"{day_month}(?:,?\s*(?:de\s+|del\s+)?{year})?",
        rf"\b(?:early |late |mid-?)?(?:{month})\b(?:\s+(?:to|bis|and|until)\s+(?:{month})\b)?(?:\s+(?:de\s+)?{year})?",
        r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b",
        r"(?:公元前?)?\d{2,4}\s*年(?:代)?(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*世[纪紀]",
        rf"(?:\bfrom\s+)?\b(?:the\s+)?(?:early |late |mid-)?{year}(?:\s*(?:to|and|-|–)\s*{year})?\b(?!\s*(?:%|{period}|{units['currency']})\b)",
        r"\b(?:early |late |mid-)?(?:the )?(?:\d{1,2}(?:st|nd|rd|th)(?: (?:and|to|or) \d{1,2}(?:st|nd|rd|th))?|\w+(?:th|rd|nd|first)) centur(?:y|ies)(?: (?:BC|AD|BCE|CE))?\b|\b\d{1,4} (?:BC|AD|BCE|CE)\b",
        rf"\b(?:{weekday})\b(?:\s+(?:to|bis)\s+(?:{weekday})\b)?|\b(?:{season})\b|\b[QH][1-4]\b(?:\s+{year})?|\b(?:the )?(?:first|second|third|fourth) quarter\b",
    )
    clock = r"\b\d{1,2}(?:[:h][0-5]\d(?:\s*(?:[ap]\.?m\.?|uhr|h)\b)?|\.[0-5]\d\s*(?:[ap]\.?m\b\.?|uhr\b))|\b\d{1,2}\s*(?:[ap]\.?m\.?|uhr|o'clock)(?!\w)|\d{1,2}\s*[点點時时](?:\d{1,2}分|半)?"
    span = rf"{several}[\s-]*(?:(?:working|business|calendar|full|whole|more)\s+)?(?:{period})\b"
    spelled = rf"{about}{span}|(?:{several}|[〇一二三四五六七八九十百千万两]+)\s*(?:[个個]?小?[时時][间間]?|分[钟鐘]?|[天日]|[个個]?[周週]|[个個]?月|年)"
    money = (
        rf"(?:[$€£¥₹₽]|(?:US|CA|AU)\$|\b(?:EUR|USD|GBP|CHF|Rs\.?))\s?{several}",
        rf"{several}\s*(?:[$€£¥₹₽]|(?:{units['currency']})\b|[元円圆塊块]|บาท|원)",
    )
    percent = rf"{several}\s*(?:%|٪|percent\b|per cent\b|percentage points?\b|prozent\b|pour cent\b|por ciento\b|por cento\b|per cento\b|procent\b|процент\w*)|百分之[\d一二三四五六七八九十百]+|\b(?:a |one |two |three )?(?:half|halves|thirds?|quarters?|fifths?|tenths?)\b"
    measured = rf"{about}{several}(?:\s*(?:%|°\s?[CF]?|[a-zµ²³/]{{1,6}}\b|[^\W\d_]+))?|[{'〇一二三四五六七八九十百千万億亿两'}]+[个個名人次座种種家项項]"
    contact = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|https?://[^\s<>\"')]+|\bwww\.[^\s<>\"')]+|\+?\(?\d[\d\s()/-]{5,40}\d"
    reason = r"\b(?:because(?: of)?|due to|owing to|thanks to|so that|in order to|since|as a result of|weil|damit|wegen|da|omdat|parce que?|afin de?|à cause d[eu]|car|porque|debido a|para que|perché|porque|devido a|por causa d[aeo]s?|já que|ponieważ|gdyż|bo|dlatego że|z powodu|потому что|لأن|بسبب)\s+(?P<because>[^.;。]+)|因[为為]([^。，]+)"
    sources = {
        Kind.DATE: "|".join(dates),
        Kind.TIME: rf"(?:\b(?:from|until|between|before|after|ab|bis)\s+)?(?:{clock})(?:\s*(?:to|and|until|-|–|bis|und|à)\s*(?:{clock}))?",
        Kind.DURATION: spelled,
        Kind.MONEY: rf"{'|'.join(money)}",
        Kind.PERCENT: rf"{about}(?:{percent})",
        Kind.NUMBER: measured,
        Kind.CONTACT: contact,
        Kind.REASON: reason,
    }
    return {kind: re.compile(f"(?P<answer>{source})", re.IGNORECASE) for kind, source in sources.items()}


def _units() -> dict[str, str]:
    file = Path(__file__).with_name("data") / "units.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    named = (line.split(": ", 1) for line in lines if not line.startswith("#"))
    return {name: "|".join(part.strip() for part in parts.split(" | ")) for name, parts in named}
