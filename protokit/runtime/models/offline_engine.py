"""The engine without a model: it quotes the passages, and cannot invent."""

from collections.abc import Iterator

from protokit.runtime.assistant_types import ModelRequest, Question, Request
from protokit.runtime.prompting.build_messages import ModelOutcome, build_messages
from protokit.runtime.runtime_errors import ModelProblem


class OfflineEngine:
    """Quotes the passages; needs no key and no network, and cannot invent."""

    name = "offline"

    def stream(self, asked: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the answer word by word. Raises ModelProblem for a Prompt."""
        if isinstance(asked, ModelRequest):
            raise ModelProblem("the offline engine quotes and follows no prompt. Name a language model.")
        if isinstance(asked, Question):
            from protokit.runtime.qa.offline_answer import answer

            text, outcome.citations, outcome.found = answer(asked)
        else:
            from protokit.runtime.summarization.offline_summary import summarize

            text, outcome.citations, outcome.note = summarize(asked)
        build_messages(asked, outcome)  # to nobody: it tells what a model would have read
        yield from _words(text)


def _words(text: str) -> Iterator[str]:
    start = 0
    for index, character in enumerate(text):
        if character.isspace():
            yield text[start : index + 1]
            start = index + 1
    if text[start:]:
        yield text[start:]
