"""What corrections have taught: how often the labels agree with them without and with the other corrections."""

from collections.abc import Sequence
from dataclasses import dataclass

from protokit.runtime.classification.classify_texts import label_model
from protokit.runtime.classification.label_model import Example
from protokit.runtime.prototype_fields import Label

_FEWEST = 4
"""Corrections below which nothing can be said."""


@dataclass(frozen=True, slots=True)
class CorrectionGain:
    """Shares of the corrected texts, from 0 to 1, whose label is the right one."""

    count: int
    before: float
    """Without any correction."""
    after: float
    """With all the others: each text is judged as if it had not been corrected itself."""


def correction_gain(
    labels: tuple[Label, ...], corrections: Sequence[Example], about: str = ""
) -> CorrectionGain | None:
    """What the corrections whose label there is have taught; None where they are too few to say."""
    names = [label.name for label in labels]
    known = tuple(each for each in corrections if each.label in names)
    if len(known) < _FEWEST:
        return None
    right = [names.index(each.label) for each in known]
    plain = label_model(labels, (), about)
    before = plain.best(plain.probabilities([each.text for each in known]))
    after = label_model(labels, known, about).left_out_corrections(len(known))
    hits = [sum(a == b for a, b in zip(given, right, strict=True)) for given in (before, after)]
    return CorrectionGain(len(known), hits[0] / len(known), hits[1] / len(known))
