"""An open assistant as programs speak to it: whichever blueprint it is of, and with the page's limits."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from protokit.errors import PromptProblem
from protokit.prototype.assistant_class import check_options
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant import BaseAssistant
from protokit.runtime.assistant_types import Turn
from protokit.runtime.reply import Reply
from protokit.runtime.uploads.saved_upload import keep_upload
from vectorstore.vectorstore_errors import VectorstoreError


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
        return self.assistant.reply(text, history=history, options=options, session=_session(caller))

    def reply_to_file(self, name: str, content: bytes, options: Mapping[str, str], caller: str) -> Reply:
        """The assistant's Reply to a file, which is not kept. Raises PromptProblem where it takes none or cannot read
        this one."""
        inputs = self.assistant.inputs
        if inputs[0].kind != "text":
            raise PromptProblem("this prototype takes questions, no files", where="messages")
        check_options(inputs, options)
        with tempfile.TemporaryDirectory(prefix="api-", ignore_cleanup_errors=True) as folder:
            try:
                path = keep_upload(Path(folder), name, content)
                return self.assistant.reply_to_file(path, options=options, session=_session(caller))
            except (ValueError, VectorstoreError) as problem:
                raise PromptProblem(str(problem), where="messages") from None


def _session(caller: str) -> str:
    return f"api {caller} {datetime.now(UTC):%Y-%m-%d}"


@contextmanager
def speaker(prototype: Prototype) -> Iterator[Speaker]:
    """Open the assistant of `prototype`, and close it at the end."""
    with prototype.assistant() as assistant:
        yield Speaker(prototype, assistant)
