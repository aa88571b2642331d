"""The messages that an assistant.py puts together for a model: who says what, in the order it is read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from protokit.runtime.assistant_types import ChatMessage, Request, RequestResult, Turn
from protokit.runtime.runtime_errors import ModelProblem
from vectorstore.passage import Passage


def system(*parts: str) -> ChatMessage:
    """How the model should behave: instructions and rules, an empty line between them."""
    return ChatMessage("system", "\n\n".join(part.strip() for part in parts).strip())


def user(text: str, passages: Sequence[Passage] = ()) -> ChatMessage:
    """What the visitor says, under the passages, each quoted with the number it is cited by."""
    return ChatMessage("user", text, tuple(passages))


def turns(history: Sequence[Turn]) -> Iterator[ChatMessage]:
    """The conversation so far, oldest first."""
    for turn in history:
        yield ChatMessage("user", turn.question, earlier=True)
        yield ChatMessage("assistant", turn.answer, earlier=True)


def citing_rule(passages: Sequence[Passage]) -> str:
    """That the model answers from the passages only and cites them, or says that there are none."""
    return rule("citing.md" if passages else "no_passages.md")


def rule(name: str) -> str:
    """A text for models out of texts/."""
    return (Path(__file__).parent / "texts" / name).read_text(encoding="utf-8").strip()


@dataclass(frozen=True, slots=True)
class ModelRequest(Request):
    """Instructions and a text that go to a model as they are: nothing is added, nothing is cited."""

    instructions: str
    text: str
    schema: str = ""

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions, then the text."""
        return [ChatMessage("system", self.instructions), ChatMessage("user", self.text)]

    def offline(self) -> RequestResult:
        """Nothing follows instructions but a model."""
        raise ModelProblem("the offline engine quotes and follows no prompt. Name a language model.")

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The owner's commands send it, and no visitor."""
        return self

    def require_fitting(self) -> None:
        """Whoever sends it has bounded it."""
