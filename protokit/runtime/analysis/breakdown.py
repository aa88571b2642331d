"""Questions for values by period, by two columns, or as shares: the rest of the question says what is computed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from protokit.runtime.analysis.readable_sql import Breakdown, Grain
from protokit.runtime.assistant_types import AnswerTable, Citation
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.tables.query import Aggregate
from protokit.runtime.tables.table_answer import TableSource, answer_from_tables
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.vocabulary import fold

PATTERNS = PatternFile(Path(__file__).parent / "patterns.yaml")
_MOST_GROUPS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A breakdown in words."""

    breakdown: Breakdown
    what: str
    """ "sum of amount"."""
    per: str
    """ "month, region"."""
    citations: tuple[Citation, ...] = ()


def break_down(
    question: str, sources: Sequence[TableSource], tables: Sequence[TypedTable], language: str
) -> tuple[Asked, TypedTable] | None:
    """The breakdown that `question` asks for, and of which table; None where it asks for none, or not surely."""
    rest, grain = without_grain(question)
    share = PATTERNS.pattern("share", flags=re.IGNORECASE).search(rest)
    rest = rest.replace(share[0], " ", 1) if share else rest
    second = (
        None
        if not (grain or share) and not re.search(r"\b(by|per|nach|je|por|par)\b|按", rest.lower())
        else _second(rest)
    )
    if grain is None and not share and not second:
        return None
    for text, also in ((rest, None), *([(second[0], second[1])] if second else [])):
        made = _aggregate(text, sources, language) or _total(text, sources, language)
        if made is None:
            continue
        table, query, citations = made
        if asked := _with_groups(table, query, grain, bool(share), also):
            return replace(asked, citations=citations), table
    return None


def without_grain(question: str) -> tuple[str, Grain | None]:
    """The question without the words for a period ("per month"), and the period."""
    grains: tuple[Grain, ...] = get_args(Grain)
    for grain in grains:
        match = PATTERNS.pattern("grains", grain, flags=re.IGNORECASE).search(question)
        if match:
            return " ".join((question[: match.start()] + " " + question[match.end() :]).split()), grain
    return question, None


def _second(question: str) -> tuple[str, str] | None:
    match = PATTERNS.pattern("second", flags=re.IGNORECASE).search(question)
    return (question[: match.start()], match["name"]) if match else None


_Made = tuple[TypedTable, Aggregate, tuple[Citation, ...]]


def _aggregate(question: str, sources: Sequence[TableSource], language: str) -> _Made | None:
    answer = answer_from_tables(question, sources, language=language)
    if answer is None or not answer.found or answer.rest or len(answer.queries) != 1:
        return None
    table, query = answer.queries[0]
    if not isinstance(query, Aggregate) or len(query.functions) != 1 or query.direction or query.second:
        return None
    return table, query, answer.citations


def _total(question: str, sources: Sequence[TableSource], language: str) -> _Made | None:
    """ "Revenue by month" says no function: money is added up, and nothing else is."""
    made = _aggregate(f"total {question}", sources, language)
    return (
        made if made and made[1].functions == ("sum",) and made[1].column and made[1].column.money else None
    )


def aggregate_of(question: str, sources: Sequence[TableSource], language: str) -> _Made | None:
    """The one aggregate that `question` asks for, a sum of money where it names no function."""
    return _aggregate(question, sources, language) or _total(question, sources, language)


def _with_groups(
    table: TypedTable, query: Aggregate, grain: Grain | None, share: bool, also: str | None
) -> Asked | None:
    days = [column for column in table.columns if column.type == "date"]
    if grain and len(days) != 1:
        return None  # by which of the dates, nobody said
    other = _column(table, also) if also else None
    if also and (other is None or (query.by is None and not grain)):
        return None
    if share and (
        (query.by is None and not grain) or query.functions[0] not in ("sum", "count") or query.distinct
    ):
        return None
    made = Breakdown(query, grain, days[0] if grain else None, other, share)
    names = [grain or "", query.by.name if query.by else "", other.name if other else ""]
    function = query.functions[0]
    what = (
        "number of rows"
        if function == "count" and not query.distinct
        else f"{function} of {_name(query.column)}"
    )
    return Asked(made, what, ", ".join(filter(None, names)))


def _column(table: TypedTable, said: str) -> TypedColumn | None:
    name = fold(said.strip())
    fitting = [c for c in table.columns if fold(c.name).replace("_", " ") in (name, name.rstrip("s"))]
    return fitting[0] if len(fitting) == 1 and fitting[0].distinct <= _MOST_GROUPS else None


def _name(column: TypedColumn | None) -> str:
    return column.name if column else "rows"


def tell_breakdown(asked: Asked, table: AnswerTable, wording: Mapping[str, str]) -> str:
    """The sentence: from the lowest to the highest value and where they are, or the largest share."""
    at = len(table.columns) - (2 if asked.breakdown.share else 1)
    rows = [row for row in table.rows if isinstance(row[at], float)]
    if not rows:
        return wording["not_sayable"]
    low, high = min(rows, key=lambda r: float(r[at] or 0)), max(rows, key=lambda r: float(r[at] or 0))
    where = {"low_at": _place(low, at, asked), "high_at": _place(high, at, asked)}
    values = {"low": number_text(low[at]), "high": number_text(high[at])}
    if asked.breakdown.share:
        total = sum(float(row[at] or 0) for row in rows)
        text = wording["share"].format(
            **where, **values, share=number_text(high[-1]), total=number_text(total)
        )
    else:
        shape = wording["one"] if len(rows) == 1 else wording["breakdown"]
        text = shape.format(what=asked.what, per=asked.per, groups=len(rows), **where, **values)
    return f"{text[0].upper()}{text[1:]}."


def _place(row: tuple[object, ...], at: int, asked: Asked) -> str:
    cells = [str(cell) for cell in row[:at]]
    lengths = {"month": 7, "year": 4}
    if asked.breakdown.grain:
        cells[0] = cells[0][: lengths.get(asked.breakdown.grain, 10)]
        if asked.breakdown.grain == "quarter":
            cells[0] = f"{cells[0][:4]} Q{(int(cells[0][5:7]) + 2) // 3}"
    return ", ".join(cells)


def number_text(value: object) -> str:
    """A number as a person reads it: "1,204", "3.50"."""
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else str(value)


def stand_alone(question: str, earlier: Sequence[str]) -> str:
    """ "And by region?" and "only 2025" with the question before them, which they go on from."""
    whole = ""
    for text in (*earlier, question):
        match = PATTERNS.pattern("follow_up", flags=re.IGNORECASE).match(text.strip())
        if match and whole:
            rest = PATTERNS.pattern("only", flags=re.IGNORECASE).sub("in ", match["rest"])
            whole = f"{whole.rstrip(' ?？.!')} {rest}"
        else:
            whole = text
    return whole
