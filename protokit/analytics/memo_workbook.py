"""The numbers of a memo as a workbook: values that can be counted on with, their intervals, meanings and SQL."""

import io
from collections.abc import Sequence

from protokit.analytics.case_tables import case_in_words, case_tables
from protokit.analytics.memo import Memo

Cell = str | float | int | None


def memo_as_workbook(memo: Memo) -> bytes:
    """The memo as an .xlsx file; nothing that somebody wrote becomes a formula or a link."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        bold = workbook.add_format({"bold": True})
        for name, rows in _sheets(memo):
            sheet = workbook.add_worksheet(name)
            sheet.set_column(0, 0, 46)
            sheet.set_column(1, 9, 22)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row, bold if number == 0 else None)
    return file.getvalue()


def _sheets(memo: Memo) -> list[tuple[str, Sequence[Sequence[Cell]]]]:
    about = [
        ("Prototype", memo.spec.title),
        ("Recommendation", memo.recommendation),
        ("Hypothesis", memo.hypothesis),
        ("Shown", memo.made_line),
    ]
    criteria = [
        (each.measure.metric.label, each.wanted, each.measure.value, each.measure.cases, each.outcome)
        for each in memo.criteria
    ]
    numbers = [
        (
            *(m.metric.label, m.value if m.enough else None, m.metric.unit, m.low, m.high, m.cases),
            *(m.metric.least, m.metric.meaning, m.metric.sql),
        )
        for m in memo.measures
    ]
    case = [[line] for line in case_in_words(memo.case)]
    for table in case_tables(memo.case):
        case += [[], [table.title], list(table.head), *map(list, table.rows)]
    head = (
        "Number",
        "Value",
        "Unit",
        "95% from",
        "to",
        "Cases",
        "Fewest that count",
        "What it counts",
        "SQL",
    )
    return [
        ("Memo", about),
        ("Criteria", [("Criterion", "Asked", "Measured", "Cases", "Outcome"), *criteria]),
        ("Numbers", [head, *numbers]),
        ("Business case", [["Business case"], *case]),
        ("Unanswered", [("Question", "Times"), *memo.gaps]),
    ]
