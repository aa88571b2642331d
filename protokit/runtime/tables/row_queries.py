"""Questions whose answer is rows or cells as they stand: look-ups, lists, rows beside each other."""

from protokit.runtime.tables.conditions import NoQuery
from protokit.runtime.tables.grammar import (
    Grammar,
    asked_concept,
    extreme_column,
    names_one_row,
    only,
    says_rows,
    single,
)
from protokit.runtime.tables.links import ColumnLink, concepts_said
from protokit.runtime.tables.query import Compare, ListAll, LookUp, Query
from protokit.runtime.tables.query_sql import rows_sql
from protokit.runtime.tables.table_database import run
from protokit.runtime.tables.typed_table import TypedColumn


def comparison(grammar: Grammar, functions: list[str]) -> Query | None:
    reading = grammar.reading
    comparative = reading.signal("comparative") or (
        reading.signal("superlative") if _two_values(grammar) else None
    )
    column = _two_values(grammar)
    if column is None or not (comparative or "compare" in functions):
        return None
    values = tuple(dict.fromkeys(grammar.made.values[column.index]))
    rows = run(rows_sql(LookUp((column,), grammar.all_where())), reading.table.table)
    if len(rows) > len(values):  # a value of several rows is no row to compare
        raise NoQuery
    others = grammar.all_where(without=column.index)
    reading.use(reading.link(column))
    if comparative and comparative.extreme:
        reading.use(comparative)
        chosen, direction = extreme_column(grammar, comparative)
        return Compare(column, values, (chosen,), others, direction) if chosen else None
    links = [link for link in reading.columns if link.column.index != column.index]
    reading.use(*links)
    columns = tuple(only(link) for link in links if not link.column.flag)
    if not columns and (asked := asked_concept(grammar)):
        columns = (asked,)
    return Compare(column, values, columns, others)


def _two_values(grammar: Grammar) -> TypedColumn | None:
    columns = grammar.reading.table.table.columns
    several = [
        columns[i]
        for i, values in grammar.made.values.items()
        if len(set(values)) >= 2 and i not in grammar.made.negated
    ]
    return several[0] if len(several) == 1 else None


def listing(grammar: Grammar, functions: list[str]) -> Query | None:
    """ "Which outages in Jessop Quay lasted more than 400 minutes?": the rows that meet conditions."""
    reading = grammar.reading
    conditions = grammar.all_where()
    which = reading.signal("which") or reading.signal("asks", "person")
    if not conditions or not which or names_one_row(grammar) or set(functions) - {"each"}:
        return None
    links = grammar.targets()
    entity = grammar.entity()
    if entity.index in grammar.made.values or (links and not grammar.made.rest):
        return None
    shown = tuple(only(link) for link in links)
    reading.use(*links)
    if not _names_entity(grammar, entity):
        raise NoQuery
    return ListAll(entity, conditions, shown)


def _names_entity(grammar: Grammar, entity: TypedColumn) -> bool:
    return (
        bool(grammar.reading.link(entity))
        or says_rows(grammar)
        or bool(grammar.reading.signal("asks", "person"))
    )


def look_up(grammar: Grammar, functions: list[str]) -> Query | None:
    """A cell of the row that is named: "What does Medivan charge?", "Who works on FM-6?"."""
    reading = grammar.reading
    by_number = any(c.column.index == grammar.key.index and c.relation == "is" for c in grammar.made.rest)
    if not (grammar.made.values or by_number) or grammar.made.negated or set(functions) - {"each"}:
        return None
    conditions = grammar.all_where()
    links = [
        link
        for link in reading.columns
        if link.column.index not in grammar.made.values
        and link.column.index not in {c.column.index for c in grammar.made.rest}
    ]
    named = [link for link in links if not (link.column.index == grammar.key.index and len(links) > 1)]
    which = reading.signal("which")
    if (
        which
        and (direct := [link for link in named if 0 <= link.start - which.end <= 1])
        and direct[0].column.type == "text"
    ):
        reading.use(*named)
        named = direct[:1]
    if (numbers := _quantities(grammar, named)) is not None:
        return LookUp(numbers, conditions)
    if named:
        reading.use(*links)
        return LookUp(tuple(only(link) for link in named), conditions)
    is_of_the_row = by_number or grammar.key.index in grammar.made.values
    asked = asked_concept(grammar)  # "how old is Clara Mena?" asks nothing of the workshops that are hers
    if asked and (is_of_the_row or asked.index == grammar.key.index):
        return LookUp((asked,), conditions)
    if (of_two := _of_two(grammar)) and not reading.signal("asks"):
        return LookUp((of_two,), conditions)
    return LookUp((), conditions) if _is_an_id(grammar) else None


def _of_two(grammar: Grammar) -> TypedColumn | None:
    """The other column of a table of two ("Item", "Agreed"), where the first says the whole of what is asked."""
    columns = grammar.reading.table.table.columns
    links = grammar.made.links.get(grammar.key.index, [])
    if len(columns) != 2 or len(links) != 1 or not links[0].exact or grammar.made.rest:
        return None
    return next(column for column in columns if column.index != grammar.key.index)


def _quantities(grammar: Grammar, named: list[ColumnLink]) -> tuple[TypedColumn, ...] | None:
    """What "how much" asks for where the column that is named holds no numbers: a column about a price does."""
    reading = grammar.reading
    said = bool(named) and all(
        "price" in concepts_said(reading.tokens[i]) for link in named for i in link.tokens
    )
    if not (reading.signal("asks", "price") or said) or any(link.column.type == "number" for link in named):
        return None
    prices = [c for c in reading.concept("price") if c.type == "number"]
    reading.use(*named)
    return (single(prices),) if prices else None


def _is_an_id(grammar: Grammar) -> bool:
    """Whether the one value is an id such as R4 or OUT-26-041, said alone."""
    links = grammar.made.links.get(grammar.key.index, [])
    if len(links) != 1 or len(grammar.made.values) > 1 or grammar.made.rest:
        return False
    return links[0].exact and any(
        token.is_number for token in grammar.reading.tokens[links[0].start : links[0].end]
    )
