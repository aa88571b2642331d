"""What a question is about in one table: the rows, the column, the group, which end and how many."""

from dataclasses import dataclass

from protokit.runtime.tables.conditions import Conditions, Unclear, where
from protokit.runtime.tables.links import ColumnLink
from protokit.runtime.tables.query import (
    Condition,
)
from protokit.runtime.tables.question_reading import QuestionReading
from protokit.runtime.tables.signals import Signal
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import Direction, fold, word_map


@dataclass(slots=True)
class Grammar:
    """One question over one table, on its way to a query."""

    reading: QuestionReading
    made: Conditions

    @property
    def key(self) -> TypedColumn:
        """The column that names the rows."""
        return self.reading.table.table.key

    # What a question is about

    def targets(self) -> list[ColumnLink]:
        """The columns of values that are named and that no condition uses."""
        conditioned = {c.column.index for c in self.made.rest}
        return [
            link
            for link in self.reading.columns
            if link.column.index not in conditioned
            and link.column.type in ("number", "date")
            and not link.column.is_id
            and not self._names_rows(link)
        ]

    def _names_rows(self, link: ColumnLink) -> bool:
        return link.column.index == self.key.index

    def entity(self) -> TypedColumn:
        """The column whose values answer "which ...?": the one that is named, else the one that names the rows."""
        which = self.reading.signal("which")
        for link in self.reading.columns:
            column = link.column
            behind = which is None or link.start >= which.start
            if column.type == "text" and column.index not in self.made.values and not column.flag and behind:
                self.reading.use(link, which)
                return only(link)
        for asks in ("person", "place"):
            signal = self.reading.signal("asks", asks)
            columns = [c for c in self.reading.concept(asks) if c.type == "text"]
            if signal and columns:
                self.reading.use(signal)
                return self.key if self.key in columns or asks == "person" else single(columns)
        return self.key

    def target(self, concept: str = "", near: int = 0) -> TypedColumn | None:
        """The column of numbers or dates that a function or superlative is about."""
        links = self.targets()
        numeric = [link for link in links if link.column.type == "number"]
        if concept in ("date",):
            numeric = [link for link in links if link.column.type == "date"]
        elif concept in ("price", "duration", "age", "weight"):
            numeric = [link for link in numeric if self.is_about(link.column, concept)]
        if numeric:
            link = (
                min(numeric, key=lambda each: (abs(each.start - near), -each.score))
                if len(numeric) > 1
                else numeric[0]
            )
            self.reading.use(link)
            return only(link)
        said = [name for names in self.reading.about.values() for name in names if name != "date"]
        for name in [concept] if concept else said:
            columns = [c for c in self.reading.concept(name) if c.type in ("number", "date") and not c.flag]
            if columns:
                self.reading.used |= {i for i, names in self.reading.about.items() if name in names}
                return single(columns)
        return None

    def is_about(self, column: TypedColumn, concept: str) -> bool:
        """Whether a column is about a concept."""
        return any(
            w.column.index == column.index and w.concepts.get(concept, 0) >= 0.5
            for w in self.reading.table.columns
        )

    def all_where(self, without: int = -1) -> tuple[Condition, ...]:
        """All conditions."""
        return where(self.made, self.reading, without=without)


def only(link: ColumnLink) -> TypedColumn:
    if link.rivals:
        raise Unclear((link.column, *link.rivals))
    return link.column


def single(columns: list[TypedColumn]) -> TypedColumn:
    if len(columns) > 1:
        raise Unclear(tuple(columns))
    return columns[0]


def names_one_row(grammar: Grammar) -> bool:
    """Whether the conditions name a single row by the column that names rows."""
    return (
        len(grammar.made.values.get(grammar.key.index, ())) == 1
        and grammar.key.index not in grammar.made.negated
    )


def says_rows(grammar: Grammar) -> bool:
    """Whether the question says what the rows are: "the most outages" over a list of outages."""
    names = {
        stem
        for words in grammar.reading.table.columns
        if words.column.index == grammar.key.index
        for t in words.tokens
        for stem in t.stems
    }
    stems = names | grammar.reading.table.subject
    tokens = enumerate(grammar.reading.tokens)
    said = [i for i, t in tokens if t.stems & stems and not grammar.reading.plain[i] and not t.is_number]
    grammar.reading.used.update(said)
    return bool(said)


def group_by(grammar: Grammar) -> TypedColumn | None:
    """The column behind "per" or "for each"."""
    reading = grammar.reading
    for signal in (s for s in reading.signals if s.kind == "function" and s.name == "each"):
        for link in reading.columns:
            if 0 <= link.start - signal.end <= 1 and (
                link.column.type == "text" or (link.column.distinct <= 12 and not link.column.unit)
            ):
                reading.use(link)
                return only(link)
    return None


def how_many(grammar: Grammar, superlative: Signal) -> int:
    """How many are asked for: "the three cheapest", "top 5"."""
    reading = grammar.reading
    for position in (superlative.start - 1, superlative.end):
        if 0 <= position < len(reading.tokens):
            token = reading.tokens[position]
            number = token.text if token.text.isdigit() else word_map("numbers").get(token.text, "")
            if str(number).isdigit() and 1 <= int(number) <= 50 and str(number) != "1":
                reading.used.add(position)
                return int(number)
    return 1


def extreme_column(grammar: Grammar, signal: Signal) -> tuple[TypedColumn | None, Direction]:
    """The column that a superlative or comparative is about, and which end of it."""
    assert signal.extreme is not None
    concept, direction = signal.extreme.concept, signal.extreme.direction
    turned: Direction = "lowest" if direction == "highest" else "highest"
    column = grammar.target(concept, signal.end)
    if column is not None:
        require_no_age(grammar.reading, signal, column)
    if column is None and concept == "speed":
        column, direction = grammar.target("duration", signal.end), turned
    if column is None and concept == "date":
        column, direction = grammar.target("age", signal.end), turned
    if column is None and concept == "age":
        column, direction = grammar.target("date", signal.end), turned
    if column is not None and concept == "speed" and column.unit in ("min", "h", "d", "s"):
        direction = "lowest" if signal.extreme.direction == "highest" else "highest"
    return column, direction


_OF_AGE = ("old", "alte", "viej", "vieu", "anci", "antig", "vecch", "velh", "oud", "najst")


def require_no_age(reading: QuestionReading, signal: Signal, column: TypedColumn) -> None:
    """Raise Unclear where "oldest" would be told by a date and the table has an age: who came first may be young."""
    ages = [c for c in reading.concept("age") if c.type == "number"]
    said = reading.tokens[signal.start : signal.end]
    if column.type == "date" and ages and any(token.text.startswith(_OF_AGE) for token in said):
        raise Unclear((ages[0], column))


def asked_concept(grammar: Grammar) -> TypedColumn | None:
    """The column that a question word or a verb is about: "who", "when", "cost"."""
    reading = grammar.reading
    names = [s.name for s in reading.signals if s.kind == "asks"]
    for name in [*names, *(n for said in reading.about.values() for n in said)]:
        columns = [c for c in reading.concept(name) if c.index not in grammar.made.values]
        if columns:
            reading.used |= {i for i, said in reading.about.items() if name in said}
            return single(_literally(columns, reading) or columns)
    return None


def _literally(columns: list[TypedColumn], reading: QuestionReading) -> list[TypedColumn]:
    """Those whose name is a word of the question, also a small one: "until"."""
    texts = {token.text for token in reading.tokens}
    return [column for column in columns if fold(column.name) in texts]
