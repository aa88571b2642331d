"""How the value of a change is read from words: a colour, a number, a language, a kind; "" for what is none."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from protokit.catalog.lookup import blueprints
from protokit.drafting.constraints import find_constraints, number_written
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.prototype_fields import SCREENS
from protokit.spec.lexicon import lexicon
from protokit.spec.prototype_spec import PROVIDERS

PATTERNS = PatternFile(Path(__file__).with_name("change_patterns.yaml"))
_JOINERS = "\u200d\ufe0f"


def read_colour(said: str) -> str:
    """ "dark green", "#0a0", "our blue #0044CC" -> "#166534", "#00aa00", "#0044cc"."""
    if match := re.search(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", said, re.IGNORECASE):
        digits = match[1].lower()
        return f"#{digits if len(digits) == 6 else ''.join(2 * digit for digit in digits)}"
    name = re.sub(
        r"^(?:an?|the|our|my|in) |[ -](?:colou?r|accent|buttons?|theme)$", "", said.casefold().strip()
    )
    return _named("colours").get(name.replace("-", " "), "")


def read_number(said: str) -> str:
    """ "3", "three" -> "3"."""
    number = number_written(said.strip())
    return str(number) if number else ""


def read_emoji(said: str) -> str:
    """The first emoji in `said`, else the one of that name: "a rocket" -> "🚀"."""
    for start, sign in enumerate(said):
        if unicodedata.category(sign) == "So" and ord(sign) > 0x2190:
            end = start + 1
            while end < len(said) and (
                said[end] in _JOINERS or said[end - 1] == _JOINERS[0] or 0x1F3FB <= ord(said[end]) <= 0x1F3FF
            ):
                end += 1
            return said[start:end] if end - start <= 8 else sign
    name = re.sub(r"^(?:an?|the) ", "", said.casefold().strip(" \"'"))
    try:
        sign = unicodedata.lookup(name)
    except KeyError:
        return ""
    return sign if unicodedata.category(sign) == "So" and ord(sign) > 0x2190 else ""


def read_language(said: str) -> str:
    """The ISO 639-1 code of the language that `said` names in whatever language."""
    low = said.casefold().strip()
    languages: Mapping[str, list[str]] = lexicon()["languages"]
    return next((code for code, names in languages.items() if low in names), "")


def read_tone(said: str) -> str:
    """The tone that `said` wishes for: "more formal", "less formal", "calmer"."""
    low = said.casefold().strip()
    if tone := _named("tones").get(low):
        return tone
    wishes = [wish for wish in find_constraints(low) if wish.kind == "tone"]
    return str(wishes[0].value) if wishes and not low.startswith("less ") else ""


def read_kind(said: str) -> str:
    """The name of the blueprint that `said` names."""
    low = said.casefold().strip().removesuffix(" instead").removesuffix(" prototype")
    known = {name: name for name in blueprints()} | {
        each.title.casefold(): name for name, each in blueprints().items()
    }
    name = known.get(low) or _named("kinds").get(low, "")
    return name if name in blueprints() else ""


def read_screen(said: str) -> str:
    """ "Gradio" -> "gradio"."""
    low = said.casefold().strip()
    return low if low in SCREENS else ""


def read_model(said: str) -> str:
    """ "offline", or a model with its provider: "openai:gpt-4.1-mini"."""
    provider, _, name = said.strip().partition(":")
    return said.strip() if said.strip() == "offline" or (provider in PROVIDERS and name) else ""


@cache
def _named(table: str) -> dict[str, str]:
    """The words of a table of the patterns -> what they stand for."""
    return {word: value for value, words in PATTERNS.get(table).items() for word in words}


VALUES: Mapping[str, Callable[[str], str]] = {
    "colour": read_colour,
    "number": read_number,
    "emoji": read_emoji,
    "language": read_language,
    "tone": read_tone,
    "kind": read_kind,
    "screen": read_screen,
    "model": read_model,
}
