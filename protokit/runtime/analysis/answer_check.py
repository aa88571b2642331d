"""Whether a query computes all that a question says: no group, function or "or" of it may be dropped."""

import re
from collections.abc import Iterator, Sequence

from protokit.runtime.analysis.breakdown import PATTERNS
from protokit.runtime.tables.links import is_light
from protokit.runtime.tables.query import Aggregate, Condition, LookUp, Query
from protokit.runtime.tables.question_reading import QuestionReading, read_question
from protokit.runtime.tables.table_answer import TableAnswer
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.vocabulary import words

_THAN = frozenset({"than", "als", "que", "dan", "niz"})
_COMPUTED = frozenset({"sum", "average", "median", "deviation"})


def says_all(question: str, answer: TableAnswer) -> bool:
    """Whether `answer` rests on every group and function that `question` names, and on no "and" for an "or"."""
    if not answer.found:
        return True
    either = PATTERNS.pattern("either", flags=re.IGNORECASE).search(question)
    for table, query in answer.queries:
        reading = read_question(question, words_of(table))
        if (either and len(query.where) > 1) or not fit_together(query.where):
            return False
        if _drops_group(query, reading) or _drops_function(query, reading) or not heads_known(reading):
            return False
    return True


def fit_together(conditions: Sequence[Condition]) -> bool:
    """Whether no column must be in two periods or ranges at once: "in January and February" means either."""
    ranged = [each.column.index for each in conditions if each.relation in ("is", "between")]
    return len(set(ranged)) == len(ranged)


def _spans(reading: QuestionReading) -> Iterator[int]:
    """The tokens that columns, values, instructions and bounds are made of."""
    for link in reading.columns:
        yield from range(link.start, link.end)
    for value in reading.values:
        yield from range(value.start, value.end)
    for signal in reading.signals:
        yield from range(signal.start, signal.end)
    for bound in reading.bounds:
        yield from range(bound.start, bound.end)


def heads_known(reading: QuestionReading, also: frozenset[str] = frozenset()) -> bool:
    """Whether what stands behind "which", "how many" and "per" is in the table: there no word only ties others."""
    if any(not b.explicit and reading.tokens[b.start - 1].text in _THAN for b in reading.bounds if b.start):
        return False  # "older than 40" in words that no list has is not 40
    linked = {*_spans(reading), *reading.about}
    known = reading.table.subject | reading.table.context | also
    heads = [s.end for s in reading.signals if s.kind == "which" or s.name in ("count", "each")]
    for start in heads:
        behind = [
            i
            for i in range(start, len(reading.tokens))
            if reading.tokens[i].text not in PATTERNS.get("different")
        ]
        at = behind[0] if behind else -1
        if at < 0 or at in linked or reading.plain[at]:
            continue
        token = reading.tokens[at]
        said = token.stems & known or token.text in words("row_words") or token.text in PATTERNS.get("people")
        if is_light(token) and not said:
            return False
    return True


def _drops_group(query: Query, reading: QuestionReading) -> bool:
    """Whether "per" leads to something that no group is made of; within a column's name it leads to none."""
    if isinstance(query, Aggregate) and query.by:
        return False
    named = {i for link in reading.columns for i in range(link.start, link.end)}
    ahead = [
        signal
        for signal in reading.signals
        if signal.name == "each" and signal.kind == "function" and not {signal.start - 1, signal.end} <= named
    ]
    key = reading.table.table.key
    said = reading.link(key)
    return any(not (said and 0 <= said.start - signal.end <= 1) for signal in ahead)


def _drops_function(query: Query, reading: QuestionReading) -> bool:
    said = _COMPUTED & set(reading.functions()) - {"sum"}
    if isinstance(query, Aggregate) and not said <= set(query.functions):
        return True  # "the average number of loans per member" is no number of loans
    if isinstance(query, Aggregate) and any(t.text in PATTERNS.get("different") for t in reading.tokens):
        return not (query.distinct or query.by)
    if isinstance(query, Aggregate | LookUp):
        return False
    return bool(_COMPUTED & set(reading.functions()))
