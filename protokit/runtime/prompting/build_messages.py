"""The chat messages that a request becomes, packed into the window, and what an engine tells beside its text."""

import re
from dataclasses import dataclass, field
from threading import Event

from protokit.runtime.assistant_types import AnswerTable, Citation, Request, RequestResult
from protokit.runtime.page_texts import texts_in
from protokit.runtime.prompting.context_window import Message, pack_context
from protokit.runtime.prompting.tokens import count

ROOM_FOR_ANSWER = 1024
"""Tokens of the context window that stay free for the answer, and its longest where prototype.yaml says nothing."""


ROOM_TO_THINK = 8192
"""The same for models that reason before they answer: they send a bill for what they think too."""


ROOM_FOR_REPLY = 8192
"""Tokens of a reply to a ModelRequest, which the owner's commands send and no visitor."""


_REASONS = re.compile(r"o\d|gpt-[5-9]|gpt-\d{2}|codex", re.IGNORECASE)


CUT = texts_in("en").longest_reached
BROKEN_OFF = texts_in("en").broken_off


@dataclass(slots=True)
class ModelOutcome:
    """What an engine tells beside the text, filled in while it streams."""

    model: str = "offline"
    citations: tuple[Citation, ...] = ()
    found: bool = True
    note: str = ""
    table: AnswerTable | None = None
    text: str = ""
    """The answer in words, where what the model wrote is data for programs."""
    computation: str = ""
    packing: str = ""
    sent_passages: int = 0
    """How many of the passages, best first, fitted into the window."""
    tokens_in: int | None = None
    """The server's own count; None where it gave none."""
    tokens_out: int | None = None
    messages: list[Message] = field(default_factory=list)
    """What was sent, for counting tokens and for the trace."""
    unseen: int = 0
    """Tokens that were sent beside the text, such as a model's thoughts; counted here."""
    stopped: Event = field(default_factory=Event)
    """Set by the reader, from any thread, to end the answer where it is."""
    max_tokens: int = ROOM_FOR_REPLY
    """Set by the reader: the longest answer. No engine goes on beyond it, whatever the server does."""
    temperature: float | None = None
    """Set by the reader; None leaves it to the server."""

    def ask_again(self, reply: str, why: str) -> None:
        """Add the model's `reply` and `why` it is wanted anew to what is sent."""
        self.messages = [
            *self.messages,
            {"role": "assistant", "content": reply},
            {"role": "user", "content": why},
        ]
        self.tokens_in = self.tokens_out = None
        self.note, self.unseen = "", 0

    def take(self, result: RequestResult) -> None:
        """What the text holds, beside what is known of it already."""
        self.citations, self.found, self.table = result.citations, result.found, result.table
        self.note, self.text = self.note or result.note, result.text
        self.computation = result.computation


def reasons(model: str) -> bool:
    """Whether `model` ("openai:o3-mini", "o3-mini") thinks before it answers, and wants to be told its longest
    answer as `max_completion_tokens`."""
    return _REASONS.match(model.rpartition(":")[2].rpartition("/")[2]) is not None


def build_messages(request: Request, outcome: ModelOutcome) -> list[Message]:
    """The chat messages of a request, packed into the context window; what was packed goes into `outcome`.

    They are made once: who wants to know beforehand what a call takes may call it before the engine does.
    """
    if outcome.messages:
        return outcome.messages
    window = request.context_tokens
    packed = pack_context(
        request.messages(),
        None if window is None else window - min(outcome.max_tokens, window // 4),
        lambda text: count(text, outcome.model),
    )
    outcome.messages = list(packed.messages)
    if window is not None:
        outcome.packing, outcome.sent_passages = str(packed), len(packed.kept)
    return outcome.messages
