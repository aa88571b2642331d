"""Questions whose answer is computed: counts, sums, averages, shares, the highest and the lowest."""

from protokit.runtime.tables.conditions import NoQuery
from protokit.runtime.tables.grammar import (
    Grammar,
    extreme_column,
    group_by,
    how_many,
    names_one_row,
    only,
    says_rows,
)
from protokit.runtime.tables.links import ColumnLink
from protokit.runtime.tables.query import (
    Aggregate,
    Condition,
    Function,
    ListAll,
    LookUp,
    Query,
    ShareOf,
    Superlative,
)
from protokit.runtime.tables.typed_table import TypedColumn
from protokit.runtime.tables.vocabulary import Direction, words

_FUNCTIONS: dict[str, Function] = {
    "sum": "sum",
    "average": "average",
    "median": "median",
    "deviation": "deviation",
    "correlation": "correlation",
}


def share(grammar: Grammar, functions: list[str]) -> Query | None:
    conditions = grammar.all_where()
    if "share" not in functions or not conditions or grammar.targets():
        return None
    return ShareOf(conditions[-1:], conditions[:-1]) if len(conditions) == 1 else None


def missing(grammar: Grammar, functions: list[str]) -> Query | None:
    if "missing" not in functions:
        return None
    links = [
        link
        for link in grammar.reading.columns
        if link.column.index != grammar.key.index or len(grammar.reading.columns) == 1
    ]
    if len(links) != 1:
        raise NoQuery
    grammar.reading.use(links[0])
    condition = Condition(only(links[0]), "missing")
    conditions = (*grammar.all_where(), condition)
    return (
        Aggregate(("count",), None, conditions)
        if "count" in functions
        else ListAll(grammar.entity(), conditions)
    )


def most_common(grammar: Grammar, functions: list[str]) -> Query | None:
    if "common" not in functions or grammar.targets():
        return None
    column = grammar.entity()
    if column.index == grammar.key.index:
        return None
    return Aggregate(("count",), None, grammar.all_where(), column, "highest", 1)


def computed(grammar: Grammar, functions: list[str]) -> Query | None:
    """Sums, averages and the like, of all rows, of groups, or the group with the highest."""
    wanted = tuple(_FUNCTIONS[name] for name in functions if name in _FUNCTIONS)
    if not wanted:
        return None
    if wanted == ("correlation",):
        return _correlation(grammar)
    reading = grammar.reading
    superlative = reading.signal("superlative")
    by = group_by(grammar)
    column = grammar.target(superlative.extreme.concept if superlative and superlative.extreme else "")
    if column is None or column.type != "number":
        if wanted == ("sum",) and ("count" in functions or not grammar.targets()):
            return count(grammar, ["count"]) if "count" in functions else _only_number(grammar, by)
        return None
    if superlative and superlative.extreme:
        entity = by or grammar.entity()
        if entity.index == grammar.key.index or column.index == entity.index:
            return None
        reading.use(superlative)
        return Aggregate(
            wanted,
            column,
            grammar.all_where(),
            entity,
            superlative.extreme.direction,
            how_many(grammar, superlative),
        )
    if wanted == ("sum",) and names_one_row(grammar):
        return LookUp((column,), grammar.all_where())
    if by and by.index == grammar.key.index and "sum" not in wanted:
        by = None  # "rooms per clinic" over a row for each clinic: the average of all
    return Aggregate(wanted, column, grammar.all_where(), by)


def _only_number(grammar: Grammar, by: TypedColumn | None) -> Query | None:
    """A total of a table with one column that can be added up."""
    columns = [
        c
        for c in grammar.reading.table.table.columns
        if c.type == "number" and not (c.flag or c.is_id) and c.unit != "%"
    ]
    money = [c for c in columns if c.money] or columns
    if len(money) != 1 or names_one_row(grammar):
        return None
    return Aggregate(("sum",), money[0], grammar.all_where(), by)


def _correlation(grammar: Grammar) -> Query | None:
    links = [link for link in grammar.targets() if link.column.type == "number"]
    if len(links) != 2:
        return None
    grammar.reading.use(*links)
    return Aggregate(("correlation",), only(links[0]), grammar.all_where(), second=only(links[1]))


def superlative(grammar: Grammar, functions: list[str]) -> Query | None:
    reading = grammar.reading
    signal = reading.signal("superlative")
    if not signal or not signal.extreme or "count" in functions:
        return None
    reading.use(signal)
    limit = how_many(grammar, signal)
    column, direction = extreme_column(grammar, signal)
    entity = grammar.entity()
    if column is None:
        if signal.extreme.concept or entity.index == grammar.key.index or not says_rows(grammar):
            raise NoQuery
        return Aggregate(("count",), None, grammar.all_where(), entity, direction, limit)
    if entity.index == grammar.key.index or entity.distinct >= 0.9 * len(reading.table.table.rows):
        return Superlative(entity, column, direction, limit, grammar.all_where())
    return _of_groups(grammar, entity, column, direction, limit)


def _of_groups(
    grammar: Grammar, entity: TypedColumn, column: TypedColumn, direction: Direction, limit: int
) -> Query:
    """ "Which district has the highest ...?", where a district has many rows: the row with the highest."""
    if (
        column.type == "number"
        and not column.unit == "%"
        and grammar.reading.signal("superlative", "")
        and _adds_up(column)
    ):
        raise NoQuery
    return Superlative(entity, column, direction, limit, grammar.all_where())


def _adds_up(column: TypedColumn) -> bool:
    return column.money or not column.unit


def count(grammar: Grammar, functions: list[str]) -> Query | None:
    if "count" not in functions:
        return None
    reading = grammar.reading
    if any(not reading.table.table.table.columns[c.column.index].name for c in grammar.all_where()):
        raise NoQuery  # what a column without a name holds is not known well enough to count
    counted = _counted(grammar)
    if counted and counted.column.type == "number" and counted.column.is_id:
        if counted.column.distinct < len(reading.table.table.rows):
            raise NoQuery  # whose ids they are another reading has to tell
        reading.use(counted)
        return Aggregate(("count",), None, grammar.all_where(), group_by(grammar))
    if counted and counted.column.type == "number" and not counted.column.flag:
        reading.use(counted)
        column = only(counted)
        if names_one_row(grammar):
            return LookUp((column,), grammar.all_where())
        return Aggregate(("sum",), column, grammar.all_where(), group_by(grammar))
    by = group_by(grammar)
    if counted and by and counted.column.index == by.index:
        counted = None
    if counted and counted.column.index != grammar.key.index and counted.column.type == "text":
        reading.use(counted)
        column = only(counted)
        if column.distinct < len(reading.table.table.rows):
            return Aggregate(("count",), column, grammar.all_where(), by, distinct=True)
    if counted:
        reading.use(counted)
    elif not _counts_rows(grammar):
        raise NoQuery
    superlative = reading.signal("superlative")
    if superlative:
        raise NoQuery
    return Aggregate(("count",), None, grammar.all_where(), by)


def _counts_rows(grammar: Grammar) -> bool:
    """Whether what stands behind "how many" is what the rows are, or a value or flag that some of them have."""
    reading = grammar.reading
    signal = reading.signal("function", "count")
    tokens = [i for i in range(signal.end if signal else 0, len(reading.tokens)) if not reading.plain[i]]
    if not tokens:
        return False
    linked = {i for link in reading.values for i in range(link.start, link.end)}
    linked |= {i for link in reading.columns if link.column.flag for i in link.tokens}
    first = tokens[0]
    if first in linked or reading.tokens[first].text in words("row_words"):
        says_rows(grammar)
        return True
    return says_rows(grammar) and first in reading.used


def _counted(grammar: Grammar) -> ColumnLink | None:
    """The column right behind "how many"."""
    signal = grammar.reading.signal("function", "count")
    used = {c.column.index for c in grammar.made.rest}
    if signal is None:
        return None
    behind = [
        c for c in grammar.reading.columns if 0 <= c.start - signal.end <= 2 and c.column.index not in used
    ]
    return min(behind, key=lambda link: link.start, default=None)
