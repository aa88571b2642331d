"""A question over tables as a request: computed without a model, or by checked SQL that a model writes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from protokit.runtime.analysis.analyze_question import Analysis, run_sql
from protokit.runtime.analysis.sql_check import InvalidSql, SqlProblem
from protokit.runtime.assistant_types import ChatMessage, Request, RequestResult, Turn, masked_chat
from protokit.runtime.prompting.chat_messages import rule
from protokit.runtime.runtime_errors import UnusableReply
from protokit.runtime.tables.table_answer import TableSource
from protokit.runtime.text_limits import require_length
from protokit.runtime.uploads.visitor_files import OWN
from vectorstore.passage import Passage
from vectorstore.text.query_limits import QUESTION

_SQL = re.compile(r"```(?:sql)?\s*(.+?)```|((?:SELECT|WITH)\b.+)", re.IGNORECASE | re.DOTALL)
NO_SQL = "NO SQL"
"""What a model writes where the tables do not tell."""


@dataclass(frozen=True, slots=True)
class DataQuestion(Request):
    """A question over tables, with what was computed for it."""

    text: str
    analysis: Analysis
    sources: Sequence[TableSource] = ()
    chat: Sequence[ChatMessage] = ()
    """What a model reads."""
    history: Sequence[Turn] = ()
    standalone: str = ""
    language: str = "en"
    context_tokens: int | None = 4096
    at_once: bool = True
    repairs: int = 2

    @property
    def passages(self) -> Sequence[Passage]:  # type: ignore[override]
        """The rows that the answer cites."""
        return [citation.passage for citation in self.analysis.citations]

    @property
    def standalone_text(self) -> str:
        """The question with those before it that it goes on from; empty where it stands alone."""
        return "" if self.private or self.standalone == self.text else self.standalone

    @property
    def computation(self) -> str:
        """What was computed, in words and as SQL; of a visitor's own tables only the page shows it."""
        return self.analysis.computation

    @property
    def private(self) -> bool:
        """Whether a visitor's own file is among the tables: SQL may read each of them."""
        return any(table.file.startswith(OWN) for source in self.sources for table in source.tables())

    @property
    def repair(self) -> str:
        """What a model is told of SQL that DuckDB refuses."""
        return rule("repair_sql.md")

    def again(self, reply: str) -> Self:
        """The same with one repair less."""
        return replace(self, repairs=self.repairs - 1)

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions, the tables and their columns, the question."""
        return self.chat

    def offline(self) -> RequestResult:
        """The answer that was computed, or which words are not understood."""
        made = self.analysis
        return RequestResult(made.text, made.citations, made.found, made.note, made.table, made.computation)

    def read(self, text: str) -> RequestResult:
        """What the SQL in a model's text gives, under the same check as anybody's. Raises UnusableReply for SQL that
        DuckDB refuses, while the model may repair it."""
        match = _SQL.search(text)
        if NO_SQL in text or match is None:
            return RequestResult(text, found=False)
        try:
            made = run_sql(match[1] or match[2], self.sources, language=self.language)
        except SqlProblem as problem:
            result = RequestResult(text, found=False, note=f"Its SQL was not run: {problem}")
            if isinstance(problem, InvalidSql) and self.repairs:
                raise UnusableReply(str(problem), text, result) from None
            return result
        note = "; ".join(filter(None, (self._differs(made), made.note)))
        return RequestResult(text, (), True, note, made.table, made.computation)

    def _differs(self, made: Analysis) -> str:
        """What was computed without a model, where both exist and differ."""
        own = self.analysis
        if not own.found or own.table is None or made.table is None:
            return ""
        return "" if _values(own) <= _values(made) else f"Computed without the model: {own.text}"

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The question and the conversation masked; the names of columns are the owner's."""
        return replace(self, text=mask(self.text), chat=masked_chat(self.chat, mask))

    def require_fitting(self) -> None:
        """Raise TooLong for a question that is longer than anybody needs."""
        require_length(self.text, QUESTION, "question")


def _values(made: Analysis) -> set[str]:
    rows = made.table.rows if made.table else ()
    return {f"{cell:.6g}" for row in rows for cell in row if isinstance(cell, float)}


def sql_rule(sources: Sequence[TableSource]) -> str:
    """What a model is told of the tables: names, columns, types, ranges and examples, and how to answer."""
    from protokit.runtime.analysis.analyze_question import tables_of
    from protokit.runtime.analysis.column_notes import column_notes
    from protokit.runtime.analysis.read_only_database import table_names

    tables = tables_of(sources)
    lines = []
    for table, name in zip(tables, table_names(tables), strict=True):
        lines.append(f'Table "{name}" ({len(table.rows)} rows):')
        lines += [
            f'- "{note.column}" {note.type}, {note.span}, such as {"; ".join(note.examples)}'
            for note in column_notes(table, name)
        ]
    return (
        "Answer with one DuckDB SELECT over these tables in a ```sql block, and one sentence that says what it"
        f" computes. Where they do not tell, write {NO_SQL} and why. Never state a number yourself.\n"
        + "\n".join(lines)
    )
