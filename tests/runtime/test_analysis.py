"""Questions over tables with the SQL behind them; SQL that somebody wrote reads the tables and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.runtime import (
    ColumnTypes,
    SettingsProblem,
    SourceWithTypes,
    SqlProblem,
    analyze,
    run_sql,
    stand_alone,
    tables_of,
)
from protokit.runtime.analysis.charts import ChartChoice, altair_chart, choose_chart, csv_text
from protokit.runtime.analysis.column_notes import column_notes
from protokit.runtime.analysis.plain_question import plain_question
from protokit.runtime.analysis.read_only_database import SqlDatabase
from protokit.runtime.assistant_types import AnswerTable, TableColumn
from vectorstore import KnowledgeBase

ORDERS = "order_id,date,region,product,amount_eur,returned,zip\n" + "".join(
    f"O-{n:03},2025-{1 + n % 12:02}-{1 + n % 27:02},{('North', 'South', 'West')[n % 3]},"
    f"{('Lamp', 'Chair')[n % 2]},{n}.50,{('no', 'yes')[n % 5 == 0]},{10115 + n}\n"
    for n in range(1, 61)
)
TOTAL = sum(n + 0.5 for n in range(1, 61))

ATTACKS = """
COPY orders TO '/tmp/stolen.csv' | COPY (SELECT 1) TO '/tmp/stolen.csv' | COPY orders FROM '/etc/passwd'
ATTACH '/tmp/other.db' | ATTACH ':memory:' AS other | DETACH memory | USE memory
INSTALL httpfs | LOAD httpfs | FORCE INSTALL json | UPDATE EXTENSIONS
PRAGMA database_list | PRAGMA table_info('orders') | SET memory_limit = '64GB' | SET lock_configuration = false
RESET memory_limit | SET enable_external_access = true
CREATE TABLE mine (a INT) | CREATE VIEW mine AS SELECT 1 | CREATE MACRO mine(a) AS a | CREATE TABLE x AS SELECT 1
DROP TABLE orders | DELETE FROM orders | UPDATE orders SET region = 'x' | INSERT INTO orders DEFAULT VALUES
TRUNCATE orders | ALTER TABLE orders ADD COLUMN b INT | ALTER TABLE orders RENAME TO other
EXPORT DATABASE '/tmp/out' | IMPORT DATABASE '/tmp/out' | CHECKPOINT | VACUUM | BEGIN | CALL pragma_version()
EXPLAIN ANALYZE SELECT 1 | DESCRIBE orders | SHOW TABLES | SUMMARIZE orders | PREPARE p AS SELECT 1 | EXECUTE p
SELECT * FROM read_csv('/etc/passwd') | SELECT * FROM read_text('/etc/passwd') | SELECT * FROM read_blob('/etc/*')
SELECT * FROM '/etc/passwd' | SELECT * FROM 'http://127.0.0.1/x.csv' | SELECT * FROM read_parquet('a.parquet')
SELECT * FROM read_json('a.json') | SELECT * FROM glob('/etc/*') | SELECT * FROM sniff_csv('/etc/passwd')
SELECT * FROM parquet_metadata('a') | SELECT * FROM duckdb_settings() | SELECT * FROM duckdb_secrets()
SELECT * FROM information_schema.tables | SELECT * FROM pg_catalog.pg_tables | SELECT * FROM sqlite_master
SELECT * FROM query('SELECT 1') | SELECT * FROM query_table('orders') | SELECT getenv('HOME')
SELECT current_setting('memory_limit') | SELECT version() | SELECT nextval('a')
SELECT (SELECT content FROM read_text('/etc/passwd'))
SELECT 1; SELECT 2 | SELECT 1; DROP TABLE orders
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t
WITH a AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM a
SELECT 1 UNION ALL SELECT * FROM read_text('/etc/passwd')
SELECT * FROM orders WHERE region IN (SELECT content FROM read_text('/etc/passwd'))
SELEC 1 | SELECT nothing FROM orders
SELECT * FROM other.orders | SELECT * FROM (SHOW TABLES) | SELECT * FROM (DESCRIBE orders) | ;; | -- only a remark
"""


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    place = tmp_path_factory.mktemp("tables")
    (place / "docs").mkdir()
    (place / "docs" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    with KnowledgeBase.open(place / "store", embedding="none") as opened:
        opened.sync(place / "docs")
        yield opened


@pytest.mark.parametrize(
    "sql", [each.strip() for each in ATTACKS.replace("\n", "|").split("|") if each.strip()]
)
def test_only_a_select_over_the_tables_is_run(knowledge: KnowledgeBase, sql: str) -> None:
    with pytest.raises(SqlProblem):
        run_sql(sql, [knowledge])
    assert run_sql("SELECT count(*) AS n FROM orders", [knowledge]).table.rows == ((60.0,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e, orders f, orders g",
        "SELECT list(x) FROM range(1000000000000) t(x)",
        "SELECT sum(a.range) FROM range(100000000) a, range(100000000) b",
    ],
)
def test_what_takes_too_long_or_too_much_is_stopped(knowledge: KnowledgeBase, sql: str) -> None:
    with pytest.raises(SqlProblem):
        SqlDatabase(tables_of([knowledge])).run(sql, seconds=0.5)


def test_a_result_has_a_thousand_rows_at_most_and_says_so(knowledge: KnowledgeBase) -> None:
    made = run_sql("SELECT a.order_id FROM orders a, orders b", [knowledge])
    assert len(made.table.rows) == 1000
    assert "1000 rows" in made.note


@pytest.mark.parametrize(
    ("question", "rows", "rests_on"),
    [
        ("What is the total amount?", ((TOTAL,),), 60),
        ("What is the total amount in the North?", ((sum(n + 0.5 for n in range(3, 61, 3)),),), 20),
        ("How many orders were returned?", ((12.0,),), 12),
        (
            "total amount per quarter in the North",
            tuple(
                (
                    f"2025-{first:02}-01",
                    sum(n + 0.5 for n in range(3, 61, 3) if first <= 1 + n % 12 < first + 3),
                )
                for first in (1, 4, 7, 10)
            ),
            20,
        ),
    ],
)
def test_a_question_gives_its_table_and_sql_that_gives_the_same(
    knowledge: KnowledgeBase, question: str, rows: tuple[object, ...], rests_on: int
) -> None:
    made = analyze(question, [knowledge])
    assert made.found
    assert made.table.rows == rows
    assert made.rests_on == rests_on
    assert run_sql(made.sql, [knowledge]).table == made.table


def test_shares_add_up_and_two_groups_are_told_apart(knowledge: KnowledgeBase) -> None:
    share = analyze("share of the total amount by region", [knowledge])
    assert sum(row[2] for row in share.table.rows) == pytest.approx(100, abs=0.2)
    pairs = analyze("total amount by region and product", [knowledge])
    assert len(pairs.table.rows) == 6
    assert sum(row[2] for row in pairs.table.rows) == TOTAL


@pytest.mark.parametrize(
    "question", ["What is the weather in Rome?", "Who is the best manager?", "Why is the sky blue?"]
)
def test_what_the_tables_do_not_tell_is_refused_with_a_question_that_they_do(
    knowledge: KnowledgeBase, question: str
) -> None:
    made = analyze(question, [knowledge])
    assert (made.found, made.table, made.sql) == (False, None, "")
    nearest = made.text.partition("You could ask: ")[2]
    assert analyze(nearest, [knowledge]).found


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("and by region?", "What is the total amount by region?"),
        ("only 2025", "What is the total amount in 2025"),
        ("How many orders were returned?", "How many orders were returned?"),
    ],
)
def test_a_question_goes_on_from_the_one_before(question: str, whole: str) -> None:
    assert stand_alone(question, ["What is the total amount?"]) == whole


def test_a_type_that_was_set_is_kept_and_counts(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    types = ColumnTypes(tmp_path / "columns.yaml")
    source = SourceWithTypes(knowledge, types)
    types.set("orders.csv", "zip", "text")
    again = SourceWithTypes(knowledge, ColumnTypes(tmp_path / "columns.yaml"))
    for each in (source, again):
        (table,) = tables_of([each])
        note = next(note for note in column_notes(table, "orders") if note.column == "zip")
        assert (note.type, note.span, note.gaps) == ("text", "60 different", 0)
    with pytest.raises(SqlProblem):
        run_sql("SELECT sum(zip) FROM orders", [again])
    with pytest.raises(SettingsProblem):
        types.set("orders.csv", "zip", "colour")


def test_the_chart_fits_what_the_columns_are() -> None:
    text, day, one, two = (
        TableColumn("a"),
        TableColumn("d", "date"),
        TableColumn("x.1", "number"),
        TableColumn("y", "number"),
    )
    lines = AnswerTable((day, one), (("2025-01-01", 1.0), ("2025-02-01", 2.0)))
    assert choose_chart(lines) == ChartChoice("line", "d", "x.1")
    bars = AnswerTable((text, one), (("n", 1.0), ("s", 2.0)))
    assert choose_chart(bars) == ChartChoice("bar", "a", "x.1")
    points = AnswerTable((one, two), ((1.0, 2.0), (2.0, 3.0)))
    assert choose_chart(points) == ChartChoice("scatter", "x.1", "y")
    many = AnswerTable((one,), tuple((float(n),) for n in range(30)))
    assert choose_chart(many) == ChartChoice("histogram", "x.1")
    assert choose_chart(AnswerTable((one,), ((1.0,),))) is None
    for table in (lines, bars, points, many):
        assert altair_chart(table, choose_chart(table)).to_dict()["encoding"]["x"]["type"]


def test_downloaded_rows_hold_no_formula() -> None:
    table = AnswerTable((TableColumn("=1+1"), TableColumn("n", "number")), (("=cmd()", -1.0), (None, None)))
    assert csv_text(table).split() == ["'=1+1,n", "'=cmd(),-1.0", ","]


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("2. Calculate the average amount of all the records in the dataset.", "what is the average amount"),
        ("Please find the total amount in this table", "what is the total amount"),
        ("Berechne die Summe von amount", "Summe von amount"),
        (
            "How many rows are there in the 'region' column?",
            'How many rows are there in the "region" column?',
        ),
        ("Find the correlation between 'amount_eur' and 'zip'", 'correlation between "amount_eur" and "zip"'),
    ],
)
def test_orders_and_quotes_are_read_as_the_plain_question(
    knowledge: KnowledgeBase, question: str, plain: str
) -> None:
    assert plain.casefold() in plain_question(question).casefold()
    assert analyze(question, [knowledge]).table == analyze(plain_question(question), [knowledge]).table


def test_the_average_that_is_to_be_calculated_is_the_average(knowledge: KnowledgeBase) -> None:
    made = analyze("1. Calculate the average amount of the entries in the dataset.", [knowledge])
    assert made.table is not None
    assert made.table.rows == ((TOTAL / 60,),)


@pytest.mark.parametrize(
    "question", ["Calculate the average happiness", "Find the cat", "Find orders without love in the dataset"]
)
def test_an_order_for_what_no_column_holds_is_refused(knowledge: KnowledgeBase, question: str) -> None:
    assert not analyze(question, [knowledge]).found
