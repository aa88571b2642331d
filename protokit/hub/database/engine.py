"""Opens the database of the Hub's state, SQLite or Postgres, and brings it up to date."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from filelock import FileLock
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from protokit.errors import MissingExtra, ProtokitError
from protokit.hub.database.disk_room import CHECKPOINT_PAGES, keep_room
from protokit.hub.hub_settings import HubSettings
from protokit.prototype.prototype_folder import install_command

_MIGRATIONS = Path(__file__).parent / "migrations"
_CHECKPOINT = f"wal_autocheckpoint = {CHECKPOINT_PAGES}"
_TURN = 7_602_114
"""The advisory lock under which Hubs that share a Postgres database take turns to bring it up to date."""


def open_database(settings: HubSettings) -> Engine:
    """The engine of an up-to-date database. Raises ProtokitError without the URL, which may hold a password."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        engine = _postgres(settings.state_url) if settings.state_url else _sqlite(settings.home / "hub.db")
        with FileLock(settings.home / "hub.db.lock", timeout=60):
            # Inside the lock: a Hub that starts at this moment has made the file, and not yet its tables.
            if not settings.state_url:
                _refuse_damaged(settings.home / "hub.db")
            _upgrade(engine)
            keep_room(engine)
    except ImportError:
        raise MissingExtra(
            "a Postgres database needs a package that is not installed",
            fix=f"Run: {install_command('postgres')}",
        ) from None
    except CommandError:
        raise ProtokitError(
            "the Hub's database was made by a newer protokit", fix="Install that version, or a newer one."
        ) from None
    except (SQLAlchemyError, ValueError) as error:  # ValueError: of a URL whose port is none
        fix = "Check its URL and the server." if settings.state_url else "Check hub.db in the Hub's home."
        raise ProtokitError(f"the Hub's database cannot be used ({type(error).__name__})", fix=fix) from None
    return engine


def _refuse_damaged(path: Path) -> None:
    """Raise ProtokitError where a database has lost its content: over an empty file a new Hub would begin."""
    fault = ""
    if path.is_file() and not path.stat().st_size:
        fault = "empty"
    elif path.is_file():
        database = sqlite3.connect(path, timeout=30)
        try:
            (fault,) = database.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError:
            return  # busy, or not readable: opening it says so
        except sqlite3.DatabaseError as error:
            fault = str(error)
        finally:
            database.close()
    if fault not in ("", "ok"):
        raise ProtokitError(
            f"the Hub's database cannot be used: it is damaged ({fault.strip().splitlines()[-1]})",
            where=str(path),
            fix="Restore a backup into another home (--restore). Without one, move this file away: a new Hub begins.",
        )


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": 30}, pool_size=20, max_overflow=40
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", _CHECKPOINT):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres(url: str) -> Engine:
    # pre_ping: a database that was restarted must not fail the first page after it.
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        connect_args={"connect_timeout": 10},
    )


def _upgrade(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
