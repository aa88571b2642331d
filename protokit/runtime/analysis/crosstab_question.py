"""Questions for numbers of a sheet with labels on two sides; every word must be in the labels of what is told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from protokit.runtime.analysis.breakdown import PATTERNS, number_text
from protokit.runtime.analysis.crosstab import Crosstab, LabelledLine
from protokit.runtime.assistant_types import AnswerTable, TableColumn
from protokit.runtime.tables.question_tokens import QuestionToken, alike, cut
from protokit.runtime.tables.signals import Signal, signals
from protokit.runtime.tables.vocabulary import Direction, fold, months, words
from vectorstore.text.languages import FUNCTION_WORDS, guess

_TOTAL = re.compile(
    r"\b(?:total|sum|all|ytd|year|gesamt|summe|insgesamt|total(?:es)?|totaux|合计|总计)\b", re.IGNORECASE
)


_MOST_NAMED = 12
PERIOD = re.compile(
    r"(?:fy|cy|gj)?\s?(?:19|20)\d\d|[qtk][1-4](?:\s?(?:19|20)\d\d)?|(?:week|kw|w)\s?\d{1,2}|\d{1,2}月"
)
"""What columns of periods are called, beside the names of months."""


@dataclass(frozen=True, slots=True)
class CrosstabAnswer:
    """What was told of a sheet: the rows and columns, the function over them, and the result."""

    crosstab: Crosstab
    rows: tuple[LabelledLine, ...]
    columns: tuple[LabelledLine, ...]
    function: str
    """ "value", "sum", "average", "highest", "lowest" or "difference"."""
    value: str
    label: str = ""
    """Where the highest or lowest stands."""

    @property
    def words(self) -> str:
        """What was computed, for a person."""
        rows, columns = (
            " + ".join(" / ".join(each.labels) for each in lines[:4]) for lines in (self.rows, self.columns)
        )
        return f"{self.function} of {rows}; {columns}"

    def as_table(self) -> AnswerTable:
        """The cells that the result rests on."""
        lines = tuple(
            (" / ".join(row.labels), " / ".join(column.labels), self.crosstab.number(row, column))
            for row in self.rows
            for column in self.columns
        )
        heads = (TableColumn("row", "text"), TableColumn("column", "text"), TableColumn("value", "number"))
        return AnswerTable(heads, lines)


def _named(lines: Sequence[LabelledLine]) -> str:
    return " + ".join(" / ".join(each.labels) for each in lines[:_MOST_NAMED]) + (
        " …" if len(lines) > _MOST_NAMED else ""
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """Lines whose labels a question says, with the words that say them."""

    lines: tuple[LabelledLine, ...]
    said: frozenset[int]


@dataclass(frozen=True, slots=True)
class _SheetReading:
    """A question held against the labels of a sheet."""

    crosstab: Crosstab
    tokens: tuple[QuestionToken, ...]
    plain: tuple[bool, ...]
    cues: tuple[Signal, ...]


def answer_crosstab(question: str, crosstab: Crosstab) -> CrosstabAnswer | None:
    """The answer that the sheet surely gives; None where words are left over or several lines fit alike."""
    tokens = cut(question, guess(question))
    stop = FUNCTION_WORDS["en"] | FUNCTION_WORDS.get(guess(question), frozenset())
    plain = tuple(token.text in stop for token in tokens)
    reading = _SheetReading(crosstab, tokens, plain, tuple(signals(tokens, [True] * len(tokens))))
    rows_first = _match(reading, crosstab.rows, frozenset())
    columns_first = _match(reading, crosstab.columns, frozenset())
    pairs = [
        (rows_first, _match(reading, crosstab.columns, rows_first.said if rows_first else frozenset())),
        (_match(reading, crosstab.rows, columns_first.said if columns_first else frozenset()), columns_first),
    ]
    made = [answer for rows, columns in pairs if (answer := _told(reading, rows, columns))]
    return made[0] if made and len({(each.value, each.label) for each in made}) == 1 else None


def _told(reading: _SheetReading, rows: _Match | None, columns: _Match | None) -> CrosstabAnswer | None:
    """The answer over the lines that are said, where nothing is left over."""
    said = (rows.said if rows else frozenset()) | (columns.said if columns else frozenset())
    if not said or not _explained(reading, said):
        return None
    crosstab = reading.crosstab
    extreme = next((s.extreme for s in reading.cues if s.kind == "superlative" and s.extreme), None)
    if extreme and not (rows and columns):
        lines = rows or columns
        assert lines is not None
        if len(lines.lines) != 1:
            return None
        return _extreme(crosstab, lines.lines[0], rows is not None, extreme.direction)
    if extreme or rows is None:
        return None
    chosen = columns.lines if columns else _parts(crosstab.columns)
    if columns and len(columns.lines) == 2 and _is_range(reading.tokens, columns):
        first, last = sorted(line.at for line in columns.lines)
        chosen = tuple(c for c in _parts(crosstab.columns) if first <= c.at <= last)
    functions = {s.name for s in reading.cues if s.kind == "function"}
    return _computed(crosstab, rows.lines, chosen, functions, bool(columns))


def _computed(
    crosstab: Crosstab,
    rows: Sequence[LabelledLine],
    columns: Sequence[LabelledLine],
    functions: set[str],
    named: bool,
) -> CrosstabAnswer | None:
    numbers = [crosstab.number(row, column) for row in rows for column in columns]
    if None in numbers or not numbers:
        return None
    values = [number for number in numbers if number is not None]
    if len(values) == 1:
        shown = crosstab.text(rows[0], columns[0])
        has_unit = bool(re.search(r"[^\d.,()\s+-]", shown)) and "(" not in shown
        value = shown if has_unit else number_text(values[0])
        return CrosstabAnswer(crosstab, tuple(rows), tuple(columns), "value", value)
    if not _are_alike(columns):
        return None
    has_shares = any("%" in crosstab.text(row, column) for row in rows for column in columns)
    if "average" in functions and not has_shares:
        result = f"{sum(values) / len(values):,.4f}".rstrip("0").rstrip(".")
        return CrosstabAnswer(crosstab, tuple(rows), tuple(columns), "average", result)
    adds = "sum" in functions or "count" in functions or (named and len(rows) == 1)
    if has_shares or not adds:
        return None
    return CrosstabAnswer(crosstab, tuple(rows), tuple(columns), "sum", number_text(sum(values)))


def _extreme(
    crosstab: Crosstab, line: LabelledLine, is_row: bool, direction: Direction
) -> CrosstabAnswer | None:
    """Where along a row, or down a column, the highest or lowest number stands."""
    others = _parts(crosstab.columns if is_row else crosstab.rows)
    cells = [(line, other) if is_row else (other, line) for other in others]
    known = [
        (number, other)
        for cell, other in zip(cells, others, strict=True)
        if (number := crosstab.number(*cell)) is not None
    ]
    if len(known) < 2:
        return None
    best = (max if direction == "highest" else min)(number for number, _ in known)
    names = ", ".join(other.labels[-1 if is_row else 0] for number, other in known if number == best)
    lines = tuple(other for _, other in known)
    rows, columns = ((line,), lines) if is_row else (lines, (line,))
    return CrosstabAnswer(crosstab, rows, columns, direction, number_text(best), names)


def _are_alike(columns: Sequence[LabelledLine]) -> bool:
    """Whether the numbers of several columns may be held together: all of periods, or under one common name."""
    if len(columns) < 2:
        return True
    if all(len(column.labels) > 1 for column in columns):
        return len({column.labels[0] for column in columns}) == 1
    return all(PERIOD.fullmatch(fold(column.name)) or fold(column.name) in months() for column in columns)


def _parts(columns: Sequence[LabelledLine]) -> tuple[LabelledLine, ...]:
    """The columns without those that sum up others."""
    return tuple(column for column in columns if not _TOTAL.search(" ".join(column.labels)))


def _match(reading: _SheetReading, lines: Sequence[LabelledLine], taken: frozenset[int]) -> _Match | None:
    """The lines of which a label is said in full, those of the longest; None where two fit alike."""
    found = [(said, line) for line in lines if (said := _said(reading, line, taken))]
    best: list[tuple[frozenset[int], LabelledLine]] = []
    for said, line in sorted(found, key=lambda pair: -len(pair[0])):
        if any(said < other or _is_same(reading.crosstab, line, one, said == other) for other, one in best):
            continue
        rivals = [other for other, _ in best if other & said]
        shared = {reading.tokens[i].text for other in rivals for i in other & said}
        again = all(sum(t.text == text for t in reading.tokens) > len(rivals) for text in shared)
        if any(other == said for other in rivals) or not again:
            return None  # two lines of one name, or of which a word would have to be said twice
        best.append((said, line))
    if not best:
        return None
    return _Match(tuple(line for _, line in best), frozenset(i for said, _ in best for i in said))


def _is_same(crosstab: Crosstab, line: LabelledLine, other: LabelledLine, alike_said: bool) -> bool:
    """Whether two lines of one name hold the same cells, as a base that each block repeats."""
    is_row = line in crosstab.rows
    cells = [
        crosstab.grid[x.at] if is_row else tuple(row[x.at] for row in crosstab.grid) for x in (line, other)
    ]
    if is_row:
        first = crosstab.columns[0].at
        cells = [row[first:] for row in cells]
    return alike_said and cells[0] == cells[1]


def _said(reading: _SheetReading, line: LabelledLine, taken: frozenset[int]) -> frozenset[int]:
    """The words that say the line's labels, of which one is said whole; nothing where none is."""
    said: set[int] = set()
    whole = False
    for label in line.labels:
        names = _label_words(label)
        places = [[i for i, t in enumerate(reading.tokens) if i not in taken and _same(t, n)] for n in names]
        whole = whole or (bool(names) and all(places))
        said |= {i for found in places for i in found if not reading.plain[i]}
    return frozenset(said) if whole else frozenset()


def _label_words(label: str) -> list[QuestionToken]:
    """The words of a label that a question says: not what stands in brackets, and no single letters beside words."""
    bare = label.partition("(")[0]
    tokens = [t for t in cut(bare if bare.strip() else label) if t.text not in FUNCTION_WORDS["en"]]
    return [t for t in tokens if len(t.text) > 1 or t.is_number] or tokens


def _same(said: QuestionToken, name: QuestionToken) -> bool:
    if said.is_number or name.is_number:
        return said.text == name.text
    month = months().get(name.text)
    if month is not None and months().get(said.text) == month:
        return True
    return said.text == name.text or (len(name.text) > 1 and alike(said, name))


def _explained(reading: _SheetReading, said: frozenset[int]) -> bool:
    """Whether every word is a label, an instruction that is carried out, or only ties others together."""
    kinds = ("function", "superlative", "which", "asks")
    used = {i for s in reading.cues if s.kind in kinds for i in range(s.start, s.end)}
    refused = [s for s in reading.cues if s.kind in ("negation", "comparative")]
    if any(not set(range(s.start, s.end)) <= said for s in refused):
        return False
    corner = [token for label in reading.crosstab.corner for token in cut(label)]
    ties = {*PATTERNS.get("sheet_ties"), *PATTERNS.get("people"), *words("file_words")}
    return all(
        i in said or i in used or plain or token.text in ties or any(_same(token, each) for each in corner)
        for i, (token, plain) in enumerate(zip(reading.tokens, reading.plain, strict=True))
    )


def _is_range(tokens: Sequence[QuestionToken], match: _Match) -> bool:
    """Whether "to" stands between the two."""
    inner = range(min(match.said) + 1, max(match.said))
    return any(tokens[i].text in PATTERNS.get("to_words") for i in inner)
