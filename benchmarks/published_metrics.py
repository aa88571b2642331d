"""Holds our cohorts, churn, DAU, WAU and MAU against numbers that others published or counted over the same orders.

python -m benchmarks.published_metrics FOLDER

FOLDER holds metrics.jsonl (one question a line, with its answer) and files/ with the tables that they are about.
Every order becomes a question of its customer at its time, as a page would have stored it.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from protokit.analytics.metrics import measure
from protokit.analytics.queries import starter_queries
from protokit.analytics.usage_tables import database_of
from protokit.files.layout import EVENTS_FILE
from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EventLog

Number = float | str | None
Check = tuple[str, Number, Number]
"""What was asked, what we say, what is right."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    wanted = {each["id"]: each for each in map(json.loads, (folder / "metrics.jsonl").open())}
    with tempfile.TemporaryDirectory() as place:
        fill(Path(place), folder / "files" / "relay_orders.csv")
        database = database_of(Path(place))
        checks = [*single_numbers(database, wanted), *cohort_table(database, wanted["dmt018"])]
    wrong = [each for each in checks if not agrees(each)]
    for question, ours, right in wrong:
        print(f"WRONG {question}: {ours}, and not {right}")
    print(f"{len(checks) - len(wrong)} of {len(checks)} numbers agree")
    raise SystemExit(bool(wrong))


def fill(place: Path, orders: Path) -> None:
    """The orders as questions of the prototype in `place`."""
    with orders.open(newline="", encoding="utf-8") as file:
        rows = sorted(
            (moment(row["OrderDate"]), row["UserId"], row["OrderId"]) for row in csv.DictReader(file)
        )
    records = [
        (
            Answer(f"Order {order}", "", "offline"),
            {"time": when, "visitor": who, "session": order, "traffic": "guest"},
        )
        for when, who, order in rows
    ]
    EventLog(place / EVENTS_FILE).record_all(records, [])


def moment(day: str) -> float:
    return datetime.strptime(day, "%m/%d/%Y").replace(tzinfo=UTC).timestamp() + 43_200


def single_numbers(database: ReadOnlyDatabase, wanted: Mapping[str, Mapping[str, object]]) -> Iterator[Check]:
    """Numbers that a metric or a row of a starter query gives."""
    rows: dict[str, list[dict[str, object]]] = {
        name: _rows(database, name) for name in ("days", "weeks", "months", "churn", "monthly_cohorts")
    }
    values = {each.metric.name: each.value for each in measure(database)}

    def cell(query: str, column: str, **which: str | int) -> Number:
        (row,) = [r for r in rows[query] if all(_same(r[k], v) for k, v in which.items())]
        return float(str(row[column]))

    again = values["asked_again"]
    ours: dict[str, Callable[[], Number]] = {
        "dmt001": lambda: values["visitors"],
        "dmt002": lambda: values["questions"],
        "dmt003": lambda: cell("months", "visitors", month="2009-11-01"),
        "dmt004": lambda: cell("months", "visitors", month="2010-01-01"),
        "dmt005": lambda: cell("months", "visitors", month="2009-08-01"),
        "dmt006": lambda: cell("days", "visitors", day="2009-11-19"),
        "dmt007": lambda: cell("days", "visitors", day="2010-02-15"),
        "dmt010": lambda: cell("weeks", "visitors", week="2009-11-16"),
        "dmt012": lambda: cell("monthly_cohorts", "visitors", cohort="2010-01-01", months_later=0),
        "dmt014": lambda: cell("churn", "churn_percent", month="2009-11-01"),
        "dmt015": lambda: cell("churn", "churn_percent", month="2010-01-01"),
        "dmt019": lambda: cell("monthly_cohorts", "percent", cohort="2009-06-01", months_later=1),
        "dmt020": lambda: cell("monthly_cohorts", "percent", cohort="2009-07-01", months_later=2),
        "dmt021": lambda: cell("monthly_cohorts", "percent", cohort="2009-11-01", months_later=3),
        "dmt023": lambda: None if again is None else 100 * again,
    }
    for name, number in ours.items():
        yield str(wanted[name]["question"]), number(), float(str(wanted[name]["answer"]))


def cohort_table(database: ReadOnlyDatabase, wanted: Mapping[str, object]) -> Iterator[Check]:
    """Every cell of the table by month of first order; a month without anybody is a cell with 0."""
    answer = wanted["answer"]
    assert isinstance(answer, dict)
    right = {(cohort, month): float(count) for cohort, month, count in answer["rows"]}
    ours = {}
    for row in _rows(database, "monthly_cohorts"):
        cohort = datetime.fromisoformat(str(row["cohort"]))
        months = cohort.year * 12 + cohort.month - 1 + int(float(str(row["months_later"])))
        ours[f"{cohort:%Y-%m}", f"{months // 12}-{months % 12 + 1:02d}"] = float(str(row["visitors"]))
    for key in sorted(right.keys() | ours.keys()):
        yield f"cohort {key[0]} in {key[1]}", ours.get(key), right.get(key)


def agrees(check: Check) -> bool:
    """Percentages are shown with one decimal."""
    _, ours, right = check
    return isinstance(ours, float | int) and isinstance(right, float) and abs(ours - right) <= 0.0501


def _rows(database: ReadOnlyDatabase, query: str) -> list[dict[str, object]]:
    table = database.run(starter_queries()[query].sql).table
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def _same(cell: object, value: str | int) -> bool:
    return float(str(cell)) == value if isinstance(value, int) else str(cell)[:10] == value


if __name__ == "__main__":
    main()
