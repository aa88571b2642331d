"""The actions as tools for a model: the schema of each, and its arguments checked as those of a person are."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from protokit.runtime.agent.agent_request import AgentRequest
from protokit.runtime.agent.check_arguments import choices_of, faults_of, shown
from protokit.runtime.agent.simulated_system import Cell
from protokit.runtime.prototype_fields import Action, ActionField

_LONGEST = 300
_MOST_ROWS = 20
_TYPES = {"number": "number", "money": "number", "duration": "number", "yes/no": "boolean"}
_HOW = {"date": "YYYY-MM-DD", "time": "HH:MM", "duration": "hours"}


def tool_names(actions: Sequence[Action]) -> dict[str, Action]:
    """The actions by the names of their tools: "book_a_meeting_room"."""
    names: dict[str, Action] = {}
    for number, action in enumerate(actions, 1):
        plain = re.sub(r"[^a-z0-9]+", "_", action.name.casefold()).strip("_")[:48] or "action"
        names[plain if plain not in names else f"{plain}_{number}"] = action
    return names


def tool_schema(action: Action, request: AgentRequest) -> dict[str, Any]:
    """The JSON Schema of an action's arguments."""
    properties: dict[str, dict[str, Any]] = {}
    for each in action.fields:
        told = ", ".join(filter(None, [each.description, _HOW.get(each.type, "")]))
        form: dict[str, Any] = {"type": _TYPES.get(each.type, "string")}
        if choices := choices_of(each, request.rows):
            form["enum"] = choices
        properties[each.name] = form | ({"description": told} if told else {})
    required = [each.name for each in action.fields if each.required and not each.default]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def checked_arguments(
    action: Action, said: Mapping[str, object], request: AgentRequest
) -> tuple[dict[str, Cell], list[str]]:
    """The arguments as they stand on a card, and all that is wrong with them, for a model to mend or ask about."""
    fields = {each.name: each for each in action.fields}
    faults = [f"{name}: there is no such field" for name in said if name not in fields]
    arguments: dict[str, Cell] = {}
    for name, each in fields.items():
        value = said.get(name)
        if value in (None, ""):
            default = request.default_of(each)
            if default is not None:
                arguments[name] = default.value
            elif each.required:
                faults.append(f"{name}: missing. Ask the person; never guess")
            continue
        cell = _cell(each, value, request)
        if cell is None:
            faults.append(f"{name}: not a {each.type} ({_HOW.get(each.type, each.type)})")
        else:
            arguments[name] = cell
    if not faults:
        told = faults_of(action, arguments, request.rows, request.now.date(), request.texts)
        faults = [fault.text for fault in told]
    return arguments, faults


def matching_rows(table: str, words: str, request: AgentRequest) -> list[dict[str, Cell]]:
    """Rows of a table that hold all of `words`: its samples, and what this visitor did; 20 at most."""
    wanted = words.casefold().split()
    rows = (dict(row.record) for row in request.system.rows(table, visitor=request.visitor))
    match = [
        row for row in rows if all(word in " ".join(map(shown, row.values())).casefold() for word in wanted)
    ]
    return match[:_MOST_ROWS]


def _cell(each: ActionField, value: object, request: AgentRequest) -> Cell:
    """`value` in the form that the field's type has, None where it is none of that type."""
    if each.type == "yes/no":
        return value if isinstance(value, bool) else None
    if each.type in ("number", "money", "duration"):
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        return float(value) if good and isinstance(value, int | float) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = shown(float(value))
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        return None
    if each.type in ("date", "time"):
        return _moment(each, value.strip())
    choices = {choice.casefold(): choice for choice in choices_of(each, request.rows)}
    return choices.get(value.strip().casefold(), value.strip())


def _moment(each: ActionField, value: str) -> str | None:
    try:
        if each.type == "date":
            return date.fromisoformat(value).isoformat()
        moment: time = datetime.strptime(value[:5], "%H:%M").time()
    except ValueError:
        return None
    return moment.strftime("%H:%M")
