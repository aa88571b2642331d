"""What prototype.yaml wishes of every answer: how it begins, what it closes with, and what it is not about.

These hold whatever engine answers, so that nobody has to trust a model with them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.phrases import phrase
from protokit.runtime.prototype_fields import Constraint
from vectorstore.passage import Passage
from vectorstore.text.languages import FUNCTION_WORDS
from vectorstore.text.plain_words import words

_PATTERNS = PatternFile(Path(__file__).with_suffix(".yaml"))
_STEM = 5
"""Letters by which two forms of a word are one: "salary", "salaries"."""


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """The wishes that can be held without a model."""

    opening: str = ""
    closing: str = ""
    never: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @classmethod
    def of(cls, constraints: Iterable[Constraint]) -> "AnswerRules":
        """Return the rules among the `constraints` of a prototype."""
        values: dict[str, list[str]] = {}
        for rule in constraints:
            values.setdefault(rule.kind, []).append(str(rule.value))
        return cls(
            opening=" ".join(values.get("opening", ())),
            closing=" ".join(values.get("disclaimer", ())),
            never=tuple(values.get("never", ())),
            only=tuple(values.get("only", ())),
        )

    @property
    def length(self) -> int:
        """Words that the rules add to an answer."""
        return len(f"{self.opening} {self.closing}".split())

    def refusal(self, question: str, passages: Sequence[Passage], language: str) -> str:
        """Return what to say to a `question` that the rules rule out, "" to one that they allow.

        What is asked, and where its answer would stand (`passages`, best first), tell what it is about.
        """
        asked = _stems(question)
        for thing in self.never:
            if any(topic <= asked for topic in _topics(thing)):
                return str(phrase("never", language)).format(topic=thing)
        about = asked | _stems(" ".join(f"{p.heading} {p.text}" for p in passages[:1]))
        if self.only and not any(topic & about for thing in self.only for topic in _topics(thing)):
            return str(phrase("only", language)).format(topic="; ".join(self.only))
        return ""


def _topics(thing: str) -> list[frozenset[str]]:
    """The stems of each thing that a rule names: "discuss salaries or bonuses" names two."""
    bare = thing.strip()
    for pattern in (*_PATTERNS.get("speaking"), _PATTERNS.get("preposition")):
        bare = re.sub(pattern, "", bare, flags=re.IGNORECASE).strip()
    parts = (_stems(part) for part in re.split(_PATTERNS.get("between"), bare, flags=re.IGNORECASE))
    return [stems for stems in parts if stems]


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(text) if not _is_function_word(word))


def _is_function_word(word: str) -> bool:
    return any(word in vocabulary for vocabulary in FUNCTION_WORDS.values())
