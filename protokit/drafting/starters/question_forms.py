"""The forms, word lists and patterns that starter questions are made by, as data in question_forms.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile

_FILE = PatternFile(Path(__file__).with_name("question_forms.yaml"))


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """How a sentence begins, the question it answers, and how much that is worth to a reader, 0 to 5."""

    where: re.Pattern[str]
    ask: str
    worth: float


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """A question with the words that answer it (empty where they cannot be told) and its worth, 0 to 5."""

    question: str
    answer: str
    worth: float


@cache
def forms(language: str) -> tuple[QuestionForm, ...]:
    """The forms of sentences in `language` (ISO 639) whose grammar is certain; none for most languages."""
    return tuple(
        QuestionForm(re.compile(_FILE.fill(row["where"])), row["ask"], row["worth"])
        for row in _FILE.get("forms", language) or ()
    )


def table(name: str) -> Mapping[str, str]:
    """`about` and `said_of`: a broad question by language; `past`: how verbs of the past stand behind "did"."""
    rows: Mapping[str, str] = _FILE.get(name)
    return rows


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of one kind."""
    return frozenset(_FILE.get("words", name).split())


def pattern(name: str) -> re.Pattern[str]:
    """One of the patterns."""
    return _FILE.pattern("patterns", name)
