"""Counts wrong actions: cards are approved amid double clicks, old cards, strangers, other arguments, undo and kills.

python -m benchmarks.disturbed_actions [RUNS]    # 500 unless said; prints how many actions were wrong, which must be 0
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from protokit.catalog.lookup import find_blueprint
from protokit.runtime import ActionCard, ActionCards, SimulatedSystem, agent_texts
from protokit.runtime.prototype_fields import Action

_NOW = datetime(2026, 3, 4, 10)
_WHO = {"session": "talk", "visitor": "me"}


def main(runs: int) -> int:
    """Print how many of `runs` did something wrong, and return it."""
    action = find_blueprint("agent").actions[0]
    chance, wrong, acted = random.Random(18), 0, 0
    with tempfile.TemporaryDirectory() as place:
        system = SimulatedSystem(
            Path(place) / "simulation.db", find_blueprint("agent").folder / "knowledge", _NOW
        )
        for number in range(runs):
            before = _bookings(system)
            shown = _cards_shown(chance, system, action, number)
            _disturb(chance, system, action, shown, kill=number % 25 == 0)
            right, done = _is_right(system, action, shown[-1], before)
            wrong, acted = wrong + (not right), acted + done
    print(f"{runs} disturbed runs, {acted} actions, {wrong} wrong")
    return wrong


def _cards(system: SimulatedSystem, action: Action) -> ActionCards:
    return ActionCards(system, [action], agent_texts("en"))


def _bookings(system: SimulatedSystem) -> list[Mapping[str, object]]:
    return [dict(row.record) for row in system.rows("bookings") if not row.is_sample]


def _cards_shown(
    chance: random.Random, system: SimulatedSystem, action: Action, number: int
) -> list[ActionCard]:
    """The cards of a talk with changes of mind; the last one counts."""
    day = date(2026, 3, 10) + timedelta(number // 8)
    hour = 8 + number % 8
    arguments: dict[str, str | float | bool | None] = {
        "room": "Curie", "date": day.isoformat(), "start": f"{hour:02d}:00", "duration": 1.0, "people": 3.0,
    }  # fmt: skip
    cards = [_cards(system, action).propose(action, arguments, **_WHO)]
    for people in range(chance.randint(0, 2)):
        cards.append(_cards(system, action).propose(action, {**arguments, "people": 4.0 + people}, **_WHO))
    return cards


def _disturb(
    chance: random.Random, system: SimulatedSystem, action: Action, shown: list[ActionCard], *, kill: bool
) -> None:
    """Whatever a page, a reload, a stranger or a model may send, some of it at once."""

    def send() -> None:
        card = chance.choice([*shown, shown[-1], shown[-1]])
        visitor = chance.choice(["me", "me", "me", "other"])
        changed = chance.choice([None, None, None, {**card.arguments, "room": "Euler"}])
        _cards(system, action).approve(
            card.code, session="talk", visitor=visitor, today=_NOW.date(), arguments=changed
        )

    if kill:
        _kill(chance, system, shown[-1])
    clicks = [threading.Thread(target=send) for _ in range(chance.randint(1, 5))]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    if chance.random() < 0.15:
        _cards(system, action).undo(shown[-1].code, **_WHO)


def _kill(chance: random.Random, system: SimulatedSystem, card: ActionCard) -> None:
    """Approve in a process that is killed within a few milliseconds."""
    words = [sys.executable, "-m", "benchmarks.disturbed_actions", "approve", str(system.path), card.code]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    process.stdout.readline()
    process.stdin.write("\n")
    process.stdin.flush()
    threading.Event().wait(chance.random() * 0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def _approve(path: str, code: str) -> None:
    blueprint = find_blueprint("agent")
    system = SimulatedSystem(Path(path), blueprint.folder / "knowledge", _NOW)
    cards = _cards(system, blueprint.actions[0])
    system.rows("bookings")
    print("ready", flush=True)
    sys.stdin.readline()
    cards.approve(code, **_WHO, today=_NOW.date())


def _is_right(
    system: SimulatedSystem, action: Action, card: ActionCard, before: list[Mapping[str, object]]
) -> tuple[bool, bool]:
    """Whether what was done is what stands on the last card, once, or nothing; and whether it was done."""
    after = _bookings(system)
    new = [json.dumps(record, sort_keys=True) for record in after if record not in before]
    state = _cards(system, action).find(card.code, **_WHO)
    done = state is not None and state.state == "done"
    wanted = [json.dumps(dict(card.arguments), sort_keys=True)] if done else []
    return new == wanted and len(after) == len(before) + len(wanted), done


if __name__ == "__main__":
    if sys.argv[1:2] == ["approve"]:
        _approve(*sys.argv[2:4])
    else:
        sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)))
