"""What an assistant is asked and what it gives back; plain data that every screen and engine shares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from vectorstore.passage import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from protokit.runtime.grounding import SentenceCheck

    Embed = Callable[[list[str]], NDArray[np.float32]]

Length = Literal["short", "medium", "long"]
Shape = Literal["bullets", "paragraph", "actions"]


class Turn(NamedTuple):
    """One exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with all an engine may use to answer it."""

    text: str
    passages: Sequence[Passage] = ()
    """Best first."""
    history: Sequence[Turn] = ()
    instructions: str = ""
    language: str = "en"
    welcome: str = ""
    """What to say to a greeting; empty where small talk has no place."""
    max_words: int | None = None
    context_tokens: int = 4096
    """The context window of the model."""
    embed: "Embed | None" = field(default=None, repr=False)
    """Turns texts into rows of unit length, where the embedding model is loaded already."""


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """A text to be summarized."""

    text: str
    file: str = "pasted text"
    length: Length = "medium"
    shape: Shape = "bullets"
    instructions: str = ""
    language: str = "en"
    max_words: int | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Instructions and a text that go to a model as they are: nothing is added, nothing is cited."""

    instructions: str
    text: str
    schema: str = ""
    """The JSON Schema of the reply, for servers that can hold a model to one; empty for free text."""


Request = Question | SummaryRequest | ModelRequest


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage an answer rests on: `number` is the [n] in the text."""

    number: int
    passage: Passage
    marks: tuple[tuple[int, int], ...] = ()
    """Offsets into the passage's text of the words that were used."""

    def __str__(self) -> str:
        return f"[{self.number}] {self.passage.where}"


class Elsewhere(NamedTuple):
    """What an answer would have cost on `model`; None where its price is not known."""

    model: str
    dollars: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with where it came from and what it took."""

    question: str
    text: str
    model: str
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    """All that was found for the question, cited or not, best first."""
    found: bool = True
    """False where the documents do not hold an answer, and the text says so."""
    note: str = ""
    """What the visitor should know: the model was down, or only part was read."""
    problem: str = ""
    """Why the model did not answer, for the owner and never for the visitor."""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: bool = True
    seconds_to_first: float = 0.0
    seconds: float = 0.0
    dollars: float | None = 0.0
    """None where the price of the model is not known."""
    elsewhere: "Elsewhere | None" = None
    """What the same tokens would have cost on another model, where somebody asked."""
    instructions: str = ""
    """The system text that the model was given, or would have been given in place of the offline engine."""
    passages_sent: int = 0
    """How many of `passages`, best first, fitted into the context window."""
    packing: str = ""
    """What fitted into the context window: "6 of 9 passages fit; 3,120 of 4,096 tokens"."""
    checks: "tuple[SentenceCheck, ...]" = ()
    """Each sentence of the text held against the passages; offsets are into `text`."""
    private: bool = False
    """Whether it rests on a visitor's own file, of which nothing is kept."""
    event: int = 0
    """The number of the Event it left, 0 when none."""

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.tokens_in + self.tokens_out

    @property
    def unsupported(self) -> "tuple[SentenceCheck, ...]":
        """The sentences that the passages do not carry."""
        return tuple(check for check in self.checks if check.verdict == "unsupported")
