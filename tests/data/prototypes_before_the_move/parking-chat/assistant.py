"""What happens between a question and its answer: retrieve, instruct, stream. Change it as you like."""

from collections.abc import Sequence
from pathlib import Path

from protokit.runtime import EventLog, Question, Reply, Settings, Turn, connect
from vectorstore import KnowledgeBase

REMEMBERED = 4
"""How many turns of the conversation the assistant still knows."""


class Assistant:
    """Talks with one visitor at a time, answering from the documents in knowledge/ where they help."""

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

    def follows_on(self, question: str) -> bool:
        """Ours: whether it leans on the conversation."""
        from vectorstore.following import leans

        return leans(question)

    def prepare(self, question: str, history: Sequence[Turn]) -> Question:
        """Gather what the model needs: the best passages, the conversation so far, the instructions."""
        settings = self.settings
        return Question(
            question,
            passages=self.knowledge.search(question, [turn.question for turn in history], limit=6),
            history=history[-REMEMBERED:],
            instructions=settings.instructions,
            language=settings.language,
            welcome=settings.welcome,
            max_words=settings.max_words,
            context_tokens=settings.context_tokens,
            embed=self.knowledge.embed,
        )

    def reply(self, question: str, history: Sequence[Turn] = (), session: str = "") -> Reply:
        """Answer `question`; iterate the reply for the text as it comes, then `.answer` has sources and numbers."""
        settings = self.settings
        engine = connect(self.model or settings.model, self.folder)
        return Reply(lambda: self.prepare(question, history), engine, settings, self.events, session)

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.knowledge.close()
