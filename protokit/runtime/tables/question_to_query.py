"""From a question, read over one table, to the query it asks for."""

from datetime import date
from itertools import pairwise

from protokit.runtime.tables.computed_queries import computed, count, missing, most_common, share, superlative
from protokit.runtime.tables.conditions import NoQuery, conditions_of
from protokit.runtime.tables.grammar import (
    Grammar,
)
from protokit.runtime.tables.query import (
    Aggregate,
    LookUp,
    Query,
    Superlative,
    columns_of,
)
from protokit.runtime.tables.question_reading import QuestionReading
from protokit.runtime.tables.row_queries import comparison, listing, look_up
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import words

_BUILDERS = (comparison, share, missing, most_common, computed, superlative, count, listing, look_up)
"""In the order in which they are tried."""


def to_query(reading: QuestionReading) -> Query:
    """The query that the question asks for. Raises NoQuery where there is none, Unclear where several fit."""
    _refuse_what_is_not_said(reading)
    grammar = Grammar(reading, conditions_of(reading))
    functions = reading.functions()
    reading.use(*(s for s in reading.signals if s.kind == "function"))
    for build in _BUILDERS:
        if query := build(grammar, functions):
            _use_marks(grammar, query)
            return query
    raise NoQuery


_POINTERS = frozenset("it they them their its he she him his her those these".split())
_RELATIVE = frozenset("this last next current previous dieses letztes letzten".split())
_PERIODS = frozenset("year month week quarter jahr monat woche quartal".split())


def _refuse_what_is_not_said(reading: QuestionReading) -> None:
    """A pronoun without a name, and "last month": nobody says which."""
    texts = [token.text for token in reading.tokens]
    if set(texts[:2]) & words("reasons") or (
        _asks_for_a_manner(texts) and "compare" not in reading.functions()
    ):
        raise NoQuery
    if not reading.values and _POINTERS & set(texts):
        raise NoQuery
    for one, other in pairwise(texts):
        if (
            one in _RELATIVE
            and other in _PERIODS
            and not (one == "this" and other == "year" and _is_of_one_year(reading))
        ):
            raise NoQuery


def _asks_for_a_manner(texts: list[str]) -> bool:
    """ "How do I ...?" and not "how many"."""
    return any(a in words("manner") and b not in words("amounts") for a, b in pairwise(texts[:3]))


def _is_of_one_year(reading: QuestionReading) -> bool:
    years = {
        value.year
        for c in reading.table.table.columns
        if c.type == "date"
        for value in c.values
        if isinstance(value, date)
    }
    return len(years) == 1


def _use_marks(grammar: Grammar, query: Query) -> None:
    """Words that only lead to what was used: "which", "how much is", "speed" for a column of Mbit/s."""
    reading = grammar.reading
    columns = columns_of(query)
    for signal in (s for s in reading.signals if s.kind == "asks"):
        if isinstance(query, LookUp) and not any(
            _answers(grammar, column, signal.name) for column in query.columns
        ):
            raise NoQuery
        reading.use(signal)
    reading.use(*(s for s in reading.signals if s.kind == "which"), reading.link(grammar.key))
    for position, names in reading.about.items():
        if any(grammar.is_about(column, name) for column in columns for name in names):
            reading.used.add(position)
    if isinstance(query, Superlative | Aggregate) and any(t.text == "this" for t in reading.tokens):
        reading.used |= {i for i, t in enumerate(reading.tokens) if t.text in _PERIODS}


def _answers(grammar: Grammar, column: TypedColumn, concept: str) -> bool:
    """Whether a column can answer a question word: "when" is no edition."""
    if grammar.is_about(column, concept):
        return True
    if concept == "date":
        return column.type == "date" or sum(
            any(c.isdigit() for c in text) for text in column.texts
        ) >= 0.5 * len(column.texts)
    if concept in ("person", "place"):
        return column.type == "text"
    return column.type == "number"
