"""The words that questions about tables are made of, in every language that is understood; they are data."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from protokit.runtime.pattern_file import PatternFile

VOCABULARY = PatternFile(Path(__file__).parent / "data" / "vocabulary.yaml")
Direction = Literal["highest", "lowest"]


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Small letters without accents: "Größe" is "grosse"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        "".join(c for c in plain if not unicodedata.combining(c)).replace("ı", "i").replace("ł", "l").split()
    )


@cache
def words(name: str) -> frozenset[str]:
    """The words of a list of the vocabulary, folded; a list by language is taken together."""
    return frozenset(_listed(VOCABULARY.get(name)))


def _listed(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [word for part in value.values() for word in _listed(part)]
    if isinstance(value, list):
        return [word for part in value for word in _listed(part)]
    return [fold(word) for word in re.split(r",\s*|\n", str(value)) if word.strip()]


@cache
def word_map(name: str) -> dict[str, str]:
    """Each word of the lists under `name` with the name of its list."""
    return {word: key for key, value in VOCABULARY.get(name).items() for word in _listed(value)}


@cache
def months() -> dict[str, int]:
    """The names of months and their short forms."""
    return {word: int(number) for word, number in word_map("months").items()}


@dataclass(frozen=True, slots=True)
class Extreme:
    """What a word such as "cheapest" asks for: the lowest value of what is about a price."""

    direction: Direction
    concept: str = ""


@cache
def extremes(name: Literal["superlatives", "comparatives"]) -> dict[str, Extreme]:
    """The words and phrases that ask for the highest or lowest."""
    found: dict[str, Extreme] = {}
    for key, value in VOCABULARY.get(name).items():
        direction, _, concept = key.partition(" ")
        for word in _listed(value):
            found[word] = Extreme("highest" if direction == "highest" else "lowest", concept)
    return found


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that columns are about, however they call it."""

    name: str
    words: tuple[str, ...]
    """The likeliest first."""
    types: tuple[str, ...]
    units: tuple[str, ...]


@cache
def concepts() -> dict[str, Concept]:
    """All concepts by name."""
    made = {}
    for name, value in VOCABULARY.get("concepts").items():
        types, units = (tuple(str(value.get(each, "")).split()) for each in ("types", "units"))
        made[name] = Concept(name, tuple(_listed(value["words"])), types, units)
    return made
