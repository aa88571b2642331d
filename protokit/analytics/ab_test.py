"""Two ideas side by side, split by visitor: which is better, by a rule that may be looked at after every visitor.

The test is sequential: it holds however often somebody looks, and whenever they stop. Visitors of the two ideas are
paired in the order in which they came; d is the difference of a pair, between -1 and 1. Where both ideas are equally
good, each product of 1 + b * d over the pairs (a bet b on one side, a quarter of the money on each of four) is a fair
game, which ever grows twentyfold with a probability of at most 5% (Ville 1939). Where it does, there is a winner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from protokit.runtime.analysis.read_only_database import ReadOnlyDatabase

Verdict = Literal["A is better", "B is better", "no difference that matters", "too few yet"]
MARGIN = 0.1
"""A difference of shares below it does not matter."""
LEVEL = 0.05
"""How likely two equal ideas may ever have a winner."""
_BETS = (0.3, 0.6)
AB_MEASURES = {
    "accepted": "Accepted answers",
    "answered": "Answered questions",
    "thumbs_up": "Thumbs up",
    "would_use": "Would use it (8 to 10)",
}
"""What two ideas can be compared by, each as the share that one visitor gives."""
_BY_VISITOR = {
    "accepted": "SELECT visitor, min(id), avg(accepted::INT) FROM questions GROUP BY visitor ORDER BY 2",
    "answered": "SELECT visitor, min(id), avg(answered::INT) FROM questions GROUP BY visitor ORDER BY 2",
    "thumbs_up": "SELECT visitor, min(id), avg((thumbs = 1)::INT) FROM questions WHERE thumbs IS NOT NULL"
    " GROUP BY visitor ORDER BY 2",
    "would_use": "SELECT visitor, min(time), avg((would_use >= 8)::INT) FROM feedback WHERE would_use IS NOT NULL"
    " GROUP BY visitor ORDER BY 2",
}


@dataclass(frozen=True, slots=True)
class AbResult:
    """What two ideas came to; shares are 0 to 1, each visitor counting once."""

    verdict: Verdict
    visitors: tuple[int, int]
    shares: tuple[float | None, float | None]
    decided_at: int | None
    """Pairs of visitors after which the verdict stood; None where it does not."""


def compare_visitors(first: Sequence[float], second: Sequence[float]) -> AbResult:
    """The verdict on two ideas whose visitors gave these shares (0 to 1), in the order in which they came."""
    better, worse = [1.0] * len(_BETS), [1.0] * len(_BETS)
    not_better, not_worse = [1.0] * len(_BETS), [1.0] * len(_BETS)
    verdict: Verdict = "too few yet"
    decided_at = None
    for pair, (a, b) in enumerate(zip(first, second, strict=False), 1):
        d = a - b
        better, worse = _grown(better, d), _grown(worse, -d)
        not_better, not_worse = _grown(not_better, MARGIN - d), _grown(not_worse, MARGIN + d)
        if fmean(better + worse) >= 1 / LEVEL:
            verdict = "A is better" if sum(better) > sum(worse) else "B is better"
        elif min(fmean(not_better), fmean(not_worse)) >= 1 / LEVEL:
            verdict = "no difference that matters"
        if verdict != "too few yet":
            decided_at = pair
            break
    shares = (fmean(first) if first else None, fmean(second) if second else None)
    return AbResult(verdict, (len(first), len(second)), shares, decided_at)


def shares_by_visitor(
    database: ReadOnlyDatabase, measure: str, visitors: frozenset[str] | None = None
) -> list[float]:
    """What each visitor (of `visitors`, where some are named) gives by one of AB_MEASURES, in the order in which
    they came. Raises KeyError for another measure."""
    rows = database.run(_BY_VISITOR[measure]).table.rows
    return [float(str(share)) for who, _, share in rows if visitors is None or who in visitors]


def _grown(stakes: Sequence[float], gain: float) -> list[float]:
    return [stake * (1 + bet * gain) for stake, bet in zip(stakes, _BETS, strict=True)]
