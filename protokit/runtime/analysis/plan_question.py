"""From a question, read over one table or joined ones, to a plan; every word of it must be accounted for."""

import re
from collections.abc import Sequence
from dataclasses import replace

from protokit.runtime.analysis.answer_check import fit_together, heads_known
from protokit.runtime.analysis.breakdown import PATTERNS, without_grain
from protokit.runtime.analysis.joined_tables import JoinedTable
from protokit.runtime.analysis.plan_parts import (
    PLAN_FUNCTIONS,
    PlanDraft,
    group_columns,
    measures_of,
    most_rows,
    only_column,
    split_column,
)
from protokit.runtime.analysis.plan_reading import explains, joined_stems, row_stems, settle
from protokit.runtime.analysis.table_plan import PlanMeasure, TablePlan
from protokit.runtime.tables.conditions import NoQuery, Unclear, conditions_of, where
from protokit.runtime.tables.grammar import Grammar, how_many, require_no_age
from protokit.runtime.tables.links import ColumnLink, is_light
from protokit.runtime.tables.query import Condition
from protokit.runtime.tables.question_reading import QuestionReading, read_question
from protokit.runtime.tables.question_tokens import cut
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import Direction, fold, words

_OF_ONE_ROW = ("rating", "age", "duration", "speed", "weight", "price")
"""What numbers are about that nobody adds up to compare groups."""


def plan_question(question: str, view: JoinedTable) -> TablePlan | None:
    """The plan that `question` asks for over `view`; None where a word of it is not accounted for."""
    rest, order = _without_order(question)
    days = [column for column in view.table.columns if column.type == "date"]
    rest, grain = without_grain(rest) if days else (rest, None)  # else the year is a column of numbers
    reading = read_question(rest, words_of(view.table))
    settle(reading, view)
    try:
        plan = _planned(reading, view)
    except (NoQuery, Unclear):
        return None
    if plan is None:
        return None
    if grain:
        if len(days) != 1 or not plan.measures or plan.limit:
            return None
        plan = replace(plan, grain=grain, day=days[0])
    if order and not _orders(order, view):
        return None
    known = heads_known(reading, row_stems(view) | joined_stems(plan, view))
    return plan if known and fit_together(plan.where) and explains(reading, plan, view) else None


def _without_order(question: str) -> tuple[str, str]:
    """The question without its last words that only say in which order rows are shown, and those words."""
    match = PATTERNS.pattern("ordered", flags=re.IGNORECASE).search(question)
    return (question[: match.start()].rstrip(" ,."), match["by"] or "") if match else (question, "")


def _orders(order: str, view: JoinedTable) -> bool:
    """Whether the words name what is shown, as far as any do."""
    known = words_of(view.table)
    stems = known.subject | {s for c in known.columns for t in c.tokens for s in t.stems}
    said = [t for t in cut(order) if not is_light(t) and t.text not in words("row_words")]
    return all(t.stems & stems or t.text in PATTERNS.get("order_words") for t in said)


def _planned(reading: QuestionReading, view: JoinedTable) -> TablePlan | None:
    draft = PlanDraft(reading, view, conditions_of(reading), reading.functions())
    reading.use(*(s for s in reading.signals if s.kind in ("function", "which")))
    if any(s.kind == "comparative" for s in reading.signals):
        return None
    split = split_column(draft)
    if set(draft.functions) - {
        *PLAN_FUNCTIONS,
        "count",
        "each",
        "common",
        "top",
        *(["compare"] if split else []),
    }:
        return None
    draft.groups = ([split] if split else []) + group_columns(draft)
    conditions = tuple(c for c in where(draft.made, reading) if not (split and c.column.index == split.index))
    superlative = reading.signal("superlative")
    if superlative and superlative.extreme:
        return _extreme(draft, conditions)
    if "common" in draft.functions:
        links = [link for link in draft.free_links() if link.column.type == "text"]
        if len(links) != 1 or draft.groups:
            return None
        return _one_group(draft, links[0], conditions)
    measures = measures_of(draft)
    any_of = _any_of(draft, conditions)
    if measures:
        return TablePlan((), measures, tuple(draft.groups), where=conditions, any_of=any_of)
    return None if draft.groups else _listing(draft, conditions, any_of)


def _one_group(draft: PlanDraft, link: ColumnLink, conditions: tuple[Condition, ...]) -> TablePlan:
    draft.reading.use(link)
    return TablePlan(
        (), (PlanMeasure("count"),), (only_column(link),), where=conditions, direction="highest", limit=1
    )


def _extreme(draft: PlanDraft, conditions: tuple[Condition, ...]) -> TablePlan | None:
    """The highest or lowest: rows by a column, or groups by a measure."""
    reading = draft.reading
    signals = [s for s in reading.signals if s.kind == "superlative" and s.extreme]
    signal = next((s for s in signals if s.end < len(reading.tokens) and s.extreme), signals[0])
    assert signal.extreme is not None
    reading.use(*signals)
    if len(signals) > 2 or len({s.extreme.direction for s in signals if s.extreme}) > 1:
        return None
    limit = max(how_many(Grammar(reading, draft.made), each) for each in signals)
    direction: Direction = signal.extreme.direction
    entity = _entity(draft)
    measures = measures_of(draft) or most_rows(draft, signal)
    is_number = "count" in draft.functions and measures and measures[0].function == "sum"
    if is_number and len(measures) == 1 and _names_rows(entity, draft):
        column, shown = measures[0].column, entity or _row_names(draft)
        if column and not draft.groups:
            return TablePlan(
                (shown, column), where=conditions, order=column, direction=direction, limit=limit
            )
    if measures:
        group = draft.groups[0] if draft.groups else entity
        if group is None or len(measures) > 1 or group.distinct > 0.9 * max(2, len(draft.table.rows)) > 20:
            return None
        return TablePlan((), measures, (group,), where=conditions, direction=direction, limit=limit)
    if draft.groups:
        return None
    numbers = [link for link in draft.free_links() if link.column.type in ("number", "date")]
    numbers = [c for c in numbers if c.column is not entity and not c.column.flag and not c.column.is_id]
    column = _ranked(draft, numbers, signal.extreme.concept)
    if column is None or (entity and _sums_up(entity, column, draft)):
        return None
    require_no_age(reading, signal, column)
    shown = entity or _row_names(draft)
    return TablePlan((shown, column), where=conditions, order=column, direction=direction, limit=limit)


def _ranked(draft: PlanDraft, numbers: Sequence[ColumnLink], concept: str) -> TypedColumn | None:
    """The column that rows are ranked by: the one that is named, else the only one about what the word says."""
    if len(numbers) == 1:
        draft.reading.use(numbers[0])
        return only_column(numbers[0])
    about = [c for c in draft.reading.concept(concept) if c.type in ("number", "date")] if concept else []
    return about[0] if not numbers and len(about) == 1 else None


def _sums_up(entity: TypedColumn, column: TypedColumn, draft: PlanDraft) -> bool:
    """Whether the highest of a group may mean the highest sum: a group of many rows, over what adds up."""
    about = next((w.concepts for w in draft.reading.table.columns if w.column is column), {})
    of_one = column.type == "date" or any(about.get(each, 0) >= 0.6 for each in _OF_ONE_ROW)
    return entity.distinct < 0.9 * len(draft.table.rows) and not of_one


def _entity(draft: PlanDraft) -> TypedColumn | None:
    """The column whose values are asked for: the first text that is named and free, else that which names rows."""
    for link in draft.free_links():
        if link.column.type == "text":
            draft.reading.use(link)
            return only_column(link)
    return _row_names(draft) if _says_rows(draft) else None


def _names_rows(column: TypedColumn | None, draft: PlanDraft) -> bool:
    """Whether each row has a value of its own in the column."""
    return column is not None and column.distinct >= len(draft.table.rows)


def _row_names(draft: PlanDraft) -> TypedColumn:
    """The column that names rows: one that is called name or title, else the first that tells them apart."""
    called = [c for c in draft.table.columns if fold(c.name) in PATTERNS.get("name_words")]
    own = [c for c in called if draft.view.own(c) and c.type == "text"]
    return own[0] if len(own) == 1 else draft.table.key


def _says_rows(draft: PlanDraft) -> bool:
    stems = row_stems(draft.view)
    return any(t.stems & stems for t in draft.reading.tokens)


def _any_of(draft: PlanDraft, conditions: Sequence[Condition]) -> bool:
    """Whether "or" stands between two conditions; more than two with an "or" are not read."""
    texts = [token.text for token in draft.reading.tokens]
    ors = [i for i, text in enumerate(texts) if text in PATTERNS.get("or_words")]
    used = {i for s in draft.reading.signals for i in range(s.start, s.end)}
    ors = [i for i in ors if i not in used and not _within_column(i, draft)]
    if not ors:
        return False
    if len(conditions) != 2 or len(ors) > 1:
        raise NoQuery
    return True


def _within_column(at: int, draft: PlanDraft) -> bool:
    """Whether an "or" joins two values of one column, which the condition already holds."""
    for links in draft.made.links.values():
        spans = sorted((link.start, link.end) for link in links)
        if len(spans) > 1 and spans[0][1] <= at < spans[-1][0]:
            return True
    return False


def _listing(draft: PlanDraft, conditions: tuple[Condition, ...], any_of: bool) -> TablePlan | None:
    """The cells of the rows that meet conditions."""
    reading = draft.reading
    links = [link for link in draft.free_links() if not link.column.flag]
    reading.use(*links)
    if not conditions or not (reading.signal("which") or links):
        return None
    bounded = {c.column.index for c in draft.made.rest if not c.column.flag}
    shown = [link for link in reading.columns if link in links or link.column.index in bounded]
    columns = tuple(only_column(link) for link in shown)
    if not _says_rows(draft) and not columns:
        return None
    if not any(c.type == "text" for c in columns):
        columns = (_row_names(draft), *columns)
    return TablePlan(columns, where=conditions, any_of=any_of)
