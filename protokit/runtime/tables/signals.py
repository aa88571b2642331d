"""The words of a question that tell what is to be done: "cheapest", "how many", "more than 50", "in March"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Literal

from protokit.runtime.tables.query import Relation
from protokit.runtime.tables.question_tokens import QuestionToken, cut
from protokit.runtime.tables.units import unit_code
from protokit.runtime.tables.vocabulary import Extreme, extremes, months, word_map, words
from vectorstore.tables.cell_dates import parse_date
from vectorstore.tables.cell_numbers import parse_number
from vectorstore.tables.cell_words import scale

Kind = Literal["superlative", "comparative", "function", "relation", "negation", "asks", "which"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A phrase that is an instruction, and the tokens it is made of."""

    kind: Kind
    name: str
    start: int
    end: int
    extreme: Extreme | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A number or day that values are held against."""

    relation: Relation
    values: tuple[float, ...] | tuple[date, date]
    unit: str
    start: int
    end: int
    dated: bool = False
    explicit: bool = True
    """A word says that it is a bound; else it may be a value that a column must have."""
    month: int = 0
    """A month whose year is not said."""


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], Kind, str, Extreme | None]]]:
    """All phrases by their first word, the longest first."""
    rows: list[tuple[str, Kind, str, Extreme | None]] = []
    rows += [(phrase, "superlative", "", extreme) for phrase, extreme in extremes("superlatives").items()]
    rows += [(phrase, "comparative", "", extreme) for phrase, extreme in extremes("comparatives").items()]
    lists: tuple[tuple[str, Kind], ...] = (
        ("functions", "function"),
        ("relations", "relation"),
        ("question_words", "asks"),
    )
    for name, kind in lists:
        rows += [(phrase, kind, key, None) for phrase, key in _flat(name)]
    rows += [(phrase, "negation", "", None) for phrase in words("negations")]
    rows += [(phrase, "which", "", None) for phrase in words("which")]
    table: dict[str, list[tuple[tuple[str, ...], Kind, str, Extreme | None]]] = {}
    for phrase, kind, name, extreme in rows:
        parts = tuple(token.text for token in cut(phrase, "en"))
        table.setdefault(parts[0], []).append((parts, kind, name, extreme))
    for each in table.values():
        each.sort(key=lambda row: -len(row[0]))
    return table


def _flat(name: str) -> list[tuple[str, str]]:
    return [(phrase, str(key)) for phrase, key in word_map(name).items()]


def signals(tokens: Sequence[QuestionToken], free: Sequence[bool]) -> list[Signal]:
    """Every instruction in the free tokens; a longer phrase hides the shorter ones inside it."""
    texts = tuple(token.text for token in tokens)
    found: list[Signal] = []
    position = 0
    while position < len(texts):
        length = 1
        for parts, kind, name, extreme in _phrases().get(texts[position], ()):
            end = position + len(parts)
            if parts == ("top",) and texts[position - 1 : position] == ("on",):
                continue  # "what is it on top?" asks for no highest
            if kind == "comparative" and _leads_to_a_number(texts, end):
                continue
            if len(parts) >= length and texts[position:end] == parts and all(free[position:end]):
                found.append(Signal(kind, name, position, end, extreme))
                length = len(parts)
        position += length
    return found


def _leads_to_a_number(texts: Sequence[str], end: int) -> bool:
    """Whether "cost more" goes on with "than 5": then it is a bound and compares no two rows."""
    return texts[end : end + 1] in _THAN and any(text[:1].isdigit() for text in texts[end + 1 : end + 3])


_THAN = {("than",), ("als",), ("que",), ("di",), ("dan",), ("de",)}


def bounds(tokens: Sequence[QuestionToken], free: Sequence[bool], relations: Sequence[Signal]) -> list[Bound]:
    """The numbers and days of the free tokens with the relation that stands before or after them."""
    found: list[Bound] = []
    position = 0
    while position < len(tokens):
        bound = (
            (_day_bound(tokens, position, relations) or _number_bound(tokens, position, relations))
            if free[position]
            else None
        )
        if bound:
            found.append(bound)
        position = bound.end if bound else position + 1
    return _between(found, tokens, relations)


def _relation(
    tokens: Sequence[QuestionToken], start: int, end: int, relations: Sequence[Signal]
) -> tuple[str, int, int]:
    """The relation that leads to tokens[start:end] or follows them, and the tokens of all of it."""
    for signal in relations:
        leads = signal.end == start or (signal.end == start - 1 and tokens[start - 1].text in _FILLERS)
        if leads and not signal.name.startswith("or "):
            return signal.name, signal.start, end
        if signal.start == end and tokens[signal.start].text in _AFTER:
            return signal.name, start, signal.end
    sign = tokens[start - 1].text if start else ""
    if sign in _SIGNS:
        return _SIGNS[sign], start - 1, end
    return "", start, end


_FILLERS = frozenset({"the", "a", "dem", "der", "den", "die", "le", "la", "el", "il", "o", "de", "en", "end"})
_AFTER = frozenset({"or", "and", "oder", "ou", "o", "of"})
_SIGNS = {">": "more", "<": "less", ">=": "at least", "<=": "at most", "=": "exactly"}
_RELATIONS: Mapping[str, Relation] = {
    "more": "more",
    "less": "less",
    "at least": "at least",
    "at most": "at most",
    "exactly": "is",
    "after": "more",
    "before": "less",
    "between": "between",
}


def _number_bound(tokens: Sequence[QuestionToken], start: int, relations: Sequence[Signal]) -> Bound | None:
    if not tokens[start].is_number:
        return None
    end, number = start + 1, parse_number(tokens[start].written)
    if number is None:
        return None
    value = float(number.value("" if number.decimal else "." if number.separator == "," else ","))
    if end < len(tokens) and (power := scale(tokens[end].written)) and len(tokens[end].text) != 2:
        value, end = value * 10**power, end + 1
    unit = ""
    if end < len(tokens) and (tokens[end].text == "%" or tokens[end].text in word_map("units")):
        unit, end = unit_code(tokens[end].text), end + 1
    name, first, last = _relation(tokens, start, end, relations)
    return Bound(_RELATIONS.get(name, "is"), (value,), unit, first, last, explicit=bool(name))


def _day_bound(tokens: Sequence[QuestionToken], start: int, relations: Sequence[Signal]) -> Bound | None:
    period = _period(tokens, start)
    if not period:
        return _lone_month(tokens, start)
    first, last, end = period
    name, begin, finish = _relation(tokens, start, end, relations)
    if name in ("after", "more"):
        since = tokens[begin].text in _SINCE
        return Bound(
            "at least" if since else "more",
            (first, first) if since else (last, last),
            "",
            begin,
            finish,
            True,
        )
    if name in ("before", "less"):
        until = tokens[begin].text in _UNTIL
        return Bound(
            "at most" if until else "less", (last, last) if until else (first, first), "", begin, finish, True
        )
    return Bound("between", (first, last), "", begin, finish, True, explicit=False)


def _lone_month(tokens: Sequence[QuestionToken], start: int) -> Bound | None:
    """ "in March": a month by its name behind a word for "in"."""
    month = months().get(tokens[start].text, 0)
    if not month or not start or tokens[start - 1].text not in _IN or len(tokens[start].text) < 3:
        return None
    return Bound("between", (0.0, 0.0), "", start, start + 1, True, explicit=False, month=month)


_IN = frozenset({"in", "im", "en", "em", "during", "of", "de", "a", "au", "for"})
_SINCE = frozenset(
    {"since", "from", "starting", "seit", "ab", "depuis", "desde", "dal", "da", "sinds", "vanaf"}
)
_UNTIL = frozenset({"until", "till", "by", "bis", "jusqu", "hasta"})


def _period(tokens: Sequence[QuestionToken], start: int) -> tuple[date, date, int] | None:
    """First day, last day and end of the day, month or year that begins at `start`."""
    written = [token.written for token in tokens[start : start + 6]]
    for length in (5, 4, 3):
        for mark in (" ", "-", "."):
            text = mark.join(written[:length])
            if (
                len(written) >= length
                and (named := parse_date(text))
                and sum(part.isdigit() for part in written[:length]) >= 2
            ):
                return named, named, start + length
    month = months().get(tokens[start].text)
    following = tokens[start + 1].text if start + 1 < len(tokens) else ""
    if month and len(following) == 4 and following.isdigit():
        return *month_span(int(following), month), start + 2
    return None


def month_span(year: int, month: int) -> tuple[date, date]:
    """First and last day."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _between(found: list[Bound], tokens: Sequence[QuestionToken], relations: Sequence[Signal]) -> list[Bound]:
    """Two bounds with "and", "to" or a dash between them after "between" or "from" are one."""
    for one, other in pairwise(found):
        gap = tokens[one.end : other.start]
        lead = next((s for s in relations if s.name in ("between", "after") and s.start == one.start), None)
        ranged = (
            (one.relation == "between" and not one.dated)
            or (lead and lead.name == "between")
            or (lead and gap and gap[0].text in ("to", "bis", "a", "au"))
        )
        if ranged and len(gap) <= 1 and one.dated == other.dated:
            values = (one.values[0], other.values[-1])
            rest = [each for each in found if each not in (one, other)]
            return [*rest, Bound("between", values, one.unit or other.unit, one.start, other.end, one.dated)]  # type: ignore[arg-type]
    return found


def lone_year(token: QuestionToken) -> int | None:
    """The year that a token of four digits may be."""
    return (
        int(token.text)
        if len(token.text) == 4 and token.text.isdigit() and 1800 <= int(token.text) <= 2100
        else None
    )


def year_span(year: int) -> tuple[date, date]:
    """First and last day."""
    return date(year, 1, 1), date(year, 12, 31)
