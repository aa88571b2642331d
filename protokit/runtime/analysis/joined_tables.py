"""Tables put together where each value of a column names one row of another: sales with the state of each customer.

A row of the first table stays one row, so that no amount counts twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from protokit.runtime.analysis.table_keys import Join, joins_of
from protokit.runtime.tables.query_sql import quoted
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable, typed
from protokit.runtime.tables.vocabulary import fold
from vectorstore.tables.table import Column, Table

_MOST_CELLS = 3_000_000
_MOST_TABLES = 6
"""Tables that one is put together of."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a column of a joined table comes from."""

    table: TypedTable
    column: TypedColumn


@dataclass(frozen=True, eq=False)
class JoinedTable:
    """A table with, beside its own columns, those of the rows that it names in other tables."""

    table: TypedTable
    base: TypedTable
    steps: tuple[Join, ...]
    """In order: each begins at the base or at the end of an earlier one."""
    origins: tuple[_Origin, ...]
    """One a column of `table`."""

    others: tuple[TypedTable, ...] = ()
    """The tables whose rows the base names, joined or not."""

    @property
    def base_key_is_unique(self) -> bool:
        """Whether the column that names the rows of the base has a value of its own in each."""
        return _is_unique(self.base.key)

    def own(self, column: TypedColumn) -> bool:
        """Whether a column is one of the base."""
        return self.origins[column.index].table is self.base

    def tells_apart(self, column: TypedColumn) -> bool:
        """Whether a column of the base has a value of its own in each row."""
        return _is_unique(column)

    def names_rows_elsewhere(self, column: TypedColumn) -> bool:
        """Whether a column of the base is by what rows of another table are named."""
        return any(step.table is self.base and step.column is column for step in self.steps)

    def is_key(self, column: TypedColumn) -> bool:
        """Whether a column of another table has a value of its own in each row there."""
        origin = self.origins[column.index]
        return _is_unique(origin.column)

    def steps_to(self, columns: Sequence[TypedColumn]) -> tuple[Join, ...]:
        """The joins that the columns need, in order."""
        wanted = {id(self.origins[column.index].table) for column in columns}
        needed: list[Join] = []
        for step in reversed(self.steps):
            if id(step.other) in wanted:
                wanted.add(id(step.table))
                needed.append(step)
        return tuple(reversed(needed))

    def sql(self, statement: str, name: str, steps: Sequence[Join], names: Mapping[TypedTable, str]) -> str:
        """`statement` over the joined table `name`, with the SELECT before it that joins the tables."""
        columns = [
            f"{quoted(names[origin.table])}.{quoted(origin.column.name)}"
            + (f" AS {quoted(column.name)}" if column.name != origin.column.name else "")
            for column, origin in zip(self.table.columns, self.origins, strict=True)
            if quoted(column.name) in statement
        ]
        joins = "".join(
            f"\n  LEFT JOIN {quoted(names[step.other])} ON {quoted(names[step.table])}.{quoted(step.column.name)}"
            f" = {quoted(names[step.other])}.{quoted(step.key.name)}"
            for step in steps
        )
        inner = f"SELECT {', '.join(columns) or '1'}\n  FROM {quoted(names[self.base])}{joins}"
        return f"WITH {quoted(name)} AS (\n  {inner}\n)\n{statement}"


@lru_cache(maxsize=8)
def joined_tables(tables: tuple[TypedTable, ...]) -> tuple[JoinedTable, ...]:
    """Every table that names rows of others, put together with them; made once while the tables are in use."""
    joins = joins_of(tables)
    made = (_joined(table, joins) for table in tables)
    return tuple(each for each in made if each)


@lru_cache(maxsize=8)
def single_tables(tables: tuple[TypedTable, ...]) -> tuple[JoinedTable, ...]:
    """Every table by itself, as one that nothing was joined to."""
    joins = joins_of(tables)
    return tuple(
        JoinedTable(
            table,
            table,
            (),
            tuple(_Origin(table, column) for column in table.columns),
            tuple(join.other for join in joins if join.table is table),
        )
        for table in tables
    )


def _joined(base: TypedTable, joins: Sequence[Join]) -> JoinedTable | None:
    steps = tuple(_steps(base, joins))[: _MOST_TABLES - 1]
    width = len(base.columns) + sum(len(step.other.columns) for step in steps)
    if not steps or width * len(base.rows) > _MOST_CELLS:
        return None
    positions = {id(base): list(range(len(base.rows)))}
    for step in steps:
        places = {text: at for at, text in enumerate(step.key.texts)}
        positions[id(step.other)] = [
            -1 if at < 0 else places.get(step.column.texts[at], -1) for at in positions[id(step.table)]
        ]
    origins = list(_origins(base, steps))
    names = _names(base, origins)
    columns = tuple(_column(origin, name, base, steps) for origin, name in zip(origins, names, strict=True))
    cells = [
        [origin.column.texts[at] if at >= 0 else "" for at in positions[id(origin.table)]]
        for origin in origins
    ]
    rows = tuple(
        replace(base.table.rows[row], cells=texts)
        for row, texts in zip(base.rows, zip(*cells, strict=True), strict=True)
    )
    table: Table = replace(base.table, columns=columns, rows=rows)
    others = tuple(join.other for join in joins if join.table is base)
    return JoinedTable(typed(table), base, steps, tuple(origins), others)


def _steps(base: TypedTable, joins: Sequence[Join]) -> Iterator[Join]:
    """The joins that lead away from `base`, the nearest tables first; none where two lead to the same table."""
    known = [base]
    front = [base]
    while front:
        ahead = [j for table in front for j in joins if j.table is table and j.other not in known]
        sure = [j for j in ahead if sum(other.other is j.other for other in ahead) == 1]
        known += [j.other for j in ahead]
        front = [j.other for j in sure]
        yield from sure


def _origins(base: TypedTable, steps: Sequence[Join]) -> Iterator[_Origin]:
    """The columns: of the base, of the others, then the keys by which rows are named where no name does."""
    keys = {id(step.column) for step in steps}
    yield from (_Origin(base, column) for column in base.columns if id(column) not in keys)
    for step in steps:
        hidden = {id(step.key)} - {id(step.other.key)}
        own = [c for c in step.other.columns if id(c) not in hidden and id(c) not in keys]
        yield from (_Origin(step.other, column) for column in own)
    yield from (
        _Origin(step.table, step.column)
        for step in steps
        if step.table is base and not _is_unique(step.other.key)
    )


def _is_unique(column: TypedColumn) -> bool:
    return bool(column.texts) and all(column.texts) and len(set(column.texts)) == len(column.texts)


def _names(base: TypedTable, origins: Sequence[_Origin]) -> list[str]:
    """A column of another table is called by that table where its own name does not tell it."""
    folded = [fold(origin.column.name) for origin in origins]
    names: list[str] = []
    for origin, name in zip(origins, folded, strict=True):
        own = origin.column.name
        is_plain = folded.count(name) == 1 and not (origin.column is origin.table.key and len(own) <= 5)
        names.append(own if origin.table is base or is_plain else f"{row_name(origin.table)} {own}")
    return names


def row_name(table: TypedTable) -> str:
    """What one row is called: "customer" of customers.csv."""
    name = table_word(table)
    for ending, single in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("ss", "ss"),
        ("s", ""),
    ):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return f"{name.removesuffix(ending)}{single}"
    return name


def table_word(table: TypedTable) -> str:
    """What a table is called: its sheet, or else its file."""
    place = table.table.place.removeprefix("sheet ").removeprefix("table ")
    stem = table.table.file.rpartition("/")[2].rpartition(".")[0]
    return fold(place or stem).replace("_", " ")


def _column(origin: _Origin, name: str, base: TypedTable, steps: Sequence[Join]) -> Column:
    """The column as its source has it; a key is a name, also where it is a number."""
    column = replace(origin.table.table.columns[origin.column.index], name=name)
    is_key = any(origin.column in (step.column, step.key) for step in steps)
    return replace(column, type="text", chosen=True) if is_key else column
