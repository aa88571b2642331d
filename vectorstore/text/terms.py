"""What a text is searched by: its words, brought to one form, in any script and language.

Words are lowered, freed of function words and stemmed (Snowball, by the language that the function words betray);
scripts written without spaces (Chinese, Japanese, Thai ...) give overlapping pairs of characters instead.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from vectorstore.text.languages import FUNCTION_WORDS, guess

if TYPE_CHECKING:
    from Stemmer import Stemmer

WORDS_VERSION = "words-1"
"""Changes whenever `tokens` would cut a text differently: a saved index of another version is made again."""

SPACELESS = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    r"\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002ffff"
)


SPACELESS_LANGUAGES = frozenset({"zh", "ja", "ko", "th"})
_UNIT = re.compile(
    rf"(?P<run>[{SPACELESS}]+)"
    rf"|(?P<number>\d+(?:[.,]\d+)*)"
    rf"|(?P<word>(?:(?![{SPACELESS}])[^\W\d_][\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0d7f]*)+)"
)
_RAISED_AFTER_DIGIT = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹₀-₉]+")
_PLAIN_UNIT = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+")
_SNOWBALL = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "sv": "swedish",
    "pl": "polish",
    "tr": "turkish",
    "id": "indonesian",
    "ru": "russian",
    "el": "greek",
    "ar": "arabic",
    "hi": "hindi",
}
_ARABIC_FORMS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_KEEPS_ACCENTS = ("vi", "hi", "el")


def tokenize(text: str, language_code: str = "") -> list[str]:
    """The terms of `text` in order, repeated as they stand: `"The 3 refunds"` gives `["3", "refund"]`."""
    code = language_code or guess(text)
    if text.isascii():  # the same for plain letters, three times as fast
        return [form for unit in _PLAIN_UNIT.findall(text.lower()) if (form := _plain_form(unit, code))]
    return [form for unit in _UNIT.finditer(_folded(text)) for form in _forms(unit, code)]


def content_words(text: str, language_code: str = "") -> list[tuple[str, int, int]]:
    """The terms of `text` with their (start, end) character offsets, for marking; offsets refer to `text` itself.

    Characters that change length when normalised (rare ligatures) are left as they are.
    """
    code = language_code or guess(text)
    folded = _folded(text)
    if len(folded) != len(text):
        folded = text.lower() if len(text.lower()) == len(text) else text
    return [
        (form, unit.start(), unit.end()) for unit in _UNIT.finditer(folded) for form in _forms(unit, code)
    ]


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a question with content of its own, or a pair of characters of a script without spaces."""

    forms: tuple[str, ...]
    """Its terms, one or more: the word is stemmed in each language that is searched."""
    start: int
    """Offset into the question."""
    end: int


def query_words(question: str, codes: Iterable[str] = ()) -> list[QueryWord]:
    """The words of a question that can be searched for, each in the forms it has in each language of `codes`.

    A document is stemmed in its own language; a question is too short to be sure of its language, so it is
    stemmed in every language that is searched.
    """
    own = guess(question)
    stemmed_in = list(dict.fromkeys([own, *codes]))
    dropped = FUNCTION_WORDS.get(own, frozenset())
    words = []
    for unit in _UNIT.finditer(_folded(question)):
        if unit.lastgroup == "run":
            pairs = enumerate(_pairs(unit.group()), start=unit.start())
            words += [QueryWord((pair,), at, at + len(pair)) for at, pair in pairs if pair not in dropped]
        elif unit.group() not in dropped:
            forms = tuple(dict.fromkeys(form for code in stemmed_in for form in _forms(unit, code)))
            words += [QueryWord(forms, unit.start(), unit.end())] if forms else []
    return words


def _forms(unit: re.Match[str], code: str) -> tuple[str, ...]:
    if unit.lastgroup == "run":
        return _pairs(unit.group())
    if unit.lastgroup == "number":
        return (_number(unit.group()),)
    form = _stem(unit.group(), code)
    return (form,) if form else ()


@lru_cache(maxsize=200_000)
def _plain_form(unit: str, code: str) -> str:
    return _number(unit) if unit[0].isdigit() else _stem(unit, code)


def _pairs(run: str) -> tuple[str, ...]:
    return (run,) if len(run) == 1 else tuple(run[i : i + 2] for i in range(len(run) - 1))


def _number(text: str) -> str:
    """One form for `1,000`, `1.000` and `1000`; decimals stay."""
    return re.sub(r"[.,](?=\d{3}(?!\d))", "", text).replace(",", ".")


def _folded(text: str) -> str:
    # A raised mark is a word of its own: the folded form of "49¹" would be 491.
    text = _RAISED_AFTER_DIGIT.sub(r" \g<0>", text)
    return unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")


@lru_cache(maxsize=200_000)
def _stem(word: str, code: str) -> str:
    if word in FUNCTION_WORDS.get(code, ()):
        return ""
    if code == "ar":
        word = word.translate(_ARABIC_FORMS)
    stemmed = _stemmer(code).stemWord(word) if code in _SNOWBALL else word
    if code in _KEEPS_ACCENTS:
        return stemmed
    plain = "".join(c for c in unicodedata.normalize("NFD", stemmed) if not unicodedata.combining(c))
    return plain.replace("ß", "ss")


@cache
def _stemmer(code: str) -> "Stemmer":
    from Stemmer import Stemmer

    return Stemmer(_SNOWBALL[code])
