"""Cards: what is to be done, as a person approves it. Each is done once and only as it stands there, or not at all."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from protokit.runtime.agent.agent_texts import AgentTexts
from protokit.runtime.agent.check_arguments import Arguments, faults_of, shown, shown_as
from protokit.runtime.agent.simulated_system import Cell, SimulatedSystem, SystemRow, as_json, rows_of
from protokit.runtime.prototype_fields import Action

CardState = Literal["open", "done", "declined", "superseded", "failed", "undone"]
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
"""Without letters and digits that look alike."""


@dataclass(frozen=True, slots=True)
class ActionCard:
    """One action with its arguments, and what became of it."""

    code: str
    action: str
    arguments: Arguments
    state: CardState
    why: str = ""
    """Why it could not be done."""
    lines: tuple[tuple[str, str], ...] = ()
    """The fields with a value, in the order of the form, as a person reads them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command on a card."""

    card: ActionCard | None
    happened: Literal["done", "already", "declined", "undone", "failed", "not open", "cannot undo"]


class ActionCards:
    """The cards of a simulated system. Threads and processes may share it: the database decides who was first."""

    def __init__(self, system: SimulatedSystem, actions: Sequence[Action], texts: AgentTexts) -> None:
        self._system, self._texts = system, texts
        self._actions = {action.name: action for action in actions}

    def propose(self, action: Action, arguments: Arguments, *, session: str, visitor: str) -> ActionCard:
        """Lay a card before the person; one of the session that is still open is so no more.

        The same card is given again where nothing of it changed.
        """
        said = as_json(arguments)
        with self._system.writing() as database:
            query = "SELECT * FROM cards WHERE session = ? AND visitor = ? AND state = 'open'"
            for row in database.execute(query, (session, visitor)).fetchall():
                if (
                    row["action"] == action.name
                    and json.loads(row["arguments"]) == dict(arguments)
                    and row["definition"] == _version(action)
                ):
                    return self._card(row)
                _end(database, row["code"], "superseded")
            code = "".join(secrets.choice(_LETTERS) for _ in range(8))
            database.execute(
                "INSERT INTO cards(code, session, visitor, action, definition, arguments, state, made)"
                " VALUES (?, ?, ?, ?, ?, ?, 'open', ?)",
                (code, session, visitor, action.name, _version(action), said, _now()),
            )
        return ActionCard(code, action.name, dict(arguments), "open", lines=lines_of(action, arguments))

    def approve(
        self, code: str, *, session: str, visitor: str, today: date, arguments: Arguments | None = None
    ) -> Outcome:
        """Do what stands on the card, once. All of it is one transaction: a process that is killed leaves it open.

        `arguments` are what somebody else than the person, such as a model, is about to do: others than on the card
        are refused.
        """
        with self._system.writing() as database:
            row = _own(database, code, session, visitor)
            if row is None:
                return Outcome(None, "not open")
            if row["state"] != "open":
                return Outcome(self._card(row), "already" if row["state"] == "done" else "not open")
            if arguments is not None and dict(arguments) != json.loads(row["arguments"]):
                return Outcome(self._card(row), "not open")
            action = self._actions.get(row["action"])
            if action is None or _version(action) != row["definition"]:
                _end(database, code, "superseded")
                return Outcome(self._card(row), "not open")
            if why := self._apply(database, action, row, today):
                _end(database, code, "failed", why)
                return Outcome(self._card(_own(database, code, session, visitor)), "failed")
            _end(database, code, "done")
            return Outcome(self._card(_own(database, code, session, visitor)), "done")

    def decline(self, code: str, *, session: str, visitor: str) -> Outcome:
        """Put the card away."""
        with self._system.writing() as database:
            row = _own(database, code, session, visitor)
            if row is None or row["state"] != "open":
                return Outcome(self._card(row) if row else None, "not open")
            _end(database, code, "declined")
            return Outcome(self._card(_own(database, code, session, visitor)), "declined")

    def undo(self, code: str, *, session: str, visitor: str) -> Outcome:
        """Take back what the card did, where nobody changed it since."""
        with self._system.writing() as database:
            row = _own(database, code, session, visitor)
            if row is None or row["state"] != "done":
                return Outcome(self._card(row) if row else None, "not open")
            if not _take_back(database, row, self._actions):
                return Outcome(self._card(row), "cannot undo")
            _end(database, code, "undone")
            return Outcome(self._card(_own(database, code, session, visitor)), "undone")

    def open_card(self, session: str, visitor: str) -> ActionCard | None:
        """The card that waits for an approval."""
        return next((card for card in self.log(session, visitor) if card.state == "open"), None)

    def find(self, code: str, session: str, visitor: str) -> ActionCard | None:
        """The card with this code, where it is theirs."""
        with self._system.reading() as database:
            row = _own(database, code, session, visitor)
        return self._card(row) if row else None

    def log(self, session: str, visitor: str) -> list[ActionCard]:
        """The cards of a session, the newest first, without those that another one took the place of."""
        with self._system.reading() as database:
            rows = database.execute(
                "SELECT * FROM cards WHERE session = ? AND visitor = ? AND state != 'superseded' ORDER BY rowid DESC",
                (session, visitor),
            ).fetchall()
        return [self._card(row) for row in rows]

    def _card(self, row: sqlite3.Row | None) -> ActionCard:
        if row is None:
            raise LookupError("no such card")
        arguments: dict[str, Cell] = json.loads(row["arguments"])
        action = self._actions.get(row["action"])
        lines = (
            lines_of(action, arguments)
            if action
            else tuple((name, shown(v)) for name, v in arguments.items())
        )
        return ActionCard(row["code"], row["action"], arguments, row["state"], row["why"], lines)

    def _apply(self, database: sqlite3.Connection, action: Action, card: sqlite3.Row, today: date) -> str:
        """Change the simulated system as the card says; why not, where it cannot."""
        arguments: dict[str, Cell] = json.loads(card["arguments"])
        rows: dict[str, list[SystemRow]] = {}

        def rows_in(table: str) -> list[SystemRow]:
            return rows.setdefault(table, list(rows_of(database, table)))

        if faults := faults_of(action, arguments, rows_in, today, self._texts):
            return " ".join(fault.text for fault in faults)
        code, visitor = card["code"], card["visitor"]
        if action.effect == "add":
            data = as_json({**arguments, **action.sets})
            cursor = database.execute(
                "INSERT INTO records(source, data, card, visitor) VALUES (?, ?, ?, ?)",
                (action.table, data, code, visitor),
            )
            _note(database, code, cursor.lastrowid, None, data)
            return ""
        key = action.key or action.fields[0].name
        target = next(
            (row for row in rows_in(action.table) if shown(row.record.get(key)) == shown(arguments.get(key))),
            None,
        )
        if target is None:
            return self._texts.nothing_found
        before = as_json(target.record)
        if action.effect == "remove":
            database.execute("DELETE FROM records WHERE id = ?", (target.number,))
            _note(database, code, target.number, before, None)
            return ""
        after = as_json({**target.record, **arguments, **action.sets})
        database.execute(
            "UPDATE records SET data = ?, card = ?, visitor = ? WHERE id = ?",
            (after, code, visitor, target.number),
        )
        _note(database, code, target.number, before, after)
        return ""


def said_on(card: ActionCard) -> str:
    """The arguments on a card in one line."""
    return ", ".join(f"{name}: {text}" for name, text in card.lines)


def lines_of(action: Action, arguments: Arguments) -> tuple[tuple[str, str], ...]:
    """The fields with a value, in the order of the form, as a person reads them."""
    values = ((each, arguments.get(each.name)) for each in action.fields)
    return tuple((each.name, shown_as(each, value)) for each, value in values if value not in (None, ""))


def _version(action: Action) -> str:
    return hashlib.sha256(msgspec.json.encode(action)).hexdigest()


def _own(database: sqlite3.Connection, code: str, session: str, visitor: str) -> sqlite3.Row | None:
    """The card, where it is of this session and visitor."""
    query = "SELECT * FROM cards WHERE code = ? AND session = ? AND visitor = ?"
    row: sqlite3.Row | None = database.execute(query, (code, session, visitor)).fetchone()
    return row


def _end(database: sqlite3.Connection, code: str, state: CardState, why: str = "") -> None:
    database.execute(
        "UPDATE cards SET state = ?, why = ?, ended = ? WHERE code = ?", (state, why, _now(), code)
    )


def _note(
    database: sqlite3.Connection, code: str, record: int | None, before: str | None, after: str | None
) -> None:
    database.execute(
        "UPDATE cards SET record = ?, before = ?, after = ? WHERE code = ?", (record, before, after, code)
    )


def _take_back(database: sqlite3.Connection, card: sqlite3.Row, actions: Mapping[str, Action]) -> bool:
    """Whether what the card did was taken back; not where the row was changed since."""
    now = database.execute("SELECT data FROM records WHERE id = ?", (card["record"],)).fetchone()
    if card["after"] is None:
        action = actions.get(card["action"])
        if now is not None or action is None:
            return False
        database.execute(
            "INSERT INTO records(id, source, data) VALUES (?, ?, ?)",
            (card["record"], action.table, card["before"]),
        )
        return True
    if now is None or now["data"] != card["after"]:
        return False
    if card["before"] is None:
        database.execute("DELETE FROM records WHERE id = ?", (card["record"],))
    else:
        same = "record = ?1 AND after = ?2 AND state = 'done'"
        earlier = f"SELECT code FROM cards WHERE {same} ORDER BY rowid DESC LIMIT 1"
        database.execute(
            f"UPDATE records SET data = ?2, card = ({earlier}) WHERE id = ?1",
            (card["record"], card["before"]),
        )
    return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
