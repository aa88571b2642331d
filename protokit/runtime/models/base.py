"""What goes to a model, packed into its context window, and what it tells beside the text."""

from collections.abc import Iterator
from typing import Protocol

from protokit.runtime.assistant_types import Request
from protokit.runtime.prompting.build_messages import ModelOutcome


class Engine(Protocol):
    """Whatever can answer a Request; some Requests only a model can."""

    name: str

    def stream(self, request: Request, outcome: ModelOutcome) -> Iterator[str]:
        """Yield the text in pieces; fill in `outcome` by the end. Raises ModelProblem."""
        ...
