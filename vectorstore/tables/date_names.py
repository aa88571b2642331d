"""Names of months and weekdays in other languages than English, as spreadsheets show them by their locale."""

import re
from functools import cache

from vectorstore.tables.cell_words import date_names

_LANGUAGES = {
    0x06: "da",
    0x07: "de",
    0x0A: "es",
    0x0C: "fr",
    0x10: "it",
    0x13: "nl",
    0x15: "pl",
    0x16: "pt",
    0x19: "ru",
    0x1D: "sv",
}
"""By the lower ten bits of Windows' number of a locale."""
_WORD = re.compile(r"[A-Za-z]+")
_TITLED = ("de", "en")
"""Languages that write these names with a capital."""


def language_of_locale(locale: str) -> str:
    """The language of "407", "de-DE" or "x-sysdate"; empty for English and what is not known."""
    name = locale.partition("-")[0].lower()
    if name in _LANGUAGES.values():
        return name
    try:
        return _LANGUAGES.get(int(locale.partition(",")[0], 16) & 0x3FF, "")
    except ValueError:
        return ""


def in_language(date: str, language: str) -> str:
    """`date` with its English names of months and weekdays in `language`."""
    return _WORD.sub(lambda match: _names(language).get(match[0], match[0]), date)


@cache
def _names(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in ("weekdays", "months"):
        pairs = zip(date_names(kind, "en"), date_names(kind, language), strict=True)
        for english, other in pairs:
            own = [name.title() if language in _TITLED else name for name in other]
            found[english[0].title()] = own[0]
            found.setdefault(min(english, key=len).title(), min(own, key=len))
    return found
