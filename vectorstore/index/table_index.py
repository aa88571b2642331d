"""The tables of the documents, inside the docstore's database, and the words that each is found by.

Each function is a step of a transaction that the caller begins and ends.
"""

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from heapq import nsmallest
from pathlib import PurePosixPath

from vectorstore.index.lexical_index import lucene_factor
from vectorstore.tables.table import Table, packed_table, unpacked_table
from vectorstore.text.languages import guess
from vectorstore.text.terms import WORDS_VERSION, query_words, tokenize

_TABLES = (
    """CREATE TABLE IF NOT EXISTS tables (
        row INTEGER PRIMARY KEY, file TEXT NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL,
        language TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS tables_file ON tables (file)",
)
_WORDS = (
    "DROP TABLE IF EXISTS table_words",
    """CREATE VIRTUAL TABLE table_words USING fts5(
        about, cells, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* C* M* P* S*'")""",
)
_ABOUT = 4.0
"""Weight of a word in names of columns, headings and the name of the file; one in a cell weighs 1."""
_VERSION = "table words version"


def is_current(database: sqlite3.Connection) -> bool:
    """Whether the database has tables, and their terms were cut by this version of `tokenize`."""
    query = "SELECT 1 FROM facts WHERE name = ? AND value = ?"
    return database.execute(query, (_VERSION, WORDS_VERSION)).fetchone() is not None


def renew(database: sqlite3.Connection) -> None:
    """Make what is missing, and take the words of all tables in again."""
    for statement in (*_TABLES, *_WORDS):
        database.execute(statement)
    for row, file, content in database.execute("SELECT row, file, content FROM tables").fetchall():
        _add_words(database, row, _unpacked(content, file))
    database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_VERSION, WORDS_VERSION))


def put(database: sqlite3.Connection, file: str, tables: Sequence[Table]) -> None:
    """Replace the tables of a file."""
    remove(database, file)
    for number, table in enumerate(tables):
        content = json.dumps(packed_table(table), ensure_ascii=False).encode("utf-8", "surrogatepass")
        query = "INSERT INTO tables (file, number, content, language) VALUES (?, ?, ?, '')"
        row = database.execute(query, (file, number, zlib.compress(content, 1))).lastrowid
        _add_words(database, int(row or 0), table, file)


def remove(database: sqlite3.Connection, file: str) -> None:
    """Forget the tables of a file."""
    database.execute(
        "DELETE FROM table_words WHERE rowid IN (SELECT row FROM tables WHERE file = ?)", (file,)
    )
    database.execute("DELETE FROM tables WHERE file = ?", (file,))


def tables(database: sqlite3.Connection, file: str | None = None) -> list[Table]:
    """The tables of one file, or of all by name of the file; in the order of the source."""
    query = "SELECT content, file FROM tables WHERE ?1 IS NULL OR file = ?1 ORDER BY file, number"
    return [_unpacked(content, name) for content, name in database.execute(query, (file,))]


def search(database: sqlite3.Connection, question: str, limit: int) -> list[Table]:
    """The tables that the words of a question stand in, best first: BM25 over what each is about and its cells."""
    (total,) = database.execute("SELECT COUNT(*) FROM tables").fetchone()
    codes = [code for (code,) in database.execute("SELECT DISTINCT language FROM tables")]
    scores: defaultdict[int, float] = defaultdict(float)
    for word in query_words(question, codes):
        for form in word.forms:
            matches = _match(database, form)
            factor = lucene_factor(total, len(matches))
            for row, score in matches:
                scores[row] += factor * score
    best = nsmallest(limit, scores, key=lambda row: (-scores[row], row))
    query = "SELECT content, file FROM tables WHERE row = ?"
    return [_unpacked(*database.execute(query, (row,)).fetchone()) for row in best]


def check(database: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError where the index is damaged."""
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'table_words'").fetchone():
        database.execute("INSERT INTO table_words (table_words) VALUES ('integrity-check')")


def _match(database: sqlite3.Connection, term: str) -> list[tuple[int, float]]:
    query = f"SELECT rowid, -bm25(table_words, {_ABOUT}, 1.0) FROM table_words WHERE table_words MATCH ?"
    return database.execute(query, ('"' + term.replace('"', '""') + '"',)).fetchall()


def _add_words(database: sqlite3.Connection, row: int, table: Table, file: str = "") -> None:
    names = " ".join(column.name for column in table.columns)
    stem = PurePosixPath(file or table.file).stem
    about = "\n".join((stem, table.place, table.heading, table.title, names))
    cells = "\n".join(dict.fromkeys(cell for each in table.rows for cell in each.cells if cell))
    code = guess(f"{names}\n{table.heading}\n{cells}")
    terms = [" ".join(tokenize(text, code)) for text in (about, cells)]
    database.execute(
        "INSERT OR REPLACE INTO table_words (rowid, about, cells) VALUES (?, ?, ?)", (row, *terms)
    )
    database.execute("UPDATE tables SET language = ? WHERE row = ?", (code, row))


@lru_cache(maxsize=64)
def _unpacked(content: bytes, file: str) -> Table:
    """The table that was packed; each question looks at the same ones."""
    return unpacked_table(json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass")), file)
