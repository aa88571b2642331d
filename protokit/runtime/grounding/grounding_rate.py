"""How many answers of a prototype the check doubts, with how sure one can be of that share.

It is no rate of errors: the check errs both ways (its measured shares stand in README.md).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from protokit.runtime.grounding.verify import NO_CLAIM, UNSUPPORTED, Grounding

FEWEST = 20
"""Answers with a claim under which no rate is stated."""
_Z = 1.959964


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share of which `hits` of `of` were seen (Wilson 1927); 0 to 1 where nothing was."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of answers that the check doubts, those with an unsupported sentence, among those that claim."""

    unsupported: int
    answers: int

    @property
    def enough(self) -> bool:
        """Whether there are enough answers to say anything."""
        return self.answers >= FEWEST

    @property
    def share(self) -> float:
        """0 to 1; 0 where there are no answers."""
        return self.unsupported / self.answers if self.answers else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the share (Wilson 1927), 0 to 1 where there are no answers."""
        return wilson(self.unsupported, self.answers)

    def __str__(self) -> str:
        """For a person: "4% (2% to 8%) of 210 answers" or "too few answers to say (7 of 20)"."""
        if not self.enough:
            return f"too few answers to say ({self.answers} of {FEWEST})"
        low, high = self.interval
        return f"{self.share:.0%} ({low:.0%} to {high:.0%}) of {self.answers} answers"


def rate(checks: Iterable[Grounding]) -> Rate:
    """The rate over the answers checked; answers that claim nothing are left out."""
    claiming = [each for each in checks if each.verdict != NO_CLAIM]
    return Rate(sum(each.verdict == UNSUPPORTED for each in claiming), len(claiming))
