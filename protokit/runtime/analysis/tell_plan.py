"""The sentence for the result of a plan: one value, groups from the lowest to the highest, or the rows."""

from collections.abc import Mapping

from protokit.runtime.analysis.breakdown import number_text
from protokit.runtime.analysis.table_plan import TablePlan
from protokit.runtime.assistant_types import AnswerTable

_MOST = 10
"""Rows that the sentence names."""


def tell_plan(plan: TablePlan, table: AnswerTable, wording: Mapping[str, str]) -> str:
    """What the result says."""
    if plan.measures and len(table.rows) == 1 and not (plan.groups or plan.grain):
        named = zip(plan.measures, table.rows[0], strict=True)
        return f"{_capital('; '.join(f'{each.name}: {number_text(cell)}' for each, cell in named))}."
    rows = [", ".join(_cell(cell) for cell in row) for row in table.rows[:_MOST]]
    more = "" if len(table.rows) <= _MOST else " …"
    what = " / ".join(column.name for column in table.columns)
    return f"{wording['rows'].format(what=_capital(what), count=f'{len(table.rows):,}')} {'; '.join(rows)}{more}."


def _cell(cell: object) -> str:
    return "–" if cell is None else number_text(cell)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
