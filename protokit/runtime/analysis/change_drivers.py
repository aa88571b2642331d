"""Why a sum changed from one period to another: taken apart into parts that add up exactly, held against chance."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist, fmean, pvariance

LEVEL = 0.05
"""How often something may stand out where nothing but chance is at work, over all that is looked at."""
MOST_SEGMENTS = 40
LEAST_DAYS = 6
"""Days of a period below which chance cannot be told."""
_LEAST_SHARE = 0.15
"""Of the whole change, or of the value before, below which a segment is no cause."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both in it."""

    start: date
    end: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.start + timedelta(step) for step in range((self.end - self.start).days + 1)]

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A row: its day, its value (1 where rows are counted), and what it says in each dimension."""

    day: date
    value: float
    segments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """What one segment adds to the change: `after - before`. All segments of a dimension add up to the whole."""

    dimension: str
    segment: str
    before: float
    after: float
    surprise: float
    """How many standard errors its change is from what the rest did; 0 where chance cannot be told."""

    @property
    def change(self) -> float:
        """Its contribution."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Drivers:
    """A change taken apart."""

    before: float
    after: float
    volume: float
    """What more or fewer rows do; with `rate` the whole change."""
    rate: float
    """What higher or lower values a row do."""
    segments: tuple[SegmentChange, ...]
    """Those of all dimensions, the most surprising first."""
    causes: tuple[SegmentChange, ...]
    """Those that stand out; none where all is within chance."""
    missing_days: tuple[int, int]
    """Days without a row in either period, where most days have some."""

    @property
    def change(self) -> float:
        """The whole."""
        return self.after - self.before


def explain_change(rows: Sequence[DatedValue], first: Period, second: Period) -> Drivers:
    """Take the change of the sum of `rows` from `first` to `second` apart."""
    old, new = ([row for row in rows if row.day in period] for period in (first, second))
    before, after = sum(row.value for row in old), sum(row.value for row in new)
    rate_before, rate_after = (fmean(row.value for row in part) if part else 0.0 for part in (old, new))
    volume = (len(new) - len(old)) * (rate_before + rate_after) / 2
    rate = (rate_after - rate_before) * (len(old) + len(new)) / 2
    segments = _segments(old, new, first, second)
    causes = _causes(segments, before, after)
    return Drivers(before, after, volume, rate, segments, causes, (_gaps(old, first), _gaps(new, second)))


def _segments(
    old: Sequence[DatedValue], new: Sequence[DatedValue], first: Period, second: Period
) -> tuple[SegmentChange, ...]:
    """Each segment's part of the change, and how far it is from what the others did."""
    results = []
    for dimension in dict.fromkeys(name for row in (*old, *new) for name in row.segments):
        sums = [_daily(part, period, dimension) for part, period in ((old, first), (new, second))]
        names = sorted({*sums[0], *sums[1]})
        if not 1 < len(names) <= MOST_SEGMENTS:
            continue
        for name in names:
            mine = [
                part.get(name, [0.0] * len(period.days))
                for part, period in zip(sums, (first, second), strict=True)
            ]
            rest = [
                [
                    sum(values) - own
                    for own, values in zip(days, zip(*part.values(), strict=True), strict=True)
                ]
                for days, part in zip(mine, sums, strict=True)
            ]
            results.append(SegmentChange(dimension, name, sum(mine[0]), sum(mine[1]), _surprise(mine, rest)))
    return tuple(sorted(results, key=lambda each: -abs(each.surprise)))


def _surprise(mine: Sequence[Sequence[float]], rest: Sequence[Sequence[float]]) -> float:
    """The change of a segment less what it would be had it gone as the rest, in standard errors of days."""
    if min(map(len, mine)) < LEAST_DAYS:
        return 0.0
    others = [sum(rest[0]), sum(rest[1])]
    growth = others[1] / others[0] if others[0] > 0 and others[1] > 0 else 1.0
    before, after = sum(mine[0]), sum(mine[1])
    spread = _error(mine[0]) * growth**2 + _error(mine[1])
    if others[0] > 0:  # what the rest did is known no better than by its own days
        spread += (before / others[0]) ** 2 * (_error(rest[1]) + growth**2 * _error(rest[0]))
    return (after - before * growth) / spread**0.5 if spread > 0 else 0.0


def _error(days: Sequence[float]) -> float:
    """The variance of a sum over days."""
    return len(days) * pvariance(days) * len(days) / max(1, len(days) - 1)


def _causes(segments: Sequence[SegmentChange], before: float, after: float) -> tuple[SegmentChange, ...]:
    """What stands out although so many segments were looked at, the most surprising first."""
    if not segments:
        return ()
    limit = NormalDist().inv_cdf(1 - LEVEL / (2 * len(segments))) * 1.1  # days are not quite normal
    least = _LEAST_SHARE * max(abs(after - before), 0.1 * abs(before))
    return tuple(each for each in segments if abs(each.surprise) > limit and abs(each.change) > least)


def _daily(rows: Iterable[DatedValue], period: Period, dimension: str) -> dict[str, list[float]]:
    """For each segment its sum on each day of `period`."""
    at = {day: place for place, day in enumerate(period.days)}
    new: Callable[[], list[float]] = lambda: [0.0] * len(at)  # noqa: E731
    sums: dict[str, list[float]] = defaultdict(new)
    for row in rows:
        sums[row.segments.get(dimension, "")][at[row.day]] += row.value
    return sums


def _gaps(rows: Sequence[DatedValue], period: Period) -> int:
    """Days without a row, 0 where that is usual."""
    there = {row.day for row in rows}
    missing = len(period.days) - len(there)
    return missing if 0 < missing <= 0.4 * len(period.days) else 0
