"""What happens between a question and its answer: retrieve, instruct, stream. Change it as you like."""

from pathlib import Path

from protokit.runtime import EventLog, Question, Reply, Settings, connect
from vectorstore import KnowledgeBase

PASSAGES = 6
"""How many passages are given to the model, and shown."""


class Assistant:
    """Answers each question by itself, only from the documents in knowledge/, with the passage it rests on."""

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        self.folder = folder
        self.model = model
        self.knowledge = KnowledgeBase.open(*self.settings.store, embedding=self.settings.embedding)
        self.events = EventLog(folder / ".protokit" / "events.db")
        self.learn()

    @property
    def settings(self) -> Settings:
        """What prototype.yaml says now."""
        return Settings.read(self.folder)

    def learn(self) -> None:
        """Take up what is new in knowledge/, without making anybody wait."""
        self.knowledge.sync_in_background(self.settings.knowledge)

    def prepare(self, question: str, file: str | None) -> Question:
        """Gather what the model needs: the best passages (of one file, if asked) and the instructions."""
        settings = self.settings
        return Question(
            question,
            passages=self.knowledge.search(question, limit=PASSAGES, file=file),
            instructions=settings.instructions,
            language=settings.language,
            max_words=settings.max_words,
            context_tokens=settings.context_tokens,
            embed=self.knowledge.embed,
        )

    def reply(self, question: str, file: str | None = None, session: str = "") -> Reply:
        """Answer `question`; iterate the reply for the text as it comes, then `.answer` has sources and numbers."""
        settings = self.settings
        engine = connect(self.model or settings.model, self.folder)
        return Reply(lambda: self.prepare(question, file), engine, settings, self.events, session)

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.knowledge.close()
