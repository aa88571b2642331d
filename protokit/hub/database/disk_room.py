"""Keeps room inside the Hub's own database, so that signing in and revoking are stored on a full disk too."""

from contextlib import suppress

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from protokit.hub.hub_settings import MEGABYTE

ROOM = 2 * MEGABYTE
CHECKPOINT_PAGES = 100
"""SQLite's write-ahead log is taken in after so many pages: it never needs more than the room it has once had."""


def keep_room(engine: Engine) -> None:
    """Have free pages in the file and in its write-ahead log, which SQLite fills before it asks for more disk.

    Nothing is done where there is room already, over Postgres, or where the disk is full.
    """
    if engine.dialect.name != "sqlite":
        return
    with suppress(OperationalError):
        with engine.connect() as database:
            free = database.execute(text("PRAGMA freelist_count")).scalar_one()
            size = database.execute(text("PRAGMA page_size")).scalar_one()
        if free * size >= ROOM // 2:
            return
        with engine.begin() as database:
            database.execute(text("CREATE TABLE IF NOT EXISTS room (filling BLOB)"))
            database.execute(text("INSERT INTO room VALUES (zeroblob(:size))"), {"size": ROOM})
        with engine.begin() as database:
            database.execute(text("DROP TABLE room"))
