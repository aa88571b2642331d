"""What is wrong with a form before it may be done: days that are past, amounts out of bounds, what is taken already."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from protokit.runtime.agent.agent_texts import AgentTexts
from protokit.runtime.agent.simulated_system import Cell, Record, SystemRow
from protokit.runtime.prototype_fields import Action, ActionField

Arguments = Mapping[str, Cell]
RowsOf = Callable[[str], Iterable[SystemRow]]
_MOST_CHOICES = 8


class Fault(NamedTuple):
    """Why a form cannot be done."""

    field: str
    """The field that must get another value."""
    text: str


def choices_of(each: ActionField, rows: RowsOf) -> list[str]:
    """What `each` may be, empty for anything."""
    if not each.choices_from:
        return list(each.choices)
    table, _, column = each.choices_from.partition(".")
    values = (shown(row.record.get(column)) for row in rows(table))
    return list(dict.fromkeys(value for value in values if value))


def faults_of(
    action: Action, arguments: Arguments, rows: RowsOf, today: date, texts: AgentTexts
) -> list[Fault]:
    """What is wrong with `arguments`, as far as they are known."""
    faults: list[Fault] = []
    for each in action.fields:
        value = arguments.get(each.name)
        if value in (None, ""):
            continue
        faults += [
            Fault(each.name, text) for text in _field_faults(each, value, arguments, rows, today, texts)
        ]
    if not faults and action.exclusive and (taken := clash(action, arguments, rows(action.table))):
        told = ", ".join(shown(taken.record.get(name)) for name in action.exclusive if taken.record.get(name))
        faults.append(Fault(action.exclusive[-1], texts.taken.format(values=told)))
    return faults


def _field_faults(
    each: ActionField, value: Cell, arguments: Arguments, rows: RowsOf, today: date, texts: AgentTexts
) -> list[str]:
    if each.type == "date" and each.future and str(value) < today.isoformat():
        return [texts.past.format(field=each.name, value=value)]
    if each.type == "choice":
        choices = choices_of(each, rows)
        if choices and str(value) not in choices:
            return [texts.no_such.format(field=each.name, value=value, choices=listed(choices))]
    if isinstance(value, float | int) and not isinstance(value, bool):
        least, most = each.at_least, each.at_most
        if each.most_from and (own := _own_most(each, arguments, rows)) is not None:
            most = own if most is None else min(most, own)
        if least is not None and value < least:
            return [texts.at_least.format(field=each.name, limit=shown(least))]
        if most is not None and value > most:
            return [texts.at_most.format(field=each.name, limit=shown(most))]
    return []


def _own_most(each: ActionField, arguments: Arguments, rows: RowsOf) -> float | None:
    """The most for what was chosen: the seats of the room that another field names."""
    table, _, column = each.most_from.partition(".")
    said = {str(value) for value in arguments.values()}
    for row in rows(table):
        limit = row.record.get(column)
        if isinstance(limit, float) and any(
            str(cell) in said for name, cell in row.record.items() if name != column and isinstance(cell, str)
        ):
            return limit
    return None


def clash(action: Action, arguments: Arguments, rows: Iterable[SystemRow]) -> SystemRow | None:
    """The row that has the same as `arguments` in all fields that must differ; times that overlap are the same."""
    types = {each.name: each.type for each in action.fields}
    time = next((name for name in action.exclusive if types.get(name) == "time"), "")
    length = next((name for name in action.exclusive if types.get(name) == "duration"), "")
    same = [name for name in action.exclusive if name not in (time, length)]
    if any(arguments.get(name) in (None, "") for name in (*same, *([time] if time else []))):
        return None
    for row in rows:
        if all(
            shown(row.record.get(name)).casefold() == shown(arguments[name]).casefold() for name in same
        ) and (not time or _overlap(row.record, arguments, time, length)):
            return row
    return None


def _overlap(one: Record, two: Arguments, time: str, length: str) -> bool:
    spans = []
    for each in (one, two):
        start = minutes(each.get(time))
        hours = each.get(length) if length else None
        spans.append(
            (start, start + 60 * (hours if isinstance(hours, float | int) and hours > 0 else 1 / 60))
        )
    return spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]


def minutes(value: Cell) -> float:
    """Minutes after midnight of "15:30"."""
    hour, _, minute = str(value or "0").partition(":")
    return int(hour) * 60 + int(minute or 0) if hour.isdigit() and (minute or "0").isdigit() else 0.0


def shown(value: Cell) -> str:
    """A value for a person: 3 for 3.0."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 and value == round(value, 4) else f"{value:,.2f}"
    return "" if value is None else str(value)


def shown_as(each: ActionField, value: Cell) -> str:
    """A value of `each` for a person: "1 h 30 min" for a duration of 1.5."""
    if each.type == "duration" and isinstance(value, float | int):
        days, minutes_left = divmod(round(value * 60), 1440)
        parts = [(days, "d"), (minutes_left // 60, "h"), (minutes_left % 60, "min")]
        return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"
    return shown(value)


def listed(choices: Sequence[str]) -> str:
    """The first of `choices`."""
    more = ", …" if len(choices) > _MOST_CHOICES else ""
    return ", ".join(choices[:_MOST_CHOICES]) + more
