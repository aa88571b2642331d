"""The parts of a plan that a question names: groups, measures, the halves of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from protokit.runtime.analysis.breakdown import PATTERNS
from protokit.runtime.analysis.joined_tables import JoinedTable, row_name
from protokit.runtime.analysis.plan_reading import row_stems
from protokit.runtime.analysis.table_plan import PlanMeasure
from protokit.runtime.tables.conditions import Conditions, NoQuery, Unclear
from protokit.runtime.tables.links import ColumnLink, is_light
from protokit.runtime.tables.query import Function
from protokit.runtime.tables.question_reading import QuestionReading
from protokit.runtime.tables.question_tokens import cut
from protokit.runtime.tables.signals import Signal
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.vocabulary import fold, words

PLAN_FUNCTIONS: dict[str, Function] = {
    "sum": "sum",
    "average": "average",
    "median": "median",
    "deviation": "deviation",
}
_MOST_GROUPS = 200


@dataclass(slots=True)
class PlanDraft:
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


def only_column(link: ColumnLink) -> TypedColumn:
    """The column that is meant: of several of a table that is named, its name."""
    if not link.rivals:
        return link.column
    choices = (link.column, *link.rivals)
    names = [c for c in choices if fold(c.name).split()[-1] in PATTERNS.get("name_words")]
    if len(names) != 1:
        raise Unclear(choices)
    return names[0]


def split_column(draft: PlanDraft) -> TypedColumn | None:
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


def group_columns(draft: PlanDraft) -> list[TypedColumn]:
    """The columns behind "per", "for each", "in each", and one more behind "and"."""
    reading = draft.reading
    found: list[TypedColumn] = []
    for signal in (s for s in reading.signals if s.kind == "function" and s.name == "each"):
        at = signal.end
        while link := next((c for c in reading.columns if 0 <= c.start - at <= 1 and _is_group(c)), None):
            if draft.conditioned(link.column) or link.column in found:
                break
            reading.use(link)
            found.append(only_column(link))
            at = link.end
            if not (at < len(reading.tokens) and reading.tokens[at].text in PATTERNS.get("both")):
                break
            at += 1
        if not found and not _is_by_rows(signal.end, draft):
            raise NoQuery
    return found


def _is_by_rows(at: int, draft: PlanDraft) -> bool:
    """Whether "by" leads to who the rows are: "the fare paid by the passengers"."""
    behind = [
        t for t, plain in zip(draft.reading.tokens[at:], draft.reading.plain[at:], strict=True) if not plain
    ]
    said = draft.reading.tokens[at - 1].text
    return said in PATTERNS.get("by_words") and bool(
        behind and (behind[0].stems & row_stems(draft.view) or behind[0].text in PATTERNS.get("people"))
    )


def _is_group(link: ColumnLink) -> bool:
    column = link.column
    return column.type in ("text", "yes/no") or (
        column.type == "number"
        and not column.decimals
        and not column.money
        and column.distinct <= _MOST_GROUPS
    )


def measures_of(draft: PlanDraft) -> tuple[PlanMeasure, ...]:
    """What is computed: functions over the columns that are named, or a number of rows."""
    named = [PLAN_FUNCTIONS[name] for name in draft.functions if name in PLAN_FUNCTIONS]
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
    columns = [only_column(link) for link in _measured(draft)]
    if not columns:
        return ()
    if any(column.is_id for column in columns):
        raise NoQuery
    return tuple(PlanMeasure(name, column) for column in columns for name in named)


def _measured(draft: PlanDraft) -> list[ColumnLink]:
    """The columns of numbers behind a function, several where "and" or a comma ties them."""
    reading = draft.reading
    starts = [s.start for s in reading.signals if s.kind == "function" and s.name in PLAN_FUNCTIONS]
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


def _counted(draft: PlanDraft) -> PlanMeasure | None:
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
        return PlanMeasure("count", only_column(link), distinct=True)
    if token.stems & row_stems(draft.view) or token.text in words("row_words"):
        reading.used.add(behind[0])
        return PlanMeasure("count")
    if other := _other_rows(draft, behind[0]):
        return other
    if link and link.column.is_id:
        reading.use(link)
        return PlanMeasure("count", only_column(link), distinct=True)
    if link and link.column.type == "number" and not link.column.flag:
        reading.use(link)
        return PlanMeasure("sum", only_column(link))
    if link and link.column.type == "text":
        reading.use(link)
        return PlanMeasure("count", only_column(link), distinct=True)
    return None


def _other_rows(draft: PlanDraft, at: int) -> PlanMeasure | None:
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


def most_rows(draft: PlanDraft, signal: Signal) -> tuple[PlanMeasure, ...]:
    """ "The most loans": the number of rows, or of different rows of another table."""
    behind = signal.end
    if behind >= len(draft.reading.tokens) or (signal.extreme and signal.extreme.concept):
        return ()
    if draft.reading.tokens[behind].stems & row_stems(draft.view):
        draft.reading.used.add(behind)
        return (PlanMeasure("count"),)
    other = _other_rows(draft, behind)
    return (other,) if other else ()
