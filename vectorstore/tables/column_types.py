"""What the columns of a document's tables hold, decided from all their cells and from the tables beside them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from vectorstore.tables.cell_dates import day_order, is_undecided, parse_date
from vectorstore.tables.cell_numbers import parse_number
from vectorstore.tables.cell_words import currency, is_gap, yes_or_no
from vectorstore.tables.table import Column, Table
from vectorstore.tables.total_rows import mark_totals
from vectorstore.text.languages import guess

_MOST = 0.75
"""The share of cells that must agree; the rest are words such as "unlimited"."""
_NAME_UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,20}?)\s*[)\]]\s*$|\b(?:in|en|w)\s+(\S{1,12})$")
_DOT_LANGUAGES = ("en", "zh", "ja", "ko", "th", "he", "hi")
"""Where a comma parts thousands and a dot decimals; elsewhere it is the other way round."""


def type_columns(tables: Sequence[Table], text: str, *, decimal: str = "") -> tuple[Table, ...]:
    """The tables of one document with the types of their columns, and their rows of totals marked.

    `text` is the document's, for its language; `decimal` is the decimal sign of the program that made it, where that
    is known. What a column leaves open ("1,234", "03/04/2026") is decided by the other columns, then by the language
    where it makes thousands of it or puts the day first; else the column stays text.
    """
    if not tables:
        return ()
    draft = [[_Cells(table, number) for number in range(len(table.columns))] for table in tables]
    every = [cells for each in draft for cells in each]
    language = guess(text, 20_000)
    decimal = decimal or _common(sign for cells in every for sign in cells.decimals)
    orders = {order for cells in every for order in cells.orders}
    return tuple(
        mark_totals(replace(table, columns=tuple(cells.column(decimal, orders, language) for cells in each)))
        for table, each in zip(tables, draft, strict=True)
    )


def _common(signs: Iterable[str]) -> str:
    different = set(signs)
    return different.pop() if len(different) == 1 else ""


class _Cells:
    """The cells of one column, each text once, as what they may be."""

    def __init__(self, table: Table, number: int) -> None:
        self.name = table.columns[number].name
        cells = Counter(row.cells[number] for row in table.rows if number < len(row.cells))
        self.cells = {cell: count for cell, count in cells.items() if not is_gap(cell)}
        self.count = sum(self.cells.values())
        self.units: Counter[tuple[str, bool]] = Counter()
        """Units of the numbers, and whether each is a currency; none where the cells are no numbers."""
        self.decimals: set[str] = set()
        self.undecided: set[str] = set()
        """The signs in numbers like "1.234", which may be one thousand or one and a bit."""
        if not self._are_numbers():
            self.units, self.decimals, self.undecided = Counter(), set(), set()
        self.dates = () if self.units else self._dates()
        self.orders = {order for cell in self.dates if (order := day_order(cell)) is not None}

    def _dates(self) -> Sequence[str]:
        found, misses = [], 0
        for cell, count in self.cells.items():
            if parse_date(cell) or parse_date(cell, False):
                found.append(cell)
            else:
                misses += count
                if misses > (1 - _MOST) * self.count:
                    return ()
        return found

    def _are_numbers(self) -> bool:
        """Whether most cells are numbers, whose units and decimal signs are noted."""
        misses = 0
        for cell, count in self.cells.items():
            number = parse_number(cell)
            sign = number.decimal if number is not None else "?"
            if number is not None and sign != "?":
                self.units[number.unit, number.is_money] += 1
                if sign:
                    self.decimals.add(sign)
                elif separator := number.separator:
                    self.undecided.add(separator)
            else:
                misses += count
                if misses > (1 - _MOST) * self.count or re.fullmatch(r"0\d+", cell):
                    return False
        phrases = [unit for unit, is_money in self.units if " " in unit and not is_money]
        # "12 Main Street" counts no streets: words behind a number are a unit where the column shares them.
        return not phrases or (len(phrases) == 1 and self.count > 1)

    def column(self, decimal: str, orders: set[bool], language: str) -> Column:
        """The column, given what all columns of the document say."""
        if self.units:
            return self._number_column(decimal, language)
        if self.dates:
            return self._date_column(orders, language)
        if self.cells and all(yes_or_no(cell) is not None for cell in self.cells):
            return Column(self.name, "yes/no")
        return Column(self.name)

    def _number_column(self, decimal: str, language: str) -> Column:
        if len(self.decimals) > 1:
            return Column(self.name)
        own = next(iter(self.decimals), "")
        if self.undecided and not own:
            own = decimal or self._by_language(self.undecided, language)
            if not own:
                return Column(self.name)
        units = {unit for unit, _ in self.units}
        unit = next(iter(units)) if len(units) == 1 else ""
        if units <= {""}:
            unit = _unit_of(self.name)
        if units <= {"%"} or (units <= {""} and unit == "%"):
            return Column(self.name, "share", "%", own)
        money = currency(unit) or any(is_money for _, is_money in self.units)
        plain = {unit for unit, is_money in self.units if unit and not is_money}
        return Column(self.name, "money" if money and not plain else "number", currency(unit) or unit, own)

    def _by_language(self, undecided: set[str], language: str) -> str:
        """The decimal sign by which the cells are thousands, if that is how the language writes them."""
        if len(undecided) > 1:
            return ""
        before = any(re.match(r"[-−(]?[$£]\s?\d", cell) for cell in self.cells)
        by_language = "." if language in _DOT_LANGUAGES or before else ","
        return by_language if by_language not in undecided else ""

    def _date_column(self, orders: set[bool], language: str) -> Column:
        if len(self.orders) > 1 and any(map(is_undecided, self.dates)):
            return Column(self.name)
        if not any(map(is_undecided, self.dates)):
            return Column(self.name, "date", day_first=next(iter(self.orders), True))
        known = self.orders or orders
        if len(known) == 1:
            return Column(self.name, "date", day_first=next(iter(known)))
        return (
            Column(self.name, "date", day_first=True)
            if language not in ("en", "zh", "ja", "ko")
            else Column(self.name)
        )


def _unit_of(name: str) -> str:
    """The unit that the name of a column ends with: "Weight (kg)", "Price in EUR", "Discount %"."""
    if name.rstrip().endswith("%"):
        return "%"
    match = _NAME_UNIT.search(name)
    unit = (match[1] or match[2] or "").strip() if match else ""
    return unit if match and (match[1] or currency(unit) or unit == "%") and not unit.isdigit() else ""
