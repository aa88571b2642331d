"""What visitors think of a prototype as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

SIMULATED = "simulated "
"""How names of simulated visitors begin; a person's pseudonym never does."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One time that somebody pressed Send. Times are seconds since 1970 (UTC)."""

    time: float
    visitor: str
    link: str
    """Name or number of the link they came by, empty for the owner."""
    thumbs: int | None = None
    """1 (up), -1 (down) or None."""
    would_use: int | None = None
    """Would you use this? 0 (never) to 10 (at once), or None."""
    comment: str = ""

    @property
    def simulated(self) -> bool:
        """Whether nobody wrote it."""
        return self.visitor.startswith(SIMULATED)


def latest(opinions: Iterable[Opinion]) -> list[Opinion]:
    """One for each visitor, the newest first; what the newest leaves open, earlier ones of theirs say."""
    merged_opinions: dict[str, Opinion] = {}
    for opinion in sorted(opinions, key=lambda each: each.time):
        before = merged_opinions.pop(opinion.visitor, None)
        if before:
            opinion = replace(
                opinion,
                thumbs=before.thumbs if opinion.thumbs is None else opinion.thumbs,
                would_use=before.would_use if opinion.would_use is None else opinion.would_use,
                comment=opinion.comment or before.comment,
            )
        merged_opinions[opinion.visitor] = opinion
    return list(reversed(merged_opinions.values()))
