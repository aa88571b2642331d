"""A question as a plan over the fewest tables that tell; refused where plans over as many tables differ."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from protokit.runtime.analysis.joined_tables import JoinedTable, joined_tables, single_tables, table_word
from protokit.runtime.analysis.plan_question import plan_question
from protokit.runtime.analysis.read_only_database import SqlDatabase
from protokit.runtime.analysis.table_keys import Join
from protokit.runtime.analysis.table_plan import PlanMeasure, TablePlan, plan_sql
from protokit.runtime.tables.question_tokens import cut
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A plan with the tables it is over."""

    plan: TablePlan
    view: JoinedTable
    steps: tuple[Join, ...]

    def sql(self, database: SqlDatabase) -> str:
        """The statement over the tables of `database`."""
        name = database.names[self.view.base]
        if not self.steps:
            return plan_sql(self.plan, name)
        joined = f"{name}_joined"
        return self.view.sql(plan_sql(self.plan, joined), joined, self.steps, database.names)

    @property
    def by(self) -> str:
        """ "sales, customers (customer_id)"; the table's name where it stands alone."""
        said = [f"{table_word(step.other)} ({step.column.name})" for step in self.steps]
        return ", ".join([table_word(self.view.base), *said])


def planned_question(
    question: str, tables: tuple[TypedTable, ...], database: SqlDatabase
) -> PlannedQuestion | None:
    """The plan that is surely meant; None where there is none."""
    views = [*single_tables(tables), *joined_tables(tables)]
    found = [made for view in views if (made := _over(question, view))]
    found = _best(found, question)
    if len(found) == 1:
        return found[0]
    results = {str(sorted(map(str, database.run(each.sql(database)).table.rows))) for each in found}
    return found[0] if len(results) == 1 else None


def _over(question: str, view: JoinedTable) -> PlannedQuestion | None:
    plan = plan_question(question, view)
    if plan is None:
        return None
    steps = view.steps_to(plan.used())
    if view.steps and (not steps or not _counts_once(plan, view)):
        return None
    return PlannedQuestion(plan, view, steps)


def _best(found: Sequence[PlannedQuestion], question: str) -> list[PlannedQuestion]:
    """Those whose rows the question names, then those over the fewest tables."""
    stems = frozenset(s for token in cut(question) for s in token.stems)
    named = [each for each in found if words_of(each.view.base).subject & stems] or list(found)
    fewest = min((len(each.steps) for each in named), default=0)
    return [each for each in named if len(each.steps) == fewest]


_NAMES = re.compile(r"name|surname|vorname|nachname|nombre|apellido|nom|prénom|nome|姓名", re.IGNORECASE)


def _counts_once(plan: TablePlan, joined: JoinedTable) -> bool:
    """Whether a plan measures rows of the base, or different rows of another table, over groups that are groups."""
    if not all(_tells_groups_apart(group, joined) for group in plan.groups):
        return False
    if plan.measures:
        return all(_measures_once(measure, joined) for measure in plan.measures)
    own = all(joined.own(column) for column in plan.columns[:1])
    return own and (plan.order is None or joined.own(plan.order))


def _measures_once(measure: PlanMeasure, joined: JoinedTable) -> bool:
    """Rows of another table stand in the base as often as it names them: of those only different ones are counted."""
    if measure.column is None:
        return True
    own = joined.own(measure.column)
    return own or (measure.distinct and joined.is_key(measure.column))


def _tells_groups_apart(column: TypedColumn, joined: JoinedTable) -> bool:
    """Whether groups are groups: two persons of one name are none."""
    if joined.own(column) or joined.is_key(column):
        return True
    origin = joined.origins[column.index]
    return origin.column is not origin.table.key and not _NAMES.search(origin.column.name)
