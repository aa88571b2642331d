"""Judge: a language model that is asked which sentences of an answer its passages support, beside the offline check."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.errors import CheckFailed
from protokit.runtime.assistant_types import Answer
from protokit.runtime.models.base import Engine
from protokit.runtime.models.model_factory import connect
from protokit.runtime.models.offline_engine import OfflineEngine
from protokit.runtime.models.turn_cost import dollars_of_turn, tokens_of_turn
from protokit.runtime.prompting.build_messages import ROOM_FOR_ANSWER, ModelOutcome
from protokit.runtime.prompting.chat_messages import ModelRequest
from protokit.runtime.prompting.injection import delimit_passages
from protokit.runtime.prompting.tokens import count
from protokit.runtime.runtime_errors import ModelProblem
from protokit.runtime.settings import Settings
from protokit.runtime.usage.spending_limits import reserved

_VERDICTS = frozenset({"supported", "partly", "unsupported"})
_LIST = re.compile(r"\[[^\[\]]*\]")
_UNREADABLE = "the reply holds no verdict for each sentence"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said of one answer, and what that took."""

    verdicts: tuple[str, ...]
    """"supported", "partly" or "unsupported" for each sentence that claims something; empty where not judged."""
    problem: str = ""
    """Why it was not judged."""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: bool = False
    dollars: float | None = 0.0
    """None where the price of the judge is not known."""

    @property
    def grounded(self) -> bool | None:
        """Whether no sentence is unsupported; None where it was not judged."""
        return "unsupported" not in self.verdicts if self.verdicts else None


@dataclass(frozen=True, slots=True)
class Judge:
    """The judge of one prototype, held to the prototype's prices and limits."""

    engine: Engine
    settings: Settings

    @classmethod
    def open(cls, model: str, folder: Path) -> "Judge":
        """The judge `model`; raises ModelProblem for a string that names no model, CheckFailed for "offline"."""
        if model == OfflineEngine.name:
            raise CheckFailed(
                "the offline engine cannot judge", fix="Its own check runs anyway; name a language model."
            )
        return cls(connect(model, folder), Settings.read(folder))

    @property
    def model(self) -> str:
        return self.engine.name

    def judge(self, answer: Answer, session: str) -> Judgement | None:
        """The verdicts on the sentences of `answer` that claim something, None where none does.

        A judge that is down or writes something else leaves a Judgement without verdicts.
        """
        claims = [answer.text[c.start : c.end].strip() for c in answer.checks if c.verdict != "no claim"]
        if not claims:
            return None
        passages = delimit_passages(answer.passages[: answer.passages_sent])
        sentences = json.dumps(claims, ensure_ascii=False, indent=1)
        return self._asked(
            ModelRequest(_instructions(), f"{passages}\n\nSentences:\n{sentences}"), claims, session
        )

    def _asked(self, prompt: ModelRequest, claims: Sequence[str], session: str) -> Judgement:
        outcome, reply, problem = ModelOutcome(self.model), "", ""
        whole = count(f"{prompt.instructions}\n{prompt.text}", self.model)
        most = self._dollars(whole, ROOM_FOR_ANSWER)
        tokens = (0, 0)
        try:
            with reserved(self.settings, most, whole + ROOM_FOR_ANSWER, f"judge-{session}") as spent:
                try:
                    for piece in self.engine.stream(prompt, outcome):
                        reply += piece
                finally:
                    if reply or outcome.tokens_in is not None:  # else it said nothing
                        tokens = tokens_of_turn(outcome, self.model, reply)
                    spent(self._dollars(*tokens), sum(tokens))
        except ModelProblem as failed:
            problem = str(failed)
        verdicts = () if problem else read_verdicts(reply, len(claims))
        return Judgement(
            verdicts,
            problem or ("" if verdicts else _UNREADABLE),
            *tokens,
            tokens_estimated=bool(reply) and None in (outcome.tokens_in, outcome.tokens_out),
            dollars=self._dollars(*tokens),
        )

    def _dollars(self, tokens_in: int, tokens_out: int) -> float | None:
        if not tokens_in and not tokens_out:
            return 0.0
        return dollars_of_turn(self.model, tokens_in, tokens_out, self.settings.prices)


def read_verdicts(reply: str, sentences: int) -> tuple[str, ...]:
    """The last JSON list in `reply` that holds one verdict for each of so many sentences; empty where there is none.

    Models put fences, thoughts and friendly words around the JSON that they were asked for.
    """
    for candidate in reversed(_LIST.findall(reply)):
        try:
            listed = json.loads(candidate)
        except ValueError:
            continue
        verdicts = tuple(each.strip().lower() for each in listed if isinstance(each, str))
        if len(listed) == len(verdicts) == sentences and _VERDICTS.issuperset(verdicts):
            return verdicts
    return ()


def _instructions() -> str:
    text = Path(__file__).with_name("judging.md")
    return text.read_text(encoding="utf-8").strip()
