"""Fits a turn into a model's context window and says what had to stay out."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from protokit.runtime.assistant_types import ChatMessage, Turn
from protokit.runtime.prompting.injection import delimit_passages
from vectorstore.passage import Passage
from vectorstore.text.sentences import split

Message = dict[str, str]
"""{"role": "system", "user" or "assistant", "content": ...}"""

MESSAGE_TOKENS = 6
"""What a chat template puts around each message, on the safe side for the common ones."""
_CONDENSED_QUESTION = 120


@dataclass(frozen=True, slots=True)
class PackedContext:
    """What is sent to the model, and what is not."""

    messages: tuple[Message, ...]
    kept: tuple[Passage, ...]
    """In the order of their numbers: `kept[0]` is cited as [1]."""
    dropped: tuple[Passage, ...]
    condensed_turns: int
    dropped_turns: int
    tokens: int
    budget: int

    @property
    def fits(self) -> bool:
        """False where the instructions and the question alone are too long: they are never cut."""
        return self.tokens <= self.budget

    def __str__(self) -> str:
        """For a person: "6 of 9 passages fit; 2 older turns shortened; 3,120 of 4,096 tokens"."""
        total = len(self.kept) + len(self.dropped)
        parts = [f"{len(self.kept)} of {total} passages fit"]
        if self.condensed_turns:
            parts.append(f"{_turns(self.condensed_turns)} shortened")
        if self.dropped_turns:
            parts.append(f"{_turns(self.dropped_turns)} left out")
        return "; ".join([*parts, f"{self.tokens:,} of {self.budget:,} tokens"])


@dataclass(frozen=True, slots=True)
class _Load:
    """A choice of what to send; each step that makes it smaller is one of its methods, None when used up."""

    turns: tuple[Turn, ...]
    condensed: int
    """How many of the oldest `turns` are condensed."""
    passages: tuple[Passage, ...]

    def smaller(self) -> "_Load | None":
        """The next smaller choice, in the order that `pack` states."""
        return (
            self.condense_oldest()
            or self.drop_passage(but=1)
            or self.drop_oldest()
            or self.drop_passage(but=0)
        )

    def condense_oldest(self) -> "_Load | None":
        if self.condensed == len(self.turns):
            return None
        turns = list(self.turns)
        turns[self.condensed] = condense(turns[self.condensed])
        return replace(self, turns=tuple(turns), condensed=self.condensed + 1)

    def drop_oldest(self) -> "_Load | None":
        return replace(self, turns=self.turns[1:], condensed=self.condensed - 1) if self.turns else None

    def drop_passage(self, but: int) -> "_Load | None":
        return replace(self, passages=self.passages[:-1]) if len(self.passages) > but else None


def pack_context(
    chat: Sequence[ChatMessage], budget_tokens: int | None, count: Callable[[str], int]
) -> PackedContext:
    """The messages for one answer within `budget_tokens` (None: whole); passages come best first, turns oldest first.

    Instructions and question are always whole. When room is short, earlier turns are condensed, oldest first;
    then the passages with the lowest rank go, all but the best; then the condensed turns, oldest first;
    then that last passage. `count` gives the tokens of a text. Leave room for the answer when you choose
    `budget_tokens`.
    """
    key, history, passages = secrets.token_hex(4), _turns_of(chat), _passages_of(chat)
    load = _Load(history, 0, passages)
    while True:
        messages = _messages(load, chat, key)
        if budget_tokens is None:
            return PackedContext(messages, passages, (), 0, 0, 0, 0)
        tokens = sum(count(message["content"]) + MESSAGE_TOKENS for message in messages)
        smaller = load.smaller()
        if tokens <= budget_tokens or smaller is None:
            break
        load = smaller
    return PackedContext(
        messages=messages,
        kept=load.passages,
        dropped=passages[len(load.passages) :],
        condensed_turns=load.condensed,
        dropped_turns=len(history) - len(load.turns),
        tokens=tokens,
        budget=budget_tokens,
    )


def _turns_of(chat: Sequence[ChatMessage]) -> tuple[Turn, ...]:
    earlier = [message.text for message in chat if message.earlier]
    return tuple(map(Turn, earlier[::2], earlier[1::2]))


def _passages_of(chat: Sequence[ChatMessage]) -> tuple[Passage, ...]:
    return next((message.passages for message in chat if message.passages), ())


def condense(turn: Turn) -> Turn:
    """The turn in brief: its question cut at a word, and the first sentence of its answer."""
    question = turn.question
    if len(question) > _CONDENSED_QUESTION:
        question = question[:_CONDENSED_QUESTION].rpartition(" ")[0] + " ..."
    first = next(iter(split(turn.answer)), None)
    return Turn(question, turn.answer[first.start : first.end] if first else "")


def _messages(load: _Load, chat: Sequence[ChatMessage], key: str) -> tuple[Message, ...]:
    """Instructions first and unchanged, so that servers which cache a prompt's beginning can."""
    messages: list[Message] = []
    turns = list(load.turns)
    for message in chat:
        if message.earlier:
            for turn in turns:
                messages.append({"role": "user", "content": turn.question})
                messages.append({"role": "assistant", "content": turn.answer})
            turns = []
            continue
        passages = load.passages if message.passages else ()
        quoted = f"{delimit_passages(passages, key=key)}\n\n" if passages else ""
        messages.append({"role": message.role, "content": f"{quoted}{message.text}"})
    return tuple(messages)


def _turns(number: int) -> str:
    return "1 older turn" if number == 1 else f"{number} older turns"
