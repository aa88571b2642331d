"""What happens between a question and its answer: read the tables, compute, tell. Change it as you like."""

from collections.abc import Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    Analysis,
    BaseAssistant,
    ColumnNote,
    ColumnTypes,
    DataQuestion,
    Input,
    Options,
    PageCheck,
    Reply,
    SampleRequest,
    SourceWithTypes,
    Turn,
    VisitorFiles,
    analyze,
    column_notes,
    run_sql,
    sql_rule,
    stand_alone,
    system,
    table_names,
    tables_of,
    user,
)
from vectorstore import KnowledgeBase

REMEMBERED = 6
"""How many questions before it a question may go on from: "and by region?", "only 2025"."""


class Assistant(BaseAssistant):
    """Answers questions from the tables in knowledge/, each number with the SQL it was computed by."""

    inputs = (Input("question", "question", "Your question", required=True),)
    remembers = True
    verb = "analyze"
    description = (
        "Compute an answer over the tables of this prototype, with the SQL and the rows it rests on."
    )
    knowledge: KnowledgeBase

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)
        settings = self.settings
        self.knowledge = KnowledgeBase.open(
            *settings.store, embedding=settings.embedding, include_hidden=settings.include_hidden
        )
        self.column_types = ColumnTypes(folder / "columns.yaml")
        self._typed = SourceWithTypes(self.knowledge, self.column_types)
        self.learn()

    def learn(self) -> None:
        """Take up what is new in knowledge/, without making anybody wait."""
        self.knowledge.sync_in_background(self.settings.knowledge)

    def sources(self, own: VisitorFiles | None = None) -> list[SourceWithTypes | VisitorFiles]:
        """Where tables come from: the owner's files, and those of this visitor."""
        return [self._typed, own] if own else [self._typed]

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """A question typed on the page; its answer cites the first of its rows."""
        return PageCheck({"": sample.read()}, endpoint="/analyze")

    def columns(self) -> list[ColumnNote]:
        """Every column of the owner's tables: type, range, gaps, examples."""
        tables = tables_of(self.sources())
        pairs = zip(tables, table_names(tables), strict=True)
        return [note for table, name in pairs for note in column_notes(table, name)]

    def run(self, sql: str, own: VisitorFiles | None = None) -> Analysis:
        """What one SELECT gives. Raises SqlProblem, which says why it was not run."""
        return run_sql(sql, self.sources(own), language=self.settings.language)

    def prepare(self, question: str, history: Sequence[Turn], own: VisitorFiles | None) -> DataQuestion:
        """Compute the answer, and put together what a model would read."""
        settings = self.settings
        sources = self.sources(own)
        standalone = stand_alone(question, [turn.question for turn in history[-REMEMBERED:]])
        return DataQuestion(
            question,
            analyze(standalone, sources, language=settings.language),
            sources,
            chat=[system(settings.instructions), user(f"{sql_rule(sources)}\n\nQuestion: {standalone}")],
            standalone=standalone,
            language=settings.language,
            context_tokens=settings.context_tokens,
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
        """Answer `text`; then `.answer` has the table, and the computation in words and SQL."""
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
