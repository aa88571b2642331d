"""What protokit asks of the assistant of a prototype, whichever kind it is of."""

from inspect import signature
from typing import Any


def remembers(assistant: Any) -> bool:
    """Whether `assistant` takes the conversation so far, or answers each question by itself."""
    return "history" in signature(assistant.reply).parameters
