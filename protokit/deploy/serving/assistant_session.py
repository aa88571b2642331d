"""An open assistant as programs speak to it: whichever blueprint it is of, and with the page's limits."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from protokit.prototype.assistant_class import check_options
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant import BaseAssistant
from protokit.runtime.assistant_types import Turn
from protokit.runtime.reply import Reply


@dataclass(frozen=True, slots=True)
class Speaker:
    """One open assistant that many callers speak to at once."""

    prototype: Prototype
    assistant: BaseAssistant

    def reply(self, text: str, history: Sequence[Turn], options: Mapping[str, str], caller: str) -> Reply:
        """The assistant's Reply to `text`. Raises ChoiceProblem for an option it does not have.

        Limits hold per `caller` and day, where the page's hold per visit.
        """
        check_options(self.assistant.inputs, options)
        session = f"api {caller} {datetime.now(UTC):%Y-%m-%d}"
        return self.assistant.reply(text, history=history, options=options, session=session)


@contextmanager
def speaker(prototype: Prototype) -> Iterator[Speaker]:
    """Open the assistant of `prototype`, and close it at the end."""
    with prototype.assistant() as assistant:
        yield Speaker(prototype, assistant)
