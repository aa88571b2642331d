"""What `protokit eval` counts of an agent: forms completed right, turns needed, approvals asked, wrong actions."""

import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from protokit.runtime.agent.action_cards import ActionCards, lines_of
from protokit.runtime.agent.agent_texts import agent_texts
from protokit.runtime.agent.read_message import read_message
from protokit.runtime.agent.simulated_system import Cell, SimulatedSystem
from protokit.runtime.assistant_types import Answer, Measure, Measures
from protokit.runtime.measure_share import measure_share
from protokit.runtime.prototype_fields import Action
from protokit.runtime.settings import Settings


def card_faults(answer: Answer, expected: Mapping[str, object], actions: Sequence[Action]) -> str | None:
    """What of the card in `answer` is not as `expected`: {action, arguments}, {missing: [fields]} or {fault: field}."""
    if "arguments" not in expected:
        wanted = expected.get("missing") or [expected.get("fault")]
        fields = [str(each) for each in wanted] if isinstance(wanted, list) else []
        if answer.table is not None:
            return "a card was shown although the form is not complete"
        return (
            ""
            if not fields or any(each in answer.text for each in fields)
            else f"did not ask for {fields[0]}"
        )
    if answer.table is None:
        return "no card was shown"
    on_card = {str(row[0]): row[1] for row in answer.table.rows[1:]}
    action = _action(expected, answer, actions)
    if action is None:
        return "another action than expected"
    arguments = expected["arguments"]
    wanted_values = dict(
        lines_of(action, _values(arguments if isinstance(arguments, Mapping) else {}, action))
    )
    wrong = [
        f"{name} is {on_card.get(name)}, not {value}"
        for name, value in wanted_values.items()
        if on_card.get(name) != value
    ]
    more = [
        f"{name} is {value}, which nobody said"
        for name, value in on_card.items()
        if name not in wanted_values
    ]
    return "; ".join([*wrong, *more])


def _action(expected: Mapping[str, object], answer: Answer, actions: Sequence[Action]) -> Action | None:
    table = answer.table
    told = str(table.rows[0][1]) if table and table.rows else ""
    return next(
        (
            each
            for each in actions
            if told.startswith(f"{each.name} (") and expected.get("action") in (None, each.name)
        ),
        None,
    )


def _values(arguments: Mapping[str, object], action: Action) -> dict[str, Cell]:
    """The expected arguments as a card holds them: "tomorrow" is a day."""
    fields = {each.name: each for each in action.fields}
    values: dict[str, Cell] = {}
    for name, value in arguments.items():
        each = fields.get(name)
        read = (
            read_message(value, [each], now=datetime.now(), asked=[name]).get(name)
            if each
            and isinstance(value, str)
            and each.type in ("date", "time", "duration", "money", "number")
            else None
        )
        values[name] = (
            read.value
            if read
            else float(value)
            if isinstance(value, int) and not isinstance(value, bool)
            else str(value)
        )
    return values


def action_measures(
    results: Sequence[tuple[Mapping[str, object], Answer | None]], settings: Settings, system: SimulatedSystem
) -> Measures | None:
    """What is measured over all requests; every card is tried, twice each, in a copy of the simulated system."""
    forms = [(expected, answer) for expected, answer in results if answer and "arguments" in expected]
    if not forms:
        return None
    right = [card_faults(answer, expected, settings.actions) == "" for expected, answer in forms]
    cards = [answer for _, answer in results if answer and answer.table is not None]
    wrong = _wrong_actions(settings, system)
    return Measures(
        (
            measure_share("forms completed right", sum(right), len(right)),
            Measure(
                "approvals asked",
                f"{len(cards)} of {len(results)} requests",
                float(len(cards)),
                None,
                len(results),
            ),
            Measure(
                "wrong actions",
                f"{wrong[0]} of {wrong[1]} cards, each approved twice",
                float(wrong[0]),
                None,
                wrong[1],
            ),
        )
    )


def _wrong_actions(settings: Settings, system: SimulatedSystem) -> tuple[int, int]:
    """How many open cards of evaluations did something else than they say, or did it twice; and of how many."""
    with tempfile.TemporaryDirectory() as place:
        copy = SimulatedSystem(Path(place) / "simulation.db", system.knowledge)
        with system.reading() as source, closing(sqlite3.connect(copy.path)) as target:
            source.backup(target)
        cards = ActionCards(copy, settings.actions, agent_texts(settings.language))
        with copy.reading() as database:
            rows = database.execute(
                "SELECT code, session, visitor FROM cards WHERE state = 'open' AND session LIKE 'eval%'"
            ).fetchall()
        wrong = sum(
            not _done_once(cards, copy, row["code"], row["session"], row["visitor"], settings) for row in rows
        )
        return wrong, len(rows)


def _done_once(
    cards: ActionCards, system: SimulatedSystem, code: str, session: str, visitor: str, settings: Settings
) -> bool:
    """Whether approving a card twice changes one row as it says, or nothing where it could not be done."""
    card = cards.find(code, session, visitor)
    action = next((each for each in settings.actions if card and each.name == card.action), None)
    if card is None or action is None:
        return False
    before = [row.record for row in system.rows(action.table)]
    outcomes = [
        cards.approve(code, session=session, visitor=visitor, today=datetime.now().date()).happened
        for _ in range(2)
    ]
    after = [row.record for row in system.rows(action.table)]
    changed = [
        record for record in after if record not in before or after.count(record) > before.count(record)
    ]
    if outcomes[0] != "done":
        return not changed and len(before) == len(after)
    if action.effect == "remove":
        return len(before) - len(after) == 1 and not changed
    as_said = len(changed) == 1 and all(
        changed[0].get(name) == value for name, value in {**card.arguments, **action.sets}.items()
    )
    return outcomes[1] == "already" and as_said and len(after) - len(before) == (action.effect == "add")
