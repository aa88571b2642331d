"""The words by which a question can mean a column, a value or the table itself."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from protokit.runtime.tables.question_tokens import QuestionToken, cut
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.vocabulary import Concept, concepts, fold
from vectorstore.text.languages import FUNCTION_WORDS

_LONGEST_VALUE = 160
"""Characters of a cell that may be a name; longer ones are text, which a question does not say whole."""
_MOST_VALUES = 50_000
"""Values of a column whose words are looked up; a question that names one of more is left to the search."""
_MOST_STEMMED = 2_000
"""Values of a column that are found in other forms, too; of more, each only as it is written."""


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """A column with the words of its name."""

    column: TypedColumn
    tokens: tuple[QuestionToken, ...]
    """Without function words, and without the unit in parentheses."""
    beside: tuple[QuestionToken, ...]
    """Function words, the unit: said or not."""
    concepts: dict[str, float]
    """What it is about, each with how surely, 0 to 1."""


@dataclass(frozen=True, slots=True)
class ValueWords:
    """A value of a column, as its cells write it."""

    column: TypedColumn
    text: str
    tokens: tuple[QuestionToken, ...]


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table with an index from words to columns and values."""

    table: TypedTable
    columns: tuple[ColumnWords, ...]
    values: tuple[ValueWords, ...]
    by_stem: dict[str, set[int]] = field(repr=False)
    """Positions in `values` of those that have a word of this stem."""
    context: frozenset[str] = field(repr=False)
    """Stems of the file's name, the sheet, the title and the headings."""
    subject: frozenset[str] = field(repr=False)
    """Those that say what the rows are: of the sheet, the title, the nearest heading, the name of a data file."""


@lru_cache(maxsize=256)
def words_of(table: TypedTable) -> TableWords:
    """The index of a table's words."""
    columns = tuple(_column_words(column, table) for column in table.columns)
    values = tuple(value for column in table.columns for value in _values(column, table.language))
    by_stem: dict[str, set[int]] = defaultdict(set)
    for number, value in enumerate(values):
        for token in value.tokens:
            for stem in token.stems:
                by_stem[stem].add(number)
    source = table.table
    stem = PurePosixPath(source.file).stem.replace("_", " ")
    said = " ".join([stem, source.place, source.title, source.heading])
    data = stem if PurePosixPath(source.file).suffix.lower() in _DATA else ""
    subject = " ".join([data, source.place, source.title, source.heading.rpartition(" > ")[2]])
    return TableWords(table, columns, values, dict(by_stem), _stems(said, table), _stems(subject, table))


_DATA = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet")


def _stems(text: str, table: TypedTable) -> frozenset[str]:
    tokens = (*cut(text, table.language), *cut(text, table.language, camel=True))
    return frozenset(stem for token in tokens for stem in token.stems)


def _values(column: TypedColumn, language: str) -> list[ValueWords]:
    if column.type not in ("text", "yes/no") or column.flag:
        return []
    texts = list(dict.fromkeys(text for text in column.texts if text and len(text) <= _LONGEST_VALUE))
    if len(texts) > _MOST_VALUES:
        return []
    plain = len(texts) > _MOST_STEMMED
    values = [
        ValueWords(column, text, tokens) for text in texts if (tokens := cut(text, language, stems=not plain))
    ]
    if plain:
        return values
    return [*values, *_by_head(column, values, language)]


def _by_head(column: TypedColumn, values: list[ValueWords], language: str) -> list[ValueWords]:
    """Values called by what stands before a colon: "A: build ourselves" of the column Option is also "option A"."""
    heads = [(value, value.text.partition(":")[0].strip()) for value in values if ":" in value.text]
    if len({head for _, head in heads}) < len(heads):
        return []
    name = cut(column.name, language)
    return [
        ValueWords(column, value.text, (*name, *cut(head, language)))
        for value, head in heads
        if 0 < len(head) <= 40
    ]


def _column_words(column: TypedColumn, table: TypedTable) -> ColumnWords:
    name, _, inner = column.name.partition("(")
    stop = FUNCTION_WORDS["en"] | FUNCTION_WORDS.get(table.language, frozenset())
    tokens = cut(name if name.strip() else column.name, table.language, camel=True)
    beside = (
        *(token for token in tokens if token.text in stop),
        *cut(inner, table.language),
        *_unit_tokens(column),
    )
    whole = tuple(token for token in tokens if token.text not in stop) or tokens
    units = {token.text for token in _unit_tokens(column)}
    if len(whole) > 1 and whole[-1].text in units:  # "duration_min" is called duration
        whole, beside = whole[:-1], (*beside, whole[-1])
    return ColumnWords(
        column,
        whole,
        beside,
        {each.name: sure for each in concepts().values() if (sure := _about(each, column, whole))},
    )


def _unit_tokens(column: TypedColumn) -> tuple[QuestionToken, ...]:
    return cut(column.unit, "en") if column.unit else ()


def _about(concept: Concept, column: TypedColumn, tokens: tuple[QuestionToken, ...]) -> float:
    """How surely a column is about a concept: by a word of its name, best by the likeliest, or by its type or unit."""
    ranks = [
        concept.words.index(form)
        for token in tokens
        for form in (token.text, *token.stems)
        if form in concept.words
    ]
    compound = [
        rank
        for rank, word in enumerate(concept.words)
        if len(word) >= 5 and any(len(t.text) > len(word) and t.text.endswith(word) for t in tokens)
    ]
    named = max(0.6, 0.95 - 0.02 * min(ranks)) if ranks else 0.6 if compound else 0.0
    by_type = (
        0.5
        if column.type in concept.types
        or column.unit in concept.units
        or ("money" in concept.types and column.money)
        else 0.0
    )
    if concept.name in ("price", "duration", "speed", "size", "weight", "rating", "people", "age"):
        if column.type != "number":
            return 0.0
        if concept.name == "price" and not column.money:
            named *= 0.5 if column.unit else 0.9
    if concept.name in ("person", "place") and column.type != "text":
        return 0.0
    if concept.name == "date" and column.type != "date":
        return 0.3 if named else 0.0
    return min(1.0, max(named, by_type) + (0.05 if named and by_type else 0))


def is_name(text: str) -> bool:
    """Whether a cell is short enough to be a name rather than a sentence."""
    return len(fold(text).split()) <= 8
