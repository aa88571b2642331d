"""Checks of invented documents: each can be shown and read, figures agree, and questions are answered as is said."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from vectorstore.text.languages import guess
from vectorstore.text.plain_words import words

if TYPE_CHECKING:
    from protokit.drafting.starters.select_starters import TrialAnswer

_SHORTEST = 120
_TELLING = 4
"""Words that two statements share before they speak of the same thing."""
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_TOTAL = re.compile(
    r"^\W*(?:total|sum|summe|gesamt|totale|suma|totaal|razem|合計|总计|合计)\b", re.IGNORECASE
)


def document_problem(text: str, language: str) -> str:
    """Return what is wrong with a document that was to be in `language`, "" for nothing."""
    bare = text.strip()
    if len(bare) < _SHORTEST:
        return "too short"
    if not all(sign.isprintable() or sign in "\n\t" for sign in bare):
        return "it holds a character that cannot be shown"
    written = guess(bare)
    if written != language:
        return f"it is written in another language ({written})"
    return _wrong_total(bare)


def contradictions(text: str, others: Mapping[str, str]) -> str:
    """Return which of `others` (name -> text) says the same thing as `text` with another figure, "" for none."""
    said = _statements(text)
    for name, other in others.items():
        for key, figures in _statements(other).items():
            if key in said and said[key] != figures:
                return f"it says {', '.join(said[key])} where {name} says {', '.join(figures)}"
    return ""


def supported(question: str, answer: str, text: str, ask: "Callable[[str], TrialAnswer | None]") -> str:
    """Return why `question` cannot be shown: its `answer` does not stand in `text`, or is not what the engine says."""
    if not text:
        return "its document is not there"
    wanted = _plain(answer)
    if wanted not in _plain(text):
        return "its answer does not stand in the document"
    reply = ask(question)
    if reply is None or wanted not in _plain(reply.text):
        return "the documents do not answer it so"
    return ""


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`|]|\[\d+\]", " ", text).casefold().split()).strip(" .")


def _statements(text: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The figures of each sentence and row that has some, by its other words."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for sentence in re.split(r"(?<=[.!?])\s+|\n+|。", text):
        figures = tuple(_FIGURE.findall(sentence))
        key = tuple(word for word in words(sentence) if not word.isdigit())
        if figures and len(key) >= _TELLING:
            found[key] = figures
    return found


def _wrong_total(text: str) -> str:
    """Whether a table's last row calls itself a total and is not the sum of the rows above."""
    for table in re.findall(r"(?:^[ \t]*\|.*\n?)+", text, re.MULTILINE):
        rows = [[cell.strip(" *") for cell in line.strip(" |").split("|")] for line in table.splitlines()]
        if len(rows) < 4 or not _TOTAL.match(rows[-1][0]):
            continue
        for column in range(1, min(map(len, rows[2:]))):
            values = [_number(row[column]) for row in rows[2:]]
            *parts, total = values
            if total is not None and None not in parts and abs(sum(filter(None, parts)) - total) > 0.01:
                return f"the total {rows[-1][column]} is not the sum of its rows"
    return ""


def _number(cell: str) -> float | None:
    """A figure with a point for its decimals; None for a cell that is none."""
    bare = re.sub(r"[^\d.,-]", "", cell).replace(",", "")
    try:
        return float(bare)
    except ValueError:
        return None
