"""Where in a document the value of a field may stand: behind labels, in the shape of its kind, at its usual place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from protokit.runtime.extraction.concepts import CONCEPTS, FieldConcept, all_labels, concept_of, plain_name
from protokit.runtime.extraction.document_layout import address, first_segment, letterhead
from protokit.runtime.extraction.typed_values import TypedValue, Value, currency_code, find_values
from protokit.runtime.prototype_fields import ExtractionField

_ABBREVIATED = re.compile(r"\b(?:inc|corp|co|ltd|l\.l\.c|l\.p|jr|sr|n\.a|b\.v|s\.a|bros)\.$", re.IGNORECASE)
_LONG, _FAR = 2_500, 0.25
"""Characters of a long document, and how much less a value at its very end counts than one at its beginning."""
_LOOK = 60
"""Characters behind a label within which its value stands on the same line."""


@dataclass(frozen=True, slots=True)
class ExtractedValue:
    """A value that a field may have, and the words `text[start:end]` it was read from."""

    value: Value
    start: int
    end: int
    confidence: float
    """0 to 1."""
    reason: str
    """How it was found: 'behind "Total due"'."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Label:
    words: str
    rank: float
    """0 for the surest to 1."""
    start: int
    end: int


def find_field_values(field: ExtractionField, text: str) -> list[ExtractedValue]:
    """All values that `field` may have in `text`, best first; none where nothing speaks for any."""
    concept = concept_of(field)
    found = list(_of_type(field, concept, text) if field.type != "text" else _of_text(field, concept, text))
    if concept and concept.no_value:
        found = [each for each in found if not concept.no_value.search(str(each.value))]
    if field.type == "text":
        found = [each for each in found if str(each.value).rstrip(":").casefold() not in all_labels()]
    if concept and concept.place == "first":
        found = [*_earlier_first(found, text), *_letter_date(field, text)]
    if not found and concept:
        found = list(_by_place(field, concept, text))
    if concept and concept.place == "largest":
        found = _larger_first(found)
    best: dict[object, ExtractedValue] = {}
    for each in found:
        key = each.value.casefold() if isinstance(each.value, str) else each.value
        if key not in best or best[key].confidence < each.confidence:
            best[key] = each
    return sorted(best.values(), key=lambda each: -each.confidence)


def _earlier_first(found: Sequence[ExtractedValue], text: str) -> Iterator[ExtractedValue]:
    """In a long document, what stands far below the beginning speaks of something else more often."""
    for each in found:
        far = each.start / len(text) if len(text) > _LONG else 0.0
        yield replace(each, confidence=each.confidence - _FAR * far)


def _letter_date(field: ExtractionField, text: str) -> Iterator[ExtractedValue]:
    """The day that stands alone on a line at the top, as that of a letter does."""
    if field.type != "date":
        return
    top = text[:_LONG]
    for value in find_values(field, top):
        end = top.find("\n", value.end)
        line = top[top.rfind("\n", 0, value.start) + 1 : end if end >= 0 else len(top)]
        if line.strip(" .") == top[value.start : value.end].strip(" ."):
            yield from _readings(value, 0.72, "stands alone at the top")


def _larger_first(found: list[ExtractedValue]) -> list[ExtractedValue]:
    """Of amounts behind labels that are as sure, the largest is the sum of the others."""
    best = max((each.confidence for each in found), default=0.0)
    near = [each for each in found if each.confidence > best - 0.04 and isinstance(each.value, float)]
    if len(near) < 2:
        return found
    largest = max(near, key=lambda each: float(each.value))
    return [largest, *(each for each in found if each not in near)]


def _labels(field: ExtractionField, concept: FieldConcept | None, text: str) -> list[_Label]:
    """The labels of `field` in `text`; of those at one place only the longest, and none that means something else."""
    own, known = list(field.labels), list(concept.labels) if concept else []
    name = plain_name(field.name)
    words = list(dict.fromkeys([*own, *known, *([] if name in known else [name])]))
    at: dict[int, _Label] = {}
    for index, label in enumerate(words):
        for match in _label_pattern(label).finditer(text):
            old = at.get(match.start())
            if old is None or match.end() > old.end:
                at[match.start()] = _Label(label, index / len(words), match.start(), match.end())
    kept = [
        label
        for label in at.values()
        if label.words in own or not (concept and _means_another(label, concept, text))
    ]
    ends = {
        label.end: label for label in sorted(kept, key=lambda label: -label.start)
    }  # the longest of one end
    return sorted(ends.values(), key=lambda label: label.start)


@lru_cache(maxsize=2048)
def _label_pattern(label: str) -> re.Pattern[str]:
    inner = r"[\s._(-]{1,3}".join(map(re.escape, label.split()))
    before = r"(?<![\w-])" if label[0].isalnum() else r"(?<!\w)"
    after = r"(?![\w-])" if label[-1].isalnum() else ""
    return re.compile(f"{before}{inner}{after}", re.IGNORECASE)


@lru_cache(maxsize=256)
def _not_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def _means_another(label: _Label, concept: FieldConcept, text: str) -> bool:
    if not concept.not_labels:
        return False
    line = text.rfind("\n", 0, label.start) + 1
    before = re.split(r"\s{2,}|[:;|\d]", text[max(line, label.start - 16) : label.start])[-1]
    before = " ".join(before.split()[-2:])
    end = text.find("\n", label.end)
    after = re.split(r"[:\d|]|\s{3,}", text[label.end : end if end >= 0 else len(text)][:24])[0]
    after = "" if re.search(r"\bincl|payable|due|ttc", label.words) else " ".join(after.split()[:3])
    pattern = _not_pattern(concept.not_labels)
    return bool(pattern.search(before) or pattern.search(after))


def _of_type(field: ExtractionField, concept: FieldConcept | None, text: str) -> Iterator[ExtractedValue]:
    values = find_values(field, text)
    part = (concept.part if concept else "") or _part_by_name(field)
    ranges = _ranges(values, text)
    for label in _labels(field, concept, text):
        value, distance = _value_behind(label, values, text)
        if value is None:
            continue
        if part == "end":
            behind = ranges.get(value.start)
            if behind is None and _is_shared(label, field):
                continue
            value = behind or value
        confidence = 0.93 - 0.35 * label.rank - 0.1 * distance
        yield from _readings(value, confidence, f'behind "{text[label.start : label.end]}"')
    if part == "end":
        ends = {each.start: each for each in ranges.values()}
        yield from (c for each in list(ends.values())[:1] for c in _readings(each, 0.5, "the end of a range"))
    if concept and concept.patterns:
        yield from _by_pattern(field, concept, text)
    if field.type == "choice" or (field.type == "number" and field.unit):
        for value in [value for value in values if value.sure][:3]:
            yield from _readings(
                value, 0.5, "the only such value" if len(values) == 1 else "stands in the text"
            )


def _part_by_name(field: ExtractionField) -> str:
    name = f" {plain_name(field.name)} "
    if field.type not in ("date", "time"):
        return ""
    ends = CONCEPTS.words("end_words") & {*name.split()}
    return "end" if ends else ""


def _is_shared(label: _Label, field: ExtractionField) -> bool:
    """Whether the label stands before both ends of a range, so that a lone value behind it is its start."""
    own = CONCEPTS.words("end_words") & {*re.findall(r"\w+", label.words.lower())}
    return label.words not in field.labels and not own


def _ranges(values: Sequence[TypedValue], text: str) -> dict[int, TypedValue]:
    """The end of a range, by where its start stands."""
    pattern = CONCEPTS.pattern("range", flags=re.IGNORECASE)
    pairs = pairwise(values)
    return {a.start: b for a, b in pairs if pattern.fullmatch(text[a.end : b.start])}


def _readings(value: TypedValue, confidence: float, reason: str) -> Iterator[ExtractedValue]:
    yield ExtractedValue(value.value, value.start, value.end, confidence, reason, value.unit)
    if value.other is not None:
        reason = f"{reason}, read the other way round"
        yield ExtractedValue(value.other, value.start, value.end, confidence - 0.02, reason, value.unit)


def _value_behind(label: _Label, values: Sequence[TypedValue], text: str) -> tuple[TypedValue | None, float]:
    """The value that belongs to `label`, and how far it is, 0 to 1: on its line, else below it."""
    end = text.find("\n", label.end)
    end = len(text) if end < 0 else end
    here = [v for v in values if label.end <= v.start < min(end, label.end + _LOOK)]
    if chosen := next((v for v in here if v.sure), None) or next(iter(here), None):
        gap = text[label.end : chosen.start]
        if chosen.sure or not re.search(r"[^\W\d]{2}", gap):
            far = min(1.0, len(re.findall(r"\w+", gap)) / 8)
            return chosen, far
        return None, 1.0
    below_end = text.find("\n", end + 1)
    below = [v for v in values if end < v.start < (len(text) if below_end < 0 else below_end)]
    if not below:
        return None, 1.0
    line_start = text.rfind("\n", 0, label.start) + 1
    before = len(re.findall(r"[^\s:][^:\n]*?:", text[line_start : label.start]))
    if before and before < len(below):
        return below[before], 0.4
    lead = text[end + 1 : below[0].start]
    words = lead.split() if isinstance(below[0].value, str) else re.findall(r"\w+", lead)
    alone = not re.search(r"\w", text[label.end : end])
    return (below[0], 0.5) if below[0].sure and (alone or len(words) <= 2) else (None, 1.0)


def _of_text(field: ExtractionField, concept: FieldConcept | None, text: str) -> Iterator[ExtractedValue]:
    shape = re.compile(CONCEPTS.fill(concept.shape), re.IGNORECASE) if concept and concept.shape else None
    if concept and concept.patterns:
        yield from _by_pattern(field, concept, text)
    for label in _labels(field, concept, text):
        span = _text_behind(label, text, shape, known=bool(shape or (concept and concept.titled)))
        if span and (quote := text[span[0] : span[1]]).strip():
            prose = bool(concept and concept.patterns) and len(quote) > _LOOK
            yield ExtractedValue(
                in_normal_form(" ".join(quote.split()), concept),
                *span,
                (0.3 if prose else 0.9) - 0.3 * label.rank,
                f'behind "{text[label.start : label.end]}"',
            )


def _text_behind(
    label: _Label, text: str, shape: re.Pattern[str] | None, *, known: bool
) -> tuple[int, int] | None:
    """Where the text behind a label stands: on its line up to the next column or label, else on the line below."""
    end = text.find("\n", label.end)
    end = len(text) if end < 0 else end
    line = text.rfind("\n", 0, label.start) + 1
    behind = re.compile(r"[\s*_]*[:#|=][\s:#|*_]*|[ \t.]+").match(text, label.end)
    begins = not text[line : label.start].strip(" \t*-•|#>_") or text[label.start - 2 : label.start] in (
        "  ",
        "| ",
    )
    colon = behind is not None and bool(re.search(r"[:#|=]", behind[0]))
    titled = text[label.start].isupper() or not text[label.start].isalpha()
    if not (colon or (titled and (begins or known))):
        return None
    start = behind.end() if behind and behind.end() <= end else end
    if text[start:end].strip() and not (not colon and CONCEPTS.pattern("heads").match(text, start, end)):
        return _shaped(text, start, end, shape) if colon or not text[start].islower() else None
    below = text.find("\n", end + 1)
    below = len(text) if below < 0 else below
    if not (begins or known) or not text[end:below].strip():
        return None
    return _shaped(text, _behind_left_column(text, end + 1, below, label), below, shape)


def _behind_left_column(text: str, start: int, end: int, label: _Label) -> int:
    """Where the line under a label begins, behind the address that stands left of it where one stands left of both."""
    line = text.rfind("\n", 0, label.start) + 1
    left = CONCEPTS.pattern("left_column").match(text, start, end)
    return left.end() if left and text[line : label.start].strip() else start


def _shaped(text: str, start: int, end: int, shape: re.Pattern[str] | None) -> tuple[int, int] | None:
    if shape is None:
        return first_segment(text, start, end)
    match = shape.search(text, start, end)
    if match and len(re.findall(r"\w+", text[start : match.start()])) <= 2:
        return match.start(), len(text[: match.end()].rstrip(".,;:"))
    return None


def in_normal_form(words: str, concept: FieldConcept | None) -> str:
    """A length of time as a number and a unit: "two (2) years" is "2 years"; other words as they are."""
    if concept is None or concept.normal != "duration":
        return words
    match = re.match(r"(\w+(?:-\w+)?)\s*(?:\((\d+)\))?\s*(\w+)", words)
    if not match:
        return words
    numbers: dict[str, int] = CONCEPTS.get("number_words")
    number = match[2] or str(numbers.get(match[1].casefold(), match[1]))
    return f"{number} {match[3].casefold()}"


def _by_pattern(field: ExtractionField, concept: FieldConcept, text: str) -> Iterator[ExtractedValue]:
    for index, pattern in enumerate(concept.patterns):
        for count, match in enumerate(pattern.finditer(text)):
            if count == 5:
                break
            start, end = match.span("value")
            quote = text[start:end].rstrip(" ,;\n")
            quote = quote if _ABBREVIATED.search(quote) else quote.rstrip(" ,.;\n")
            value: Value = in_normal_form(" ".join(quote.split()), concept)
            if field.type == "number":
                read = next(iter(find_values(field, quote)), None)
                if read is None:
                    continue
                value = read.value
            yield ExtractedValue(
                value, start, start + len(quote), 0.8 - 0.06 * index - 0.03 * count, "by how it is worded"
            )


def _by_place(field: ExtractionField, concept: FieldConcept, text: str) -> Iterator[ExtractedValue]:
    """Where a value usually stands in a document that has no label for it."""
    if concept.place == "letterhead" and (span := letterhead(text)):
        yield ExtractedValue(
            " ".join(text[slice(*span)].split()), *span, 0.6, "the first line that is a name"
        )
    elif concept.place == "address" and (span := address(text)):
        yield ExtractedValue(" ".join(text[slice(*span)].split()), *span, 0.6, "looks like an address")
    elif concept.place == "brand":
        if match := CONCEPTS.pattern("brand").match(text[:400]):
            yield ExtractedValue(
                match[1].strip(), match.start(1), len(text[: match.end(1)].rstrip()), 0.4, "stands first"
            )
    elif concept.place == "currency":
        yield from _currencies(text)
    elif concept.place == "first":
        values = find_values(field, text)
        for value in values[:1]:
            yield from _readings(value, 0.5, "the first in the document")
    elif concept.place == "largest":
        values = [
            value for value in find_values(field, text) if value.sure and isinstance(value.value, float)
        ]
        if values:
            yield from _readings(max(values, key=lambda each: each.value), 0.35, "the largest amount")


def _currencies(text: str) -> Iterator[ExtractedValue]:
    signs = [value for value in find_values(ExtractionField(name="x", type="money"), text) if value.unit]
    codes = [value.unit for value in signs]
    for code in sorted({*codes}, key=lambda code: -codes.count(code))[:1]:
        first = next(value for value in signs if value.unit == code)
        yield ExtractedValue(
            currency_code(code), first.start, first.end, 0.75, "the currency of most amounts"
        )
