"""Which rows of a table sum up the others."""

from dataclasses import replace
from decimal import Decimal

from vectorstore.tables.cell_values import cell_value
from vectorstore.tables.cell_words import is_total, mentions_total
from vectorstore.tables.table import Column, Table, TableRow


def mark_totals(table: Table) -> Table:
    """`table` with its rows of totals marked: those called so, and those that might be and add up."""
    numeric = [at for at, column in enumerate(table.columns) if column.type in ("number", "money")]
    rows: list[TableRow] = []
    for at, row in enumerate(table.rows):
        label = next(filter(None, row.cells), "")
        worded = not label.isdecimal()
        total = worded and is_total(label) and len(table.rows) > 1
        maybe = (worded and mentions_total(label)) or (
            at > 1 and at == len(table.rows) - 1 and _lacks_label(table, row)
        )
        if not total and maybe:
            total = _adds_up(row, rows, table.columns, numeric)
        rows.append(replace(row, total=True) if total else row)
    return replace(table, rows=tuple(rows)) if any(row.total for row in rows) else table


def _lacks_label(table: Table, row: TableRow) -> bool:
    """Whether all rows but this one say in the first column what they are."""
    return not row.cells[0] and all(other.cells[0] for other in table.rows[:-1])


def _adds_up(row: TableRow, above: list[TableRow], columns: tuple[Column, ...], numeric: list[int]) -> bool:
    """Whether a number of `row` is the sum of those above, since the last total or of all."""
    since = next((at for at in range(len(above), 0, -1) if above[at - 1].total), 0)
    for part in (above[since:], [one for one in above if not one.total]):
        sums = [
            (sum(values, Decimal(0)), total)
            for at in numeric
            if isinstance(total := _value(row, at, columns), Decimal)
            and len(values := [v for one in part if isinstance(v := _value(one, at, columns), Decimal)]) > 1
        ]
        if sums and all(abs(added - total) <= abs(total) / 200 for added, total in sums):
            return True
    return False


def _value(row: TableRow, at: int, columns: tuple[Column, ...]) -> object:
    return cell_value(row.cells[at], columns[at]).value if at < len(row.cells) else None
