"""The chart that fits a result: lines over time, bars by name, points for two numbers, a histogram for many values."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from protokit.runtime.assistant_types import AnswerTable
from protokit.runtime.safe_csv import safe_csv

if TYPE_CHECKING:
    import altair
    import pandas  # type: ignore[import-untyped]

Mark = Literal["line", "bar", "scatter", "histogram"]
_MOST_BARS = 40
_MANY = 20
PERIODS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """Which columns of a result are drawn, and how."""

    mark: Mark
    x: str
    y: str = ""
    colour: str = ""
    """The column whose values are told apart; empty for one series."""


def choose_chart(table: AnswerTable | None) -> ChartChoice | None:
    """The chart for `table`; None where a drawing says no more than its rows."""
    if table is None or len(table.rows) < 2:
        return None
    dates = [c.name for c in table.columns if c.kind == "date"]
    texts = [c.name for c in table.columns if c.kind in ("text", "yes/no")]
    numbers = [c.name for c in table.columns if c.kind == "number"]
    if not numbers or len(set(map(str, (c.name for c in table.columns)))) < len(table.columns):
        return None
    if dates:
        return ChartChoice("line", dates[0], numbers[0], texts[0] if texts else "")
    if texts and len(table.rows) <= _MOST_BARS:
        return ChartChoice("bar", texts[0], numbers[0], texts[1] if len(texts) > 1 else "")
    if len(numbers) > 1:
        return ChartChoice("scatter", numbers[0], numbers[1])
    return ChartChoice("histogram", numbers[0]) if len(table.rows) >= _MANY else None


def data_frame(table: AnswerTable) -> "pandas.DataFrame":
    """The rows, as they are shown."""
    import pandas as pd

    return pd.DataFrame(list(table.rows), columns=_once([column.name for column in table.columns]))


def plot_frame(table: AnswerTable) -> "pandas.DataFrame":
    """The rows for Gradio's plots, dates as points in time."""
    import pandas as pd

    frame = data_frame(table)
    for name, column in zip(frame.columns, table.columns, strict=True):
        if column.kind == "date":
            frame[name] = pd.to_datetime(frame[name], errors="coerce")
    return frame


def _once(names: list[str]) -> list[str]:
    return [
        f"{name} ({names[:at].count(name) + 1})" if name in names[:at] else name
        for at, name in enumerate(names)
    ]


def altair_chart(table: AnswerTable, choice: ChartChoice) -> "altair.Chart":
    """The chart for Streamlit's page."""
    import altair as alt

    kinds = {column.name: column.kind for column in table.columns}
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    x, y = _field(choice.x, kinds.get(choice.x, "text")), _field(choice.y, "number")
    if choice.mark == "histogram":
        x, y = {**x, "bin": True}, {"aggregate": "count", "title": "rows"}
    encoding: dict[str, object] = {"x": x if "bin" in x else {**x, "sort": None}, "y": y}
    encoding["tooltip"] = [_field(name, kind) for name, kind in kinds.items()]
    if choice.colour:
        encoding["color"] = _field(choice.colour, "text")
    mark = {"line": {"type": "line", "point": True}, "scatter": {"type": "circle", "size": 60}}
    drawn = mark.get(choice.mark, {"type": "bar"})
    chart: alt.Chart = alt.Chart.from_dict({"data": {"values": rows}, "mark": drawn, "encoding": encoding})
    return chart


def _field(name: str, kind: str) -> dict[str, object]:
    """A column as the chart names it; what is read as syntax in a name (".", "[") is escaped."""
    code = {"number": "quantitative", "date": "temporal"}.get(kind, "nominal")
    escaped = re.sub(r"""([.\[\]'"\\])""", r"\\\1", name)
    return {"field": escaped, "type": code, "title": name}


def csv_text(table: AnswerTable) -> str:
    """The rows as CSV for a spreadsheet, where no cell is taken for a formula."""
    return safe_csv([column.name for column in table.columns], table.rows)
