"""Guesses the language of a text, because abbreviations, stop words and dates are read by language.

A guess by script and, for Latin letters, by the commonest function words: no model, no import, a few ms for any
length. A library (lingua, py3langid) guesses far more languages but loads 20-100 MB or numpy first.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")


def _function_words() -> dict[str, frozenset[str]]:
    file = Path(__file__).parents[1] / "data" / "function_words.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    split = (line.split(": ", 1) for line in lines if not line.startswith("#"))
    return {code: frozenset(words.split()) for code, words in split}


FUNCTION_WORDS = _function_words()
"""The words that tell a language and carry no topic; lower case, by ISO 639-1 code."""
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "vi", "id")
_TOLD_BY = {
    word: [code for code in _LATIN if word in FUNCTION_WORDS[code]]
    for code in _LATIN
    for word in FUNCTION_WORDS[code]
}
"""The Latin-script languages of each function word."""
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("ar", re.compile(r"[\u0600-\u06ff\u0750-\u077f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f]")


WHOLE = 40_000
"""The letters that are read of a text whose beginning may be in another language."""


def guess(text: str, most: int = 600) -> str:
    """The ISO 639-1 code of the language that the first `most` characters of `text` are written in.

    Scripts that several languages share give the largest: any Cyrillic text is "ru", any Arabic one "ar".
    Text without letters, and Latin text without a known function word, is "en".
    """
    sample = text[:most]
    if not sample.isascii() and (script := _script(sample)):
        return script
    scores = Counter({"en": 0})
    for word, count in Counter(_words(sample)).items():
        for code in _TOLD_BY.get(word, ()):
            scores[code] += count
    return _best(scores)


def guess_line(text: str, words: Mapping[str, Collection[str]]) -> str:
    """The same of a line, which is too short to count function words alone; `words` tell a language, too.

    One of the languages of `words`, or one of another script. A word of several languages speaks less for each.
    """
    if not text.isascii() and (script := _script(text)):
        return script
    vocabularies = {code: FUNCTION_WORDS[code].union(more) for code, more in words.items()}
    scores = dict.fromkeys(words, 0.0)
    for word in _words(text):
        codes = [code for code, vocabulary in vocabularies.items() if word in vocabulary]
        for code in codes:
            scores[code] += 1 / len(codes)
    return _best(scores)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def _best(scores: Mapping[str, float]) -> str:
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] > scores["en"] else "en"


def _script(sample: str) -> str:
    """The language whose script prevails, empty for Latin letters."""
    counts = {language: len(letters.findall(sample)) for language, letters in _SCRIPTS}
    # A Japanese text holds more Han characters than kana, a Chinese one hardly any kana.
    if counts["ja"] * 10 > counts["zh"]:
        counts["ja"] += counts.pop("zh")
    script = max(counts, key=lambda language: counts[language])
    # A Han character stands for about three Latin letters.
    weight = 3 if script in ("zh", "ja", "ko") else 1
    return script if counts[script] * weight > len(_LATIN_LETTER.findall(sample)) else ""
