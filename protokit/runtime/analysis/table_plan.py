"""What is computed of one table or of joined ones, as plain data, and its SQL: columns, measures, groups, order."""

from dataclasses import dataclass

from protokit.runtime.analysis.readable_sql import Grain
from protokit.runtime.tables.query import Aggregate, Condition, Function
from protokit.runtime.tables.query_sql import conditions_sql, function_sql, name_sql, order_sql, quoted
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import Direction


@dataclass(frozen=True, slots=True)
class PlanMeasure:
    """A function over a column of each group of rows; no column counts rows, `distinct` different values."""

    function: Function
    column: TypedColumn | None = None
    distinct: bool = False

    @property
    def name(self) -> str:
        """ "average of rating"; "rows" for their number."""
        if self.column is None:
            return "rows"
        return f"{'different' if self.distinct else self.function} {'' if self.distinct else 'of '}{self.column.name}"


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Rows that meet `where` (one of them with `any_of`): their `columns`, or `measures` of each group."""

    columns: tuple[TypedColumn, ...] = ()
    measures: tuple[PlanMeasure, ...] = ()
    groups: tuple[TypedColumn, ...] = ()
    grain: Grain | None = None
    day: TypedColumn | None = None
    where: tuple[Condition, ...] = ()
    any_of: bool = False
    order: TypedColumn | None = None
    """The column that rows are in the order of; groups are in that of their first measure."""
    direction: Direction | None = None
    limit: int = 0
    """Of rows or groups only so many, and those that tie with the last; 0 for all."""

    def used(self) -> list[TypedColumn]:
        """Every column that is read."""
        measured = [each.column for each in self.measures if each.column]
        found = [*self.columns, *measured, *self.groups, *(c.column for c in self.where)]
        return [*found, *(each for each in (self.day, self.order) if each)]


def plan_sql(plan: TablePlan, name: str) -> str:
    """The statement that gives the table beside the answer, over the table `name`."""
    return _measured(plan, quoted(name)) if plan.measures else _listed(plan, quoted(name))


def _listed(plan: TablePlan, source: str) -> str:
    where = _where(plan, [Condition(plan.order, "given")] if plan.order and plan.limit else [])
    order = f"ORDER BY {name_sql(plan.order)} {order_sql(plan.direction)}" if plan.order else ""
    names = ", ".join(dict.fromkeys(map(name_sql, plan.columns)))
    best = f"\nQUALIFY rank() OVER ({order}) <= {plan.limit}" if plan.limit else ""
    return "\n".join(filter(None, [f"SELECT {names}", f"FROM {source}{where}{best}", order]))


def _measured(plan: TablePlan, source: str) -> str:
    values = [_value(each) for each in plan.measures]
    shown = [f"{value} AS {quoted(each.name)}" for value, each in zip(values, plan.measures, strict=True)]
    groups = (
        [f"date_trunc('{plan.grain}', {name_sql(plan.day)})::DATE AS {quoted(plan.grain)}"]
        if (plan.grain and plan.day)
        else []
    )
    groups += [name_sql(each) for each in plan.groups]
    given = [Condition(each, "given") for each in (plan.day, *plan.groups) if each]
    if len(plan.measures) == 1 and plan.measures[0].column:
        given.append(Condition(plan.measures[0].column, "given"))
    text = f"SELECT {', '.join([*groups, *shown])}\nFROM {source}{_where(plan, given)}"
    if not groups:
        return text
    numbers = ", ".join(str(number) for number in range(1, len(groups) + 1))
    order = f"{values[0]} {order_sql(plan.direction)}"
    best = f"\nQUALIFY rank() OVER (ORDER BY {order}) <= {plan.limit}" if plan.limit else ""
    last = f"{len(groups) + 1} {order_sql(plan.direction)} NULLS LAST, 1" if plan.direction else numbers
    return f"{text}\nGROUP BY {numbers}{best}\nORDER BY {last}"


def _value(measure: PlanMeasure) -> str:
    query = Aggregate((measure.function,), measure.column, distinct=measure.distinct)
    return function_sql(measure.function, query)


def _where(plan: TablePlan, given: list[Condition]) -> str:
    """Conditions, then what must be stated; with `any_of` the conditions in brackets."""
    if not plan.where:
        return f"\n{conditions_sql(tuple(given))}" if given else ""
    if not plan.any_of:
        return f"\n{conditions_sql((*plan.where, *given))}"
    parts = [conditions_sql((each,)).removeprefix("WHERE ") for each in plan.where]
    rest = [conditions_sql((each,)).removeprefix("WHERE ") for each in given]
    either = f"({' OR '.join(parts)})"
    return f"\nWHERE {' AND '.join([either, *rest])}"


def plan_words(plan: TablePlan) -> str:
    """The plan for a person: "average of rating per city where food is Italian"."""
    what = " and ".join(each.name for each in plan.measures) or ", ".join(each.name for each in plan.columns)
    groups = [*([plan.grain] if plan.grain else []), *(each.name for each in plan.groups)]
    per = f" per {', '.join(groups)}" if groups else ""
    best = f", the {plan.limit} {plan.direction}" if plan.limit else ""
    by = f" by {plan.order.name}" if plan.order else ""
    link = " or " if plan.any_of else " and "
    where = f" where {link.join(map(str, plan.where))}" if plan.where else ""
    return f"{what}{per}{best}{by}{where}"
