"""A share among what a kind measures of its answers, with its interval, or that there is too little to say."""

from protokit.runtime.assistant_types import Measure
from protokit.runtime.grounding.grounding_rate import FEWEST, wilson

TOO_FEW = "too few to say"


def measure_share(name: str, hits: int, of: int) -> Measure:
    """`hits` of `of` with the 95% interval (Wilson)."""
    if of < FEWEST:
        return Measure(name, f"{hits} of {of}, {TOO_FEW}", None, None, of)
    low, high = wilson(hits, of)
    text = f"{hits} of {of}, {hits / of:.0%} ({low:.0%}–{high:.0%})"
    return Measure(name, text, hits / of, (low, high), of)
