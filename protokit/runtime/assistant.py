"""The assistant of a prototype, whichever kind it is of: what protokit calls, and what a kind says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, Self

from protokit.runtime.assistant_types import Answer, Measures, Turn
from protokit.runtime.models.base import Engine
from protokit.runtime.models.model_factory import connect
from protokit.runtime.prototype_fields import InputKind
from protokit.runtime.reply import Reply
from protokit.runtime.settings import Settings
from protokit.runtime.usage.events import EventLog

if TYPE_CHECKING:
    from vectorstore import KnowledgeBase

Options = Mapping[str, str]
NO_OPTIONS: Options = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a visitor gives: a question, a text, the fields of a form as JSON, a choice, a file's name."""

    name: str
    kind: InputKind
    label: str = ""
    values: tuple[str, ...] = ()
    """What a choice may be."""
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """A request to try a prototype with, and what its answer should hold where that is known."""

    name: str
    text: str = ""
    path: Path | None = None
    """The document that holds the text, in place of `text`."""
    options: Options = field(default_factory=lambda: NO_OPTIONS)
    expected: Mapping[str, object] = field(default_factory=dict)

    def read(self) -> str:
        """The text to ask with."""
        if self.path is None:
            return self.text
        from vectorstore.loaders import read

        return read(self.path).text


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What a visitor does on the page to try it, and what it shows then."""

    fill: Mapping[str, str]
    """Text or choice by the label of the field; "" is the first field for text. A Gradio page's endpoint gets the
    values in this order."""
    click: str = ""
    """The label of the button; the first one where empty."""
    endpoint: str = ""
    """The Gradio page's api_name, such as "/search"; its first public one where empty."""
    shows: str = "[1]"


class BaseAssistant(Protocol):
    """What every assistant has. A kind inherits it, says what it takes, and answers in `reply`."""

    inputs: ClassVar[tuple[Input, ...]] = (Input("question", "question"),)
    """What a visitor gives: the first is `text` of `reply`, the others are its `options`."""
    remembers: ClassVar[bool] = False
    """Whether an answer depends on the conversation so far."""
    output: ClassVar[Literal["text", "table"]] = "text"
    """Text with citations, or a typed table."""
    verb: ClassVar[str] = "ask"
    """What its tool is called where programs use it."""
    description: ClassVar[str] = "Answer from the documents of this prototype, with the passages it rests on."
    """What the tool does, for programs."""
    acts: ClassVar[bool] = False
    """Whether a request may change something; programs ask a person before they use its tool then."""
    folder: Path
    model: str
    events: EventLog
    knowledge: "KnowledgeBase | None" = None
    """The documents, where it searches any."""

    def __init__(self, folder: Path, model: str = "") -> None:
        self.folder, self.model = folder, model
        self.events = EventLog(folder / ".protokit" / "events.db")

    @property
    def settings(self) -> Settings:
        """What prototype.yaml says now."""
        return Settings.read(self.folder)

    @property
    def engine(self) -> Engine:
        """The model that answers; "offline" is one too."""
        return connect(self.model or self.settings.model, self.folder)

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        """Answer `text`; iterate the reply for the words as they come, then `.answer` has sources and numbers."""
        raise NotImplementedError

    def reply_to_file(self, path: Path, *, options: Options = NO_OPTIONS, session: str = "") -> Reply:
        """Answer what a file holds, under the file's name. Raises VectorstoreError where it cannot be read."""
        return self.reply(self.read_file(path), options=self.named(path, options), session=session)

    def named(self, path: Path, options: Options) -> Options:
        """`options` with the name of the file at `path`, where the assistant takes one."""
        names = {"file": path.name} if any(each.name == "file" for each in self.inputs[1:]) else {}
        return {**names, **options}

    def samples(self) -> list[SampleRequest]:
        """Requests to try it with."""
        return [SampleRequest(question, question) for question in self.settings.starter_questions]

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        """Why `answer` is not what `sample` asks for, "" where it is; None leaves that to protokit."""
        return None

    def measures(self, results: Sequence[tuple[SampleRequest, Answer | None]]) -> Measures | None:
        """What is measured over all answers, None in place of an answer that a model did not give; None for nothing."""
        return None

    @classmethod
    def read_file(cls, path: Path) -> str:
        """What is asked with a file: its text."""
        from vectorstore.loaders import read

        return read(path).text

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """How to try `sample` on the page."""
        return PageCheck({"": sample.read()})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.knowledge:
            self.knowledge.close()
