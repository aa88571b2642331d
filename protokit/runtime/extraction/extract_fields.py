"""A document and the fields to find in it -> a cell for each: its value with its quote, or "not stated"."""

from collections.abc import Sequence
from dataclasses import dataclass

from protokit.runtime.extraction.field_values import ExtractedValue, find_field_values
from protokit.runtime.prototype_fields import ExtractionField

_NEAR = 0.05
"""A second value whose confidence is that near to the best is shown beside it."""
_MOST = 5
"""Values of a field that may have several."""


@dataclass(frozen=True, slots=True)
class ExtractedCell:
    """What a document says of one field; empty where it does not say it."""

    field: ExtractionField
    values: tuple[ExtractedValue, ...] = ()
    """The value; more where the field may have several, or where the document leaves open which is meant."""
    note: str = ""
    """Why it is empty, where there is more to say than that nothing is stated."""

    @property
    def undecided(self) -> bool:
        """Whether two values speak for one field."""
        return len(self.values) > 1 and not self.field.list

    @property
    def stated(self) -> bool:
        """Whether the document says anything of it."""
        return bool(self.values)


def extract_fields(fields: Sequence[ExtractionField], text: str) -> tuple[ExtractedCell, ...]:
    """A cell for each of `fields`, in their order."""
    return tuple(ExtractedCell(field, _chosen(field, find_field_values(field, text))) for field in fields)


def _chosen(field: ExtractionField, found: Sequence[ExtractedValue]) -> tuple[ExtractedValue, ...]:
    if not found:
        return ()
    best = found[0]
    if field.list:
        return _distinct([each for each in found if each.confidence > best.confidence - 0.2])[:_MOST]
    same_place = [each for each in found[1:] if (each.start, each.end) == (best.start, best.end)]
    near = same_place or [each for each in found[1:] if each.confidence > best.confidence - _NEAR]
    return (best, *near[:1]) if near else (best,)


def _distinct(found: Sequence[ExtractedValue]) -> tuple[ExtractedValue, ...]:
    """Without values that stand inside of others, or are part of them."""
    kept: list[ExtractedValue] = []
    for each in sorted(found, key=lambda one: -len(str(one.value))):
        if not any(str(each.value).casefold() in str(other.value).casefold() for other in kept):
            kept.append(each)
    return tuple(sorted(kept, key=lambda one: one.start))
