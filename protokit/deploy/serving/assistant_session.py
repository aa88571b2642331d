"""An open assistant as programs speak to it: whichever blueprint it is of, and with the page's limits."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import signature
from typing import Any, get_args, get_origin, get_type_hints

from protokit.errors import ChoiceProblem
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant import remembers
from protokit.runtime.assistant_types import Turn
from protokit.runtime.reply import Reply
from protokit.runtime.text_limits import require_options

_OURS = {"history", "session", "return"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """One open assistant that many callers speak to at once."""

    prototype: Prototype
    assistant: Any

    @property
    def remembers(self) -> bool:
        """Whether it takes the conversation so far."""
        return remembers(self.assistant)

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """What a caller may choose beside the text, each with its valid values (none: any text)."""
        hints = get_type_hints(self.assistant.reply)
        names = list(signature(self.assistant.reply).parameters)[1:]
        return {name: _literals(hints.get(name)) for name in names if name not in _OURS}

    def reply(self, text: str, history: Sequence[Turn], options: Mapping[str, str], caller: str) -> Reply:
        """The assistant's Reply to `text`. Raises ChoiceProblem for an option it does not have.

        Limits hold per `caller` and day, where the page's hold per visit.
        """
        require_options(options)
        for name, value in options.items():
            valid = self._valid(name)
            if valid and value not in valid:
                raise ChoiceProblem.of(name, value, list(valid))
        so_far = {"history": history} if self.remembers else {}
        session = f"api {caller} {datetime.now(UTC):%Y-%m-%d}"
        reply: Reply = self.assistant.reply(text, **so_far, **options, session=session)
        return reply

    def _valid(self, name: str) -> tuple[str, ...]:
        options = self.options
        if name not in options:
            raise ChoiceProblem.of("option", name, sorted(options) or ["none"])
        return options[name]


@contextmanager
def speaker(prototype: Prototype) -> Iterator[Speaker]:
    """Open the assistant of `prototype`, and close it at the end."""
    with prototype.assistant() as assistant:
        yield Speaker(prototype, assistant)


def _literals(hint: Any) -> tuple[str, ...]:
    """The values of a Literal."""
    return get_args(hint) if get_origin(hint) is not None and "Literal" in str(get_origin(hint)) else ()
