"""What happens between a question and its answer: retrieve, instruct, stream. Change it as you like."""

from collections.abc import Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    BaseAssistant,
    Input,
    Options,
    Question,
    Reply,
    Turn,
    VisitorFiles,
    answer_from_tables,
    citing_rule,
    condense_question,
    merge,
    system,
    turns,
    user,
)
from vectorstore import KnowledgeBase

REMEMBERED = 6
"""How many turns of the conversation the assistant still knows."""

PASSAGES = 6
"""How many passages are given to the model."""


class Assistant(BaseAssistant):
    """Talks with one visitor at a time, answering from the documents in knowledge/ where they help."""

    inputs = (Input("question", "question", "Your question", required=True),)
    remembers = True
    knowledge: KnowledgeBase

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)
        settings = self.settings
        self.knowledge = KnowledgeBase.open(
            *settings.store, embedding=settings.embedding, include_hidden=settings.include_hidden
        )
        self.learn()

    def learn(self) -> None:
        """Take up what is new in knowledge/, without making anybody wait."""
        self.knowledge.sync_in_background(self.settings.knowledge)

    def prepare(self, question: str, history: Sequence[Turn], own: VisitorFiles | None) -> Question:
        """Find the best passages, and put together what the model reads."""
        settings = self.settings
        history = history[-REMEMBERED:]
        standalone = condense_question(question, history)  # "and for contractors?" alone finds nothing
        passages = self.knowledge.search(standalone.text, limit=PASSAGES)
        if own:
            passages = merge(passages, own.search(standalone.text, limit=PASSAGES), PASSAGES)
        computed = answer_from_tables(
            standalone.text, [self.knowledge, own] if own else [self.knowledge], language=settings.language
        )
        if computed:
            passages = computed.before(passages)
        messages = [
            system(settings.instructions, citing_rule(passages)),
            *turns(history),
            user(question, passages),
        ]
        return Question(
            question,
            passages,
            history,
            standalone=standalone,
            computed=computed,
            chat=messages,
            language=settings.language,
            welcome=settings.welcome,
            offers=settings.starter_questions,
            max_words=settings.max_words,
            context_tokens=settings.context_tokens,
            embed=self.knowledge.embed,
        )

    def reply(
        self,
        text: str,
        history: Sequence[Turn] = (),
        *,
        options: Options = NO_OPTIONS,
        session: str = "",
        own: VisitorFiles | None = None,
    ) -> Reply:
        """Answer `text`; iterate the reply for the words as they come, then `.answer` has sources and numbers.

        `own` holds what this visitor has added; nobody else's questions are answered from it.
        """
        settings = self.settings
        return Reply(
            lambda: self.prepare(text, history, own),
            self.engine,
            settings,
            self.events,
            session,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
        )
