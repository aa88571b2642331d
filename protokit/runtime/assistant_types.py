"""What an assistant is asked and what it gives back; plain data that every screen and engine shares."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from protokit.runtime.text_limits import TEXT, require_length
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from protokit.runtime.grounding import SentenceCheck

Role = Literal["system", "user", "assistant"]
ColumnKind = Literal["text", "number", "date", "yes/no"]


class Turn(NamedTuple):
    """One exchange of a conversation."""

    question: str
    answer: str
    private: bool = False
    """Whether the answer rests on a visitor's own file, of which nothing is kept."""


class ChatMessage(NamedTuple):
    """One message to a model, before it is fitted into the context window."""

    role: Role
    text: str
    passages: tuple[Passage, ...] = ()
    """Quoted above the text, best first; the last ones are left out where room is short."""
    earlier: bool = False
    """Part of the conversation so far: shortened, then left out, where room is short."""


def masked_chat(chat: Sequence[ChatMessage], mask: Callable[[str], str]) -> list[ChatMessage]:
    """The messages with `mask` laid over what the visitor wrote; the system's are the owner's."""
    return [each if each.role == "system" else each._replace(text=mask(each.text)) for each in chat]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage an answer rests on: `number` is the [n] in the text."""

    number: int
    passage: Passage
    marks: tuple[tuple[int, int], ...] = ()
    """Offsets into the passage's text of the words that were used."""

    def __str__(self) -> str:
        return f"[{self.number}] {self.passage.where}"


class TableColumn(NamedTuple):
    """A column of an answer: its heading, and what its cells hold."""

    name: str
    kind: ColumnKind = "text"


class CellSource(NamedTuple):
    """What a cell of an answer rests on."""

    citations: tuple[int, ...] = ()
    """The numbers of its citations."""
    confidence: float = 0.0
    """0 to 1."""
    reason: str = ""
    """How it was found, or why it is empty."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """An answer that is a table; a row has a cell for each column, None where nothing is stated."""

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str | float | bool | None, ...], ...]
    cells: tuple[tuple[CellSource, ...], ...] = ()
    """What each cell of `rows` rests on, where the kind tells."""


class Measure(NamedTuple):
    """One thing that a kind measures of its answers."""

    name: str
    text: str
    """For a person, with the interval: "41 of 50, 82% (69–90%)"."""
    value: float | None
    """None where there are too few answers to say."""
    interval: tuple[float, float] | None
    """95%."""
    of: int
    """How many answers it is of."""


class Measures(NamedTuple):
    """What a kind measures of all its answers together."""

    measures: tuple[Measure, ...]
    tables: tuple[tuple[str, AnswerTable], ...] = ()
    """Each with its title."""
    matrix: str = ""
    """The title of the table that is a confusion matrix, which `eval --picture` draws."""


@dataclass(frozen=True, slots=True)
class RequestResult:
    """What the offline engine answers, or what the text of a model holds."""

    text: str
    citations: tuple[Citation, ...] = ()
    found: bool = True
    note: str = ""
    """What the visitor should know."""
    table: AnswerTable | None = None
    computation: str = ""
    """What was computed, where only the answer tells and not its request."""


class Request(ABC):
    """What an assistant is asked to answer. It brings its own messages and its own way without a model, so that no
    engine knows the kinds of requests."""

    __slots__ = ()
    text: str
    """What the visitor gave."""
    passages: Sequence[Passage] = ()
    """What the answer may rest on, best first."""
    schema: str = ""
    """The JSON Schema of a model's reply, for servers that can hold a model to one; empty for free text."""
    context_tokens: int | None = None
    """The context window of the model, None where nothing may be left out."""
    asks: bool = False
    """Whether it is a question, which may be about something that is ruled out."""
    whole: bool = False
    """Whether a model's text is shown only when all of it is there and was checked; it brings its own opening."""
    at_once: bool = False
    """The same, within the owner's opening and closing."""
    repairs: int = 1
    """How often at most a model is asked once more for a reply that cannot be used."""
    calls: int = 1
    """How many calls to a model one reply takes at most; room for all of them is reserved."""

    @property
    def title(self) -> str:
        """What the answer is filed under."""
        return self.text

    @property
    def standalone_text(self) -> str:
        """The text as it was searched for, where it leaned on the conversation; empty where it stands alone."""
        return ""

    @property
    def computation(self) -> str:
        """What was computed over a table, in words and as SQL; empty where nothing was."""
        return ""

    @property
    def private(self) -> bool:
        """Whether it rests on a visitor's own file, of which nothing is kept."""
        return False

    @property
    def repair(self) -> str:
        """What a model is told of a reply that cannot be used, with {fault}; empty for the usual text."""
        return ""

    def again(self, reply: str) -> Self:
        """The request as it is asked once more, after `reply` could not be used."""
        return self

    def for_model(self) -> Self:
        """The request as a model gets it."""
        return self

    @abstractmethod
    def messages(self) -> Sequence[ChatMessage]:
        """What a model reads."""

    @abstractmethod
    def offline(self) -> RequestResult:
        """The answer without a model. Raises ModelProblem where there is none."""

    @abstractmethod
    def masked(self, mask: Callable[[str], str]) -> Self:
        """The request with `mask` laid over what the visitor wrote; documents are the owner's."""

    def read(self, text: str) -> RequestResult:
        """What the `text` that a model wrote holds: citations, a table."""
        return RequestResult(text)

    def require_fitting(self) -> None:
        """Raise TooLong where the visitor gave more than anybody needs."""
        require_length(self.text, TEXT, "text")


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
    table: AnswerTable | None = None
    """The answer as a table, where its kind gives one."""
    computation: str = ""
    """What was computed over a table, in words and as SQL; empty where nothing was."""
    standalone: str = ""
    """The question as it was searched for, where it leaned on the ones before it."""
    found: bool = True
    """False where the documents do not hold an answer, and the text says so."""
    note: str = ""
    """What the visitor should know: the model was down, or only part was read."""
    problem: str = ""
    """Why the model did not answer, for the owner and never for the visitor."""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: bool = True
    repair_tokens: int = 0
    """Of the tokens, those of asking a model once more for what it had written wrong."""
    repair_dollars: float | None = 0.0
    seconds_to_first: float = 0.0
    seconds: float = 0.0
    search_seconds: float | None = None
    """Of `seconds`, those until the passages were found and the engine was asked; None where nobody took the time."""
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
    cut: bool = False
    """Whether it ended too early: at its longest, or where the model broke off."""
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
