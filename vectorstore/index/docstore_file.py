"""The SQLite file of a docstore: its tables, opened or made, and brought to today's form."""

import sqlite3
from pathlib import Path

from vectorstore.index import lexical_index, table_index
from vectorstore.vectorstore_errors import VectorstoreError

_APPLICATION_ID = 0x6B6E6F77  # "know": tells our database from somebody else's
_FORMAT = 1
_BUSY_SECONDS = 30.0
_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (
    file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
    pages INTEGER NOT NULL, reason TEXT NOT NULL, fix TEXT NOT NULL, original TEXT NOT NULL,
    chunking TEXT NOT NULL, source BLOB NOT NULL, hidden TEXT NOT NULL DEFAULT '');
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, number INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER, place TEXT NOT NULL, heading TEXT NOT NULL,
    text TEXT NOT NULL, meaning TEXT NOT NULL, embedded INTEGER NOT NULL DEFAULT 0);
CREATE INDEX passages_file ON passages (file);
CREATE INDEX passages_meaning ON passages (meaning);
CREATE INDEX passages_waiting ON passages (row) WHERE NOT embedded;
CREATE TABLE gone (id TEXT PRIMARY KEY, meaning TEXT NOT NULL);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file or make it. Raises VectorstoreError for another program's, DatabaseError for a damaged one."""
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    database.execute("PRAGMA synchronous = NORMAL")
    if not _is_empty(database):
        (application,) = database.execute("PRAGMA application_id").fetchone()
        if application != _APPLICATION_ID:
            raise VectorstoreError(
                "is another program's database", where=str(path), fix="Choose another folder."
            )
        if (
            _knows_hidden(database)
            and lexical_index.is_current(database)
            and table_index.is_current(database)
        ):
            return
    database.execute("PRAGMA journal_mode = WAL")  # searches go on while a sync writes
    database.execute("BEGIN IMMEDIATE")
    if _is_empty(database):  # another process may have been quicker
        for statement in _SCHEMA.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {_FORMAT}")
    if not _knows_hidden(database):  # made by an older program
        database.execute("ALTER TABLE files ADD COLUMN hidden TEXT NOT NULL DEFAULT ''")
    if not lexical_index.is_current(database):
        lexical_index.renew(database)
        path.with_suffix(".words").unlink(missing_ok=True)  # where older programs kept it
    if not table_index.is_current(database):
        table_index.renew(database)
    database.execute("COMMIT")


def _knows_hidden(database: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM pragma_table_info('files') WHERE name = 'hidden'"
    return database.execute(query).fetchone() is not None


def _is_empty(database: sqlite3.Connection) -> bool:
    (tables,) = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    return not tables
