"""Reply: one answer on its way; it streams the text, takes the time, counts the cost, checks it, leaves the Event."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from protokit.runtime.answer_rules import AnswerRules
from protokit.runtime.assistant_types import Answer, Request, RequestResult
from protokit.runtime.models.base import Engine
from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.models.turn_cost import dollars_of_turn, tokens_of_turn
from protokit.runtime.page_texts import PageTexts, texts_in
from protokit.runtime.phrases import spoken_language
from protokit.runtime.prompting.build_messages import (
    BROKEN_OFF,
    CUT,
    ROOM_FOR_ANSWER,
    ROOM_TO_THINK,
    ModelOutcome,
    build_messages,
    reasons,
)
from protokit.runtime.prompting.chat_messages import rule
from protokit.runtime.prompting.context_window import MESSAGE_TOKENS
from protokit.runtime.prompting.pii import PiiMasker
from protokit.runtime.prompting.tokens import count
from protokit.runtime.runtime_errors import ModelProblem, UnusableReply
from protokit.runtime.settings import Settings
from protokit.runtime.usage.events import EventLog
from protokit.runtime.usage.prices import elsewhere
from protokit.runtime.usage.spending_limits import reserved
from protokit.runtime.visitor import current_visitor, pseudonym, traffic_of

if TYPE_CHECKING:
    from protokit.runtime.grounding import SentenceCheck


class Reply:
    """The answer to one request. Iterate it for the text as it comes; then `.answer` holds the rest.

    Time runs from the first step, so that finding the passages counts. A reply that is stopped, or not iterated
    to its end, still leaves its Event, with a note that it was stopped. The longest answer (in tokens) and the
    temperature are those of prototype.yaml where they are not given.
    """

    def __init__(
        self,
        prepare: Callable[[], Request],
        engine: Engine,
        settings: Settings,
        log: EventLog,
        session: str = "",
        *,
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> None:
        self._prepare, self._engine = prepare, engine
        self._settings, self._log, self._session = settings, log, session
        self._max_tokens = max_tokens or settings.max_tokens or _longest(engine.name, settings.context_tokens)
        self._temperature = settings.temperature if temperature is None else temperature
        self._most_tokens: int | None = None
        self._visitor = current_visitor()
        self._answer: Answer | None = None
        self._begun, self._stopped, self._ended = False, Event(), Event()

    @property
    def answer(self) -> Answer:
        """The finished answer; reading it first streams what is left."""
        if self._answer is None:
            for _ in self:
                pass
        if self._answer is None:
            raise RuntimeError("the reply was stopped before it began")
        return self._answer

    def stop(self, wait: float = 5.0) -> Answer | None:
        """End the answer where it is, from any thread: whoever iterates comes to the end.

        Returns the answer as far as it came, None where it does not end within `wait` seconds.
        """
        self._stopped.set()
        if self._begun:
            self._ended.wait(wait)
        return self._answer

    def shorten(self, tokens: int) -> None:
        """Let the answer have `tokens` at most, before it begins; one that is data for programs stays whole."""
        self._most_tokens = tokens

    @property
    def model(self) -> str:
        """The engine that was asked to answer."""
        return self._engine.name

    def __iter__(self) -> Generator[str, None, None]:
        self._begun = True
        outcome = ModelOutcome(
            self._engine.name,
            stopped=self._stopped,
            max_tokens=self._max_tokens,
            temperature=self._temperature,
        )
        run = _Run(time.perf_counter(), self._engine.name, outcome)
        request = self._prepare()
        if self._engine.name != OfflineEngine.name:
            request = request.for_model()
        request.require_fitting()
        run.searched = time.perf_counter() - run.started
        if self._most_tokens and not request.schema:
            outcome.max_tokens = min(outcome.max_tokens, self._most_tokens)
        rules = AnswerRules() if request.schema or request.whole else self._settings.rules
        run.opening = f"{rules.opening} " if rules.opening else ""
        try:
            if run.opening:
                yield run.opening
            with closing(self._pieces(request, run)) as pieces:
                for piece in pieces:
                    run.first = run.first or time.perf_counter() - run.started
                    run.text += piece
                    yield piece
                    if self._stopped.is_set():
                        break
            if rules.closing and run.text and not self._stopped.is_set():
                run.closing = f"\n\n{rules.closing}"
                yield run.closing
        except GeneratorExit:
            self._stopped.set()
            raise
        except Exception as error:
            run.error = run.error or f"{type(error).__name__}: the answer broke off by a fault of the program"
            raise
        finally:
            self._answer = self._finished(request, run)
            self._ended.set()

    def _pieces(self, request: Request, run: "_Run") -> Generator[str, None, None]:
        if refusal := self._ruled_out(request):
            run.outcome, run.model = ModelOutcome(), OfflineEngine.name
            run.outcome.found, run.ruled_out = False, True
            yield refusal
            return
        if run.model == OfflineEngine.name:
            yield from self._engine.stream(request, run.outcome)
            return
        try:
            yield from self._paid(request, run)
        except ModelProblem as problem:
            run.error = str(problem)
            if not self._settings.fall_back_offline:
                raise
            if run.text:
                yield "…\n\n"
            run.broken_off = bool(run.text)
            run.outcome, run.model = ModelOutcome(), OfflineEngine.name
            yield from OfflineEngine().stream(request, run.outcome)
            instead = problem.note or self._texts.offline_instead
            run.outcome.note = f"{self._texts.broken_off} {instead}" if run.broken_off else instead

    def _ruled_out(self, request: Request) -> str:
        """What to say to a question about something that prototype.yaml rules out; "" to any other."""
        if not request.asks:
            return ""
        question = request.standalone_text or request.text
        language = spoken_language(request.text, self._settings.language)
        return self._settings.rules.refusal(question, request.passages, language)

    def _paid(self, request: Request, run: "_Run") -> Iterator[str]:
        """Stream from the model; what it wrote in a form that cannot be used, it may write anew."""
        masks = PiiMasker() if self._settings.mask_personal_data else None
        sent = request.masked(masks.mask) if masks else request
        try:
            yield from self._within_limits(sent, masks, run)
        except UnusableReply as problem:
            yield from self._repaired(problem, sent, masks, run, sent.repairs)

    def _repaired(
        self, problem: UnusableReply, sent: Request, masks: PiiMasker | None, run: "_Run", tries: int
    ) -> Iterator[str]:
        """Tell the model what is wrong with its reply and stream the next, `tries` times at most."""
        if isinstance(problem.result, RequestResult) and self._stopped.is_set():
            yield _taken(problem.result, masks, run)
            return
        before = tokens_of_turn(run.outcome, run.model, problem.reply)
        fault = masks.mask(problem.fault) if masks else problem.fault
        run.outcome.ask_again(problem.reply, (sent.repair or rule("repair.md")).format(fault=fault).strip())
        written, again = "", sent.again(problem.reply)
        try:
            try:
                yield from self._within_limits(again, masks, run)
            except UnusableReply as next_problem:
                written = next_problem.reply
                if tries < 2:
                    raise
                yield from self._repaired(next_problem, again, masks, run, tries - 1)
        except ModelProblem as second:
            if not isinstance(problem.result, RequestResult) or run.text:
                raise
            run.error = str(second)
            yield _taken(problem.result, masks, run)
        finally:
            run.repair = after = tokens_of_turn(run.outcome, run.model, written or run.text)
            run.outcome.tokens_in, run.outcome.tokens_out = before[0] + after[0], before[1] + after[1]

    def _within_limits(self, sent: Request, masks: PiiMasker | None, run: "_Run") -> Iterator[str]:
        """Stream one answer within the limits; what stands for personal data is put back into it."""
        longest = run.outcome.max_tokens
        whole = sum(
            count(each["content"], run.model) + MESSAGE_TOKENS for each in build_messages(sent, run.outcome)
        )
        most = self._dollars(run.model, whole, longest)
        most = None if most is None else most * sent.calls
        room = (whole + longest) * sent.calls
        with reserved(self._settings, most, room, self._session, self._visitor) as spent:
            pieces, unusable = self._engine.stream(sent, run.outcome), ""
            try:
                plain = masks.unmask_stream(pieces) if masks else pieces
                at_once = bool(sent.schema) or sent.whole or sent.at_once
                yield from _in_words(plain, run.outcome, masks) if at_once else _plain_citations(plain, sent)
            except UnusableReply as problem:
                unusable = problem.reply
                raise
            finally:
                used = tokens_of_turn(run.outcome, run.model, unusable or run.text)
                spent(self._dollars(run.model, *used), sum(used))

    def _finished(self, request: Request, run: "_Run") -> Answer:
        outcome = run.outcome
        tokens_in, tokens_out = tokens_of_turn(run.outcome, run.model, run.text)
        seconds = (
            time.perf_counter() - run.started
        )  # what follows is our book-keeping, not the visitor's wait
        stopped = self._stopped.is_set()  # half a sentence says nothing that could be held against a passage
        checks = () if stopped else tuple(_moved(each, run) for each in _checks(request, run))
        answer = Answer(
            question=request.title,
            text=f"{run.opening}{run.text}{run.closing}",
            model=run.model,
            citations=outcome.citations,
            passages=() if run.ruled_out else tuple(request.passages),
            table=outcome.table,
            standalone=request.standalone_text,
            computation=outcome.computation or request.computation,
            found=outcome.found and (not checks or any(check.verdict != "no claim" for check in checks)),
            note=self._texts.stopped if stopped else self._note(run),
            problem=run.error,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            repair_tokens=sum(run.repair),
            repair_dollars=self._dollars(run.model, *run.repair),
            tokens_estimated=outcome.tokens_in is None or outcome.tokens_out is None,
            seconds_to_first=run.first,
            seconds=seconds,
            search_seconds=run.searched,
            dollars=self._dollars(run.model, tokens_in, tokens_out),
            elsewhere=elsewhere(self._settings.compare_cost_to, tokens_in, tokens_out, self._settings.prices),
            instructions=outcome.messages[0]["content"] if outcome.messages else "",
            passages_sent=outcome.sent_passages,
            packing=outcome.packing,
            checks=checks,
            private=request.private,
            cut=outcome.note in (CUT, BROKEN_OFF),
        )
        number = self._log.record(
            answer,
            session=self._session,
            visitor=pseudonym(self._visitor, self._settings.key),
            traffic=traffic_of(self._visitor, self._session),
        )
        return replace(answer, event=number)

    @property
    def _texts(self) -> PageTexts:
        return texts_in(self._settings.language)

    def _note(self, run: "_Run") -> str:
        note = run.outcome.note
        if note == BROKEN_OFF or (run.error and run.text and run.model != OfflineEngine.name):
            return self._texts.broken_off
        return self._texts.longest_reached if note == CUT else note

    def _dollars(self, model: str, tokens_in: int, tokens_out: int) -> float | None:
        return dollars_of_turn(model, tokens_in, tokens_out, self._settings.prices)


def _plain_citations(pieces: Iterator[str], request: Request) -> Iterator[str]:
    """A model's text with its citations in the one form that pages and checks read."""
    from protokit.runtime.qa.citation_forms import stream_plain_citations

    return stream_plain_citations(pieces, len(request.passages)) if request.passages else pieces


def _in_words(pieces: Iterator[str], outcome: ModelOutcome, masks: PiiMasker | None) -> Iterator[str]:
    """What a model wrote as data, in the words of its kind, when all of it is there."""
    written = "".join(pieces)
    yield (masks.unmask(outcome.text) if masks else outcome.text) or written


def _taken(result: RequestResult, masks: PiiMasker | None, run: "_Run") -> str:
    """The text of a reply that stands although it has faults."""
    run.outcome.take(result)
    return masks.unmask(result.text) if masks else result.text


@dataclass(slots=True)
class _Run:
    """What is known of a reply while it streams."""

    started: float
    model: str
    outcome: ModelOutcome
    first: float = 0.0
    searched: float = 0.0
    """When all was found that the engine needs; the rest of the wait is the engine's."""
    text: str = ""
    error: str = ""
    opening: str = ""
    """What every answer begins with; `text` is what was answered, without it."""
    closing: str = ""
    ruled_out: bool = False
    """Whether the question was about something that is not spoken of, of which no passage is shown either."""
    repair: tuple[int, int] = (0, 0)
    """Tokens in and out of asking a model once more."""
    broken_off: bool = False
    """Whether a model wrote the beginning of the text before the offline engine answered."""


def _longest(model: str, window: int) -> int:
    """Tokens of the longest answer where prototype.yaml does not say."""
    return ROOM_TO_THINK if reasons(model) else min(ROOM_FOR_ANSWER, window // 4)


def _moved(check: "SentenceCheck", run: _Run) -> "SentenceCheck":
    """`check` with the place of its sentence in the whole answer."""
    offset = len(run.opening)
    return replace(check, start=check.start + offset, end=check.end + offset) if offset else check


def _checks(request: Request, run: _Run) -> "tuple[SentenceCheck, ...]":
    """What a model wrote is held against the passages; what the offline engine quotes stands in them."""
    if not request.passages:
        return ()
    from protokit.runtime.grounding import check, quotation_checks

    if run.model != OfflineEngine.name or run.broken_off:
        return tuple(check(run.text, request.passages).sentences)
    order = {passage: index for index, passage in reversed([*enumerate(request.passages)])}
    quoted = {each.number: (order.get(each.passage), each.marks) for each in run.outcome.citations}
    return quotation_checks(run.text, quoted)
