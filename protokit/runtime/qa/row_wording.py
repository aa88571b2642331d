"""A row of a table, "Plan: Team; Price (EUR): 6.9; Users: 10", as one would say it: the cell asked for first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from protokit.runtime.qa.answer_types import find
from protokit.runtime.qa.matching import GENERAL, QuestionAlignment, has, related
from protokit.runtime.qa.question_type import NUMERIC, Kind
from vectorstore.text.terms import QueryWord, tokenize

_ROW = re.compile(r"[^:;\n]{1,80}: [^;\n]*(?:; [^:;\n]{1,80}: [^;\n]*)+;?")
_LABEL = re.compile(r"(?P<name>.*?)\s*\((?P<unit>[^()]{1,16})\)\s*")
_MOST_WORDS = 40
"""Of a row that is said as a whole."""


_TELL = GENERAL | frozenset(
    "tell show give know explain describe mean means info information details get find say much many long far often "
    "big high deep old soon viel viele combien cuánto cuánta quanto ile".split()
)
"""Words of a question that nothing needs to have."""
_NO_CELL = frozenset({Kind.MANNER, Kind.REASON, Kind.YES_NO})
"""Kinds of questions that a cell does not answer."""
_CONTACT = frozenset("phone telephone number email e-mail mail address call ring reach contact".split())
"""Words that need not be said where a number to ring or an address stands."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row, under the heading of its column."""

    label: str
    value: str

    def __str__(self) -> str:
        name, unit = self.parts
        name = name.replace("_", " ")
        shown = (
            self.value
            if not unit or unit.lower() in self.value.lower()
            else f"{self.value}{_gap(unit)}{unit}"
        )
        return f"{name}: {shown}"

    @property
    def parts(self) -> tuple[str, str]:
        """The heading and the unit in its brackets, empty where there is none or its cell is no number."""
        found = _LABEL.fullmatch(self.label)
        if not found or not re.fullmatch(r"[-+\d.,'\s\u2013]+", self.value):
            return self.label, ""
        return found["name"], found["unit"]


def _gap(unit: str) -> str:
    return "" if unit == "%" else " "


def cells(text: str) -> list[Cell]:
    """The cells of a row as reading writes it; none where `text` is no row."""
    line = " ".join(text.split())
    if not _ROW.fullmatch(line):
        return []
    pairs = (piece.split(": ", 1) for piece in line.rstrip(";").split("; "))
    return [Cell(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2 and pair[1].strip()]


def asked_cells(row: Sequence[Cell], comparison: QuestionAlignment) -> list[Cell]:
    """The cells whose column the question names; where it names none, the one that holds what is asked for."""
    key = key_cell(row, comparison)
    others = [cell for cell in row if cell is not key]
    kind = comparison.question.kind
    if of_word := [cell for cell in others if _held(cell, comparison) and _fits(cell, kind)]:
        return of_word[:1]  # "fasting 6 hours" where it is asked how long one must fast
    if named := _named_cells(others, comparison):
        return named
    for kind in comparison.question.kinds:  # "how much" is a sum, or else a share: "55% of the price"
        if fitting := [cell for cell in others if _fits(cell, kind)]:
            return fitting if len(fitting) == 1 else []
    return []


def _named_cells(row: Sequence[Cell], comparison: QuestionAlignment) -> list[Cell]:
    rated = [(_named(cell, comparison), cell) for cell in row]
    best = max((rate for rate, _ in rated), default=0.0)
    return [cell for rate, cell in rated if rate == best][:2] if best > 0 else []


def key_cell(row: Sequence[Cell], comparison: QuestionAlignment) -> Cell:
    """The cell that says what the row is about: the one with most of the question's words, or the first."""
    return max(row, key=lambda cell: _held(cell, comparison))


def is_about(row: Sequence[Cell], comparison: QuestionAlignment, over: frozenset[str]) -> bool:
    """Whether the question is about this row, and not merely about the table it stands in.

    One of its words is in a cell; and where it names no column, every word that is asked is in the row or `over` it.
    """
    if not any(_held(cell, comparison) for cell in row):
        return False
    key = key_cell(row, comparison)
    if _named_cells([cell for cell in row if cell is not key], comparison):
        return True
    missing, shared = _uncovered(row, comparison, over)
    return missing == 0 or (missing < 3 and shared > 2 and bool(asked_cells(row, comparison)))


def _uncovered(row: Sequence[Cell], comparison: QuestionAlignment, over: frozenset[str]) -> tuple[int, int]:
    """How many of the words that are asked stand neither in the row nor `over` it, and how many do."""
    contact = any(find(Kind.CONTACT, cell.value) for cell in row)
    said = over | {term for cell in row for term in _terms(f"{cell.label} {cell.value}", comparison)}
    missing = shared = 0
    for word, required in zip(comparison.words, comparison.required, strict=True):
        text = comparison.text[word.start : word.end].lower()
        if not required or text in _TELL or (contact and text in _CONTACT):
            continue
        held = has(word, said) or related(word, said) or _alike(word, comparison.text, said)
        missing, shared = missing + (not held), shared + held
    return missing, shared


def is_named(row: Sequence[Cell], comparison: QuestionAlignment, over: frozenset[str]) -> bool:
    """Whether the question names the row by its whole first cell, and one of its columns, and nothing else.

    A single word must be written as it is there: "electricity" is no row's name where that is "Electricity".
    """
    value = row[0].value
    sure = " " in value or any(map(str.isdigit, value))
    named = re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", comparison.text, re.I if sure else 0)
    if not named or comparison.question.kind in _NO_CELL:
        return False
    return any(_named(cell, comparison) >= 1 for cell in row[1:]) and not _uncovered(row, comparison, over)[0]


def row_in_words(text: str, comparison: QuestionAlignment) -> str:
    """The row as one would say it; empty where `text` is no row."""
    row = cells(text)
    if not row:
        return ""
    key, asked = key_cell(row, comparison), asked_cells(row, comparison)
    if asked:
        return f"{', '.join(map(str, asked))} ({key.value})"
    return _in_full(row, key)


def row_in_full(text: str) -> str:
    """All cells of a row as one would say them, the first one before the others; empty where `text` is no row."""
    row = cells(text)
    return _in_full(row, row[0]) if row else ""


def _in_full(row: Sequence[Cell], key: Cell) -> str:
    said = f"{key.value}: {', '.join(_lowered(str(cell)) for cell in row if cell is not key)}".split()
    return " ".join(said) if len(said) <= _MOST_WORDS else f"{' '.join(said[:_MOST_WORDS]).rstrip(',')} …"


def _lowered(said: str) -> str:
    """A heading in the middle of a sentence and without its colon."""
    label, _, value = said.partition(": ")
    return f"{label} {value}"


def _named(cell: Cell, comparison: QuestionAlignment) -> float:
    """How much of the question names the cell's column: its words, or others that mean the same."""
    terms = _terms(cell.label, comparison)
    total = 0.0
    for word, weight in zip(comparison.words, comparison.weights, strict=True):
        if has(word, terms):
            total += (
                2 * _telling(word, weight, comparison.text) * (2 if _is_asked(word, comparison.text) else 1)
            )
        elif related(word, terms) or _alike(word, comparison.text, terms):
            total += _telling(word, weight, comparison.text)
    return total if total and _possible(cell, comparison) else 0.0


def names_label(label: str, comparison: QuestionAlignment) -> bool:
    """Whether a word of the question is the label's, or means the same."""
    terms = _terms(label, comparison)
    return any(
        has(word, terms) or _alike(word, comparison.text, terms)
        for word, required in zip(comparison.words, comparison.required, strict=True)
        if required and comparison.text[word.start : word.end].lower() not in _TELL
    )


def _telling(word: QueryWord, weight: float, text: str) -> float:
    return 0.1 if text[word.start : word.end].lower() in GENERAL else max(weight, 0.5)


def _is_asked(word: QueryWord, text: str) -> bool:
    """Whether it is the noun of "which account", "how many points"."""
    return bool(
        re.search(
            r"\b(?:which|what|whose|how many|welche\w*|quel\w*|qué|cuánt\w+)\s+$", text[: word.start], re.I
        )
    )


def _possible(cell: Cell, comparison: QuestionAlignment) -> bool:
    """Whether the cell could hold the kind of thing asked for: "L34" is no number of labs."""
    kind = comparison.question.kind
    if kind == Kind.NUMBER:
        return bool(re.match(r"\W*\d", cell.value))
    return kind not in NUMERIC or any(map(str.isdigit, cell.value))


def _fits(cell: Cell, kind: Kind) -> bool:
    text = f"{cell.value} {cell.parts[1]}".strip()
    return kind in NUMERIC | {Kind.CONTACT, Kind.PERSON} and bool(find(kind, text))


def _held(cell: Cell, comparison: QuestionAlignment) -> float:
    """The weight of the question's words that are in the cell's value; of single letters, none."""
    terms = _terms(cell.value, comparison)
    return sum(
        max(weight, 0.1)
        for word, weight in zip(comparison.words, comparison.weights, strict=True)
        if _stands_alone(word, comparison.text) and (has(word, terms) or _alike(word, comparison.text, terms))
    )


def _stands_alone(word: QueryWord, text: str) -> bool:
    """Whether it is a word or number of its own, and not the 2 or the Q of "Q2"."""
    if word.end - word.start > 1 and not text[word.start].isdigit():
        return True
    before = text[: word.start].rpartition(" ")[2].lower().removeprefix("v")  # "v5.9" is 5.9
    around = before[-1:] + text[word.end : word.end + 1]
    return not any(character.isascii() and character.isalnum() for character in around)


def _terms(text: str, comparison: QuestionAlignment) -> frozenset[str]:
    """The terms of a text, stemmed as the question's language and as English have them."""
    return frozenset(tokenize(text.replace("_", " "), comparison.language)) | frozenset(
        tokenize(text.replace("_", " "), "en")
    )


def _alike(word: QueryWord, text: str, terms: frozenset[str]) -> bool:
    said = text[word.start : word.end].lower()
    return any(forms & terms for group, forms in _synonyms() if said in group)


@cache
def _synonyms() -> list[tuple[frozenset[str], frozenset[str]]]:
    """Groups of words that mean the same, and the terms of each."""
    file = Path(__file__).with_name("data") / "synonyms.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    groups = [frozenset(line.lower().split()) for line in lines if line and not line.startswith("#")]
    return [(group, group | {term for word in group for term in tokenize(word, "en")}) for group in groups]
