"""A message to an agent: the form is completed from the whole talk, a card is shown, a command is done."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from protokit.runtime.agent.action_cards import ActionCard, ActionCards, Outcome, said_on
from protokit.runtime.agent.agent_texts import AgentTexts, agent_languages, agent_texts
from protokit.runtime.agent.check_arguments import Arguments, Fault, choices_of, faults_of, listed, shown_as
from protokit.runtime.agent.choose_action import choose_action
from protokit.runtime.agent.fill_form import FormState, Utterance, fill_form, says_thanks
from protokit.runtime.agent.form_fields import FORM_WORDS
from protokit.runtime.agent.look_up import look_up
from protokit.runtime.agent.read_message import FieldValue, read_message
from protokit.runtime.agent.simulated_system import Cell, SimulatedSystem, SystemRow
from protokit.runtime.assistant_types import (
    AnswerTable,
    ChatMessage,
    Request,
    RequestResult,
    TableColumn,
    Turn,
)
from protokit.runtime.prompting.chat_messages import rule, system, user
from protokit.runtime.prototype_fields import Action, ActionField

_COMMAND = re.compile(r"^\W*(?P<words>[^#]{2,40}?)\s*#(?P<code>[A-Z0-9]{8})\W*$")
_ASKED_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class AgentRequest(Request):
    """A message, with the talk before it."""

    text: str
    actions: tuple[Action, ...]
    system: SimulatedSystem
    session: str
    visitor: str
    history: tuple[Turn, ...] = ()
    language: str = "en"
    now: datetime = field(default_factory=datetime.now)
    instructions: str = ""
    calls: int = 1

    @property
    def texts(self) -> AgentTexts:
        return agent_texts(self.language)

    @property
    def cards(self) -> ActionCards:
        """The cards of the simulated system."""
        return ActionCards(self.system, self.actions, self.texts)

    def messages(self) -> Sequence[ChatMessage]:
        """What a model reads that has no tools: the actions, and what was said."""
        named = "\n".join(f"- {each.name}: {each.description}" for each in self.actions)
        return [system(self.instructions, rule("acting.md").format(actions=named)), user(self.text)]

    def masked(self, mask: Callable[[str], str]) -> Self:
        return replace(self, text=mask(self.text))

    def offline(self) -> RequestResult:
        """What is done or said next, without a model."""
        if command := command_in(self.text):
            return RequestResult(told_of(self.decide(*command), self.texts))
        since = self._since_last_card()
        action = self._action(since)
        if self.says_stop:
            return self._stop()
        if action is None:
            names = ", ".join(f"“{each.name}”" for each in self.actions)
            return RequestResult(self.texts.which_action.format(actions=names))
        return self._next(action, [*since, Utterance("user", self.text)])

    @property
    def says_stop(self) -> bool:
        """Whether the person wants nothing done."""
        return _ends(self.text)

    def rows(self, table: str) -> list[SystemRow]:
        return self.system.rows(table)

    # Commands on a card

    def decide(self, verb: str, code: str) -> Outcome:
        """Do what a command on a card says, once."""
        session, visitor = self.session, self.visitor
        if verb == "approve":
            return self.cards.approve(code, session=session, visitor=visitor, today=self.now.date())
        if verb == "undo":
            return self.cards.undo(code, session=session, visitor=visitor)
        return self.cards.decline(code, session=session, visitor=visitor)

    def _stop(self) -> RequestResult:
        if card := self.cards.open_card(self.session, self.visitor):
            self.cards.decline(card.code, session=self.session, visitor=self.visitor)
        return RequestResult(self.texts.declined)

    # The talk

    def _since_last_card(self) -> list[Utterance]:
        """What was said since the last action was done or dropped."""
        talk: list[Utterance] = []
        for turn in self.history:
            command = command_in(turn.question)
            if _ends(turn.question) or (command and self._is_closed(command[1])):
                talk = []
            elif not command:
                talk += [Utterance("user", turn.question), Utterance("assistant", turn.answer)]
        return talk

    def _is_closed(self, code: str) -> bool:
        card = self.cards.find(code, self.session, self.visitor)
        return card is None or card.state in ("done", "declined", "undone")

    def _action(self, since: Sequence[Utterance]) -> Action | None:
        """The action that is asked for now, else the one that was asked for before."""
        if len(self.actions) == 1:
            return self.actions[0]
        lines = [each.text for each in since if each.role == "user"]
        chosen: Action | None = None
        for line in [*lines, self.text]:
            if chosen is None or len(line.split()) > 3:
                chosen = (
                    choose_action(line, self.actions) if chosen is None or _is_request(line) else None
                ) or chosen
        return chosen

    def _next(self, action: Action, talk: Sequence[Utterance]) -> RequestResult:
        """Answer a question, say what is wrong, ask for what is missing, or lay the card before the person."""
        choices = {each.name: choices_of(each, self.rows) for each in action.fields}
        form = fill_form(action.fields, talk, now=self.now, language=self.language, choices=choices)
        arguments = self._arguments(action, form)
        if says_thanks(self.text) and not form.new:
            return RequestResult(self.texts.thanks)
        if answer := look_up(self.text, action, arguments, form, self):
            missing = [each for each in form.missing(action.fields) if arguments.get(each.name) in (None, "")]
            return RequestResult(
                " ".join(filter(None, [answer, self._question(missing, choices) if form.new else ""]))
            )
        faults = faults_of(action, arguments, self.rows, self.now.date(), self.texts)
        if faults:
            return self._told_fault(faults, action, form)
        missing = [each for each in form.missing(action.fields) if arguments.get(each.name) in (None, "")]
        said = self._said(action, form)
        if missing:
            return RequestResult(" ".join(filter(None, [said, self._question(missing, choices)])))
        return self.card(action, arguments, said)

    def _arguments(self, action: Action, form: FormState) -> dict[str, Cell]:
        """The values of the form, and what stands in it where nothing was said."""
        arguments: dict[str, Cell] = {}
        for each in action.fields:
            value = form.values.get(each.name) or self.default_of(each)
            if value is not None:
                arguments[each.name] = value.value
        return arguments

    def default_of(self, each: ActionField) -> FieldValue | None:
        """What stands in a field where nothing was said."""
        if not each.default:
            return None
        read = read_message(each.default, [each], now=self.now, language="en", asked=[each.name])
        return read.get(each.name) or FieldValue(each.default, each.default)

    def _said(self, action: Action, form: FormState) -> str:
        """What was understood of the last message."""
        fields = {each.name: each for each in action.fields}
        told = {name: shown_as(fields[name], form.values[name].value) for name in form.new}
        changed = ", ".join(f"{name} {value}" for name, value in told.items() if name in form.changed)
        new = ", ".join(f"{name} {value}" for name, value in told.items() if name not in form.changed)
        texts = self.texts
        parts = (
            texts.changed.format(values=changed) if changed else "",
            texts.noted.format(values=new) if new else "",
        )
        return " ".join(filter(None, parts))

    def _question(self, missing: Sequence[ActionField], choices: Mapping[str, Sequence[str]]) -> str:
        """Ask for the first of what is missing."""
        return " ".join(self._ask(each, choices.get(each.name, ())) for each in missing[:_ASKED_AT_ONCE])

    def _ask(self, each: ActionField, choices: Sequence[str]) -> str:
        if each.question:
            return each.question
        texts = self.texts
        form = {"date": texts.which_day, "time": texts.what_time, "number": texts.how_many}.get(
            each.type, "{field}?"
        )
        named = f"{each.name} ({listed(choices)})" if choices else each.name
        return form.format(field=named)

    def _told_fault(self, faults: Sequence[Fault], action: Action, form: FormState) -> RequestResult:
        texts = " ".join(fault.text for fault in faults)
        if free := look_up("", action, self._arguments(action, form), form, self, only_free=True):
            texts = f"{texts} {free}"
        return RequestResult(texts)

    def card(self, action: Action, arguments: Arguments, said: str = "") -> RequestResult:
        """Lay the card before the person, after `said`; the one that is open where it says the same."""
        before = self.cards.open_card(self.session, self.visitor)
        card = self.cards.propose(action, arguments, session=self.session, visitor=self.visitor)
        if before and before.code == card.code:
            return RequestResult(self.texts.open_card, table=card_table(card, self.texts))
        told = self.texts.card.format(action=action.name)
        command = self.texts.say_approve.format(command=f"{self.texts.approve} #{card.code}")
        return RequestResult(
            " ".join(filter(None, [said, told, command])), table=card_table(card, self.texts)
        )


def _ends(text: str) -> bool:
    return bool(re.search(rf"^\W*(?:{FORM_WORDS.text('stop')})\W*$", text.casefold()))


def _is_request(line: str) -> bool:
    return not re.search(FORM_WORDS.text("question"), line.casefold())


def command_in(text: str) -> tuple[str, str] | None:
    """The verb and the code of "Approve #K7Q2M9AC", in any language that an agent speaks; None for other messages."""
    match = _COMMAND.match(text)
    if not match:
        return None
    said = match["words"].strip().casefold()
    for language in agent_languages():
        texts = agent_texts(language)
        for verb in ("approve", "decline", "undo"):
            if said == getattr(texts, verb).casefold():
                return verb, match["code"]
    return None


def told_of(outcome: Outcome, texts: AgentTexts) -> str:
    """What came of a command, for the person."""
    card = outcome.card
    if outcome.happened == "done" and card:
        return texts.done.format(action=card.action, values=said_on(card))
    if outcome.happened == "failed" and card:
        return texts.failed.format(why=card.why)
    if outcome.happened == "undone" and card:
        return texts.undone.format(action=card.action)
    told = {"already": texts.already, "declined": texts.declined, "cannot undo": texts.cannot_undo}
    return told.get(outcome.happened, texts.not_open)


def card_table(card: ActionCard, texts: AgentTexts) -> AnswerTable:
    """The card as a table of fields and values."""
    head = (texts.action, f"{card.action} ({texts.simulation})")
    return AnswerTable((TableColumn(texts.field), TableColumn(texts.value)), (head, *card.lines))
