"""A question over tables, answered with everything that lets a person check it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.runtime.analysis.answer_check import says_all
from protokit.runtime.analysis.breakdown import PATTERNS, Asked, break_down, tell_breakdown
from protokit.runtime.analysis.crosstab import crosstabs_of
from protokit.runtime.analysis.crosstab_question import answer_crosstab
from protokit.runtime.analysis.headed_tables import HeadedSource
from protokit.runtime.analysis.plain_question import plain_question
from protokit.runtime.analysis.planned_question import planned_question
from protokit.runtime.analysis.read_only_database import ROWS, SqlDatabase, SqlResult, database_of
from protokit.runtime.analysis.readable_sql import readable_sql
from protokit.runtime.analysis.sql_check import SqlProblem
from protokit.runtime.analysis.table_plan import plan_words
from protokit.runtime.analysis.tell_plan import tell_plan
from protokit.runtime.analysis.why_question import WhyQuestion, tell_why, why_question, why_sql
from protokit.runtime.analysis.words_not_known import nearest_question, words_not_known
from protokit.runtime.assistant_types import AnswerTable, Citation
from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.tables.cell_wording import joined, say
from protokit.runtime.tables.query import LookUp, in_words, table_name
from protokit.runtime.tables.question_tokens import cut
from protokit.runtime.tables.table_answer import TableAnswer, TableSource, answer_from_tables, has_names
from protokit.runtime.tables.typed_table import TypedTable, whole_tables
from vectorstore.text.languages import guess

WORDING = PatternFile(Path(__file__).parent / "wording.yaml")


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a question or a statement over tables gave."""

    text: str
    """The answer in a sentence, or why there is none and what could be asked."""
    found: bool = False
    citations: tuple[Citation, ...] = ()
    sql: str = ""
    """What was run, over the tables by their names; empty where nothing was."""
    words: str = ""
    """What was computed and over which rows, for a person."""
    table: AnswerTable | None = None
    rests_on: int | None = None
    """Rows of data behind the result."""
    note: str = ""

    @property
    def computation(self) -> str:
        """The words with the number of rows, then the SQL."""
        rows = "" if self.rests_on is None else f"; rests on {self.rests_on:,} rows"
        return f"{self.words}{rows}\n{self.sql}" if self.sql else self.words


def tables_of(sources: Sequence[TableSource]) -> tuple[TypedTable, ...]:
    """Every table with named columns."""
    headed = [HeadedSource(source).tables() for source in sources]
    return tuple(t for each in headed for t in whole_tables([x for x in each if has_names(x)]))


def analyze(question: str, sources: Sequence[TableSource], *, language: str = "en") -> Analysis:
    """The answer to `question` as far as it can be surely computed; else which words are not understood."""
    language = spoken(question, language)
    tables = tables_of(sources)
    headed = [HeadedSource(source) for source in sources]
    plain = plain_question(question)
    texts = tuple(dict.fromkeys((question, plain)))
    asks_back: Analysis | None = None
    for compute in (_computed, _computed_plan, _computed_sheet):
        for text in texts if compute is _computed else (plain,):
            made = compute(text, sources if compute is _computed_sheet else headed, tables, language)
            if made and made.found:
                return made
            asks_back = asks_back or made
    return asks_back or _refused(plain, tables, language)


def _computed(
    question: str, sources: Sequence[TableSource], tables: tuple[TypedTable, ...], language: str
) -> Analysis | None:
    """The answer to `question` as it is written; None where it is not understood whole."""
    if PATTERNS.pattern("contrast", flags=re.IGNORECASE).search(question):
        return None  # it knows no two halves, and would tell one of them as the whole
    database = database_of(tables)
    if why := why_question(question, sources, language):
        return _of_why(why, database, language)
    if made := break_down(question, sources, tables, language):
        return _of_breakdown(*made, database, language)
    answer = answer_from_tables(question, sources, language=language)
    if answer is None or answer.rest or not says_all(question, answer):
        return None
    read = list(dict.fromkeys(table for table, query in answer.queries if not isinstance(query, LookUp)))
    if answer.found and read and (which := _which_table(question, read, tables, language)):
        return which
    return _of_answer(answer, database, language)


def _which_table(
    question: str, read: Sequence[TypedTable], tables: Sequence[TypedTable], language: str
) -> Analysis | None:
    """The question back where sheets of one kind stand beside each other: what one of them says is not the whole."""
    stems = {stem for token in cut(question) for stem in token.stems}
    alike = [t for t in tables if any(_kind(t) == _kind(other) for other in read)]
    named = [t for t in alike if stems & {s for token in cut(t.table.place)[1:] for s in token.stems}]
    if len(read) == 1 and (len(alike) < 2 or named):
        return None
    names = joined(list(dict.fromkeys(map(table_name, (*read, *alike)))), language, "or")
    return Analysis(say("unclear", language, list=names))


def _kind(table: TypedTable) -> tuple[str, ...]:
    """The file and the names of the columns."""
    return (table.table.file, *(column.name for column in table.columns))


def _computed_plan(
    question: str, sources: Sequence[TableSource], tables: tuple[TypedTable, ...], language: str
) -> Analysis | None:
    """The answer as a plan over one table or joined ones; None where a word of the question has no place in one."""
    database = database_of(tables)
    try:
        made = planned_question(question, tables, database)
        if made is None:
            return None
        if which := _which_table(question, [made.view.base], tables, language):
            return which
        sql = made.sql(database)
        result = database.run(sql)
    except SqlProblem:
        return None
    if not result.table.rows or all(cell is None for row in result.table.rows for cell in row):
        return None
    wording = WORDING.get(language)
    text = tell_plan(made.plan, result.table, wording)
    if made.steps:
        text = f"{text} {wording['joined'].format(tables=made.by)}"
    return _analysis(text, sql, f"{plan_words(made.plan)}, in {made.by}", result, language)


def _computed_sheet(
    question: str, sources: Sequence[TableSource], tables: tuple[TypedTable, ...], language: str
) -> Analysis | None:
    """The answer from a sheet with labels on two sides; None where none tells, or several tell otherwise."""
    sheets = [sheet for source in sources for sheet in crosstabs_of(source.tables())]
    told = [made for sheet in sheets if (made := answer_crosstab(question, sheet))]
    if not told or len({(made.value, made.label) for made in told}) > 1:
        return None
    made, place = told[0], told[0].crosstab.table
    where = ", ".join(filter(None, (place.file, place.place)))
    text = f"{made.label}: {made.value}" if made.label else made.value
    words = f"{made.words}, in {where}"
    return Analysis(f"{text} ({words}).", True, words=words, table=made.as_table())


def _breakdown_words(asked: Asked, table: TypedTable) -> str:
    return f"{asked.what} per {asked.per}{_where(in_words(asked.breakdown.aggregate, table))}"


def _breakdown_text(asked: Asked, result: SqlResult, language: str) -> str:
    numbers = "".join(f" [{citation.number}]" for citation in asked.citations)
    return f"{tell_breakdown(asked, result.table, WORDING.get(language))}{numbers}"


def _of_breakdown(asked: Asked, table: TypedTable, database: SqlDatabase, language: str) -> Analysis:
    sql = readable_sql(asked.breakdown, table, database.names[table])
    result = database.run(sql)
    text = _breakdown_text(asked, result, language)
    return _analysis(text, sql, _breakdown_words(asked, table), result, language, asked.citations)


def _of_why(why: WhyQuestion, database: SqlDatabase, language: str) -> Analysis:
    sql = why_sql(why, database.names[why.table])
    words = f"{why.what}, {why.first.start} to {why.first.end} against {why.second.start} to {why.second.end}"
    result = database.run(sql)
    return _analysis(tell_why(why, WORDING.get(language)), sql, words, result, language)


def run_sql(sql: str, sources: Sequence[TableSource], *, language: str = "en") -> Analysis:
    """What a statement that a person or a model wrote gives. Raises SqlProblem."""
    result = database_of(tables_of(sources)).run(sql)
    rows = result.table.rows
    single = len(rows) == 1 and len(rows[0]) == 1
    text = f"{result.table.columns[0].name}: {_plain(rows[0][0])}" if single else f"{len(rows):,} rows"
    return _analysis(text, sql.strip(), "as the SQL says", result, language)


def spoken(question: str, language: str) -> str:
    """The language to answer in: the question's own where it shows, else the page's; English where none is known."""
    code = guess(question) if guess(question) != "en" or question.isascii() else language
    return code if WORDING.get(code) else "en"


def _of_answer(answer: TableAnswer, database: SqlDatabase, language: str) -> Analysis:
    if not answer.found or not answer.queries:
        return Analysis(answer.text, False, answer.citations, words=answer.query)
    table, query = answer.queries[0]
    sql = readable_sql(query, table, database.names[table])
    try:
        result = database.run(sql)
    except SqlProblem:
        return Analysis(answer.text, True, answer.citations, words=answer.query)
    return _analysis(answer.text, sql, answer.query, result, language, answer.citations)


def _analysis(
    text: str, sql: str, words: str, result: SqlResult, language: str, citations: tuple[Citation, ...] = ()
) -> Analysis:
    note = WORDING.get(language)["more"].format(count=ROWS) if result.cut else ""
    return Analysis(text, True, citations, sql, words, result.table, result.rests_on, note)


def _refused(question: str, tables: Sequence[TypedTable], language: str) -> Analysis:
    wording = WORDING.get(language)
    unknown = words_not_known(question, tables)
    said = ", ".join(f'"{word}"' for word in unknown[:3])
    text = wording["not_known"].format(words=said) if unknown else wording["not_sayable"]
    if nearest := nearest_question(question, tables):
        text += " " + wording["nearest"].format(question=nearest)
    return Analysis(text)


def _where(words: str) -> str:
    return (
        f" where {words.partition(' where ')[2]}"
        if " where " in words
        else f", in {words.rpartition(', in ')[2]}"
    )


def _plain(cell: object) -> str:
    return f"{cell:,.10g}" if isinstance(cell, float) else "–" if cell is None else str(cell)
