"""Ends an answer at its longest length, whatever the server was told and does."""

from protokit.runtime.prompting.build_messages import CUT, ModelOutcome
from protokit.runtime.prompting.tokens import count


class Longest:
    """Counts the tokens of one answer as its pieces come. `reached` turns true where it must end."""

    def __init__(self, outcome: ModelOutcome) -> None:
        self._outcome = outcome
        self._text, self._counted = "", 0
        self.reached = False

    def admit(self, piece: str, thought: str = "") -> str:
        """The part of `piece` that fits. `thought` is what the model sends beside it, which costs as much."""
        before = self._text
        self._outcome.unseen += self._tokens(thought)
        self._text += piece
        self._counted += self._tokens(piece) + self._tokens(thought)
        if self._counted <= self._outcome.max_tokens:
            return piece
        # Pieces counted one by one come to more than their text: only the whole decides.
        self._counted = self._whole(self._text)
        if self._counted <= self._outcome.max_tokens:
            return piece
        self.end()
        return self._fitting(before, piece)

    def end(self) -> None:
        """Say that the answer ends here for its length."""
        self.reached, self._outcome.note = True, CUT

    def _fitting(self, before: str, piece: str) -> str:
        low, high = 0, len(piece)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._whole(before + piece[:middle]) <= self._outcome.max_tokens
            low, high = (middle, high) if fits else (low, middle - 1)
        return piece[:low]

    def _whole(self, text: str) -> int:
        return self._tokens(text) + self._outcome.unseen

    def _tokens(self, text: str) -> int:
        return count(text, self._outcome.model) if text else 0
