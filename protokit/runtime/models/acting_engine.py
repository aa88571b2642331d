"""The engine of an agent with a model: LangChain's agent proposes, a person approves, the cards alone act."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from protokit.runtime.agent.action_cards import ActionCard, Outcome
from protokit.runtime.agent.action_tools import checked_arguments, matching_rows, tool_names, tool_schema
from protokit.runtime.agent.agent_request import AgentRequest, command_in, told_of
from protokit.runtime.assistant_types import Request, RequestResult
from protokit.runtime.models.agent_model import agent_model
from protokit.runtime.models.base import Engine
from protokit.runtime.models.model_factory import load_keys
from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.models.turn_cost import dollars_of_turn
from protokit.runtime.prompting.build_messages import ModelOutcome, build_messages
from protokit.runtime.prompting.tokens import count
from protokit.runtime.runtime_errors import ModelProblem
from protokit.runtime.settings import Settings

_LOG = logging.getLogger(__name__)
_CHECKPOINTS = "agent.db"
_LOOK_UP = "look_up"


def connect_agent(model: str, settings: Settings) -> Engine:
    """The engine of an agent: the offline one, or a model that proposes actions.

    Where personal data are masked no model is asked: it could not put the person's own values into a form.
    """
    load_keys(settings.folder)
    if model == OfflineEngine.name or settings.mask_personal_data:
        return OfflineEngine()
    return ActingEngine(model, settings)


class _OutOfBudget(Exception):
    """The next step could cost more than the owner allows for one message."""


class ActingEngine:
    """Lets a model look things up and propose one action at a time. What it proposes becomes a card, and only the
    card that a person approves is done, by the cards themselves: the model's tools change nothing."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name, self._settings = name, settings

    def stream(self, request: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the steps and what the model says; a card is the outcome's table. Raises ModelProblem."""
        if not isinstance(request, AgentRequest):
            raise TypeError("this engine takes requests for actions only")
        outcome.tokens_in = outcome.tokens_out = 0
        if command := command_in(request.text):
            yield from self._decide(command, request, outcome)
        elif request.says_stop:
            result = request.offline()
            outcome.take(result)
            yield result.text
        else:
            build_messages(request, outcome)
            yield from self._run(_talk(request), request, outcome, None)

    def _decide(
        self, command: tuple[str, str], request: AgentRequest, outcome: ModelOutcome
    ) -> Iterator[str]:
        """Do what a card says, whatever becomes of the model afterwards; it goes on once where it waits for that."""
        decision = request.decide(*command)
        told = told_of(decision, request.texts)
        outcome.take(RequestResult(told))
        yield told
        if decision.happened != "done" or decision.card is None:
            return
        try:
            from langgraph.types import Command

            go_on: Any = Command(resume={"decisions": [{"type": "approve"}]})
            for piece in self._run(go_on, request, outcome, decision):
                yield f"\n\n{piece}"
        except ModelProblem as problem:  # the action is done and said to be
            _LOG.warning("after the action: %s", problem)

    def _run(
        self, sent: Any, request: AgentRequest, outcome: ModelOutcome, decision: Outcome | None
    ) -> Iterator[str]:
        try:
            with self._graph(request, outcome, decision) as (graph, config, saver):
                if decision is None:
                    saver.delete_thread(_thread(request))
                elif not _waits(graph.get_state(config), decision, request):
                    return
                waits = False
                for update in graph.stream(sent, config, stream_mode="updates", durability="sync"):
                    waits = waits or "__interrupt__" in update
                    yield from self._step(update, request, outcome)
                    if outcome.stopped.is_set():
                        break
                if not waits:
                    saver.delete_thread(_thread(request))
        except ModelProblem:
            raise
        except Exception as error:  # each provider's package has errors of its own
            yield self._ended(error, request)

    def _ended(self, error: Exception, request: AgentRequest) -> str:
        """What is said where the budget ended the run. Raises ModelProblem for all else."""
        from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
        from langgraph.errors import GraphRecursionError

        if isinstance(error, _OutOfBudget):
            return request.texts.too_dear
        if isinstance(error, ModelCallLimitExceededError | GraphRecursionError):
            return request.texts.no_steps
        cause = f"the agent's model did not answer ({type(error).__name__})"
        raise ModelProblem(f"model {self.name}: {cause}. Check its name, its key and the network.") from error

    def _step(self, update: Mapping[str, Any], request: AgentRequest, outcome: ModelOutcome) -> Iterator[str]:
        """One step of the graph, in words."""
        for interrupt in update.get("__interrupt__", ()):
            for proposal in interrupt.value["action_requests"]:
                yield self._card(proposal, request, outcome)
        for node in ("model", "tools"):
            for message in (update.get(node) or {}).get("messages", ()):
                text = str(message.text).strip()
                if message.type == "tool" and text and text != outcome.text:  # what is done was said
                    yield f"→ {_told_step(message.name, text, request)}\n\n"
                elif message.type == "ai":
                    _count(message, outcome, self.name)
                    if text:
                        yield f"{text}\n\n" if message.tool_calls else text
                    elif not message.tool_calls:
                        raise ModelProblem(f"model {self.name}: it answered nothing. Try again.")

    def _card(self, proposal: Mapping[str, Any], request: AgentRequest, outcome: ModelOutcome) -> str:
        action = tool_names(request.actions)[proposal["name"]]
        arguments, faults = checked_arguments(action, proposal["args"], request)
        if faults:
            return " ".join(faults)
        result = request.card(action, arguments)
        outcome.take(result)
        return result.text

    @contextmanager
    def _graph(
        self, request: AgentRequest, outcome: ModelOutcome, decision: Outcome | None
    ) -> Iterator[tuple[Any, Any, Any]]:
        """LangChain's agent over this visitor's checkpoint."""
        model = agent_model(self.name, outcome)
        from langchain.agents import create_agent
        from langchain.agents.middleware import (
            HumanInTheLoopMiddleware,
            ModelCallLimitMiddleware,
            before_model,
        )
        from langgraph.checkpoint.sqlite import SqliteSaver

        limits = self._settings.agent_limits
        names = tool_names(request.actions)
        tools, told = _tools(names, request, decision), _instructions(request)
        head = told + json.dumps([tool_schema(action, request) for action in names.values()])

        @before_model
        def stay_within(state: Any, runtime: Any) -> None:
            self._require_room([head, *(each.content for each in state["messages"])], outcome)

        ask: Any = {
            name: {"allowed_decisions": ["approve", "reject"], "when": _proposes(names, request)}
            for name in names
        }
        path: Path = request.system.path.with_name(_CHECKPOINTS)
        path.parent.mkdir(parents=True, exist_ok=True)
        with SqliteSaver.from_conn_string(str(path)) as saver:
            graph: Any = create_agent(
                model,
                tools,
                system_prompt=told,
                middleware=[
                    stay_within,
                    ModelCallLimitMiddleware(run_limit=limits.steps, exit_behavior="error"),
                    HumanInTheLoopMiddleware(ask),
                ],
                checkpointer=saver,
            )
            config = {
                "configurable": {"thread_id": _thread(request)},
                "recursion_limit": 6 * limits.steps + 10,
            }
            yield graph, config, saver

    def _require_room(self, contents: list[object], outcome: ModelOutcome) -> None:
        """Raise _OutOfBudget before a step that could cost more than is left."""
        most = self._settings.agent_limits.dollars
        if most is None:
            return
        spent = outcome.tokens_in or 0, outcome.tokens_out or 0
        next_in = sum(count(str(each), self.name) + 4 for each in contents)
        dollars = dollars_of_turn(
            self.name, spent[0] + next_in, spent[1] + outcome.max_tokens, self._settings.prices
        )
        if dollars is None or dollars > most:
            raise _OutOfBudget


def _thread(request: AgentRequest) -> str:
    return hashlib.sha256(json.dumps([request.session, request.visitor]).encode()).hexdigest()


def _talk(request: AgentRequest) -> dict[str, Any]:
    talk: list[tuple[str, str]] = []
    for turn in request.history:
        talk += [("user", turn.question), ("assistant", turn.answer)]
    return {"messages": [*talk, ("user", request.text)]}


def _instructions(request: AgentRequest) -> str:
    """The owner's instructions, the day, and what became of this visitor's cards."""
    cards = request.cards.log(request.session, request.visitor)[:8]
    told = "\n".join(f"- {card.action} {dict(card.arguments)}: {card.state}" for card in cards)
    tables = ", ".join(request.system.tables())
    head = request.messages()[0].text
    return f"{head}\n\nIt is {request.now:%A %Y-%m-%d %H:%M}. Tables: {tables}.\nCards so far:\n{told or '- none'}"


def _tools(names: Mapping[str, Any], request: AgentRequest, decision: Outcome | None) -> list[Any]:
    """A tool for each action, which changes nothing and says what became of its card, and one that looks up."""
    from langchain_core.tools import StructuredTool

    def answering(name: str) -> Callable[..., str]:
        def answer(**said: object) -> str:
            arguments, faults = checked_arguments(names[name], said, request)
            card = decision.card if decision else None
            if card and _is_card(card, names[name].name, arguments):
                return told_of(decision, request.texts) if decision else ""
            return " ".join(faults) or "Not done: propose one action at a time."

        return answer

    def look_up(table: str = "", words: str = "") -> str:
        rows = matching_rows(table, words, request)
        return json.dumps(rows, ensure_ascii=False) if rows else request.texts.nothing_found

    tools = [
        StructuredTool.from_function(
            answering(name),
            name=name,
            description=action.description or action.name,
            args_schema=tool_schema(action, request),
        )
        for name, action in names.items()
    ]
    about = "Rows of a table of the system that hold all the words."
    return [*tools, StructuredTool.from_function(look_up, name=_LOOK_UP, description=about)]


def _proposes(names: Mapping[str, Any], request: AgentRequest) -> Callable[[Any], bool]:
    """Whether a call is the first of its message that can be done: that one becomes a card."""

    def can_be_done(call: Mapping[str, Any]) -> bool:
        action = names.get(call["name"])
        return action is not None and not checked_arguments(action, call["args"], request)[1]

    def when(asked: Any) -> bool:
        calls = asked.state["messages"][-1].tool_calls
        first = next((call for call in calls if can_be_done(call)), None)
        return bool(first is not None and first["id"] == asked.tool_call["id"])

    return when


def _is_card(card: ActionCard, action: str, arguments: Mapping[str, object]) -> bool:
    return card.action == action and dict(card.arguments) == dict(arguments)


def _waits(state: Any, decision: Outcome, request: AgentRequest) -> bool:
    """Whether the model waits for just this card."""
    names = tool_names(request.actions)
    for interrupt in state.interrupts:
        for proposal in interrupt.value["action_requests"]:
            action = names.get(proposal["name"])
            if action and decision.card:
                arguments, _ = checked_arguments(action, proposal["args"], request)
                return _is_card(decision.card, action.name, arguments)
    return False


def _told_step(name: str, text: str, request: AgentRequest) -> str:
    """What a tool gave, for the person: how many rows, or why an action cannot be done."""
    if name == _LOOK_UP:
        rows = len(json.loads(text)) if text.startswith("[") else 0
        return f"{request.texts.system}: {rows}"
    action = tool_names(request.actions).get(name)
    return f"{action.name}: {text[:200]}" if action else "?"


def _count(message: Any, outcome: ModelOutcome, model: str) -> None:
    usage = message.usage_metadata or {}
    outcome.tokens_in = (outcome.tokens_in or 0) + int(usage.get("input_tokens") or 0)
    made = usage.get("output_tokens")
    outcome.tokens_out = (outcome.tokens_out or 0) + int(
        count(str(message.content), model) if made is None else made
    )
