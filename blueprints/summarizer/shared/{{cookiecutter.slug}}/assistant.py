"""What happens between a text and its summary: read, instruct, stream. Change it as you like."""

from collections.abc import Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    BaseAssistant,
    Input,
    Length,
    Options,
    Reply,
    SampleRequest,
    Shape,
    SummaryRequest,
    Turn,
    summarizing_rule,
    system,
    user,
)
from vectorstore import read

SHAPES: tuple[Shape, ...] = ("bullets", "paragraph", "actions")
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")


class Assistant(BaseAssistant):
    """Condenses a text, each sentence pointing to where it came from."""

    inputs = (
        Input("text", "text", "Text", required=True),
        Input("shape", "choice", "Shape", SHAPES, default="bullets"),
        Input("length", "choice", "Length", LENGTHS, default="medium"),
        Input("file", "file", "Where the text comes from", default="pasted text"),
    )
    verb = "summarize"
    description = "Summarize a text, each point with the sentence it comes from."

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)

    def samples(self) -> list[SampleRequest]:
        """The texts in knowledge/, for trying it out."""
        paths = sorted(self.settings.knowledge.iterdir())
        return [
            SampleRequest(path.name, path=path, options={"file": path.name})
            for path in paths
            if path.is_file() and path.name[0] != "."
        ]

    def text_of(self, path: Path) -> str:
        """The text of a document, as it is read for summarizing."""
        return read(path).text

    def prepare(self, text: str, options: Options) -> SummaryRequest:
        """Put together what the model reads."""
        settings = self.settings
        shape: Shape = next((name for name in SHAPES if name == options.get("shape")), "bullets")
        length: Length = next((name for name in LENGTHS if name == options.get("length")), "medium")
        messages = [
            system(settings.instructions, summarizing_rule(length, shape, settings.language)),
            user(text),
        ]
        return SummaryRequest(
            text,
            options.get("file", "pasted text"),
            length,
            shape,
            chat=messages,
            language=settings.language,
            max_words=settings.max_words,
        )

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        """Summarize `text`; iterate the reply for the words as they come, then `.answer` has sources and numbers."""
        settings = self.settings
        return Reply(
            lambda: self.prepare(text, options),
            self.engine,
            settings,
            self.events,
            session,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
        )
