"""Numbers as people say them, in digits and in words of eleven languages: "2 million", "siebzehn", "八分の五"."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from protokit.runtime.extraction.typed_values import TypedValue, number_of
from protokit.runtime.pattern_file import PatternFile

_WORDS = PatternFile(Path(__file__).with_name("number_words.yaml"))
_DIGITS = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?|[.,]\d+"
_TOKEN = re.compile(rf"[-−]?(?:{_DIGITS})(?:st|nd|rd|th)?\b|[-−]?(?:{_DIGITS})|[½¼¾⅓⅔]|[^\W\d_]+|/")
_SIGNS: Mapping[str, float] = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """digits, small, scale, part, and, point, minus, one, ordinal."""
    value: float
    start: int
    end: int


def find_numbers(text: str, language: str) -> list[TypedValue]:
    """The numbers in `text` that is written in `language` (ISO 639-1), in order."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) != len(text):  # offsets are into `text`
        plain = text
    known = language if _WORDS.get(language) else "en"
    if _WORDS.get(known, "unspaced"):
        return list(_unspaced(plain, known))
    return list(_spaced(plain, known))


def number_in(text: str, language: str) -> float | None:
    """The first number in `text`; None where it has none."""
    return next((float(each.value) for each in find_numbers(text, language)), None)


@cache
def number_pattern(language: str, *, digits: bool = True) -> str:
    """A pattern of what a number looks like, for use in others; it is read by `number_in`."""
    known = language if _WORDS.get(language) else "en"
    words = [
        re.escape(word)
        for group in ("small", "scale", "parts", "one")
        for word in _WORDS.get(known, group) or ()
    ]
    if _WORDS.get(known, "unspaced"):
        return rf"(?:[\d.]+|[{''.join(each for each in words if len(each) == 1)}]+)"
    word = "|".join(sorted(words, key=len, reverse=True))
    joint = "|".join(map(re.escape, _WORDS.get(known, "and"))) or "(?!)"
    spoken = rf"(?:{word})(?:(?:\s|-)(?:(?:{joint})\s)?(?:{word}))*"
    return rf"(?:\d+(?:[.,]\d+)?|{spoken})" if digits else rf"(?:{spoken})"


def ordinal_words() -> Mapping[str, int]:
    """English ordinals by word."""
    words: Mapping[str, int] = _WORDS.get("en", "ordinal")
    return words


# Languages with spaces between words


def _spaced(text: str, language: str) -> Iterator[TypedValue]:
    run: list[_Token] = []
    for token in [*_with_scores(list(_tokens(text, language)), language), None]:
        joined = token and (not run or re.fullmatch(r"[\s-]*", text[run[-1].end : token.start]))
        if token and joined and not _ends_before(run, token):
            run.append(token)
            continue
        yield from _value(run, text)
        run = [token] if token else []


def _with_scores(tokens: Sequence[_Token], language: str) -> list[_Token]:
    """`tokens` with "quatre vingts" as eighty."""
    scores = _WORDS.get(language, "scores") or {}
    joined: list[_Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if scores and before and before.value == 4 and token.value == 20 and token.start == before.end + 1:
            joined[-1] = _Token("small", 80, before.start, token.end)
        else:
            joined.append(token)
    return joined


def _ends_before(run: Sequence[_Token], token: _Token) -> bool:
    """Whether `token` begins another number: two numbers in digits never make one, "five six" neither."""
    numbers = [each for each in run if each.kind in ("digits", "small", "scale")]
    if not numbers or run[-1].kind in ("and", "point", "over"):
        return False
    last = numbers[-1]
    if token.kind == "digits":
        return last.kind != "scale" or token.value >= last.value
    if token.kind == "small" and last.kind == "digits":
        return True
    if token.kind == "small" and last.kind == "small" and not any(each.kind == "point" for each in run):
        fits = last.value >= 100 or (last.value >= 10 and last.value % 10 == 0 and token.value < 20)
        return not (fits and token.value < last.value)
    return False


def _value(run: Sequence[_Token], text: str) -> Iterator[TypedValue]:
    """The number that `run` is, without joining words at its ends."""
    tokens = list(run)
    while tokens and tokens[-1].kind in ("and", "point", "minus", "one", "over"):
        tokens.pop()
    while tokens and (
        tokens[0].kind in ("and", "point", "over")
        or (tokens[0].kind in ("one", "minus") and (len(tokens) == 1 or tokens[1].kind in ("and", "one")))
    ):
        tokens.pop(0)
    if not tokens or not any(t.kind in ("digits", "small", "scale", "part", "ordinal") for t in tokens):
        return
    if tokens[0].kind == "one" and tokens[1].kind not in ("scale", "part"):
        tokens.pop(0)
    yield TypedValue(_sum(tokens), tokens[0].start, tokens[-1].end)


def _sum(tokens: Sequence[_Token]) -> float:
    """The value of the words of one number."""
    if tokens[0].kind == "minus":
        return -_sum(tokens[1:])
    over = next((at for at, each in enumerate(tokens) if each.kind == "over"), 0)
    if 0 < over < len(tokens) - 1 and (below := _sum(tokens[over + 1 :])):
        return _sum(tokens[:over]) / below
    total = current = 0.0
    decimals: list[float] | None = None
    for at, token in enumerate(tokens):
        if token.kind == "point":
            decimals = []
        elif token.kind == "scale":
            current, decimals = _with_decimals(current, decimals), None
            if token.value == 100:
                current = (current or 1) * 100
            else:
                total, current = (
                    total + (current or total or 1) * token.value - (0 if current else total),
                    0.0,
                )
        elif token.kind == "part":
            whole = any(each.kind == "and" for each in tokens[:at]) and current
            current = current + 1 / token.value if whole else (current or 1) / token.value
        elif token.kind == "one" and current:
            continue  # "one and a half"
        elif token.kind in ("digits", "small", "ordinal", "one"):
            if decimals is not None:
                decimals.append(token.value)
            else:
                current += token.value
    return total + _with_decimals(current, decimals)


def _with_decimals(whole: float, decimals: Sequence[float] | None) -> float:
    return float(f"{whole:.0f}.{''.join(f'{each:.0f}' for each in decimals)}") if decimals else whole


def _tokens(text: str, language: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        word = match[0].casefold()
        if word[0].isdigit() or word[0] in ".,-−":
            glued = match.start() and text[match.start() - 1].isdigit()
            digits = re.sub(r"(?:st|nd|rd|th)$", "", word.lstrip("-−"))
            negative = word[0] in "-−" and (not match.start() or text[match.start() - 1].isspace())
            value = _read_digits(digits, str(_WORDS.get(language, "marks")))
            if not glued:
                kind = "digits"
                yield _Token(kind, -value if negative else value, match.start(), match.end())
        elif word in _SIGNS:
            yield _Token("small", _SIGNS[word], match.start(), match.end())
        elif word == "/":
            yield _Token("over", 0, match.start(), match.end())
        else:
            yield from _word_tokens(word, match.start(), language)


def _read_digits(digits: str, marks: str) -> float:
    """The number of `digits`; "1.234" is a thousand where the dot groups thousands in the language."""
    group, decimal = marks[0], marks[1]
    if re.fullmatch(rf"\d{{1,3}}{re.escape(decimal)}\d{{3}}", digits):
        return float(digits.replace(decimal, "."))
    if re.fullmatch(rf"\d{{1,3}}(?:[{re.escape(group)}\u00a0\u202f ]\d{{3}})+", digits):
        return float(re.sub(r"\D", "", digits))
    return number_of(digits if digits[0].isdigit() else f"0{digits}")


def _word_tokens(word: str, start: int, language: str) -> list[_Token]:
    """What the word says; of a number that is written as one word, each part."""
    known = _vocabulary(language)
    if word in known:
        return [_Token(kind, value, start, start + len(word)) for kind, value in known[word]]
    if not _WORDS.get(language, "whole"):
        return []
    parts = _split(word, language)
    return [_Token(kind, value, start, start + len(word)) for kind, value in parts]


@cache
def _vocabulary(language: str) -> dict[str, tuple[tuple[str, float], ...]]:
    known: dict[str, tuple[tuple[str, float], ...]] = {}
    for kind in ("and", "point", "minus", "one", "over"):
        for word in _WORDS.get(language, kind) or ():
            known[word] = ((kind, 1.0),)
    for group, kind in (("parts", "part"), ("ordinal", "ordinal"), ("small", "small"), ("scale", "scale")):
        known |= {
            str(word): ((kind, float(value)),) for word, value in (_WORDS.get(language, group) or {}).items()
        }
    return known


def _split(word: str, language: str) -> list[tuple[str, float]]:
    """The numbers that "zweiundzwanzig" is made of, longest first; none where something is left."""
    known = {
        each: kinds[0]
        for each, kinds in _vocabulary(language).items()
        if kinds[0][0] in ("and", "small", "scale")
    }
    longest = sorted(
        (each for each in known if len(each) > 1 or known[each][0] == "and"), key=len, reverse=True
    )

    def rest(at: int) -> list[tuple[str, float]] | None:
        if at == len(word):
            return []
        for each in longest:
            if word.startswith(each, at) and (following := rest(at + len(each))) is not None:
                return [known[each], *following]
        return None

    parts = rest(0) or []
    return parts if len(parts) > 1 and parts[0][0] != "and" and parts[-1][0] != "and" else []


# Languages without spaces


def _unspaced(text: str, language: str) -> Iterator[TypedValue]:
    small, scale = _WORDS.get(language, "small"), _WORDS.get(language, "scale")
    units = "".join(map(re.escape, [*small, *(each for each in scale if len(each) == 1)]))
    fraction = "|".join(_WORDS.get(language, "fraction"))
    point, minus = ("|".join(_WORDS.get(language, each)) for each in ("point", "minus"))
    number = rf"(?:{_DIGITS})?(?:[{units}]+|\d+(?=[{units}]))*(?:(?:{point})[{units}]+)?"
    low = rf"(?:\s*(?:{fraction})\s*(?P<low>(?=[\d{units}]){number}))?"
    whole = rf"(?P<minus>{minus}|-)?\s*(?P<top>(?=[\d{units}]){number}){low}"
    for match in re.finditer(whole, text):
        top = _characters(match["top"], small, scale, point)
        if match["low"]:
            below = _characters(match["low"], small, scale, point)
            top = below / top if top else 0.0
        elif match["top"] in scale and match["top"] not in "十百千":
            continue
        yield TypedValue(-top if match["minus"] else top, match.start(), match.end())


def _characters(text: str, small: Mapping[str, Any], scale: Mapping[str, Any], point: str) -> float:
    """The value of "七十八万五佰零六" or "3万5千"."""
    whole, *decimals = re.split(point, text, maxsplit=1)
    if len(whole) > 1 and all(each in small for each in whole):
        value = float("".join(str(small[each]) for each in whole))
    else:
        total = section = current = 0.0
        for piece in re.findall(rf"{_DIGITS}|.", whole):
            if piece[0].isdigit():
                current = number_of(piece)
            elif piece in small:
                current = float(small[piece])
            elif scale.get(piece, 0) >= 10_000:
                own = section + current
                total = total + own * scale[piece] if own else (total or 1) * scale[piece]
                section = current = 0.0
            elif piece in scale:
                section, current = section + (current or 1) * scale[piece], 0.0
        value = total + section + current
    if decimals and decimals[0]:
        value += float(f"0.{''.join(str(small.get(each, each)) for each in decimals[0])}")
    return value
