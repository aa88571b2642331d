"""Metrics: what each is, how it is computed, and what may be said of it with so few cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Literal

from msgspec import Struct, yaml

from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase

Unit = Literal["share", "seconds", "dollars", "tokens", "people", "people a day", "questions", "minutes"]
_Z = 1.959964
"""Of a 95% interval."""


class Metric(Struct, frozen=True, forbid_unknown_fields=True):
    """One metric as metrics.yaml defines it."""

    name: str
    label: str
    unit: Unit
    least: int
    """Cases below which nothing is said."""
    meaning: str
    sql: str


@dataclass(frozen=True, slots=True)
class MetricValue:
    """What a metric comes to. Shares are 0 to 1; `low` and `high` bound a share with 95% certainty (Wilson)."""

    metric: Metric
    value: float | None
    """None where there is no case."""
    cases: int
    low: float | None = None
    high: float | None = None

    @property
    def enough(self) -> bool:
        """Whether there are cases enough to say something."""
        return self.value is not None and self.cases >= self.metric.least

    def __str__(self) -> str:
        """The value with its unit and interval, or that there are too few cases."""
        if self.value is None or not self.enough:
            return f"too few to say ({self.cases} of {self.metric.least})"
        text = in_words(self.value, self.metric.unit)
        if self.low is None or self.high is None:
            return text
        return f"{text} ({self.low:.0%} to {self.high:.0%}, of {self.cases})"


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by name, in the order of metrics.yaml."""
    text = Path(__file__).with_name("metrics.yaml").read_bytes()
    return {metric.name: metric for metric in yaml.decode(text, type=list[Metric])}


def measure(database: ReadOnlyDatabase, names: Iterable[str] = ()) -> list[MetricValue]:
    """The metrics `names` (default: all) over the tables of a usage database."""
    known = metrics()
    return [_measure(database, known[name]) for name in names or known]


def in_words(value: float, unit: Unit) -> str:
    """A value as a person reads it: "82%", "1.4 s", "$0.0021", "1,200 tokens"."""
    if unit == "share":
        return f"{value:.0%}"
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if 0 < value < 0.1 else f"{value:.1f} s"
    if unit == "dollars":
        return f"${value:,.2f}" if value == 0 or value >= 0.1 else f"${value:.4f}"
    return f"{value:,.1f} {unit}" if unit == "people a day" else f"{value:,.0f} {unit}"


def interval(hits: int, cases: int) -> tuple[float, float]:
    """The 95% interval of a share by Wilson's score, 0 to 1. Raises ZeroDivisionError without cases."""
    share, square = hits / cases, _Z * _Z / cases
    middle = share + square / 2
    margin = _Z * sqrt(share * (1 - share) / cases + square / (4 * cases))
    return max(0.0, (middle - margin) / (1 + square)), min(1.0, (middle + margin) / (1 + square))


def _measure(database: ReadOnlyDatabase, metric: Metric) -> MetricValue:
    table = database.run(metric.sql).table
    row = {column.name: cell for column, cell in zip(table.columns, table.rows[0], strict=True)}
    cases = int(float(row["cases"] or 0))
    if not cases:
        return MetricValue(metric, None, 0)
    if "hits" not in row:
        return MetricValue(metric, None if row["value"] is None else float(row["value"]), cases)
    hits = int(float(row["hits"] or 0))
    return MetricValue(metric, hits / cases, cases, *interval(hits, cases))
