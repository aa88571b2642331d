"""What happens between a text and its summary: read, instruct, stream. Change it as you like."""

from pathlib import Path

from protokit.runtime import EventLog, Reply, Settings, SummaryRequest, connect
from protokit.runtime.assistant_types import Length, Shape
from vectorstore.loaders import read

SHAPES: dict[Shape, str] = {"bullets": "Bullets", "paragraph": "Paragraph", "actions": "Action items"}
LENGTHS: dict[Length, str] = {"short": "Short", "medium": "Medium", "long": "Long"}


class Assistant:
    """Condenses a text, each sentence pointing to where it came from."""

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        self.folder = folder
        self.model = model
        self.events = EventLog(folder / ".protokit" / "events.db")

    @property
    def settings(self) -> Settings:
        """What prototype.yaml says now."""
        return Settings.read(self.folder)

    def samples(self) -> list[Path]:
        """The texts in knowledge/, for trying it out."""
        return sorted(
            path for path in self.settings.knowledge.iterdir() if path.is_file() and path.name[0] != "."
        )

    def text_of(self, path: Path) -> str:
        """The text of a document, as it is read for summarizing."""
        return read(path).text

    def reply(
        self,
        text: str,
        shape: Shape = "bullets",
        length: Length = "medium",
        file: str = "pasted text",
        session: str = "",
    ) -> Reply:
        """Summarize `text`; iterate the reply for the summary as it comes, then `.answer` has sources and numbers."""
        settings = self.settings
        engine = connect(self.model or settings.model, self.folder)
        wish = SummaryRequest(
            text, file, length, shape, settings.instructions, settings.language, settings.max_words
        )
        return Reply(lambda: wish, engine, settings, self.events, session)

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        pass
