"""Questions over several tables, and those that only a plan of measures, groups and order tells."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from protokit.runtime.analysis.analyze_question import analyze, run_sql
from vectorstore import KnowledgeBase

MEMBERS = """member_id,name,town,age
1,Ada Brandt,Tarn,34
2,Ben Okoro,Wick,51
3,Cleo Ruiz,Tarn,19
4,Dan Szabo,Oban,67
"""
BOOKS = """id,title,genre,pages
10,The Salt Road,Travel,310
11,Glass Harbour,Crime,280
12,Night Ferry,Crime,410
13,Bread,Cooking,150
"""
LOANS = """loan_id,member_id,book_id,loan_date,days,fine,extended
1,1,10,2025-01-04,14,0.00,no
2,1,11,2025-01-20,10,1.50,yes
3,2,11,2025-02-02,21,4.00,yes
4,3,12,2025-02-11,7,0.00,no
5,3,10,2025-03-09,30,6.50,yes
6,2,12,2025-03-15,12,0.00,no
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    place = tmp_path_factory.mktemp("library")
    (place / "docs").mkdir()
    for name, text in (("members", MEMBERS), ("books", BOOKS), ("loans", LOANS)):
        (place / "docs" / f"{name}.csv").write_text(text, encoding="utf-8")
    with KnowledgeBase.open(place / "store", embedding="none") as opened:
        opened.sync(place / "docs")
        yield opened


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many loans are there in each town?", {("Tarn", 4.0), ("Wick", 2.0)}),
        ("What is the average number of days of loans per genre?", {("Crime", 12.5), ("Travel", 22.0)}),
        ("total fine by genre", {("Crime", 5.5), ("Travel", 6.5)}),
        ("How many members have loans in the genre Crime?", {(3.0,)}),
        (
            "What is the total fine per town and genre?",
            {("Tarn", "Crime", 1.5), ("Tarn", "Travel", 6.5), ("Wick", "Crime", 4.0)},
        ),
        ("Which member has the most loans?", {("Ada Brandt", 2.0), ("Ben Okoro", 2.0), ("Cleo Ruiz", 2.0)}),
        (
            "What are the titles of the books in the genre Crime?",
            {("Glass Harbour", "Crime"), ("Night Ferry", "Crime")},
        ),
        ("Average days of loans with and without extended?", {(False, 11.0), (True, 61 / 3)}),
        (
            "What is the average fine of extended loans versus loans that were not extended?",
            {(True, 4.0), (False, 0.0)},
        ),
        (
            "number of loans per month in Tarn",
            {("2025-01-01", 2.0), ("2025-02-01", 1.0), ("2025-03-01", 1.0)},
        ),
        (
            "Which books are in the genre Travel or have more than 400 pages?",
            {("The Salt Road", 310.0), ("Night Ferry", 410.0)},
        ),
    ],
)
def test_a_question_over_several_tables_is_right_or_refused(
    library: KnowledgeBase, question: str, rows: set[tuple[object, ...]]
) -> None:
    made = analyze(question, [library])
    assert made.table is not None, made.text
    assert set(made.table.rows) == rows, made.sql
    assert run_sql(made.sql, [library]).table == made.table


@pytest.mark.parametrize(
    "question",
    [
        "What is the average age of members with loans in the genre Crime?",
        "total pages per town",
        "What is the average number of pages of loans per month?",
        "How many loans per publisher?",
        "average fine of overdue loans per town",
        "How many loans were extended twice?",
    ],
)
def test_what_would_count_a_row_twice_or_is_not_known_is_refused(
    library: KnowledgeBase, question: str
) -> None:
    made = analyze(question, [library])
    assert not made.found, made.sql


def test_a_database_and_a_parquet_file_are_sources_whose_ids_are_no_quantities(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "harbour.db")) as database:
        database.executescript(
            "CREATE TABLE boats (id INTEGER, name TEXT, flag TEXT);"
            "CREATE TABLE calls (id INTEGER, boat_id INTEGER, day TEXT, tons REAL);"
            "CREATE VIEW secrets AS SELECT * FROM boats;"
            "INSERT INTO boats VALUES (1, 'Marlin', 'Malta'), (2, 'Petrel', 'Norway'), (3, 'Tern', 'Malta');"
            "INSERT INTO calls VALUES (1, 1, '2025-01-03', 12.5), (2, 1, '2025-02-09', 20), (3, 2, '2025-02-11', 8),"
            " (4, 3, '2025-03-01', 30);"
        )
    duckdb.execute(
        "COPY (SELECT i AS trip, 'Berth ' || (i % 3) AS berth, i % 2 = 0 AS late FROM range(40) t(i))"
        f" TO '{folder / 'arrivals.parquet'}'"
    )
    with KnowledgeBase.open(tmp_path / "store", embedding="none") as knowledge:
        knowledge.sync(folder)
        assert [table.place for table in knowledge.tables("harbour.db")] == ["table boats", "table calls"]
        made = analyze("total tons of calls per flag", [knowledge])
        assert made.table is not None, made.text
        assert set(made.table.rows) == {("Malta", 62.5), ("Norway", 8.0)}
        assert "boats (boat_id)" in made.text
        assert '"boats"."id"' in made.sql
        late = analyze("How many trips were late?", [knowledge])
        assert late.table is not None, late.text
        assert late.table.rows == ((20.0,),)
        for question in (
            "What is the total trip?",
            "How many calls per harbour master?",
            "What is the sum of boat_id?",
        ):
            assert not analyze(question, [knowledge]).found, question


WARDS = """Nr;Patient;Station;Diagnose;Alter;Kosten;Aufnahme;Privat
1;Adler;Nord;Husten;34;120,50;03.01.2025;ja
2;Braun;Süd;Fieber;51;310,00;11.01.2025;nein
3;Conrad;Nord;Fieber;67;95,00;02.02.2025;nein
4;Dietz;West;Bruch;19;1.250,00;14.02.2025;ja
5;Eck;Süd;Husten;45;80,00;20.03.2025;nein
"""


def test_another_language_is_right_or_refused_too(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "klinik.csv").write_text(WARDS, encoding="utf-8")
    with KnowledgeBase.open(tmp_path / "store", embedding="none") as knowledge:
        knowledge.sync(tmp_path / "docs")
        right = {
            "Durchschnittliche Kosten mit und ohne Privat?": {(True, 685.25), (False, 485 / 3)},
            "Welche Station hat die höchsten Kosten insgesamt?": {("West", 1250.0)},
        }
        for question, rows in right.items():
            made = analyze(question, [knowledge])
            assert made.table is not None, question
            assert set(made.table.rows) == rows, made.sql
        for question in (
            "Welcher Patient ist am ältesten?",
            "Wie viele Patienten im Januar 2025 und Februar 2025?",
            "Durchschnittliche Anzahl der Patienten je Station?",
            "Mittleres Alter je Arzt",
        ):
            assert not analyze(question, [knowledge]).found, question
