"""Whatever befalls a file of the index or of the Hub's state: it is made again, or refused in one line, and told."""

import sqlite3
from pathlib import Path
from shutil import copytree

import pytest

from protokit.errors import ProtokitError
from protokit.hub.database.engine import open_database
from protokit.hub.hub_settings import HubSettings
from tests.support.terminal import inside, protokit

QUESTION = "How many days of annual leave do I get?"


def empty(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def later_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = min(4096, len(content) // 2)
    content[at:] = b"\xa5" * (len(content) - at)
    path.write_bytes(bytes(content))


def noise(path: Path) -> None:
    path.write_bytes(b"\x00no store\xff" * 500)


DAMAGES = (empty, halved, later_pages, noise)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole")
    done = protokit(
        "new", "Answer employees' questions about our leave policy", "--yes", "--out", "made", cwd=place
    )
    assert done.code == 0, done.err
    assert inside("ask", "made", QUESTION, cwd=place).code == 0
    for log in (place / "made" / ".protokit" / "index").glob("*-wal"):
        with sqlite3.connect(log.with_name(log.name.removesuffix("-wal"))) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place / "made"


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_verb_answers_over_a_damaged_index_or_says_so_in_a_line(
    made: Path, tmp_path: Path, damage: object
) -> None:
    index = made / ".protokit" / "index"
    files = [path.relative_to(made) for path in index.rglob("*") if path.is_file() and path.stat().st_size]
    assert {path.name for path in files} >= {"knowledge.catalogue", "chroma.sqlite3"}
    for number, file in enumerate(files):
        copy = tmp_path / str(number)
        copytree(made, copy)
        damage(copy / file)  # type: ignore[operator]
        first = inside("ask", str(number), QUESTION, "--json", cwd=tmp_path)
        assert first.code in (0, 1), file
        assert "Traceback" not in first.err
        assert "Aborted" not in first.err
        again = inside("ask", str(number), QUESTION, "--json", cwd=tmp_path)
        assert again.code == 0, (file, again.err)
        assert again.rows[0]["citations"], file


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_hub_does_not_begin_anew_over_a_damaged_database(tmp_path: Path, damage: object) -> None:
    settings = HubSettings(home=tmp_path)
    open_database(settings).dispose()
    with sqlite3.connect(tmp_path / "hub.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(tmp_path / "hub.db")  # type: ignore[operator]
    before = (tmp_path / "hub.db").read_bytes()
    with pytest.raises(
        ProtokitError, match=r"hub\.db: the Hub's database cannot be used: it is damaged .*backup"
    ):
        open_database(settings)
    assert (tmp_path / "hub.db").read_bytes() == before
