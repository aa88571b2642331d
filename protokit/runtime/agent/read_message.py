"""What a message says for the fields of a form: a typed value goes to the field that its words or the question name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from protokit.runtime.agent.form_fields import FORM_WORDS, meaning_of
from protokit.runtime.agent.named_values import (
    emails,
    names_after,
    names_before,
    offered_name,
    own_choice,
    person_names,
    phones,
    whole_answer,
)
from protokit.runtime.agent.spoken_dates import Moment, find_moments, words_between
from protokit.runtime.agent.spoken_numbers import find_numbers
from protokit.runtime.extraction.typed_values import TypedValue, amounts
from protokit.runtime.prototype_fields import ActionField

_NAMED = {"place", "origin", "destination", "title"}
Choices = Mapping[str, Sequence[str]]
"""What a choice may be, by the name of its field."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What was said for a field."""

    value: str | float | bool
    """A day as "2026-03-31", a time as "15:30", a duration in hours, a number, True, or text."""
    text: str
    """As it was said."""
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class MessageReading:
    """What one message says, as far as it was read."""

    text: str
    language: str
    values: dict[str, FieldValue] = field(default_factory=dict)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def is_free(self, start: int, end: int) -> bool:
        return all(end <= first or start >= last for first, last in self.taken)

    def take(self, name: str, value: str | float | bool, start: int, end: int) -> None:
        self.values[name] = FieldValue(value, self.text[start:end].strip(" ,;"), start, end)
        self.taken.append((start, end))

    def before(self, start: int) -> str:
        """The few words before a place, up to a comma or the value before."""
        floor = max((last for _, last in self.taken if last <= start), default=0)
        return re.split(r"[,;.!?]\s", self.text[max(floor, start - 40) : start])[-1].casefold()

    def after(self, end: int) -> str:
        return re.split(r"[,;.!?](?:\s|$)", self.text[end : end + 40])[0].casefold()


def read_message(
    text: str,
    fields: Sequence[ActionField],
    *,
    now: datetime,
    language: str = "en",
    asked: Sequence[str] = (),
    choices: Choices | None = None,
    filled: Sequence[str] = (),
    offered: bool = False,
) -> dict[str, FieldValue]:
    """The values that `text` gives to `fields`, by name. `asked` are the fields that were asked for just before, and
    `filled` those that have a value. Names in a proposal (`offered`) need no words before them."""
    reading = MessageReading(text, language)
    options = {each.name: tuple((choices or {}).get(each.name) or each.choices) for each in fields}
    for each in fields:
        if each.type in ("email", "phone"):
            for value in emails(text) if each.type == "email" else phones(text):
                if reading.is_free(value.start, value.end):
                    reading.take(each.name, value.value, value.start, value.end)
                    break
    _read_choices(reading, [each for each in fields if each.type == "choice"], options, asked)
    moments = [each for each in find_moments(text, now, language) if reading.is_free(each.start, each.end)]
    _read_numbers(reading, fields, options, asked, moments)
    _read_moments(reading, fields, asked, moments, filled)
    _read_yes_or_no(reading, [each for each in fields if each.type == "yes/no"], asked)
    if offered:
        _read_offer(reading, fields)
    _read_names(reading, fields, asked, offered=offered)
    _read_answer(reading, fields, options, asked)
    return reading.values


# Days, times, durations


def _read_moments(
    reading: MessageReading,
    fields: Sequence[ActionField],
    asked: Sequence[str],
    moments: Sequence[Moment],
    filled: Sequence[str],
) -> None:
    kinds = {"date": ("date", "instant", "period"), "time": ("time", "instant"), "duration": ("duration",)}
    for kind, wanted in kinds.items():
        typed = [each for each in fields if each.type == kind]
        values = [
            each for each in moments if each.kind in wanted and _is_meant(each, kind, typed, asked, reading)
        ]
        if any(each.kind in ("date", "instant") for each in values):
            values = [each for each in values if each.kind != "period"]
        if kind == "time" and not values and any(each.name in asked for each in typed):
            values = _bare_hours(reading)
        _share_out(reading, typed, values, asked, filled)


def _bare_hours(reading: MessageReading) -> list[Moment]:
    """The hour that a bare number is where a time was asked for: "6 works"."""
    hours = [each for each in find_numbers(reading.text, reading.language) if each.value in range(1, 25)]
    return [
        Moment(
            "time", each.start, each.end, seconds=float(each.value) * 3600, half_known=float(each.value) > 12
        )
        for each in hours[:1]
        if reading.is_free(each.start, each.end)
    ]


def _is_meant(
    moment: Moment, kind: str, typed: Sequence[ActionField], asked: Sequence[str], reading: MessageReading
) -> bool:
    if not typed or not reading.is_free(moment.start, moment.end):
        return False
    vague = moment.is_now or (moment.kind == "period" and not moment.sure)  # "now that", "may I"
    return not vague or any(each.name in asked for each in typed)


def _share_out(
    reading: MessageReading,
    typed: Sequence[ActionField],
    values: Sequence[Moment],
    asked: Sequence[str],
    filled: Sequence[str],
) -> None:
    """Give each value to a field: the one whose words stand before it, else the one asked for, else in order."""
    open_fields = list(typed)
    left: list[Moment] = []
    values = _ends_of_stretch(reading, open_fields, values)
    for value in values:
        chosen = next(
            (each for each in open_fields if len(typed) > 1 and _leads(each, reading, value.start)), None
        )
        if chosen:
            open_fields.remove(chosen)
            _take_moment(reading, chosen, value)
        else:
            left.append(value)
    order = sorted(open_fields, key=lambda each: (each.name not in asked, each.name in filled))
    for value, each in zip(left, order, strict=False):
        _take_moment(reading, each, value)


def _ends_of_stretch(
    reading: MessageReading, open_fields: list[ActionField], values: Sequence[Moment]
) -> Sequence[Moment]:
    """Give the two ends of "from the 9th until the 12th" to the fields of a start and an end; what is left."""
    start = next((each for each in open_fields if "start" in meaning_of(each).kinds), None)
    end = next((each for each in open_fields if each is not start and "end" in meaning_of(each).kinds), None)
    for one, two in pairwise(values):
        if start and end and words_between(reading.text, one, two, reading.language):
            _take_moment(reading, start, one)
            _take_moment(reading, end, two)
            open_fields.remove(start)
            open_fields.remove(end)
            return [each for each in values if each not in (one, two)]
    return values


def _leads(each: ActionField, reading: MessageReading, start: int) -> bool:
    meaning = meaning_of(each)
    before = reading.before(start)
    own = "|".join(re.escape(word) for word in meaning.words)
    patterns = [
        rf"\b(?:{meaning.lead})(?:\s+(?:the|on|at|by|around|about|is|will be|be))*\s*$"
        if meaning.lead
        else "",
        rf"\b(?:{own})\b[^,]{{0,18}}$" if own else "",
    ]
    return any(re.search(pattern, before) for pattern in patterns if pattern)


def _take_moment(reading: MessageReading, each: ActionField, moment: Moment) -> None:
    if each.type == "date" and moment.day:
        reading.take(each.name, moment.day.isoformat(), moment.start, moment.end)
    elif each.type == "time":
        if moment.kind == "instant":
            reading.taken = [span for span in reading.taken if span != (moment.start, moment.end)]
        reading.take(each.name, moment.clock, moment.start, moment.end)
    elif each.type == "duration":
        reading.take(each.name, round(moment.seconds / 3600, 4), moment.start, moment.end)


# Numbers and money


def _read_numbers(
    reading: MessageReading,
    fields: Sequence[ActionField],
    options: Choices,
    asked: Sequence[str],
    moments: Sequence[Moment],
) -> None:
    money = [each for each in fields if each.type == "money"]
    for value in amounts(reading.text) if money else ():
        end = _scaled_end(reading, value)
        if reading.is_free(value.start, end) and (value.unit or any(each.name in asked for each in money)):
            target = next((each for each in money if each.name not in reading.values), None)
            if target:
                number = next(
                    (n.value for n in find_numbers(reading.text[value.start : end], reading.language)),
                    value.value,
                )
                reading.take(target.name, float(number), value.start, end)
    if left := [each for each in money if each.name not in reading.values]:
        _read_worded_money(reading, left[0])
    counted = [each for each in fields if each.type == "number"] + [
        each for each in money if each.name not in reading.values and each.name in asked
    ]
    if not counted:
        return
    solid = [(each.start, each.end) for each in moments if each.sure and each.kind != "duration"]
    for value in find_numbers(reading.text, reading.language):
        if not reading.is_free(value.start, value.end) or any(
            a < value.end and value.start < b for a, b in solid
        ):
            continue
        target = _counts(reading, value, counted, asked, options)
        if target and target.name not in reading.values:
            person = re.match(
                r"\s+(?:people|persons?|guests?|adults?)\b", reading.text[value.end :], re.IGNORECASE
            )
            reading.take(
                target.name, float(value.value), value.start, value.end + (person.end() if person else 0)
            )


def _read_worded_money(reading: MessageReading, target: ActionField) -> None:
    """ "180 euros", "forty dollars"."""
    for value in find_numbers(reading.text, reading.language):
        currency = rf"\s*(?:{FORM_WORDS.get('currencies')})\b"
        match = re.match(currency, reading.text[value.end :], re.IGNORECASE)
        if match and reading.is_free(value.start, value.end):
            reading.take(target.name, float(value.value), value.start, value.end + match.end())
            return


def _scaled_end(reading: MessageReading, value: TypedValue) -> int:
    """Where an amount ends, with a "million" behind it."""
    for number in find_numbers(reading.text, reading.language):
        if number.start < value.end < number.end:
            return number.end
    return value.end


def _counts(
    reading: MessageReading,
    value: TypedValue,
    counted: Sequence[ActionField],
    asked: Sequence[str],
    options: Choices,
) -> ActionField | None:
    """The field whose words stand beside the number, else the one that was asked for."""
    before, after = reading.before(value.start), reading.after(value.end)
    for each in counted:
        meaning = meaning_of(each)
        own = "|".join(rf"{re.escape(word.rstrip('s'))}\w*" for word in (*meaning.words, *each.words))
        tail = "|".join(filter(None, [meaning.tail, own]))
        if tail and re.match(rf"\s*-?(?:more |other |of the )?(?:{tail})\b", after):
            return each
    for each in counted:
        meaning = meaning_of(each)
        own = "|".join(re.escape(word) for word in (*meaning.words, *each.words))
        own_lead = rf"\b(?:{own})\b(?:\s+(?:is|of|to|will be|are|be|:))*\s*:?\s*$"
        if (own and re.search(own_lead, before)) or (
            "people" in meaning.kinds
            and re.search(rf"\b(?:{FORM_WORDS.get('kinds', 'people', 'lead')})\s*$", before)
            and not re.match(
                r"\s*(?:\w+ )?(?:days?|nights?|hours?|minutes?|weeks?|months?|years?|[$€£%:])", after
            )
        ):
            return each
    if not re.match(r"\s*(?:days?|nights?|hours?|minutes?|weeks?|months?|years?|[:%])", after):
        return next((each for each in counted if each.name in asked), None)
    return None


# Choices


def _read_choices(
    reading: MessageReading, fields: Sequence[ActionField], options: Choices, asked: Sequence[str]
) -> None:
    for each in sorted(fields, key=lambda each: each.name not in asked):
        hits = [
            value
            for value in own_choice(reading.text, options[each.name], asked=each.name in asked)
            if reading.is_free(value.start, value.end)
        ]
        rivals = [
            other
            for other in fields
            if other is not each and set(options[other.name]) & set(options[each.name])
        ]
        if rivals:
            hits = [hit for hit in hits if _is_nearest(each, rivals, reading, hit)] or (
                hits if each.name in asked else []
            )
        if hits:
            last = hits[-1] if len(hits) > 1 and _is_corrected(reading.text, hits) else hits[0]
            reading.take(each.name, last.value, last.start, last.end)


def _is_nearest(
    each: ActionField, rivals: Sequence[ActionField], reading: MessageReading, hit: TypedValue
) -> bool:
    """Whether a choice that several fields know is of this one: its words stand beside it, and no rival's do."""
    around = reading.text[max(0, hit.start - 30) : hit.end + 30].casefold()

    def count(one: ActionField) -> int:
        own = set(meaning_of(one).words) - set().union(
            *(meaning_of(other).words for other in (each, *rivals) if other is not one)
        )
        return sum(bool(re.search(rf"\b{re.escape(word)}", around)) for word in own)

    return all(count(each) >= count(rival) for rival in rivals) and (count(each) > 0 or each.required)


def _is_corrected(text: str, hits: Sequence[TypedValue]) -> bool:
    """Whether what stands between two choices says that the second counts: "not A but B", "A, no, B"."""
    between = text[hits[0].end : hits[-1].start].casefold()
    before = text[: hits[0].start].casefold()
    return bool(
        re.search(
            r"\b(?:but|no|sorry|rather|actually|instead|to|sondern|lieber|sino|mais|ma|mas|maar)\b", between
        )
    ) or bool(re.search(rf"\b{FORM_WORDS.text('deny')}\s*$", before))


def _read_yes_or_no(reading: MessageReading, fields: Sequence[ActionField], asked: Sequence[str]) -> None:
    low = reading.text.casefold()
    deny, affirm = FORM_WORDS.text("deny"), FORM_WORDS.text("affirm")
    for each in fields:
        words = [*meaning_of(each).words, *each.words]
        hit = next(
            (m for word in words if (m := re.search(rf"\b{re.escape(word[:6].casefold())}\w*", low))), None
        )
        if hit and not re.search(FORM_WORDS.text("question"), low):
            before = low[max(0, hit.start() - 25) : hit.start()]
            value = not re.search(
                rf"(?:\b|non-?)(?:{deny}|without|ohne|sin|sans|senza|sem|zonder|bez)\b[^.,;]*$|\bnon-?$",
                before,
            )
            reading.take(each.name, value, *hit.span())
        elif each.name in asked:
            if match := re.match(rf"\W*(?P<no>{deny})\b", low):
                reading.take(each.name, False, *match.span("no"))
            elif match := re.match(rf"\W*(?P<yes>{affirm})(?!\w)", low):
                reading.take(each.name, True, *match.span("yes"))


# Names, places and other text


def _read_names(
    reading: MessageReading, fields: Sequence[ActionField], asked: Sequence[str], *, offered: bool
) -> None:
    people = [each for each in fields if each.type == "person"]
    if people:
        _read_people(reading, people, asked)
    texts = [each for each in fields if each.type == "text" and each.name not in reading.values]
    for each in () if offered else texts:
        for value in names_before(reading.text, meaning_of(each), reading.is_free):
            reading.take(each.name, value.value, value.start, value.end)
            break
    texts = [each for each in texts if each.name not in reading.values]
    for each in sorted(texts, key=lambda each: each.name not in asked):
        if offered and _takes_names(each):
            continue  # behind "at" in a proposal stands its address
        for value in names_after(reading.text, meaning_of(each), reading.is_free):
            reading.take(each.name, value.value, value.start, value.end)
            break


def _read_offer(reading: MessageReading, fields: Sequence[ActionField]) -> None:
    """What a proposal names, for the field that a name belongs to."""
    titles = [each for each in fields if each.type in ("text", "person") and _takes_names(each)]
    if titles and (value := offered_name(reading.text, reading.is_free)):
        reading.take(titles[0].name, value.value, value.start, value.end)


def _takes_names(each: ActionField) -> bool:
    kinds = meaning_of(each).kinds
    return ("title" in kinds and not {"place", "origin", "destination"} & (set(kinds) - {"title"})) or (
        "title" in kinds and "name" in each.name.casefold()
    )


def _read_people(reading: MessageReading, people: Sequence[ActionField], asked: Sequence[str]) -> None:
    first = next((each for each in people if re.search(r"first|given|vorname", each.name.casefold())), None)
    last = next(
        (each for each in people if re.search(r"last|family|surname|nachname", each.name.casefold())), None
    )
    if first or last:
        for value in person_names(reading.text, alone=any(each.name in asked for each in people)):
            if not reading.is_free(value.start, value.end):
                continue
            words = str(value.value).split()
            middle = value.start + len(words[0])
            if len(words) > 1 and first and last:
                reading.take(first.name, words[0], value.start, middle)
                reading.take(last.name, " ".join(words[1:]), middle, value.end)
            elif only := (
                last
                if last
                and (
                    (last.name in asked and not (first and first.name in asked))
                    or re.search(
                        r"(?:last name|surname|family name)\W+(?:\w+\W+)?$", reading.before(value.start)
                    )
                )
                else first
            ):
                reading.take(only.name, str(value.value), value.start, value.end)
            return
        return
    for each in people:
        for value in person_names(reading.text, alone=each.name in asked, lead=meaning_of(each).lead):
            if reading.is_free(value.start, value.end):
                reading.take(each.name, str(value.value), value.start, value.end)
                break


def _read_answer(
    reading: MessageReading, fields: Sequence[ActionField], options: Choices, asked: Sequence[str]
) -> None:
    """A short message after a question is the answer to it, whatever it says."""
    texts = [
        each
        for each in fields
        if each.name in asked and each.type == "text" and each.name not in reading.values
    ]
    if texts and (
        value := whole_answer(
            reading.text, reading.taken, is_name=bool(_NAMED & set(meaning_of(texts[0]).kinds))
        )
    ):
        reading.take(texts[0].name, value.value, value.start, value.end)
