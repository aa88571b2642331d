"""The engine without a model: it quotes the passages, and cannot invent."""

from collections.abc import Iterator

from protokit.runtime.assistant_types import Request
from protokit.runtime.prompting.build_messages import ModelOutcome, build_messages


class OfflineEngine:
    """Quotes the passages; needs no key and no network, and cannot invent."""

    name = "offline"

    def stream(self, request: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the answer word by word. Raises ModelProblem for what only a model can do."""
        result = request.offline()
        outcome.take(result)
        build_messages(request, outcome)  # to nobody: it tells what a model would have read
        yield from _words(result.text)


def _words(text: str) -> Iterator[str]:
    start = 0
    for index, character in enumerate(text):
        if character.isspace():
            yield text[start : index + 1]
            start = index + 1
    if text[start:]:
        yield text[start:]
