"""Ends an answer where a caller wants it to end, and finds the citations in what is left of it."""

import re
from collections.abc import Iterator, Sequence

from protokit.runtime.assistant_types import Answer, Citation
from protokit.runtime.models.answer_limit import Longest
from protokit.runtime.prompting.build_messages import ModelOutcome

_NUMBER = re.compile(r"\[(\d{1,3})\]")


class AnswerEnding:
    """Cuts an answer before the first of `stops` and at `most` tokens, as its pieces come."""

    def __init__(self, stops: Sequence[str], most: int | None) -> None:
        self.most, self.text = most, ""
        """`text` is what was let pass."""
        self._stops = stops
        self._longest = Longest(ModelOutcome(max_tokens=most)) if most else None
        self._pending, self.reached = "", False

    def admit(self, piece: str) -> str:
        """What of the answer can go out with `piece`; what may be the beginning of a stop waits."""
        if self.reached:
            return ""
        self._pending += piece
        places = [place for stop in self._stops if (place := self._pending.find(stop)) >= 0]
        begun = (n for stop in self._stops for n in range(1, len(stop)) if self._pending.endswith(stop[:n]))
        cut = min(places) if places else len(self._pending) - max(begun, default=0)
        ready, self._pending = self._pending[:cut], self._pending[cut:]
        passed = self._pass(ready)
        self.reached = self.reached or bool(places)
        return passed

    def end(self) -> str:
        """What waited, once nothing more comes."""
        return "" if self.reached else self._pass(self._pending)

    def reason(self, answer: Answer) -> str:
        """The `finish_reason`."""
        cut = answer.cut or (self._longest is not None and self._longest.reached)
        return "length" if cut else "stop"

    def _pass(self, text: str) -> str:
        passed = self._longest.admit(text) if self._longest else text
        self.text += passed
        self.reached = self._longest is not None and self._longest.reached
        return passed


def cited_places(text: str, answer: Answer) -> Iterator[tuple[int, int, Citation]]:
    """Where `text` cites a passage: the offsets of the [n], and the citation."""
    citations = {citation.number: citation for citation in answer.citations}
    for match in _NUMBER.finditer(text):
        if citation := citations.get(int(match[1])):
            yield match.start(), match.end(), citation
