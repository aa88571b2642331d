"""A question cut into tokens that are compared with the words of a table whatever their ending, accents or language."""

import re
from dataclasses import dataclass
from functools import lru_cache

from protokit.runtime.tables.vocabulary import VOCABULARY, fold, word_map
from vectorstore.text.languages import guess
from vectorstore.text.terms import tokenize

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%|[<>]=?|=")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")


@dataclass(frozen=True, slots=True)
class QuestionToken:
    """A word or number of a text."""

    text: str
    """Folded."""
    stems: frozenset[str]
    """Its forms, and marks of what it means in any language."""
    written: str
    aside: bool = False
    """It stands in parentheses, where a question that leans on an earlier one has what that was about."""

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[:1].isdigit()


@lru_cache(maxsize=4_096)
def cut(text: str, code: str = "", *, camel: bool = False, stems: bool = True) -> tuple[QuestionToken, ...]:
    """The tokens of `text`; "duration_min" is two, with `camel` "customersAffected" too.

    Without `stems` each is known only as it is written.
    """
    code = code or guess(text)
    spaced = _CAMEL.sub(" ", text) if camel else text
    forms = _stems if stems else _as_it_is
    tokens = []
    for match in _TOKEN.finditer(spaced):
        if plain := fold(match.group()):
            aside = spaced.rfind("(", 0, match.start()) > spaced.rfind(")", 0, match.start())
            tokens.append(QuestionToken(plain, forms(match.group().casefold(), code), match.group(), aside))
    return tuple(tokens)


def _as_it_is(word: str, _: str) -> frozenset[str]:
    return frozenset((fold(word),))


@lru_cache(maxsize=100_000)
def _stems(word: str, code: str) -> frozenset[str]:
    plain = fold(word)
    if word[:1].isdigit() or not word.isalpha():
        return frozenset((plain.replace(",", "."),))
    forms = {plain}
    for each in dict.fromkeys(("en", code if code in _LANGUAGES else "en")):
        forms.update(tokenize(plain, each))
        if plain != word:  # some endings are known only with their accents: "pojazdów"
            forms.update(tokenize(word, each))
    return frozenset(forms | _same_meaning(frozenset(forms)))


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[str]]:
    """Words with the marks of the groups of one meaning that they are in."""
    groups: dict[str, set[str]] = {}
    for number, group in enumerate(VOCABULARY.get("synonyms")):
        for word in str(group).split(","):
            plain, own = fold(word), word.strip().casefold()
            for form in {
                plain,
                *(form for code in _LANGUAGES for w in {plain, own} for form in tokenize(w, code)),
            }:
                if len(form) > (2 if form == plain else 3):  # "wag" is of "wagen" and of Polish "waga"
                    groups.setdefault(form, set()).add(f"={number}")
    for word, unit in word_map("units").items():
        if len(word) > 2:
            groups.setdefault(word, set()).add(f"={unit}")
    return {word: frozenset(marks) for word, marks in groups.items()}


def _same_meaning(forms: frozenset[str]) -> frozenset[str]:
    known = _synonyms()
    return frozenset(mark for form in forms for mark in known.get(form, ()))


def alike(one: QuestionToken, other: QuestionToken) -> bool:
    """Whether two tokens are one word: the same stem, the same meaning, or one the beginning of the other."""
    if one.stems & other.stems:
        return True
    if one.is_number or other.is_number:
        return False
    return any(_begins(a, b) for a in one.stems for b in other.stems)


def _begins(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and short[0] != "=" and long.startswith(short) and len(long) - len(short) <= 3


@lru_cache(maxsize=100_000)
def misspelt(one: str, other: str) -> bool:
    """Whether `one` may be `other` with a slip: long enough words that differ by a letter or two, or sound alike."""
    from rapidfuzz.distance import DamerauLevenshtein

    if min(len(one), len(other)) < 5 or not (one.isalpha() and other.isalpha()):
        return False
    allowed = 1 if max(len(one), len(other)) < 8 else 2
    if DamerauLevenshtein.distance(one, other, score_cutoff=allowed) <= allowed:
        return True
    sound = _consonants(one)
    return (
        one[0] == other[0]
        and len(sound) >= 4
        and sound == _consonants(other)
        and abs(len(one) - len(other)) <= 3
    )


def _consonants(word: str) -> str:
    """What is left where vowels and doubled letters are dropped: "bsns" of "biznes" and of "business"."""
    plain = word.replace("ph", "f").replace("ck", "k").replace("z", "s")
    return re.sub(r"(.)\1", r"\1", re.sub(r"[aeiouy]", "", plain))
