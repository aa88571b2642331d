"""A question answered from the tables of the documents, or left to the search where no table surely tells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from protokit.runtime.assistant_types import Citation
from protokit.runtime.tables.cell_wording import joined, label, named, say
from protokit.runtime.tables.conditions import NoQuery, Unclear
from protokit.runtime.tables.query import LookUp, Query, in_words
from protokit.runtime.tables.query_sql import rows_sql, to_sql
from protokit.runtime.tables.question_reading import QuestionReading, read_question
from protokit.runtime.tables.question_to_query import to_query
from protokit.runtime.tables.row_citations import cite, row_passages
from protokit.runtime.tables.table_database import run
from protokit.runtime.tables.table_sentence import sentence
from protokit.runtime.tables.table_words import words_of
from protokit.runtime.tables.telling import NoResult, Part
from protokit.runtime.tables.typed_table import TypedTable, whole_tables
from vectorstore.passage import Passage
from vectorstore.search import question_parts
from vectorstore.tables.table import Table
from vectorstore.text.languages import guess


class TableSource(Protocol):
    """Where tables come from: a KnowledgeBase, a visitor's own files."""

    def tables(self, file: str | None = None) -> list[Table]:
        """Every table, or those of one file."""

    def source_text(self, file: str) -> str:
        """The text of a file as it was read."""


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What the tables say."""

    text: str
    """The answer, or a question back, or why the table does not tell."""
    citations: tuple[Citation, ...]
    """The rows that the answer rests on; `marks` tell which, where a passage holds more."""
    found: bool
    query: str
    """What was computed, in words."""
    sql: str
    """The same as SQL over the table `rows`; empty for a question back."""
    queries: tuple[tuple[TypedTable, Query], ...] = ()
    """What was computed over which table; one where a single table tells."""
    rest: str = ""
    """What of the question is left to the search, where it asks several things."""

    @property
    def computation(self) -> str:
        """What was computed, in words and as SQL, for the owner."""
        return f"{self.query}\n{self.sql}".strip()

    def before(self, passages: Sequence[Passage]) -> list[Passage]:
        """The rows of the answer, then the other `passages`."""
        return list(dict.fromkeys([*(citation.passage for citation in self.citations), *passages]))

    def passage(self) -> Passage | None:
        """The result as a passage for a model to state; None where there is none."""
        if not self.found or not self.citations:
            return None
        first = self.citations[0].passage
        said = re.sub(r" ?\[\d+\]", "", self.text)
        return replace(first, text=f"Computed from the table ({self.query}): {said}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    table: TypedTable
    query: Query
    reading: QuestionReading
    weight: float
    """How many words of the question its columns and values account for."""


def answer_from_tables(
    question: str, sources: Sequence[TableSource], *, file: str | None = None, language: str = "en"
) -> TableAnswer | None:
    """The answer that the tables of `sources` give, or of one `file` of theirs, in the question's language.

    `language` counts where the question's own words do not tell. None where the question is none for a table, or not
    surely; then the text is to be searched. `found` is False where the answer asks back, or says why the table does
    not tell.
    """
    language = guess(question) if guess(question) != "en" or question.isascii() else language
    if whole := _answer(question, sources, file, language):
        return whole
    asked = [part.text for part in question_parts.parts(question)]
    told = [_answer(each, sources, file, language) for each in asked] if len(asked) > 1 else []
    return _together([each for each in told if each and each.found], _left(asked, told))


def _left(asked: Sequence[str], told: "Sequence[TableAnswer | None]") -> str:
    return " ".join(text for text, answer in zip(asked, told, strict=False) if not (answer and answer.found))


def _together(answers: Sequence[TableAnswer], rest: str) -> TableAnswer | None:
    """The answers to the parts of a question as one, with citations numbered through."""
    if not answers:
        return None
    texts: list[str] = []
    citations: list[Citation] = []
    for each in answers:
        shift = len(citations)
        texts.append(_renumbered(each.text, shift))
        citations += [replace(c, number=c.number + shift) for c in each.citations]
    first = answers[0]
    words = "; ".join(each.query for each in answers)
    queries = tuple(query for each in answers for query in each.queries)
    return TableAnswer(" ".join(texts), tuple(citations), True, words, first.sql, queries, rest)


def _renumbered(text: str, by: int) -> str:
    return re.sub(r"\[(\d+)\]", lambda match: f"[{int(match[1]) + by}]", text)


def _answer(
    question: str, sources: Sequence[TableSource], file: str | None, language: str
) -> TableAnswer | None:
    holders: dict[str, TableSource] = {}
    usable: list[TypedTable] = []
    for source in sources:
        tables = [each for each in source.tables(file) if has_names(each)]
        usable += whole_tables(tables)
        holders |= {table.file: source for table in tables}
    candidates, unclear = _candidates(question, usable)
    if not candidates:
        return _ask_back(unclear, language)
    best = max(candidate.weight for candidate in candidates)
    return _told(
        [each for each in candidates if each.weight > best - 0.25],
        lambda name: holders[name].source_text(name),
        language,
    )


SourceText = Callable[[str], str]
"""The text of a file as it was read, by its name."""


def has_names(table: Table) -> bool:
    """Whether it is a table of rows under names, and not a form or a layout."""
    named = sum(bool(column.name) for column in table.columns)
    return len(table.rows) > 1 and len(table.columns) > 1 and 2 * named > len(table.columns)


def _candidates(
    question: str, tables: Sequence[TypedTable]
) -> tuple[list[_Candidate], list[tuple[TypedTable, Unclear]]]:
    found: list[_Candidate] = []
    unclear: list[tuple[TypedTable, Unclear]] = []
    for table in tables:
        reading = read_question(question, words_of(table))
        try:
            query = to_query(reading)
        except NoQuery:
            continue
        except Unclear as choice:
            if not reading.unexplained(_stems_of(choice.columns, reading)):
                unclear.append((table, choice))
            continue
        if not reading.unexplained() or not reading.unexplained(_row_words(query, table)):
            found.append(_Candidate(table, query, reading, _weight(query, reading)))
    return found, unclear


def _weight(query: Query, reading: QuestionReading) -> float:
    """How many words the table accounts for; a row that is called so counts more than one where the name occurs."""
    content = [i for i in range(len(reading.tokens)) if not reading.plain[i]]
    sure = {i for i in reading.used if i not in reading.about}
    key = reading.table.table.key
    named = isinstance(query, LookUp) and any(c.column is key for c in query.where)
    said = sum(1.0 if i in sure else 0.6 if i in reading.used | reading.context else 0.0 for i in content)
    return said + 0.5 * named


def _stems_of(columns: Sequence[object], reading: QuestionReading) -> frozenset[str]:
    return frozenset(
        s for w in reading.table.columns if w.column in columns for t in w.tokens for s in t.stems
    )


def _row_words(query: Query, table: TypedTable) -> frozenset[str]:
    """The words of the one row that is looked up: a question may say more of it than names it."""
    if not isinstance(query, LookUp) or not query.columns:
        return frozenset()
    rows = run(rows_sql(query), table)
    if len(rows) != 1:
        return frozenset()
    row = int(str(rows[0][0]))
    from protokit.runtime.tables.question_tokens import cut

    shown = {column.index for column in query.columns}
    return frozenset(
        s
        for c in table.columns
        if c.index not in shown and (c is table.key or not any(map(str.isdigit, c.texts[row])))
        for t in cut(c.texts[row])
        if not t.is_number
        for s in t.stems
    )


def _ask_back(unclear: Sequence[tuple[TypedTable, Unclear]], language: str) -> TableAnswer | None:
    """Which of the columns is meant, where one table is about the question and several of its columns fit."""
    if len(unclear) != 1:
        return None
    table, choice = unclear[0]
    columns = joined(
        list(dict.fromkeys(label(column, language) for column in choice.columns)), language, "or"
    )
    text = say("unclear", language, list=columns)
    return TableAnswer(text, (), False, f"unclear: {columns}, in {named(table)}", "")


def _told(candidates: Sequence[_Candidate], source_text: SourceText, language: str) -> TableAnswer | None:
    told: list[tuple[_Candidate, list[Part]]] = []
    reasons: list[str] = []
    for candidate in candidates:
        try:
            told.append((candidate, sentence(candidate.query, candidate.table, language)))
        except NoResult as none:
            reasons.append(none.reason)
    if not told:
        return _why_not(candidates[0], reasons)
    texts = {"".join(part.text for part in parts).replace(named(c.table), "") for c, parts in told}
    if len(texts) > 1:
        if len(told) > 3 or len({_heads(each.table) for each, _ in told}) > 1:
            return _which_table([each for each, _ in told], language)
        told = [(each, _with_file(parts, each.table)) for each, parts in sorted(told, key=_newest)]
    else:
        told = [
            told[0],
            *((each, [Part("", tuple(r for p in parts for r in p.rows))]) for each, parts in told[1:3]),
        ]
    return _written(told, source_text)


def _newest(told: tuple[_Candidate, list[Part]]) -> list[float]:
    """The later edition first, as far as file names number them: "draft 5" before "draft 3"."""
    return [-float(number) for number in re.findall(r"\d+", told[0].table.table.file)]


def _heads(table: TypedTable) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _with_file(parts: list[Part], table: TypedTable) -> list[Part]:
    return (
        parts
        if any(named(table) in part.text for part in parts)
        else [replace(parts[0], text=f"{named(table)}: {parts[0].text}"), *parts[1:]]
    )


def _which_table(candidates: Sequence[_Candidate], language: str) -> TableAnswer:
    names = list(dict.fromkeys(_short(candidate.table) for candidate in candidates))
    text = say("unclear", language, list=joined(names, language, "or"))
    return TableAnswer(text, (), False, f"unclear: {', '.join(names)}", "")


def _short(table: TypedTable) -> str:
    heading = table.table.title or table.table.heading.rpartition(" > ")[2]
    return f"{heading} ({named(table)})" if heading and heading not in named(table) else named(table)


def _why_not(candidate: _Candidate, reasons: Sequence[str]) -> TableAnswer | None:
    reason = next(filter(None, reasons), "")
    if not reason:
        return None
    return TableAnswer(reason, (), False, in_words(candidate.query, candidate.table), to_sql(candidate.query))


def _written(told: Sequence[tuple[_Candidate, list[Part]]], source_text: SourceText) -> TableAnswer:
    """The text with the number of a citation behind each part, and the citations."""
    citations: list[Citation] = []
    sentences: list[str] = []
    for candidate, parts in told:
        pieces, source = [], source_text(candidate.table.table.file)
        for part in parts:
            numbers = [
                cite(p, m, citations)
                for p, m in row_passages(part.rows, candidate.table, candidate.query, source)
            ]
            pieces.append((part.text, "".join(f" [{number}]" for number in dict.fromkeys(numbers))))
        if len(pieces) == 1 and not pieces[0][0] and sentences:  # another file says the same
            sentences[-1] = f"{sentences[-1].rstrip('.')}{pieces[0][1]}."
        else:
            sentences.append(_punctuated(pieces, candidate.query))
    text = " ".join(filter(None, (each.strip() for each in sentences)))
    first = told[0][0]
    words = "; ".join(in_words(each.query, each.table) for each, _ in told)
    queries = tuple((each.table, each.query) for each, _ in told)
    return TableAnswer(text, tuple(citations), True, words, to_sql(first.query), queries)


def _punctuated(pieces: Sequence[tuple[str, str]], query: Query) -> str:
    """Parts of a list with commas between them, sentences each with a full stop."""
    text = ""
    for position, (piece, numbers) in enumerate(pieces):
        listed = (position + 1 < len(pieces) and not pieces[position + 1][0][:1].isupper()) or _is_list(
            pieces, query
        )
        last = position + 1 == len(pieces)
        end = "," if listed and not last else "." if piece else ""
        text += f"{piece}{numbers}{end} "
    return text.strip()


def _is_list(pieces: Sequence[tuple[str, str]], query: Query) -> bool:
    from protokit.runtime.tables.query import ListAll, Superlative

    return isinstance(query, ListAll | LookUp) or (isinstance(query, Superlative) and query.limit > 1)
