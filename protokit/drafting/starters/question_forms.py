"""The forms, word lists and patterns that starter questions are made by, as data in question_forms.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from protokit.spec.yaml_io import load_yaml, read_text


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
        QuestionForm(re.compile(_whole(row["where"])), row["ask"], row["worth"])
        for row in _data()["forms"].get(language, ())
    )


def table(name: str) -> Mapping[str, str]:
    """`about` and `said_of`: a broad question by language; `past`: how verbs of the past stand behind "did"."""
    rows: Mapping[str, str] = _data()[name]
    return rows


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of one kind."""
    return frozenset(_data()["words"][name].split())


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One of the patterns."""
    return re.compile(_whole(_data()["patterns"][name]))


def _whole(text: str) -> str:
    """A pattern with its pieces in place of their names."""
    return re.sub(r"<([A-Z]+)>", lambda name: _whole(_data()["pieces"][name[1]]), text)


@cache
def _data() -> Mapping[str, Any]:
    path = Path(__file__).with_name("question_forms.yaml")
    data: Mapping[str, Any] = load_yaml(read_text(path), where=path.name)
    return data
