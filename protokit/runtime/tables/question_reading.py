"""A question read over one table: its columns, values, bounds and instructions, and the words that nothing explains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from protokit.runtime.tables.links import (
    ColumnLink,
    ValueLink,
    column_links,
    concept_columns,
    concepts_said,
    is_light,
    misspelt_values,
    partial_values,
    whole_values,
)
from protokit.runtime.tables.question_tokens import QuestionToken, alike, cut, misspelt
from protokit.runtime.tables.signals import Bound, Signal, bounds, lone_year, signals
from protokit.runtime.tables.table_words import TableWords
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import concepts, words
from vectorstore.text.languages import FUNCTION_WORDS, guess

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
_COMMON = ("what", "the", "which", "how", "much", "many", "does", "who", "whose", "where", "when")


@dataclass(slots=True)
class QuestionReading:
    """What each token of a question may mean in a table."""

    table: TableWords
    tokens: tuple[QuestionToken, ...]
    plain: tuple[bool, ...]
    """Whether each token is a function word."""
    values: list[ValueLink] = field(default_factory=list)
    columns: list[ColumnLink] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    context: set[int] = field(default_factory=set)
    """Tokens that the file's name, the sheet or the headings say too."""
    about: dict[int, list[str]] = field(default_factory=dict)
    """Concepts of tokens that name no column."""
    used: set[int] = field(default_factory=set)
    """Tokens that the query makes use of."""

    def unexplained(self, also: frozenset[str] = frozenset()) -> list[QuestionToken]:
        """The words with content that neither the query nor the table's surroundings account for; `also` are further
        stems that are known."""
        also |= {s for link in self.values for value in link.values for t in value.tokens for s in t.stems}
        bare = self.used | self.context | {i for i, t in enumerate(self.tokens) if t.stems & also}
        return [
            t for i, t in enumerate(self.tokens) if i not in bare and not self.plain[i] and not is_light(t)
        ]

    def signal(self, kind: str, name: str = "") -> Signal | None:
        """The first instruction of a kind."""
        return next((s for s in self.signals if s.kind == kind and name in ("", s.name)), None)

    def functions(self) -> list[str]:
        """The names of the functions that are asked for, in order."""
        return list(dict.fromkeys(s.name for s in self.signals if s.kind == "function"))

    def use(self, *spans: Signal | ValueLink | ColumnLink | Bound | None) -> None:
        """Count the tokens of `spans` as part of the query."""
        for span in spans:
            if isinstance(span, ColumnLink):
                self.used |= span.tokens
            elif span:
                self.used.update(range(span.start, span.end))

    def link(self, column: TypedColumn) -> ColumnLink | None:
        """Where the question names `column`."""
        return next((link for link in self.columns if link.column.index == column.index), None)

    def concept(self, name: str) -> list[TypedColumn]:
        """The columns that are most surely about a concept: several where they are about it alike."""
        scored = concept_columns(name, self.table)
        return [each.column for sure, each in scored if sure >= 0.5 and sure > scored[0][0] - 0.04]


def read_question(question: str, table: TableWords) -> QuestionReading:
    """Link the words of `question` to `table`."""
    tokens, plain = _words(question)
    reading = QuestionReading(table, tokens, plain)
    whole = _whole_columns(tokens, table, reading.plain)
    reading.values = [
        v for v in whole_values(tokens, table, reading.plain) if not _is_a_column(v, reading, whole)
    ]
    free = _free(tokens, [*reading.values, *whole])
    reading.signals = signals(tokens, free)
    instructions = [s for s in reading.signals if s.kind not in ("asks", "which")]
    content = [
        ok and not p
        for ok, p in zip(_free(tokens, [*reading.values, *whole, *instructions]), reading.plain, strict=True)
    ]
    reading.values += partial_values(tokens, table, content, 2)
    content = [ok and not any(v.start <= i < v.end for v in reading.values) for i, ok in enumerate(content)]
    reading.values += misspelt_values(tokens, table, content, 2)
    free = _free(tokens, [*reading.values, *instructions])
    reading.bounds = bounds(tokens, free, [s for s in instructions if s.kind == "relation"])
    free = _free(tokens, [*reading.values, *instructions, *(b for b in reading.bounds if b.explicit)])
    reading.columns = column_links(
        tokens, table, [ok and not p for ok, p in zip(free, reading.plain, strict=True)]
    )
    reading.columns = [
        *(c for c in whole if not any(c.tokens & link.tokens for link in reading.columns)),
        *reading.columns,
    ]
    named = {i for link in reading.columns for i in link.tokens}  # the year of "visits 2025" is no bound
    reading.bounds = [bound for bound in reading.bounds if not named & set(range(bound.start, bound.end))]
    free = _free(tokens, [*reading.values, *instructions, *reading.bounds, *reading.columns])
    free = [ok and not p for ok, p in zip(free, reading.plain, strict=True)]
    reading.context = {i for i, t in enumerate(tokens) if t.stems & table.context}
    reading.values += partial_values(
        tokens, table, [ok and not is_light(t) for ok, t in zip(free, tokens, strict=True)]
    )
    free = [ok and not any(v.start <= i < v.end for v in reading.values) for i, ok in enumerate(free)]
    reading.values += misspelt_values(
        tokens,
        table,
        [
            ok and i not in reading.context and not is_light(t)
            for i, (ok, t) in enumerate(zip(free, tokens, strict=True))
        ],
    )
    reading.values.sort(key=lambda v: v.start)
    free = [ok and not any(v.start <= i < v.end for v in reading.values) for i, ok in enumerate(free)]
    reading.about = {i: found for i, t in enumerate(tokens) if free[i] and (found := concepts_said(t))}
    _misspelt_concepts(reading, free)
    reading.columns.sort(key=lambda link: link.start)
    return reading


@lru_cache(maxsize=64)
def _words(question: str) -> tuple[tuple[QuestionToken, ...], tuple[bool, ...]]:
    """The tokens of a question and which are function words: the same for each table that it is read over."""
    code = guess(question)
    tokens = cut(question, code)
    stop = FUNCTION_WORDS["en"] | FUNCTION_WORDS.get(code if code in _LANGUAGES else "en", frozenset())
    return tokens, tuple(_is_plain(token, stop) for token in tokens)


def _is_plain(token: QuestionToken, stop: frozenset[str]) -> bool:
    if token.text in stop or (len(token.text) == 1 and token.text.isalpha() and token.written.islower()):
        return True
    if token.text in ("%", "=", "<", ">", "<=", ">="):
        return True
    return (
        3 <= len(token.text) <= 5 and token.written.islower() and any(_slip(token.text, w) for w in _COMMON)
    )


def _slip(said: str, word: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    return (
        said[0] == word[0]
        and len(word) >= 3
        and DamerauLevenshtein.distance(said, word) <= 1
        and said != word
        and abs(len(said) - len(word)) <= 1
        and len(said) <= 4
    )


def _whole_columns(
    tokens: Sequence[QuestionToken], table: TableWords, plain: Sequence[bool]
) -> list[ColumnLink]:
    """Names of columns of two words and more that stand in the question as they are."""
    found = []
    for column in table.columns:
        for names in {cut(column.column.name, table.table.language, camel=True), column.tokens}:
            for part in (names, *_negated_parts(names)):
                size = len(part)
                for start in range(len(tokens) - size + 1):
                    if size > 1 and all(
                        a.text == b.text for a, b in zip(tokens[start : start + size], part, strict=True)
                    ):
                        found.append(ColumnLink(column.column, frozenset(range(start, start + size)), 2.0))
    return found


def _negated_parts(names: Sequence[QuestionToken]) -> list[Sequence[QuestionToken]]:
    """ "without insurance" of "Price without insurance": it names the column and negates nothing."""
    return [names[at:] for at, name in enumerate(names) if at and name.text in words("negations")]


def _is_a_column(value: ValueLink, reading: QuestionReading, whole: Sequence[ColumnLink]) -> bool:
    """Whether tokens that are a value are rather the name of a column, or a common word that a name is like."""
    if any(set(range(value.start, value.end)) < link.tokens for link in whole):
        return True
    if value.end - value.start > 1:
        return False
    token = reading.tokens[value.start]
    written = value.values[0].text
    literal = token.text == value.values[0].tokens[0].text
    if not literal and written[:1].isupper() and token.written[:1].islower():
        return True
    return any(len(c.tokens) == 1 and (alike(token, c.tokens[0])) for c in reading.table.columns)


def _free(
    tokens: Sequence[QuestionToken], spans: Iterable[ValueLink | ColumnLink | Signal | Bound]
) -> list[bool]:
    free = [True] * len(tokens)
    for span in spans:
        for position in span.tokens if isinstance(span, ColumnLink) else range(span.start, span.end):
            free[position] = False
    return free


def _misspelt_concepts(reading: QuestionReading, free: Sequence[bool]) -> None:
    for i, token in enumerate(reading.tokens):
        if not free[i] or i in reading.about or i in reading.context or len(token.text) < 5:
            continue
        if (near := _concepts_like(token.text)) and not is_light(token):
            reading.about[i] = list(near)


@lru_cache(maxsize=4096)
def _concepts_like(said: str) -> tuple[str, ...]:
    """The concepts one of whose words is a slip away; asked for every table of a question."""
    return tuple(
        c.name for c in concepts().values() if any(_slip_of_one(said, w) for w in c.words if len(w) >= 5)
    )


def _slip_of_one(said: str, word: str) -> bool:
    return (
        word[0] == said[0]
        and abs(len(word) - len(said)) <= 1
        and misspelt(said[:7], word[:7])
        and misspelt(said, word)
    )


def as_year(bound: Bound, reading: QuestionReading) -> int | None:
    """The year that a bare number of four digits may be."""
    token = reading.tokens[bound.start if bound.end - bound.start == 1 else bound.end - 1]
    return lone_year(token)
