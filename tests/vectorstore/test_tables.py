"""Tables are kept as tables: columns with types, rows with their places, found by what they are about."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from vectorstore import CellValue, Column, KnowledgeBase, Table, cell_value, read

PRICES = """Plan;Price;Seats;Since;Trial
Starter;49,00 €;1.200;27.03.2026;ja
Business;1.299,50 €;12.500;01.04.2026;nein
Enterprise;auf Anfrage;;k. A.;-
Summe;1.348,50 €;13.700;;
"""
STAFF = "Name,Team,Hours\nAna,Support,12\nBo,Sales,7\n"


def table_in(path: Path, content: str, name: str = "table.csv") -> Table:
    (path / name).write_text(content)
    return read(path / name).tables[0]


def values(table: Table, column: int) -> list[object]:
    return [cell_value(row.cells[column], table.columns[column]).value for row in table.rows]


def column_of(path: Path, *cells: str, name: str = "Value", beside: tuple[str, ...] = ()) -> Column:
    """The column of a CSV that holds `cells`, with another column of `beside`."""
    rows = [("Item", name, "Other"), *((f"Item {at}", cell, "") for at, cell in enumerate(cells))]
    rows = [(*row[:2], beside[at - 1] if at and beside else row[2]) for at, row in enumerate(rows)]
    return table_in(path, "".join("\t".join(row) + "\n" for row in rows), "column.tsv").columns[1]


def test_a_table_says_what_its_columns_hold_and_where_its_rows_stand(tmp_path: Path) -> None:
    table = table_in(tmp_path, PRICES)
    text = read(tmp_path / "table.csv").text
    assert [(column.name, column.type, column.unit) for column in table.columns] == [
        ("Plan", "text", ""),
        ("Price", "money", "EUR"),
        ("Seats", "number", ""),
        ("Since", "date", ""),
        ("Trial", "yes/no", ""),
    ]
    assert values(table, 1) == [Decimal("49.00"), Decimal("1299.50"), None, Decimal("1348.50")]
    assert values(table, 2) == [Decimal(1200), Decimal(12500), None, Decimal(13700)]
    assert values(table, 3) == [date(2026, 3, 27), date(2026, 4, 1), None, None]
    assert values(table, 4) == [True, False, None, None]
    assert [row.total for row in table.rows] == [False, False, False, True]
    assert [row.number for row in table.rows] == [2, 3, 4, 5]
    assert text[table.rows[1].start : table.rows[1].end].startswith("Plan: Business; Price: 1.299,50 €")


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (("49¹", "12*", "7 [2]"), [49, 12, 7]),
        (("(4,500)", "-12", "+3", "−7"), [-4500, -12, 3, -7]),
        (("1.234.567", "12,5"), [1234567, Decimal("12.5")]),
        (("1'234.50", "0.5"), [Decimal("1234.50"), Decimal("0.5")]),
        (("1 234,5", "12 345,75"), [Decimal("1234.5"), Decimal("12345.75")]),
        (("3.5 kg", "12 kg"), [Decimal("3.5"), 12]),
        (("$1.2M", "$800k"), [1200000, 800000]),
        (("1,2 Mio. €", "0,75 Mio. €"), [1200000, 750000]),
        (("12", "7", "unlimited", "3"), [12, 7, "unlimited", 3]),
    ],
)
def test_a_number_has_its_value_as_its_column_writes_it(
    tmp_path: Path, cells: tuple[str, ...], wanted: list[object]
) -> None:
    column = column_of(tmp_path, *cells)
    assert [cell_value(cell, column).value for cell in cells] == wanted


@pytest.mark.parametrize(
    ("cells", "name", "type", "unit"),
    [
        (("12 %", "7,5%"), "Share", "share", "%"),
        (("12", "7.5"), "Discount (%)", "share", "%"),
        (("49 €", "12 €"), "Price", "money", "EUR"),
        (("49", "12"), "Price in CHF", "money", "CHF"),
        (("US$ 49", "GBP 12"), "Price", "money", ""),
        (("49 € / month", "12 € / month"), "Price", "money", "EUR / month"),
        (("49 €", "12 %", "3 h"), "Figure", "number", ""),
        (("12", "7"), "Weight (kg)", "number", "kg"),
        (("3.5 m²", "4 m²"), "Area", "number", "m²"),
        (("007", "012"), "Code", "text", ""),
        (("12 Main Street", "5 Oak Avenue"), "Address", "text", ""),
        (("1st", "2nd"), "Rank", "text", ""),
        (("10-20", "20-30"), "Age", "text", ""),
        (("yes", "no"), "Open", "yes/no", ""),
        (("n/a", "TBD", "on request"), "Price", "text", ""),
        (("n/a", "12", "on request"), "Price", "number", ""),
    ],
)
def test_the_type_of_a_column_is_that_of_its_cells(
    tmp_path: Path, cells: tuple[str, ...], name: str, type: str, unit: str
) -> None:
    column = column_of(tmp_path, *cells, name=name)
    assert (column.type, column.unit) == (type, unit)


def test_each_cell_says_its_own_currency_where_a_column_has_several(tmp_path: Path) -> None:
    column = column_of(tmp_path, "US$ 49", "12 GBP")
    assert cell_value("US$ 49", column) == CellValue(Decimal(49), "USD")
    assert cell_value("12 GBP", column) == CellValue(Decimal(12), "GBP")


@pytest.mark.parametrize(
    ("cells", "beside", "type"),
    [
        (("1.234", "5.678"), (), "text"),  # an English text: a thousand, or one and a bit
        (("1.234", "5.678"), ("1,5", "2,5"), "number"),  # the column beside it writes decimal commas
        (("1,234", "5,678"), (), "number"),  # thousands, as English writes them
        (("1,234", "5.678"), (), "text"),
        (("1,5", "2.5"), (), "text"),
        (("03/04/2026", "05/06/2026"), (), "text"),
        (("03/04/2026", "25/06/2026"), (), "date"),
        (("03/04/2026", "05/06/2026"), ("06/25/2026", "01/02/2026"), "date"),
        (("25/04/2026", "05/16/2026", "03/04/2026"), (), "text"),
    ],
)
def test_what_can_be_read_in_two_ways_is_never_guessed(
    tmp_path: Path, cells: tuple[str, ...], beside: tuple[str, ...], type: str
) -> None:
    assert column_of(tmp_path, *cells, beside=beside).type == type


def test_a_tab_at_the_end_of_each_row_separates_no_cells(tmp_path: Path) -> None:
    table = table_in(tmp_path, "boat,length,berth\n" + "".join(f"B{n},{n}.5,{n}\t\n" for n in range(1, 9)))
    assert [column.name for column in table.columns] == ["boat", "length", "berth"]


def test_the_order_of_day_and_month_is_that_of_the_other_dates(tmp_path: Path) -> None:
    column = column_of(tmp_path, "03/04/2026", "05/06/2026", beside=("06/25/2026", "01/02/2026"))
    assert cell_value("03/04/2026", column).value == date(2026, 3, 4)
    column = column_of(tmp_path, "03/04/2026", "25/06/2026")
    assert cell_value("03/04/2026", column).value == date(2026, 4, 3)


@pytest.mark.parametrize(
    "cell", ["27 March 2026", "27. März 2026", "Mar 27, 2026", "27 de marzo de 2026", "2026-03-27"]
)
def test_a_date_in_words_is_a_day(tmp_path: Path, cell: str) -> None:
    assert cell_value(cell, column_of(tmp_path, cell)).value == date(2026, 3, 27)


def test_a_row_that_only_may_be_a_total_is_one_where_it_adds_up(tmp_path: Path) -> None:
    table = table_in(
        tmp_path, "Area,Sales,Cost\nNorth,10,4\nSouth,20,6\nTotal users,5,9\nEurope total,35,19\n,35,19\n"
    )
    assert [row.total for row in table.rows] == [False, False, False, True, True]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "prices.csv").write_text(PRICES)
    (documents / "staff.csv").write_text(STAFF)
    (documents / "guide.md").write_text("# Devices\n\n| Device | Weight |\n| --- | --- |\n| Drone | 3 kg |\n")
    return documents


def test_tables_are_found_by_names_headings_files_and_cells(folder: Path, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
        for question, file in (
            ("How many hours?", "staff.csv"),
            ("Which devices are there?", "guide.md"),
            ("Who is in support?", "staff.csv"),
            ("Price of business", "prices.csv"),
        ):
            assert knowledge.search_tables(question)[0].file == file, question
        assert len(knowledge.search_tables("plan hours device", limit=2)) == 2
        assert knowledge.search_tables("zebra") == []
        assert knowledge.tables("guide.md")[0].heading == "Devices"


def test_tables_follow_their_file_through_renames_duplicates_copies_and_removal(
    folder: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
        (kept,) = knowledge.tables("prices.csv")
        assert (kept.file, kept.columns[1].unit, kept.rows[3].total) == ("prices.csv", "EUR", True)
        (folder / "prices.csv").rename(folder / "list.csv")
        shutil.copyfile(folder / "staff.csv", folder / "staff copy.csv")
        knowledge.sync(folder)
        assert [table.file for table in knowledge.tables()] == ["guide.md", "list.csv", "staff.csv"]
        assert len(knowledge.tables("staff.csv")) == len(knowledge.tables("staff copy.csv")) == 1
        assert knowledge.search_tables("price")[0].file == "list.csv"
        source = knowledge.source_text("list.csv")
        assert source[kept.rows[0].start : kept.rows[0].end].startswith("Plan: Starter")
        (folder / "list.csv").unlink()
        knowledge.sync(folder)
        assert knowledge.tables("list.csv") == knowledge.search_tables("price") == []
    assert KnowledgeBase.copy_to(tmp_path / "index", tmp_path / "copy")
    with KnowledgeBase.open(tmp_path / "copy", embedding="none") as copy:
        assert {table.file for table in copy.tables()} >= {"guide.md"}


def test_a_store_that_knows_no_tables_yet_takes_them_in_with_the_next_sync(
    folder: Path, tmp_path: Path
) -> None:
    import sqlite3

    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        knowledge.sync(folder)
        before = knowledge.tables()
    database = sqlite3.connect(tmp_path / "index" / "knowledge.catalogue")
    database.execute("DROP TABLE tables")
    database.execute("DROP TABLE table_words")
    database.execute("DELETE FROM facts WHERE name LIKE 'table %'")
    database.execute("UPDATE files SET chunking = '1'")
    database.commit()
    database.close()
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as knowledge:
        assert knowledge.tables() == knowledge.search_tables("price") == []
        assert "Read again" in knowledge.sync(folder).rebuilt
        assert knowledge.tables() == before
