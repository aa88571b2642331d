"""Reply: one answer on its way; it streams the text, takes the time, counts the tokens and leaves the Event."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from protokit.runtime.errors import ModelProblem
from protokit.runtime.models import Engine, OfflineEngine, Outcome
from protokit.runtime.prices import cost
from protokit.runtime.requests import Answer, Condensation, Question
from protokit.runtime.settings import Settings
from protokit.runtime.telemetry import EventLog
from protokit.runtime.tokens import count

_FELL_BACK = "The language model did not answer, so the offline engine did."


class Reply:
    """The answer to one request. Iterate it for the text as it comes; then `.answer` holds the rest.

    Time runs from the first step, so that finding the passages counts. A reply that is not iterated to its end
    (the visitor pressed Stop) still leaves its Event.
    """

    def __init__(
        self,
        prepare: Callable[[], Question | Condensation],
        engine: Engine,
        settings: Settings,
        log: EventLog,
        session: str = "",
    ) -> None:
        self._prepare, self._engine, self._settings, self._log, self._session = (
            prepare,
            engine,
            settings,
            log,
            session,
        )
        self._answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The finished answer; reading it first streams what is left."""
        if self._answer is None:
            for _ in self:
                pass
        if self._answer is None:
            raise RuntimeError("the reply was stopped before it began")
        return self._answer

    def __iter__(self) -> Iterator[str]:
        run = _Run(time.perf_counter(), self._engine.name)
        asked = self._prepare()
        try:
            for piece in self._pieces(asked, run):
                run.first = run.first or time.perf_counter() - run.started
                run.text += piece
                yield piece
        finally:
            self._answer = self._finished(asked, run)

    def _pieces(self, asked: Question | Condensation, run: "_Run") -> Iterator[str]:
        try:
            yield from self._engine.stream(asked, run.outcome)
        except ModelProblem as problem:
            run.error = str(problem)
            if not self._settings.fall_back_offline:
                raise
            if run.text:
                yield "\n\n"
            run.outcome, run.model = Outcome(), OfflineEngine.name
            yield from OfflineEngine().stream(asked, run.outcome)
            run.outcome.note = _FELL_BACK

    def _finished(self, asked: Question | Condensation, run: "_Run") -> Answer:
        outcome = run.outcome
        sent = "\n".join(message["content"] for message in outcome.messages)
        tokens_in = outcome.tokens_in if outcome.tokens_in is not None else count(sent, run.model).tokens
        tokens_out = (
            outcome.tokens_out if outcome.tokens_out is not None else count(run.text, run.model).tokens
        )
        answer = Answer(
            question=asked.text if isinstance(asked, Question) else f"Summarize {asked.file}",
            text=run.text,
            model=run.model,
            citations=outcome.citations,
            passages=tuple(asked.passages) if isinstance(asked, Question) else (),
            found=outcome.found,
            note=outcome.note,
            problem=run.error,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            tokens_estimated=outcome.tokens_in is None or outcome.tokens_out is None,
            seconds_to_first=run.first,
            seconds=time.perf_counter() - run.started,
            dollars=self._dollars(run.model, tokens_in, tokens_out),
        )
        return replace(answer, event=self._log.record(answer, session=self._session, error=run.error))

    def _dollars(self, model: str, tokens_in: int, tokens_out: int) -> float | None:
        base_url = os.environ.get("OPENAI_BASE_URL", "") if model.startswith("openai:") else ""
        return cost(model, tokens_in, tokens_out, self._settings.prices, base_url=base_url).dollars


@dataclass(slots=True)
class _Run:
    """What is known of a reply while it streams."""

    started: float
    model: str
    first: float = 0.0
    text: str = ""
    error: str = ""
    outcome: Outcome = field(default_factory=Outcome)
