"""Pages that are pictures, inside the docstore's database: which wait, and what text recognition read on the others.

They are kept by content, not by name, so that a renamed file, or a kill in the middle, costs no page twice.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable

from vectorstore.loaders.document import Document, packed_document, unpacked_document

_TABLE = """CREATE TABLE IF NOT EXISTS pictures (
    sha256 TEXT NOT NULL, page INTEGER NOT NULL, content BLOB, taken INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sha256, page))"""
"""`taken` once the passages of its file hold what was read."""


def expect(database: sqlite3.Connection, sha256: str, pages: Iterable[int]) -> None:
    """Let pages of a content wait for recognition, unless they were read."""
    database.execute(_TABLE)
    rows = [(sha256, page) for page in pages]
    database.executemany("INSERT OR IGNORE INTO pictures (sha256, page) VALUES (?, ?)", rows)


def put(database: sqlite3.Connection, sha256: str, page: int, document: Document) -> None:
    """Keep what was read on a page."""
    content = zlib.compress(json.dumps(packed_document(document)).encode(), 1)
    database.execute("UPDATE pictures SET content = ? WHERE sha256 = ? AND page = ?", (content, sha256, page))


def waiting(database: sqlite3.Connection) -> dict[str, list[int]]:
    """Content -> pages that wait, for contents that a file has; none where only its file does not show them yet."""
    if not _is_there(database):
        return {}
    query = "SELECT DISTINCT p.sha256, p.page, p.content IS NULL FROM pictures p JOIN files f ON f.sha256 = p.sha256"
    found: dict[str, list[int]] = {}
    for sha256, page, unread in database.execute(f"{query} WHERE NOT p.taken ORDER BY 1, 2"):
        found.setdefault(sha256, []).extend([page] if unread else [])
    return found


def take(database: sqlite3.Connection, sha256: str) -> None:
    """Note that the file of a content shows what was read on its pages."""
    database.execute("UPDATE pictures SET taken = 1 WHERE sha256 = ? AND content IS NOT NULL", (sha256,))


def of_content(database: sqlite3.Connection, sha256: str) -> dict[int, Document]:
    """Page -> what was read there."""
    if not _is_there(database):
        return {}
    query = "SELECT page, content FROM pictures WHERE sha256 = ? AND content IS NOT NULL ORDER BY page"
    rows = database.execute(query, (sha256,)).fetchall()
    return {page: unpacked_document(json.loads(zlib.decompress(content))) for page, content in rows}


def _is_there(database: sqlite3.Connection) -> bool:
    return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'pictures'").fetchone())
