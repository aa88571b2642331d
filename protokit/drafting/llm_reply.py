"""Asks a language model for one JSON object, checks it, and asks once more with what was wrong; counts the cost."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from protokit.errors import ProtokitError, SpecProblem
from protokit.files.placeholders import fill
from protokit.runtime.models.model_factory import connect
from protokit.runtime.models.turn_cost import dollars_of_turn, tokens_of_turn
from protokit.runtime.prompting.build_messages import ROOM_FOR_REPLY, ModelOutcome
from protokit.runtime.prompting.chat_messages import ModelRequest

T = TypeVar("T")
_LONGEST_REPLY = 4000
"""Characters of a wrong reply that are sent back."""
_MOST_REPLY = 100_000
"""Characters after which a reply is too long to be one."""


class Draftsman:
    """A model at work; `bill` says what it took so far."""

    def __init__(self, model: str, max_tokens: int = ROOM_FOR_REPLY) -> None:
        """Raises nothing: a model that is not there is told when it is asked."""
        self.model, self._max_tokens = model, max_tokens
        self._in = self._out = 0

    def ask(self, instructions: str, material: str, schema: str, check: Callable[[str], T]) -> T:
        """Return what `check` makes of the reply, the first or the mended one. Raises ModelProblem, SpecProblem."""
        request = ModelRequest(instructions, material, schema)
        reply = self.reply(request)
        try:
            return check(reply)
        except ProtokitError as problem:
            wrong = {"material": material, "reply": reply[:_LONGEST_REPLY], "problem": str(problem)}
        reply = self.reply(replace(request, text=fill(_again(), wrong)))
        try:
            return check(reply)
        except ProtokitError as problem:
            raise SpecProblem(f"{self.model} wrote no usable draft, twice ({problem})") from None

    @property
    def bill(self) -> str:
        """Tokens and dollars of all that was asked, in words."""
        dollars = dollars_of_turn(self.model, self._in, self._out, {})
        price = "at an unknown price" if dollars is None else f"${dollars:.4f}" if dollars else "free"
        return f"{self._in:,} tokens in, {self._out:,} out, {price}"

    def reply(self, request: ModelRequest) -> str:
        """What the model writes to `request`. Raises ModelProblem, and SpecProblem for a reply without end."""
        outcome, text = ModelOutcome(self.model, max_tokens=self._max_tokens), ""
        try:
            for piece in connect(self.model).stream(request, outcome):
                text += piece
                if len(text) > _MOST_REPLY:
                    outcome.stopped.set()
                    raise SpecProblem(f"{self.model} wrote more than {_MOST_REPLY:,} characters")
        finally:
            tokens_in, tokens_out = tokens_of_turn(outcome, self.model, text)
            self._in, self._out = self._in + tokens_in, self._out + tokens_out
        return text


def json_object(reply: str) -> dict[str, Any]:
    """Return the JSON object in `reply`; models put fences and friendly words around what they were asked for."""
    first, last = reply.find("{"), reply.rfind("}")
    try:
        value = json.loads(reply[first : last + 1])
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SpecProblem("the reply is not one JSON object")
    return value


def _again() -> str:
    return Path(__file__).with_name("llm_draft_again.md").read_text(encoding="utf-8").strip()
