"""From a question, read over one table or joined ones, to a plan; every word of it must be accounted for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from protokit.runtime.analysis.answer_check import heads_known
from protokit.runtime.analysis.breakdown import PATTERNS, without_grain
from protokit.runtime.analysis.joined_tables import JoinedTable, row_name
from protokit.runtime.analysis.table_plan import PlanMeasure, TablePlan
from protokit.runtime.tables.conditions import Conditions, NoQuery, Unclear, conditions_of, where
from protokit.runtime.tables.grammar import Grammar, how_many
from protokit.runtime.tables.links import ColumnLink, column_links, is_light
from protokit.runtime.tables.query import Condition, Function
from protokit.runtime.tables.question_reading import QuestionReading, read_question
from protokit.runtime.tables.question_tokens import cut
from protokit.runtime.tables.signals import Signal
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.vocabulary import Direction, fold, words

_FUNCTIONS: dict[str, Function] = {
    "sum": "sum",
    "average": "average",
    "median": "median",
    "deviation": "deviation",
}
_MOST_GROUPS = 200
_OF_ONE_ROW = ("rating", "age", "duration", "speed", "weight", "price")
"""What numbers are about that nobody adds up to compare groups."""


@dataclass(slots=True)
class _Draft:
    """A question over one view, on its way to a plan."""

    reading: QuestionReading
    view: JoinedTable
    made: Conditions
    functions: list[str]
    groups: list[TypedColumn] = field(default_factory=list)

    @property
    def table(self) -> TypedTable:
        return self.reading.table.table

    def conditioned(self, column: TypedColumn) -> bool:
        """Whether rows are asked for by a value of the column."""
        return column.index in self.made.values or any(c.column.index == column.index for c in self.made.rest)

    def free_links(self, kind: str = "") -> list[ColumnLink]:
        """The columns that are named and are no condition and no group, in the order of the question."""
        return [
            link
            for link in self.reading.columns
            if not self.conditioned(link.column)
            and link.column not in self.groups
            and kind in ("", link.column.type)
        ]


def plan_question(question: str, view: JoinedTable) -> TablePlan | None:
    """The plan that `question` asks for over `view`; None where a word of it is not accounted for."""
    rest, order = _without_order(question)
    days = [column for column in view.table.columns if column.type == "date"]
    rest, grain = without_grain(rest) if days else (rest, None)  # else the year is a column of numbers
    reading = read_question(rest, words_of(view.table))
    _settle(reading, view)
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
    known = heads_known(reading, _row_stems(view) | _joined_stems(plan, view))
    return plan if known and _explains(reading, plan, view) else None


def _settle(reading: QuestionReading, view: JoinedTable) -> None:
    """Values of several columns are those of the base; "share" may be of a column's name; an id stands for rows."""
    values = []
    for link in reading.values:
        own = tuple(value for value in link.values if view.own(value.column))
        values.append(replace(link, values=own) if len(own) == 1 else link)
    reading.values = values
    shares = [s for s in reading.signals if s.kind == "function" and s.name == "share"]
    if shares:
        taken = {i for v in reading.values for i in range(v.start, v.end)}
        taken |= {i for s in reading.signals if s not in shares for i in range(s.start, s.end)}
        free = [i not in taken and not reading.plain[i] for i in range(len(reading.tokens))]
        links = column_links(reading.tokens, reading.table, free)
        said = {i for s in shares for i in range(s.start, s.end)}
        if any(link.tokens & said for link in links):
            reading.columns = sorted(links, key=lambda link: link.start)
            reading.signals = [s for s in reading.signals if s not in shares]
    rows = _row_stems(view)
    reading.columns = [
        link
        for link in reading.columns
        if not (link.column.is_id and all(reading.tokens[i].stems & rows for i in link.tokens))
    ]


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
    draft = _Draft(reading, view, conditions_of(reading), reading.functions())
    reading.use(*(s for s in reading.signals if s.kind in ("function", "which")))
    if any(s.kind == "comparative" for s in reading.signals):
        return None
    split = _split(draft)
    if set(draft.functions) - {
        *_FUNCTIONS,
        "count",
        "each",
        "common",
        "top",
        *(["compare"] if split else []),
    }:
        return None
    draft.groups = ([split] if split else []) + _groups(draft)
    conditions = tuple(c for c in where(draft.made, reading) if not (split and c.column.index == split.index))
    superlative = reading.signal("superlative")
    if superlative and superlative.extreme:
        return _extreme(draft, conditions)
    if "common" in draft.functions:
        links = [link for link in draft.free_links() if link.column.type == "text"]
        if len(links) != 1 or draft.groups:
            return None
        return _one_group(draft, links[0], conditions)
    measures = _measures(draft)
    any_of = _any_of(draft, conditions)
    if measures:
        return TablePlan((), measures, tuple(draft.groups), where=conditions, any_of=any_of)
    return None if draft.groups else _listing(draft, conditions, any_of)


def _one_group(draft: _Draft, link: ColumnLink, conditions: tuple[Condition, ...]) -> TablePlan:
    draft.reading.use(link)
    return TablePlan(
        (), (PlanMeasure("count"),), (_only(link),), where=conditions, direction="highest", limit=1
    )


def _only(link: ColumnLink) -> TypedColumn:
    """The column that is meant: of several of a table that is named, its name."""
    if not link.rivals:
        return link.column
    choices = (link.column, *link.rivals)
    names = [c for c in choices if fold(c.name).split()[-1] in PATTERNS.get("name_words")]
    if len(names) != 1:
        raise Unclear(choices)
    return names[0]


def _split(draft: _Draft) -> TypedColumn | None:
    """The column of yes and no that is said with both: "with and without insurance", "who survived and who did not"."""
    reading = draft.reading
    negations = [s for s in reading.signals if s.kind == "negation"]
    flags = [c for c in draft.made.rest if c.column.flag]
    if len(negations) != 1 or len(flags) != 1:
        return None
    before = [token.text for token in reading.tokens[: negations[0].start]]
    after = [token.text for token in reading.tokens[negations[0].end :]]
    both = set(before[-4:]) & set(PATTERNS.get("both")) or set(after[-2:]) & set(PATTERNS.get("both"))
    link = reading.link(flags[0].column)
    twice = link is not None and (link.start < negations[0].start or _says_with(before))
    return flags[0].column if both and twice else None


def _says_with(before: Sequence[str]) -> bool:
    return bool(set(before[-3:]) & set(PATTERNS.get("with_words")))


def _groups(draft: _Draft) -> list[TypedColumn]:
    """The columns behind "per", "for each", "in each", and one more behind "and"."""
    reading = draft.reading
    found: list[TypedColumn] = []
    for signal in (s for s in reading.signals if s.kind == "function" and s.name == "each"):
        at = signal.end
        while link := next((c for c in reading.columns if 0 <= c.start - at <= 1 and _is_group(c)), None):
            if draft.conditioned(link.column) or link.column in found:
                break
            reading.use(link)
            found.append(_only(link))
            at = link.end
            if not (at < len(reading.tokens) and reading.tokens[at].text in PATTERNS.get("both")):
                break
            at += 1
        if not found and not _is_by_rows(signal.end, draft):
            raise NoQuery
    return found


def _is_by_rows(at: int, draft: _Draft) -> bool:
    """Whether "by" leads to who the rows are: "the fare paid by the passengers"."""
    behind = [
        t for t, plain in zip(draft.reading.tokens[at:], draft.reading.plain[at:], strict=True) if not plain
    ]
    said = draft.reading.tokens[at - 1].text
    return said in PATTERNS.get("by_words") and bool(
        behind and (behind[0].stems & _row_stems(draft.view) or behind[0].text in PATTERNS.get("people"))
    )


def _is_group(link: ColumnLink) -> bool:
    column = link.column
    return column.type in ("text", "yes/no") or (
        column.type == "number"
        and not column.decimals
        and not column.money
        and column.distinct <= _MOST_GROUPS
    )


def _measures(draft: _Draft) -> tuple[PlanMeasure, ...]:
    """What is computed: functions over the columns that are named, or a number of rows."""
    named = [_FUNCTIONS[name] for name in draft.functions if name in _FUNCTIONS]
    if "count" in draft.functions:
        measure = _counted(draft)
        if measure is None:
            raise NoQuery
        if [name for name in named if name != "sum"]:  # "average number of citations"
            if measure.column is None or measure.distinct:
                raise NoQuery
            return tuple(PlanMeasure(name, measure.column) for name in named if name != "sum")
        return (measure,)
    if not named:
        return ()
    columns = [_only(link) for link in _measured(draft)]
    if not columns:
        return ()
    if any(column.is_id for column in columns):
        raise NoQuery
    return tuple(PlanMeasure(name, column) for column in columns for name in named)


def _measured(draft: _Draft) -> list[ColumnLink]:
    """The columns of numbers behind a function, several where "and" or a comma ties them."""
    reading = draft.reading
    starts = [s.start for s in reading.signals if s.kind == "function" and s.name in _FUNCTIONS]
    links = [link for link in draft.free_links("number") if not link.column.flag]
    links = [link for link in links if link.start > starts[0]] or links
    found = links[:1]
    for link in links[1:]:
        gap = reading.tokens[found[-1].end : link.start]
        if len(gap) > 1 or any(token.text not in PATTERNS.get("both") for token in gap):
            break
        found.append(link)
    reading.use(*found)
    return found


def _counted(draft: _Draft) -> PlanMeasure | None:
    """What stands behind "how many" or "number of": rows, a column that is a number of something, or other rows."""
    reading = draft.reading
    signal = reading.signal("function", "count")
    if signal is None:
        return None
    named = {i for link in reading.columns for i in link.tokens}
    behind = [
        i
        for i in range(signal.end, len(reading.tokens))
        if not reading.plain[i] and (not is_light(reading.tokens[i]) or i in named)
    ][:1]
    if not behind:
        return None
    token = reading.tokens[behind[0]]
    link = next((c for c in draft.free_links() if behind[0] in c.tokens), None)
    if any(t.text in PATTERNS.get("different") for t in reading.tokens[signal.end : behind[0]]):
        if link is None:
            return None
        reading.use(link)
        return PlanMeasure("count", _only(link), distinct=True)
    if token.stems & _row_stems(draft.view) or token.text in words("row_words"):
        reading.used.add(behind[0])
        return PlanMeasure("count")
    if other := _other_rows(draft, behind[0]):
        return other
    if link and link.column.is_id:
        reading.use(link)
        return PlanMeasure("count", _only(link), distinct=True)
    if link and link.column.type == "number" and not link.column.flag:
        reading.use(link)
        return PlanMeasure("sum", _only(link))
    if link and link.column.type == "text":
        reading.use(link)
        return PlanMeasure("count", _only(link), distinct=True)
    return None


def _other_rows(draft: _Draft, at: int) -> PlanMeasure | None:
    """Rows of a joined table: as many as there are different names of them."""
    token = draft.reading.tokens[at]
    for step in draft.view.steps:
        if any(token.stems & t.stems for t in cut(row_name(step.other))[-1:]):
            names = (step.other.key, step.column)
            keys = [c for c in draft.table.columns if draft.view.origins[c.index].column in names]
            keys = [c for c in keys if draft.view.is_key(c)] or [c for c in keys if draft.view.own(c)]
            if len(keys) == 1:
                draft.reading.used.add(at)
                return PlanMeasure("count", keys[0], distinct=True)
    return None


def _row_stems(view: JoinedTable) -> frozenset[str]:
    """The words for a row: of the sheet or the file, and of the column that names rows."""
    known = words_of(view.base)
    key = view.base.key
    elsewhere = frozenset(s for table in view.others for t in cut(row_name(table)) for s in t.stems)
    named = [w for w in known.columns if w.column is key and view.base_key_is_unique]
    ids = [w for w in known.columns if w.column.is_id and view.tells_apart(w.column)]
    if len(ids) == 1 and not view.names_rows_elsewhere(ids[0].column):
        named += ids
    return (known.subject - elsewhere) | {s for w in named for t in w.tokens for s in t.stems}


def _extreme(draft: _Draft, conditions: tuple[Condition, ...]) -> TablePlan | None:
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
    measures = _measures(draft) or _most_rows(draft, signal)
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
    shown = entity or _row_names(draft)
    return TablePlan((shown, column), where=conditions, order=column, direction=direction, limit=limit)


def _most_rows(draft: _Draft, signal: Signal) -> tuple[PlanMeasure, ...]:
    """ "The most loans": the number of rows, or of different rows of another table."""
    behind = signal.end
    if behind >= len(draft.reading.tokens) or (signal.extreme and signal.extreme.concept):
        return ()
    if draft.reading.tokens[behind].stems & _row_stems(draft.view):
        draft.reading.used.add(behind)
        return (PlanMeasure("count"),)
    other = _other_rows(draft, behind)
    return (other,) if other else ()


def _ranked(draft: _Draft, numbers: Sequence[ColumnLink], concept: str) -> TypedColumn | None:
    """The column that rows are ranked by: the one that is named, else the only one about what the word says."""
    if len(numbers) == 1:
        draft.reading.use(numbers[0])
        return _only(numbers[0])
    about = [c for c in draft.reading.concept(concept) if c.type in ("number", "date")] if concept else []
    return about[0] if not numbers and len(about) == 1 else None


def _sums_up(entity: TypedColumn, column: TypedColumn, draft: _Draft) -> bool:
    """Whether the highest of a group may mean the highest sum: a group of many rows, over what adds up."""
    about = next((w.concepts for w in draft.reading.table.columns if w.column is column), {})
    of_one = column.type == "date" or any(about.get(each, 0) >= 0.6 for each in _OF_ONE_ROW)
    return entity.distinct < 0.9 * len(draft.table.rows) and not of_one


def _entity(draft: _Draft) -> TypedColumn | None:
    """The column whose values are asked for: the first text that is named and free, else that which names rows."""
    for link in draft.free_links():
        if link.column.type == "text":
            draft.reading.use(link)
            return _only(link)
    return _row_names(draft) if _says_rows(draft) else None


def _names_rows(column: TypedColumn | None, draft: _Draft) -> bool:
    """Whether each row has a value of its own in the column."""
    return column is not None and column.distinct >= len(draft.table.rows)


def _row_names(draft: _Draft) -> TypedColumn:
    """The column that names rows: one that is called name or title, else the first that tells them apart."""
    called = [c for c in draft.table.columns if fold(c.name) in PATTERNS.get("name_words")]
    own = [c for c in called if draft.view.own(c) and c.type == "text"]
    return own[0] if len(own) == 1 else draft.table.key


def _says_rows(draft: _Draft) -> bool:
    stems = _row_stems(draft.view)
    return any(t.stems & stems for t in draft.reading.tokens)


def _any_of(draft: _Draft, conditions: Sequence[Condition]) -> bool:
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


def _within_column(at: int, draft: _Draft) -> bool:
    """Whether an "or" joins two values of one column, which the condition already holds."""
    for links in draft.made.links.values():
        spans = sorted((link.start, link.end) for link in links)
        if len(spans) > 1 and spans[0][1] <= at < spans[-1][0]:
            return True
    return False


def _listing(draft: _Draft, conditions: tuple[Condition, ...], any_of: bool) -> TablePlan | None:
    """The cells of the rows that meet conditions."""
    reading = draft.reading
    links = [link for link in draft.free_links() if not link.column.flag]
    reading.use(*links)
    if not conditions or not (reading.signal("which") or links):
        return None
    bounded = {c.column.index for c in draft.made.rest if not c.column.flag}
    shown = [link for link in reading.columns if link in links or link.column.index in bounded]
    columns = tuple(_only(link) for link in shown)
    if not _says_rows(draft) and not columns:
        return None
    if not any(c.type == "text" for c in columns):
        columns = (_row_names(draft), *columns)
    return TablePlan(columns, where=conditions, any_of=any_of)


def _explains(reading: QuestionReading, plan: TablePlan, view: JoinedTable) -> bool:
    """Whether each word is used, says what the rows are, or only ties words together."""
    used = set(reading.used)
    stems = _row_stems(view) | _joined_stems(plan, view)
    ties = PATTERNS.get("ties")
    for i, token in enumerate(reading.tokens):
        if i in used or reading.plain[i] or is_light(token) or token.text in ties + PATTERNS.get("different"):
            continue
        if token.stems & stems or token.text in words("row_words") or token.text in PATTERNS.get("people"):
            continue
        if token.text in PATTERNS.get("name_words") or _is_measure_word(i, reading):
            continue
        return False
    return _links_used(reading, plan)


def _joined_stems(plan: TablePlan, view: JoinedTable) -> frozenset[str]:
    """The words for a row of each table that the plan reads."""
    tables = {id(view.origins[column.index].table) for column in plan.used()}
    named = [step.other for step in view.steps if id(step.other) in tables]
    return frozenset(s for table in named for t in cut(row_name(table), table.language) for s in t.stems)


def _is_measure_word(at: int, reading: QuestionReading) -> bool:
    """ "score" right behind the name of a column of numbers."""
    before = {link.end for link in reading.columns if link.column.type == "number"}
    return reading.tokens[at].text in PATTERNS.get("measure_words") and at in before


def _links_used(reading: QuestionReading, plan: TablePlan) -> bool:
    """Whether every column and value that is named takes part, and every instruction."""
    columns = {column.index for column in plan.used()}
    named = all(link.column.index in columns or link.tokens <= reading.used for link in reading.columns)
    signals = all(
        set(range(s.start, s.end)) <= reading.used
        for s in reading.signals
        if s.kind in ("superlative", "comparative", "relation")
    )
    negations = [s for s in reading.signals if s.kind == "negation"]
    return named and signals and all(set(range(s.start, s.end)) <= reading.used for s in negations)
